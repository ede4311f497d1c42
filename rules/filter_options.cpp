#include <algorithm>
#include <string_view>

#include <hogvm/filter.h>

#include "members.h"
#include "place.h"
#include "text.h"

namespace hogvm {
namespace json = boost::json;
namespace {

using namespace rules;

std::string text_at(const json::value& value, const Place& place) {
    if (!value.is_string()) place.fail("this must be text, got " + excerpt(value));
    return std::string(value.get_string());
}

const json::array& array_at(const json::value& value, const Place& place) {
    if (!value.is_array()) place.fail("this must be a list, got " + excerpt(value));
    return value.get_array();
}

void read_test_accounts(const json::value& value, const Place& place, FilterOptions& options) {
    options.test_account_properties = array_at(value, place);
}

void read_cohorts(const json::value& value, const Place& place, FilterOptions& options) {
    if (value.is_object()) {
        options.cohorts = value.get_object();
        return;
    }
    if (!value.is_array()) place.fail("cohorts are an object by their ids, or a list of them, got " + excerpt(value));
    const json::array& list = value.get_array();
    for (std::size_t i = 0; i < list.size(); ++i) {
        const json::object* cohort = list[i].if_object();
        const json::value* id = cohort == nullptr ? nullptr : member(*cohort, "id");
        const auto name = id == nullptr ? std::nullopt : text_of(*id);
        if (!name) (place / i).fail("a cohort in a list is an object with an \"id\", got " + excerpt(list[i]));
        options.cohorts[*name] = list[i];
    }
}

void read_boolean_properties(const json::value& value, const Place& place, FilterOptions& options) {
    const auto read = [&options](const json::value& names, const std::string& prefix, const Place& at) {
        const json::array& list = array_at(names, at);
        for (std::size_t i = 0; i < list.size(); ++i)
            options.boolean_properties.insert(prefix + text_at(list[i], at / i));
    };
    if (!value.is_object()) return read(value, "", place);
    for (const auto& [type, names] : value.get_object()) read(names, std::string(type) + '.', place / type);
}

void read_nested_events(const json::value& value, const Place& place, FilterOptions& options) {
    options.nested_property_events.clear();
    const json::array& list = array_at(value, place);
    for (std::size_t i = 0; i < list.size(); ++i) options.nested_property_events.insert(text_at(list[i], place / i));
}

void read_path_cleaning(const json::value& value, const Place& place, FilterOptions& options) {
    const json::array& list = array_at(value, place);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Place at = place / i;
        const json::object* rule = list[i].if_object();
        const json::value* regex = rule == nullptr ? nullptr : member(*rule, "regex");
        if (regex == nullptr) at.fail(R"(a rule is an object with "regex" and "alias", got )" + excerpt(list[i]));
        const std::string pattern = text_at(*regex, at / "regex");
        if (const std::string reason = refusal(pattern); !reason.empty())
            (at / "regex").fail("the rule needs a pattern that RE2 takes: " + reason);
        options.path_cleaning.push_back({pattern, std::string(text_member(*rule, "alias", at))});
    }
}

struct Member {
    std::string_view camel;
    std::string_view snake;
    void (*read)(const json::value& value, const Place& place, FilterOptions& options);
};

constexpr Member kMembers[] = {
    {"testAccountProperties", "test_account_properties", read_test_accounts},
    {"cohorts", "cohorts", read_cohorts},
    {"booleanProperties", "boolean_properties", read_boolean_properties},
    {"nestedPropertyEvents", "nested_property_events", read_nested_events},
    {"pathCleaning", "path_cleaning", read_path_cleaning},
};

}  // namespace

FilterOptions FilterOptions::from_json(const json::value& value) {
    const Place root;
    FilterOptions options;
    if (value.is_null()) return options;
    if (!value.is_object()) root.fail("the options of filters are an object, got " + excerpt(value));
    for (const auto& [name, content] : value.get_object()) {
        const std::string_view given = name;
        const auto* found = std::find_if(std::begin(kMembers), std::end(kMembers),
                                         [given](const Member& m) { return m.camel == given || m.snake == given; });
        if (found == std::end(kMembers)) {
            (root / given)
                .fail("there is no option \"" + std::string(given) +
                      "\" of filters; there are testAccountProperties, cohorts, booleanProperties, "
                      "nestedPropertyEvents and pathCleaning");
        }
        if (!content.is_null()) found->read(content, root / given, options);
    }
    return options;
}

}  // namespace hogvm
