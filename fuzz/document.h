// An input that is JSON: an object that has what a target is about in its members.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/json.h>

#include "check.h"

namespace hogvm::fuzz {

class Document {
  public:
    Document(const std::uint8_t* data, std::size_t size) {
        try {
            root_ = json::parse(text_of(data, size), heap_);
            is_json_ = true;
        } catch (const json::ParseError&) {  // most mutations of bytes end here
        }
    }

    bool is_json() const { return is_json_; }
    /// Undefined where there is no such member, or the input is no object.
    Value operator[](std::string_view key) const {
        const Entry* found = root_.is(Type::Object) ? heap_.find(root_.as_dict(), key) : nullptr;
        return found != nullptr ? found->value : Value::undefined();
    }

  private:
    Heap heap_;
    Value root_ = Value::undefined();
    bool is_json_ = false;
};

}  // namespace hogvm::fuzz
