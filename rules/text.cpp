#include "text.h"

#include <hogvm/error.h>
#include <hogvm/javascript.h>
#include <hogvm/pattern.h>
#include <hogvm/value.h>

namespace hogvm::rules {
namespace json = boost::json;

std::optional<std::string> text_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::string: return std::string(value.get_string());
        case json::kind::bool_: return value.get_bool() ? "true" : "false";
        case json::kind::int64: return std::to_string(value.get_int64());
        case json::kind::uint64: return std::to_string(value.get_uint64());
        case json::kind::double_: {
            std::string text;
            javascript::append_number(value.get_double(), text);
            return text;
        }
        default: return {};
    }
}

std::string containing(std::string_view text) { return '%' + std::string(text) + '%'; }

std::string refusal(std::string_view pattern) {
    try {
        pattern::search(Value::ascii(""), Value::text(pattern));
        return {};
    } catch (const Failure& failure) {
        return failure.message;
    }
}

}  // namespace hogvm::rules
