#include "members.h"

#include <string>

namespace hogvm::rules {
namespace json = boost::json;

const json::value* member(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

const json::array& array_member(const json::object& object, std::string_view name, const Place& place) {
    static const json::array none;
    const json::value* value = member(object, name);
    if (value == nullptr) return none;
    if (!value->is_array()) (place / name).fail('"' + std::string(name) + "\" must be a list, got " + excerpt(*value));
    return value->get_array();
}

std::string_view text_member(const json::object& object, std::string_view name, const Place& place) {
    const json::value* value = member(object, name);
    if (value == nullptr) return {};
    if (!value->is_string()) (place / name).fail('"' + std::string(name) + "\" must be text, got " + excerpt(*value));
    const std::string_view text = value->get_string();
    return text.data() == nullptr ? std::string_view("") : text;
}

bool boolean_member(const json::object& object, std::string_view name, const Place& place) {
    const json::value* value = member(object, name);
    if (value == nullptr) return false;
    if (!value->is_bool())
        (place / name).fail('"' + std::string(name) + "\" must be true or false, got " + excerpt(*value));
    return value->get_bool();
}

std::string excerpt(const json::value& value) {
    constexpr std::size_t kLongest = 80;  // bytes
    char buffer[kLongest];
    json::serializer serializer;
    serializer.reset(&value);
    std::string text(serializer.read(buffer, kLongest));
    if (serializer.done()) return text;
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    if (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80) != 0) text.pop_back();
    return text + "...";
}

}  // namespace hogvm::rules
