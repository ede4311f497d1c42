#include "native.h"

#include <algorithm>
#include <cctype>
#include <string>

#include <re2/re2.h>

namespace hogvm::bench {
namespace {

namespace json = boost::json;

const json::value* member(const json::value* of, std::string_view key) {
    return of != nullptr && of->is_object() ? of->as_object().if_contains(key) : nullptr;
}

bool is_text(const json::value* v, std::string_view text) {
    return v != nullptr && v->is_string() && v->as_string() == text;
}

std::string_view text_of(const json::value* v) {
    return v != nullptr && v->is_string() ? std::string_view(v->as_string()) : std::string_view();
}

bool is_at_least(const json::value* v, double least) {
    return v != nullptr && v->is_number() && v->to_number<double>() >= least;
}

bool contains_ignoring_case(std::string_view text, std::string_view lower_case) {
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) != text.end();
}

bool three(const json::value& event) {
    const json::value* properties = member(&event, "properties");
    return is_text(member(&event, "event"), "$pageview") && is_text(member(properties, "$device_type"), "Desktop") &&
           is_at_least(member(properties, "$screen_width"), 1024);
}

bool seven(const json::value& event) {
    static const re2::RE2 path("^/pri");
    if (!three(event)) return false;
    const json::value* properties = member(&event, "properties");
    const std::string_view browser = text_of(member(properties, "$browser"));
    return (browser == "Chrome" || browser == "Firefox" || browser == "Safari") &&
           contains_ignoring_case(text_of(member(properties, "$current_url")), "utm_campaign=autumn") &&
           re2::RE2::PartialMatch(text_of(member(properties, "$pathname")), path) &&
           !is_text(member(member(member(&event, "person"), "properties"), "plan"), "free");
}

}  // namespace

NativeFilter native_filter(std::string_view name) {
    if (name == "filter") return three;
    if (name == "filter7") return seven;
    return nullptr;
}

}  // namespace hogvm::bench
