#include <hogvm/filter.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/vm.h>

// filter_cases.json has filters with the tokens that Hog's compiler gives for what they mean, written as Hog, and with
// what the reference VM makes of these for some events. Here it is compared with this compiler and this VM.

using namespace hogvm;
namespace json = boost::json;

namespace {

json::value parse(std::string_view text) {
    json::parse_options options;
    options.max_depth = 1'000'000;
    return json::parse(text, {}, options);
}

const json::object& recorded() {
    static const json::value document = [] {
        std::ifstream file(std::string(HOGVM_SOURCE_DIR) + "/rules/filter_cases.json");
        std::ostringstream text;
        text << file.rdbuf();
        return parse(text.str());
    }();
    return document.as_object();
}

/// What running `program` gives for an event, as in the file.
json::value result_of(Vm& vm, const Program& program, const json::value& globals) {
    const Outcome outcome = vm.run(program, globals);
    return outcome.finished() ? parse(outcome.json()) : json::value("fails");
}

json::array tokens_of(std::string_view filter, std::string_view options = "{}") {
    return filter_bytecode(parse(filter), FilterOptions::from_json(parse(options)));
}

/// The tokens of a filter with this one property, without the header.
std::string property_tokens(std::string_view property, std::string_view options = "{}") {
    json::array tokens = tokens_of(R"({"properties": [)" + std::string(property) + "]}", options);
    tokens.erase(tokens.begin(), tokens.begin() + 2);
    return json::serialize(tokens);
}

/// What a filter with this one property gives for an event.
std::string match(std::string_view property, const char* event, std::string_view options = "{}") {
    Vm vm;
    const auto program = compile_filter(parse(R"({"properties": [)" + std::string(property) + "]}"),
                                        FilterOptions::from_json(parse(options)));
    const Outcome outcome = vm.run(*program, event);
    return outcome.finished() ? outcome.json() : outcome.error.text();
}

FilterError error_of(std::string_view filter, std::string_view options = "{}") {
    try {
        tokens_of(filter, options);
    } catch (const FilterError& error) {
        return error;
    }
    return {"none", "it compiles"};
}

/// Of a filter with this one property; the pointer is from the property on.
FilterError property_error(std::string_view property, std::string_view options = "{}") {
    FilterError error = error_of(R"({"properties": [)" + std::string(property) + "]}", options);
    constexpr std::string_view kPrefix = "/properties/0";
    if (error.pointer.starts_with(kPrefix)) error.pointer.erase(0, kPrefix.size());
    return error;
}

bool says(const FilterError& error, std::string_view pointer, std::string_view part) {
    INFO(error.what());
    CHECK(error.pointer == pointer);
    CHECK(error.message.find(part) != std::string::npos);
    return error.pointer == pointer && error.message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a filter's tokens are those of Hog's compiler, and give what the reference VM gives for them") {
    const FilterOptions options = FilterOptions::from_json(recorded().at("options"));
    Vm vm;
    for (const json::value& one : recorded().at("cases").as_array()) {
        const json::object& recorded_case = one.as_object();
        INFO(json::serialize(recorded_case.at("name")), " ", json::serialize(recorded_case.at("filter")));
        const json::array tokens = filter_bytecode(recorded_case.at("filter"), options);
        CHECK(json::serialize(tokens) == json::serialize(recorded_case.at("tokens")));
        const auto program = Program::load(tokens, standard_library());
        json::array results;
        for (const json::value& event : recorded().at("events").as_array())
            results.push_back(result_of(vm, *program, event));
        CHECK(results == recorded_case.at("results").as_array());
    }
}

TEST_CASE("a filter compiles to a program that says which events match") {
    const auto wanted = compile_filter(parse(R"({"events": [{"id": "$pageview", "type": "events"}]})"));
    Vm vm;
    CHECK(vm.run(*wanted, R"({"event": "$pageview"})").json() == "true");
    CHECK(vm.run(*wanted, R"({"event": "signup"})").json() == "false");
}

TEST_CASE("a number keeps its kind") {
    CHECK(property_tokens(R"({"key": "a", "type": "event", "value": 1})").starts_with("[33,1,"));
    CHECK(property_tokens(R"({"key": "a", "type": "event", "value": 1.0})").starts_with("[34,1E0,"));
    CHECK(property_tokens(R"({"key": "a", "type": "event", "value": 18446744073709551615})")
              .starts_with("[33,18446744073709551615,"));
}

TEST_CASE("a number to be contained is the text that toString gives for it") {
    CHECK(property_tokens(R"({"key": "a", "type": "event", "operator": "icontains", "value": 1.50})")
              .starts_with(R"([32,"%1.5%",)"));
    CHECK(property_tokens(R"({"key": "a", "type": "event", "operator": "icontains", "value": true})")
              .starts_with(R"([32,"%true%",)"));
}

TEST_CASE("boolean properties are known by key, by type and key, or by group") {
    const auto is_converted = [](std::string_view property, std::string_view booleans) {
        return property_tokens(property, R"({"booleanProperties": )" + std::string(booleans) + "}").starts_with("[29,");
    };
    const std::string person = R"({"key": "admin", "type": "person", "value": "true"})";
    CHECK(is_converted(person, R"(["admin"])"));
    CHECK(is_converted(person, R"(["person.admin"])"));
    CHECK(is_converted(person, R"({"person": ["admin"]})"));
    CHECK(!is_converted(person, R"(["event.admin"])"));
    const std::string group = R"({"key": "admin", "type": "group", "group_type_index": 2, "value": "true"})";
    CHECK(is_converted(group, R"({"group_2": ["admin"]})"));
    CHECK(is_converted(group, R"(["group.admin"])"));
    CHECK(!is_converted(group, R"(["group_1.admin"])"));
}

TEST_CASE("nested events can be named") {
    const std::string_view filter =
        R"({"events": [{"id": "audit", "type": "events"}], "properties": [{"key": "a.b", "type": "event", "value": 1}]})";
    const std::string path = R"(32,"b",32,"a",32,"properties",1,3)";
    CHECK(json::serialize(tokens_of(filter, R"({"nestedPropertyEvents": ["audit"]})")).find(path) != std::string::npos);
    CHECK(json::serialize(tokens_of(filter)).find(R"(32,"a.b",32,"properties",1,2)") != std::string::npos);
}

TEST_CASE("what makes no property is refused where it stands") {
    CHECK(says(property_error("5"), "", "a property or a group is an object"));
    CHECK(says(property_error(R"({"type": "event", "value": 1})"), "", R"(has no "key")"));
    CHECK(says(property_error(R"({"type": "event", "key": "", "value": 1})"), "", R"(has no "key")"));
    CHECK(says(property_error(R"({"key": "a", "value": 1})"), "", R"(property "a" has no "type")"));
    CHECK(says(property_error(R"({"key": "a", "type": "evnt", "value": 1})"), "/type", R"(there is no type "evnt")"));
    CHECK(says(property_error(R"({"key": ["a"], "type": "event", "value": 1})"), "/key", R"("key" must be text)"));
    CHECK(says(property_error(R"({"key": "a", "type": "event"})"), "", R"(operator "exact" needs a value)"));
    CHECK(says(property_error(R"({"key": "a", "type": "event", "operator": "like", "value": 1})"), "/operator",
               R"(property "a": there is no operator "like"; there are exact, is_not)"));
    CHECK(says(property_error(R"({"key": "a", "type": "group", "value": 1})"), "/group_type_index", "got none"));
    CHECK(says(property_error(R"({"key": "a", "type": "group", "group_type_index": -1, "value": 1})"),
               "/group_type_index", "got -1"));
    CHECK(says(property_error(R"({"key": "a", "type": "person", "value": 1, "negation": true})"), "/negation",
               "use the opposite operator"));
    CHECK(says(property_error(R"({"type": "OR"})"), "", R"(has no "values")"));
    CHECK(says(property_error(R"({"type": "OR", "values": {}})"), "/values", "must be a list"));
    CHECK(says(property_error(R"({"type": "OR", "values": [{"type": "AND", "values": [7]}]})"), "/values/0/values/0",
               "got 7"));
}

TEST_CASE("values that an operator can't take are refused where they stand") {
    const auto error = [](std::string_view op, std::string_view value) {
        return property_error(R"({"key": "age", "type": "event", "operator": ")" + std::string(op) + R"(", "value": )" +
                              std::string(value) + "}");
    };
    CHECK(says(error("between", R"(["a", 3])"), "/value",
               R"(property "age" (event): operator "between" needs two numbers)"));
    CHECK(says(error("between", "[3]"), "/value", "needs two numbers"));
    CHECK(says(error("between", "[1, 2, 3]"), "/value", "needs two numbers"));
    CHECK(says(error("between", "5"), "/value", "needs two numbers"));
    CHECK(says(error("between", R"([1, ""])"), "/value", "needs two numbers"));
    CHECK(says(error("between", R"([1, "Infinity"])"), "/value", "needs two numbers"));
    CHECK(says(error("between", "[1, true]"), "/value", "needs two numbers"));
    CHECK(says(error("not_between", R"(["10", 9])"), "/value", "needs the lower number first"));
    CHECK(says(error("regex", R"("(")"), "/value", "needs a pattern that RE2 takes: Invalid pattern: missing )"));
    CHECK(says(error("regex", R"re(["a", "(?=b)"])re"), "/value/1", "needs a pattern that RE2 takes"));
    CHECK(says(error("not_regex", "5"), "/value", "needs a pattern as text"));
    CHECK(says(error("exact", R"({"a": 1})"), "/value", "takes no object"));
    CHECK(says(error("exact", R"([["a"]])"), "/value/0", "takes no list here"));
    CHECK(says(error("exact", R"(["a", ["b"]])"), "/value/1", "takes no list here"));
    CHECK(says(error("gt", R"([1, {}])"), "/value/1", "takes no object"));
    CHECK(says(error("icontains", "null"), "/value", "needs the text to look for, got null"));
    CHECK(says(error("in", R"("a")"), "/value", "needs a list of values"));
    CHECK(says(error("not_in", "null"), "/value", "needs a list of values"));
    CHECK(says(error("semver_gt", "1.2"), "/value", "needs a version as text"));
    CHECK(says(error("semver_gt", R"("one")"), "/value", "needs a version with a dot in it"));
    CHECK(says(error("semver_tilde", R"("1")"), "/value", "needs a version with a minor number"));
    CHECK(says(error("semver_caret", R"("1.x")"), "/value", "needs a version of up to three numbers"));
    CHECK(says(error("semver_wildcard", R"("*")"), "/value", "such as \"1.*\""));
    CHECK(says(error("semver_wildcard", R"("1.2.3.4.*")"), "/value", "one to three numbers"));
}

TEST_CASE("an error shows only the beginning of what is large") {
    const FilterError error = property_error(R"({"key": "a", "type": "event", "operator": "between", "value": [")" +
                                             std::string(100'000, 'x') + R"("]})");
    CHECK(error.message.size() < 300);
}

TEST_CASE("a pointer escapes what must be") {
    CHECK(error_of("{}", R"({"cohorts": {}, "a/b~": 1})").pointer == "/a~1b~0");
}

TEST_CASE("what makes no filter is refused") {
    CHECK(says(error_of("[]"), "", "a filter is an object"));
    CHECK(says(error_of("null"), "", "a filter is an object"));
    CHECK(says(error_of(R"({"events": {}})"), "/events", R"("events" must be a list)"));
    CHECK(says(error_of(R"({"events": ["$pageview"]})"), "/events/0", "an event is an object"));
    CHECK(says(error_of(R"({"events": [{"name": "$pageview"}]})"), "/events/0", R"(has no "id")"));
    CHECK(says(error_of(R"({"events": [{"id": 5}]})"), "/events/0/id", "is its name"));
    CHECK(says(error_of(R"({"events": [{"id": "a", "type": "actions"}]})"), "/events/0/type", R"(of type "events")"));
    CHECK(says(error_of(R"({"filter_test_accounts": 1})"), "/filter_test_accounts", "must be true or false"));
    CHECK(says(error_of(R"({"actions": [{"id": 5}]})"), "/actions/0", R"(action 5 has no "steps")"));
    CHECK(says(error_of(R"({"actions": [{"id": 5, "steps": [5]}]})"), "/actions/0/steps/0", "a step is an object"));
    CHECK(says(error_of(R"({"actions": [{"steps": [{"url": "(", "url_matching": "regex"}]}]})"),
               "/actions/0/steps/0/url", "needs a pattern that RE2 takes"));
    CHECK(says(error_of(R"({"actions": [{"steps": [{"url": "a", "url_matching": "like"}]}]})"),
               "/actions/0/steps/0/url_matching", R"(there is no matching "like")"));
    CHECK(says(error_of(R"({"actions": [{"steps": [{"event": "$autocapture", "tag_name": "("}]}]})"),
               "/actions/0/steps/0/tag_name", "can't be the name of a tag"));
    CHECK(
        says(error_of(R"({"filter_test_accounts": true})", R"({"testAccountProperties": [{"key": "a", "type": "b"}]})"),
             "/testAccountProperties/0/type", R"(there is no type "b")"));
}

TEST_CASE("elements have some keys only, and selections some operators") {
    CHECK(
        says(property_error(R"({"key": "class", "type": "element", "value": "a"})"), "/key", "selector and tag_name"));
    CHECK(says(property_error(R"({"key": "tag_name", "type": "element", "operator": "regex", "value": "a"})"),
               "/operator", "use exact or is_not"));
    CHECK(says(property_error(R"({"key": "selector", "type": "element", "value": "a +  b"})"), "/value",
               "an element beside another"));
    CHECK(says(property_error(R"({"key": "selector", "type": "element", "value": ["a", 5]})"), "/value/1",
               "needs text here"));
}

TEST_CASE("cohorts are inlined in whichever form they are given") {
    const std::string_view in_cohort = R"({"key": "id", "type": "cohort", "value": 5})";
    const std::string leaf = R"({"key": "plan", "type": "person", "value": "pro"})";
    const std::string tokens = property_tokens(leaf);
    const auto inlined = [&](const std::string& definition) {
        return property_tokens(in_cohort, R"({"cohorts": {"5": )" + definition + "}}");
    };
    CHECK(inlined(R"({"type": "OR", "values": [)" + leaf + "]}") == tokens);
    CHECK(inlined(R"({"properties": {"type": "AND", "values": [{"type": "OR", "values": [)" + leaf + "]}]}}") ==
          tokens);
    CHECK(inlined(R"({"id": 5, "is_static": false, "filters": {"properties": {"type": "OR", "values": [)" + leaf +
                  "]}}}") == tokens);
    CHECK(inlined(R"({"properties": [)" + leaf + "]}") == tokens);
    CHECK(property_tokens(in_cohort, R"({"cohorts": [{"id": 5, "properties": [)" + leaf + "]}]}") == tokens);
}

TEST_CASE("cohorts that can't be inlined are refused with the reason") {
    const auto error = [](std::string_view cohorts, std::string_view how = "") {
        return property_error(R"({"key": "id", "type": "cohort", "value": 1)" + std::string(how) + "}",
                              R"({"cohorts": )" + std::string(cohorts) + "}");
    };
    CHECK(says(error("{}"), "/value", R"(names cohort 1, which is unknown; give its definition)"));
    CHECK(says(error(R"({"1": {"is_static": true}})"), "/value", "it is static"));
    CHECK(says(error(R"({"1": {"filters": {"properties": {"type": "OR", "values": []}}}})"), "/value", "it is empty"));
    CHECK(says(error(R"({"1": {"name": "none"}})"), "/value", "it is empty"));
    CHECK(says(error(R"({"1": []})"), "/value", "must be an object"));
    CHECK(says(error(R"({"1": {"type": "OR", "values": [{"type": "behavioral", "key": "$pageview"}]}})"), "/value",
               R"(property "$pageview" is of type "behavioral", which one event can't tell)"));
    CHECK(says(error(R"({"1": {"type": "OR", "values": [{"type": "event", "key": "a", "value": 1}]}})"), "/value",
               R"(only properties of type "person" can be inlined (at /values/0/type))"));
    CHECK(says(error(R"({"1": {"properties": [{"key": "id", "type": "cohort", "value": "2"}]},
                         "2": {"properties": [{"key": "id", "type": "cohort", "value": 1}]}})"),
               "/value", "names cohort 1 inside itself (1, 2, 1)"));
    CHECK(says(error("{}", R"(, "operator": "gt")"), "/operator", "use in or not_in"));
    CHECK(
        says(property_error(R"({"key": "id", "type": "cohort", "value": [1, 2]})"), "/value", "the id of one cohort"));
    CHECK(says(property_error(R"({"key": "id", "type": "cohort"})"), "/value", "got none"));
}

TEST_CASE("a group may be nested up to a bound, and no deeper") {
    const auto nested = [](int levels) {
        std::string text;
        for (int i = 0; i < levels; ++i) text += R"({"type": "AND", "values": [)";
        text += R"({"key": "a", "type": "event", "value": 1})";
        for (int i = 0; i < levels; ++i) text += "]}";
        return text;
    };
    CHECK(property_tokens(nested(150)) == property_tokens(nested(0)));
    CHECK(property_error(nested(10'000)).message.find("nested more than") != std::string::npos);
    const std::string list = std::string(10'000, '[') + "1" + std::string(10'000, ']');
    CHECK(property_error(R"({"key": "a", "type": "event", "value": )" + list + "}").message.find("takes no list") !=
          std::string::npos);
}

TEST_CASE("a chain of cohorts is nested, too") {
    std::string cohorts;
    for (int i = 1; i < 10'000; ++i) {
        cohorts += (i > 1 ? ", \"" : "\"") + std::to_string(i) +
                   R"(": {"properties": [{"key": "id", "type": "cohort", "value": )" + std::to_string(i + 1) + "}]}";
    }
    const auto error =
        property_error(R"({"key": "id", "type": "cohort", "value": 1})", R"({"cohorts": {)" + cohorts + "}}");
    CHECK(error.message.find("nested more than") != std::string::npos);
}

TEST_CASE("cohorts that multiply are refused before they fill the memory") {
    std::string cohorts = R"("0": {"properties": [{"key": "a", "type": "person", "value": "b"}]})";
    for (int i = 1; i <= 60; ++i) {
        const std::string inner = R"({"key": "id", "type": "cohort", "value": )" + std::to_string(i - 1) + "}";
        cohorts.append(", \"").append(std::to_string(i)).append(R"(": {"properties": [)");
        cohorts.append(inner).append(", ").append(inner).append("]}");
    }
    const auto error =
        property_error(R"({"key": "id", "type": "cohort", "value": 60})", R"({"cohorts": {)" + cohorts + "}}");
    CHECK(says(error, "", "larger than 16777216 bytes"));
}

TEST_CASE("an expression's bytecode is spliced in") {
    const auto spliced = [](std::string_view bytecode) {
        return property_tokens(R"({"type": "hogql", "key": "text", "bytecode": )" + std::string(bytecode) + "}");
    };
    CHECK(spliced(R"(["_H", 1, 33, 2, 33, 1, 15])") == "[33,2,33,1,15]");
    CHECK(spliced(R"(["_H", 1, 33, 2, 33, 1, 15, 38])") == "[33,2,33,1,15]");
    CHECK(spliced(R"(["_H", 1, 32, "a", 32, "properties", 1, 2, 47, 3, 35, 33, 38])") ==
          R"([32,"a",32,"properties",1,2,47,3,35,33,38])");
    // What has statements gets a frame of its own.
    CHECK(spliced(R"(["_H", 1, 33, 1, 36, 0, 38])") == R"([52,"lambda",0,0,6,33,1,36,0,38,38,53,0,54,0])");
    CHECK(spliced(R"(["_H", 1, 29, 40, 3, 33, 1, 38, 33, 2, 38])") ==
          R"([52,"lambda",0,0,10,29,40,3,33,1,38,33,2,38,38,53,0,54,0])");
}

TEST_CASE("spliced bytecode gives what it gives by itself, wherever it stands") {
    // let a := 5; if (properties.n > a) { return true }; return false
    const std::string_view program =
        R"({"type": "hogql", "key": "n", "bytecode": ["_H",1,33,5,36,0,32,"n",32,"properties",1,2,13,40,2,29,38,30,38,35]})";
    const std::string in_group = R"({"type": "AND", "values": [{"key": "n", "type": "event", "operator": "is_set"}, )" +
                                 std::string(program) + "]}";
    CHECK(match(in_group, R"({"properties": {"n": 6}})") == "true");
    CHECK(match(in_group, R"({"properties": {"n": 5}})") == "false");
}

TEST_CASE("bytecode that can't be spliced is refused") {
    const auto error = [](std::string_view bytecode) {
        return property_error(R"({"type": "hogql", "key": "1 < 2")" + std::string(bytecode) + "}");
    };
    CHECK(says(error(""), "", R"(give what a compiler made of it beside it, as "bytecode")"));
    CHECK(says(error(R"(, "bytecode": "1 < 2")"), "/bytecode", "needs bytecode of version 1"));
    CHECK(says(error(R"(, "bytecode": ["_h", 29])"), "/bytecode", "needs bytecode of version 1"));
    CHECK(says(error(R"(, "bytecode": ["_H", 1])"), "/bytecode", "needs bytecode of version 1"));
    CHECK(says(error(R"(, "bytecode": ["_H", 1, 99])"), "/bytecode/2", "no such instruction"));
    CHECK(says(error(R"(, "bytecode": ["_H", 1, 29, 33])"), "/bytecode/3", "ends inside an instruction"));
    CHECK(says(error(R"(, "bytecode": ["_H", 1, 39, 5, 29])"), "/bytecode/3", "jumps out of the program"));
    CHECK(says(error(R"(, "bytecode": ["_H", 1, 39, -5, 29])"), "/bytecode/3", "jumps out of the program"));
    CHECK(
        says(error(R"(, "bytecode": ["_H", 1, 52, "f", 0, 0, 9, 29, 38])"), "/bytecode/2", "longer than the program"));
    CHECK(says(error(R"(, "bytecode": ["_H", 1, 53, 1000000000])"), "/bytecode/3", "a closure of 1000000000"));
}

TEST_CASE("a path that takes long to clean, or by very many rules, is refused like other values") {
    const auto error = [](const std::string& path, const json::array& rules) {
        const json::object property = {
            {"key", "p"}, {"type", "event"}, {"operator", "is_cleaned_path_exact"}, {"value", path}};
        return property_error(json::serialize(property), json::serialize(json::object{{"pathCleaning", rules}}));
    };
    std::string path;
    for (int i = 0; i < 2'000'000; ++i) path += "/a";
    CHECK(says(error(path, {{{"regex", "a"}, {"alias", "b"}}}), "/value", "can't clean its path: "));
    const json::array many(100'000, {{"regex", "a"}, {"alias", "b"}});
    CHECK(says(error("/a", many), "/value", "takes no more than 1000 rules of path cleaning"));
}

TEST_CASE("a cleaned path is compared with a cleaned path") {
    const std::string_view is_user =
        R"({"key": "p", "type": "event", "operator": "is_cleaned_path_exact", "value": "/users/7/x"})";
    const std::string_view rules =
        R"({"pathCleaning": [{"regex": "/users/\\d+", "alias": "/users/:id"}, {"regex": ":id/", "alias": ":ID/"}]})";
    CHECK(match(is_user, R"({"properties": {"p": "/users/12345/x"}})", rules) == "true");
    CHECK(match(is_user, R"({"properties": {"p": "/users/12345/y"}})", rules) == "false");
    CHECK(match(is_user, R"({"properties": {"p": "/users/:ID/x"}})", rules) == "true");
    CHECK(match(is_user, R"({"properties": {"p": null}})", rules) == "false");
    CHECK(match(is_user, R"({"properties": {"p": "/users/8/x"}})") == "false");
}

TEST_CASE("every match of a rule is replaced, as RE2 finds them") {
    const auto cleans = [](std::string_view regex, std::string_view path, std::string_view cleaned) {
        const json::object rule = {{"regex", regex}, {"alias", "-"}};
        const json::object options = {{"pathCleaning", json::array{rule}}};
        const json::object property = {
            {"key", "p"}, {"type", "event"}, {"operator", "is_cleaned_path_exact"}, {"value", path}};
        // The value is cleaned by the same code, so it is looked for among the tokens.
        return property_tokens(json::serialize(property), json::serialize(options))
            .starts_with("[32," + json::serialize(json::string(cleaned)) + ",");
    };
    CHECK(cleans("\\d+", "/a/12/b/345", "/a/-/b/-"));
    CHECK(cleans("^/", "//a", "-/a"));
    CHECK(cleans("a$", "aa", "a-"));
    CHECK(cleans("\\bb", "abb b", "abb -"));
    CHECK(cleans("x*", "abxc", "-a-b-c-"));
    CHECK(cleans("x*", "", ""));  // match() finds nothing in an empty text
    CHECK(cleans("(?i)A|b", "xaBy", "x--y"));
    CHECK(cleans("(a)(b)?", "abä\U0001F600a", "-ä\U0001F600-"));
    CHECK(cleans("z", "abc", "abc"));
}

TEST_CASE("options are read from JSON in camel or in snake case") {
    const auto options = FilterOptions::from_json(parse(R"({
        "test_account_properties": [1], "cohorts": null, "nested_property_events": ["a"],
        "path_cleaning": [{"regex": "a"}], "boolean_properties": []})"));
    CHECK(options.test_account_properties.size() == 1);
    CHECK(options.nested_property_events.contains("a"));
    CHECK(options.path_cleaning.at(0).alias.empty());
    CHECK(FilterOptions::from_json(nullptr).nested_property_events.contains("$activity_log_entry_created"));
}

TEST_CASE("options that make no sense are refused") {
    CHECK(says(error_of("{}", "[]"), "", "an object"));
    CHECK(says(error_of("{}", R"({"cohort": {}})"), "/cohort", R"(there is no option "cohort")"));
    CHECK(says(error_of("{}", R"({"cohorts": 5})"), "/cohorts", "by their ids"));
    CHECK(says(error_of("{}", R"({"cohorts": [{}]})"), "/cohorts/0", R"(with an "id")"));
    CHECK(says(error_of("{}", R"({"booleanProperties": {"person": [5]}})"), "/booleanProperties/person/0", "text"));
    CHECK(says(error_of("{}", R"({"testAccountProperties": {}})"), "/testAccountProperties", "a list"));
    CHECK(says(error_of("{}", R"({"pathCleaning": [{"alias": "a"}]})"), "/pathCleaning/0", R"("regex" and "alias")"));
    CHECK(says(error_of("{}", R"({"pathCleaning": [{"regex": "("}]})"), "/pathCleaning/0/regex", "RE2"));
}
