#include <algorithm>
#include <utility>

#include "selector.h"

// The pattern is made of whole elements from the chain's start on, so that what stands in a value, semicolons and all,
// is never taken for an element. An element is followed by ; or the end, and its attributes begin at the first colon
// that has key=" behind it, since classes may have colons, too.
namespace hogvm::selector {
namespace {

const std::string kInValue = R"re((?:[^"\\]|\\[\s\S]))re";
const std::string kValue = '"' + kInValue + "*\"";
const std::string kElement = "(?:[^;\"]|" + kValue + ")*";
const std::string kElements = "(?:" + kElement + ";)*";
const std::string kAttribute = "(?:[^\";=]+=" + kValue + ')';
const std::string kFirstAttribute = "(?:(?:[a-zA-Z0-9_-]+|attr__[^\";=]*)=" + kValue + ')';
const std::string kOtherClasses = R"re((?:\.[^;"]*?)?)re";

std::string quoted(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                              (static_cast<unsigned char>(c) & 0x80) != 0;
        if (c == '\0') {
            out += "\\x00";
        } else {
            if (!is_plain) out += '\\';
            out += c;
        }
    }
    return out;
}

/// A value's text as the chain has it.
std::string quoted_value(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"') escaped += '\\';
        escaped += c;
    }
    return quoted(escaped);
}

std::string value_pattern(const Attribute& test) {
    using enum Attribute::Match;
    constexpr std::string_view kSpace = " \t\n\r\f";
    std::string any = kInValue + '*';
    std::string value = quoted_value(test.value);
    if (test.ignores_case) value = "(?i:" + value + ')';
    const bool is_word = !test.value.empty() && test.value.find_first_of(kSpace) == std::string::npos;
    std::string nothing = R"re([^\s\S])re";
    switch (test.match) {
        case Present: return any;
        case Equal: return value;
        case Begins: return test.value.empty() ? nothing : value + any;
        case Ends: return test.value.empty() ? nothing : any + value;
        case Contains: return test.value.empty() ? nothing : any + value + any;
        case Word:
            return is_word ? "(?:" + any + R"([ \t\n\r\f])?)" + value + R"((?:[ \t\n\r\f])" + any + ")?" : nothing;
        case Language: return value + "(?:-" + any + ")?";
    }
    return nothing;
}

/// What an attribute must be, by the keys that it may have in the chain.
struct Condition {
    std::vector<std::string> keys;
    std::string value;
};

std::vector<Condition> conditions_of(const Compound& part) {
    std::vector<Condition> conditions;
    for (const std::string& id : part.ids) conditions.push_back({{"attr_id", "attr__id"}, quoted_value(id)});
    for (const Attribute& test : part.attributes) {
        const std::string key = "attr__" + test.name;
        const std::string value = value_pattern(test);
        if (test.name == "id") {
            conditions.push_back({{"attr_id", key}, value});
        } else if (test.name == "href") {
            conditions.push_back({{"href", key}, value});
        } else {
            conditions.push_back({{key}, value});
        }
    }
    if (!part.nth_child.empty()) conditions.push_back({{"nth-child"}, part.nth_child});
    if (!part.nth_of_type.empty()) conditions.push_back({{"nth-of-type"}, part.nth_of_type});
    return conditions;
}

/// The conditions in the order that their keys have in the chain, for each choice of keys: an alternative each.
std::string attributes_pattern(const std::vector<Condition>& conditions) {
    std::vector<std::vector<std::pair<std::string, std::string>>> choices(1);
    for (const Condition& condition : conditions) {
        const auto before = std::exchange(choices, {});
        for (const auto& choice : before) {
            for (const std::string& key : condition.keys) {
                choices.push_back(choice);
                choices.back().emplace_back(key, condition.value);
            }
        }
    }
    std::string alternatives;
    for (auto& choice : choices) {
        std::stable_sort(choice.begin(), choice.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        if (!alternatives.empty()) alternatives += '|';
        for (const auto& [key, value] : choice) {
            if (&key != &choice.front().first) alternatives += kAttribute + '*';
            alternatives += quoted(key) + "=\"" + value + '"';
        }
    }
    return ":(?:" + kFirstAttribute + kAttribute + "*)?(?:" + alternatives + ')' + kElement;
}

std::string element_pattern(const Compound& part) {
    const auto conditions = conditions_of(part);
    std::string out = part.tag.empty() ? "[^.;\"]*" : quoted(part.tag);
    std::vector<std::string> classes = part.classes;
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    for (const std::string& name : classes) out += kOtherClasses + "\\." + quoted(name);
    out += kOtherClasses;
    return out +
           (conditions.empty() ? "(?::(?:" + kFirstAttribute + kElement + ")?)?" : attributes_pattern(conditions));
}

}  // namespace

std::string pattern(const Complex& wanted) {
    std::string out = '^' + kElements;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (i > 0) out += wanted[i - 1].is_child ? ";" : ';' + kElements;
        out += element_pattern(wanted[i]);
    }
    return out + "(?:;|$)";
}

}  // namespace hogvm::selector
