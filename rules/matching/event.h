// The event that is matched: the globals of every rule.
#pragma once

#include <span>
#include <string_view>

#include <boost/json/fwd.hpp>

#include <hogvm/globals.h>
#include <hogvm/heap.h>

namespace hogvm::matching {

class Event {
  public:
    /// Throw Failure{Input} if the globals are no object. The text and the value are only referred to.
    void read(std::string_view json);
    void read(const boost::json::value& json);
    /// Reads the globals of these names.
    void read(const Globals& globals, std::span<const std::string_view> names);

    /// What programs run with.
    const Globals& globals() const { return *globals_; }
    /// Whether its values are what JSON can say: none passes for a date, an error or a function of Hog's. Only then may
    /// fields be read here, and is it known which operations can't fail.
    bool is_plain() const { return is_plain_; }
    bool has(std::string_view name) const { return heap_.find(object_.as_dict(), name) != nullptr; }
    /// As GET_GLOBAL reads it, from a global that there is.
    Value field(std::span<const Value> path, Heap& heap) const;

  private:
    void start();

    Heap heap_;
    Value object_;
    ValueGlobals own_{Value::null()};
    const Globals* globals_ = nullptr;
    bool is_plain_ = false;
};

}  // namespace hogvm::matching
