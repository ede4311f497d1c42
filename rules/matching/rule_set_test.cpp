#include <hogvm/rule_set.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

using namespace hogvm;
namespace js = boost::json;

namespace {

constexpr const char* kPro = R"(["_H",1,32,"pro",32,"plan",32,"properties",1,2,11,38])";  // properties.plan = 'pro'
constexpr const char* kFails = R"(["_H",1,32,"boom",2,"Error",1,49])";                    // throw Error('boom')

std::string rule(const std::string& id, const std::string& bytecode) {
    return R"({"id":")" + id + R"(","bytecode":)" + bytecode + "}";
}

std::string on_event(const std::string& id, const std::string& event) {
    return rule(id, R"(["_H",1,32,")" + event + R"(",32,"event",1,1,11,38])");
}

std::vector<std::string> ids(const RuleSet& rules, const char* event) { return rules.match(event).ids; }
using Ids = std::vector<std::string>;

std::string errors_of(const char* rules) {
    std::string text;
    const RuleSet set(rules);
    for (const RuleError& error : set.errors()) text += std::string(error.what()) + "\n";
    return text;
}

std::string explained(const RuleSet& rules, const char* id, const char* event) {
    const auto explanation = rules.explain(id, event);
    REQUIRE(explanation);
    return std::string(name_of(explanation->outcome)) + ": " + explanation->text;
}

}  // namespace

TEST_CASE("rules are filters or bytecode") {
    const RuleSet rules(R"([
        {"id": "views", "filter": {"events": [{"id": "$pageview", "type": "events"}]}},
        {"id": "pro", "bytecode": ["_H", 1, 32, "pro", 32, "plan", 32, "properties", 1, 2, 11, 38]},
        {"id": "bundle", "bytecode": {"bytecodes": {"root": {"bytecode": ["_H", 1, 29, 38]}}}}])");
    CHECK(ids(rules, R"({"event": "$pageview", "properties": {}})") == Ids{"views", "bundle"});
    CHECK(ids(rules, R"({"event": "x", "properties": {"plan": "pro"}})") == Ids{"pro", "bundle"});
}

TEST_CASE("only the boolean true is a match") {
    const RuleSet rules(("[" + rule("true", R"(["_H",1,29,38])") + "," + rule("one", R"(["_H",1,33,1,38])") + "," +
                         rule("text", R"(["_H",1,32,"true",38])") + "," + rule("and", R"(["_H",1,33,1,33,1,3,2,38])") +
                         "]")
                            .c_str());
    CHECK(ids(rules, "{}") == Ids{"true", "and"});
}

TEST_CASE("a rule that fails fails alone, with the error of its own run") {
    const RuleSet rules(("[" + on_event("a", "x") + "," + rule("bad", kFails) + "," + rule("pro", kPro) + "]").c_str());
    const Matches matches = rules.match(R"({"event": "x"})");
    CHECK(matches.ids == Ids{"a"});
    REQUIRE(matches.failures.size() == 2);
    CHECK(matches.failures[0].id == "bad");
    CHECK(matches.failures[0].error.text() == "Error('boom')");
    CHECK(matches.failures[1].id == "pro");
    CHECK(matches.failures[1].error.message == "Global variable not found: properties.plan");
}

TEST_CASE("a lambda that no function takes leaves its rule to the program, as a result or in a condition") {
    const std::string lambda = R"(["_H",1,52,"lambda",1,0,3,36,0,38,53,0)";  // x -> x
    const RuleSet rules(("[" + rule("result", lambda + ",38]") + "," + rule("not", lambda + ",5,38]") + "," +
                         rule("and", lambda + ",3,1,38]") + "," + rule("text", lambda + R"(,2,"toString",1,38])") +
                         "," + rule("equal", lambda + ",33,1,11,38]") + "]")
                            .c_str());
    CHECK(ids(rules, "{}") == Ids{"and"});
}

TEST_CASE("a rule that waits fails") {
    const RuleSet rules(("[" + rule("waits", R"(["_H",1,33,1,2,"sleep",1,38])") + "]").c_str());
    const Matches matches = rules.match("{}");
    REQUIRE(matches.failures.size() == 1);
    CHECK(matches.failures[0].error.message == "A rule can't wait: it called the asynchronous function sleep");
}

TEST_CASE("limits are each rule's own") {
    RuleSetOptions options;
    options.limits.timeout_ms = 5;
    const RuleSet rules(("[" + rule("loops", R"(["_H",1,39,-2])") + "," + on_event("a", "x") + "]").c_str(), options);
    const Matches matches = rules.match(R"({"event": "x"})");
    CHECK(matches.ids == Ids{"a"});
    REQUIRE(matches.failures.size() == 1);
    CHECK(matches.failures[0].error.kind == ErrorKind::Timeout);
}

TEST_CASE("a host's functions are called for every event") {
    RuleSetOptions options;
    std::atomic<int> calls{0};
    options.host.add("mine", 0, 0, [&](Call&) { return Value::boolean(++calls % 2 == 0); });
    const RuleSet rules(("[" + rule("mine", R"(["_H",1,2,"mine",0,38])") + "]").c_str(), options);
    CHECK(ids(rules, "{}").empty());
    CHECK(ids(rules, "{}") == Ids{"mine"});
}

TEST_CASE("a rule that is replaced keeps its place, one that comes again after its removal goes last") {
    RuleSet rules(("[" + on_event("a", "x") + "," + on_event("b", "x") + "," + on_event("c", "x") + "]").c_str());
    CHECK(ids(rules, R"({"event": "x"})") == Ids{"a", "b", "c"});
    rules.set(on_event("a", "y"));
    CHECK(ids(rules, R"({"event": "x"})") == Ids{"b", "c"});
    rules.set(on_event("a", "x"));
    CHECK(ids(rules, R"({"event": "x"})") == Ids{"a", "b", "c"});
    CHECK(rules.remove("a"));
    CHECK_FALSE(rules.remove("a"));
    CHECK(rules.size() == 2);
    rules.set(on_event("a", "x"));
    CHECK(ids(rules, R"({"event": "x"})") == Ids{"b", "c", "a"});
}

TEST_CASE("a rule that is not enabled never matches and never fails") {
    const RuleSet rules(R"([{"id": "off", "bytecode": ["_H", 1, 99], "enabled": false}])");
    const Matches matches = rules.match("{}");
    CHECK((matches.ids.empty() && matches.failures.empty()));
    CHECK(explained(rules, "off", "{}") == "disabled: the rule is disabled");
}

TEST_CASE("rules that can't be loaded are left out, and said") {
    CHECK(errors_of(R"([1, {}, {"id": 5}, {"id": ""}, {"id": "a"}, {"id": "b", "filter": {}, "bytecode": []}])") ==
          "a rule must be an object, got 1 (at /0)\n"
          "a rule needs an \"id\" (at /1)\n"
          "a rule's id must be a string that is not empty, got 5 (at /2/id)\n"
          "a rule's id must be a string that is not empty, got \"\" (at /3/id)\n"
          "rule \"a\": a rule needs either a \"filter\" or \"bytecode\" (at /4)\n"
          "rule \"b\": a rule needs either a \"filter\" or \"bytecode\" (at /5)\n");
    CHECK(errors_of(R"([{"id": "a", "bytecode": [1]}, {"id": "a", "bytecode": ["_H", 1, 29], "enabled": 1}])") ==
          "rule \"a\": Invalid HogQL bytecode, must start with '_H' (at /0/bytecode)\n"
          "rule \"a\": \"enabled\" must be true or false, got 1 (at /1/enabled)\n");
    CHECK(errors_of(R"([{"id": "a", "bytecode": ["_H", 1, 29]}, {"id": "a", "bytecode": ["_H", 1, 30]}])") ==
          "rule \"a\": the rule at /0 has this id already (at /1/id)\n");
    const RuleSet rules(
        R"([{"id": "f", "filter": {"properties": [{"key": "x", "operator": "nonsense", "type": "event"}]}}])");
    REQUIRE(rules.errors().size() == 1);
    CHECK(rules.errors()[0].pointer.starts_with("/0/filter/properties/0"));
}

TEST_CASE("a bad rule leaves the set as it was") {
    RuleSet rules(("[" + on_event("a", "x") + "]").c_str());
    CHECK_THROWS_WITH_AS(
        rules.set(R"({"id": "a", "bytecode": 1})"),
        "rule \"a\": program: expected an array of tokens or an object with \"bytecodes\" (at /bytecode)", RuleError);
    CHECK_THROWS_AS(rules.set("{"), RuleError);
    CHECK(ids(rules, R"({"event": "x"})") == Ids{"a"});
    CHECK_THROWS_WITH_AS(RuleSet(R"({"id": "a"})"), "rules must be an array", RuleError);
}

TEST_CASE("globals must be an object") {
    const RuleSet rules(("[" + on_event("a", "x") + "]").c_str());
    CHECK_THROWS_WITH(rules.match("[]"), "globals: expected a JSON object");
    CHECK_THROWS_WITH(rules.match("{"), doctest::Contains("globals: not JSON"));
    CHECK_THROWS_WITH(rules.match(js::value(1)), "globals: expected a JSON object");
    CHECK(rules.match("").failures.size() == 1);
}

TEST_CASE("an explanation names the first condition that does not hold, and the values in it") {
    const RuleSet rules(R"([{"id": "r", "filter": {
        "events": [{"id": "buy", "type": "events"}],
        "properties": [{"key": "plan", "value": ["pro", "team"], "operator": "exact", "type": "person"},
                       {"key": "amount", "value": 10, "operator": "gt", "type": "event"}]}}])");
    CHECK(explained(rules, "r",
                    R"({"event": "buy", "properties": {"amount": 12}, "person": {"properties": {"plan": "pro"}}})") ==
          "matched: person.properties.plan in ('pro', 'team') and properties.amount > 10 and event = 'buy' holds: "
          "person.properties.plan is \"pro\", properties.amount is 12, event is \"buy\"");
    CHECK(explained(rules, "r",
                    R"({"event": "buy", "properties": {"amount": 12}, "person": {"properties": {"plan": "free"}}})") ==
          "not_matched: person.properties.plan in ('pro', 'team') does not hold: person.properties.plan is \"free\"");
    CHECK(explained(rules, "r", R"({"event": "buy", "properties": {}, "person": {"properties": {"plan": "pro"}}})") ==
          "not_matched: properties.amount > 10 does not hold: properties.amount is null");
    CHECK(explained(rules, "r", R"({"event": "buy", "properties": {}})") ==
          "failed: Global variable not found: person.properties.plan (chunk root, token 14) in person.properties.plan");
    CHECK_FALSE(rules.explain("none", "{}"));
}

TEST_CASE("a program that is not made of conditions is explained by where it ended") {
    const RuleSet rules(
        ("[" + rule("r", R"(["_H",1,30,36,0,38])") + "," + rule("one", R"(["_H",1,33,1,38])") + "]").c_str());
    CHECK(explained(rules, "r", "{}") == "not_matched: its program gave false at token 5");
    CHECK(explained(rules, "one", "{}") == "not_matched: 1 gave 1, which is not true");
}

TEST_CASE("words say what was compiled") {
    const RuleSet rules(R"([{"id": "r", "bytecode": ["_H",1,
        32, "a%", 32, "x y", 32, "properties", 1, 2, 2, "toString", 1, 20,
        32, "b", 32, "properties", 1, 2, 32, "^a", 2, "match", 2, 47, 3, 35, 33, 0,
        5, 4, 2,
        52, "lambda", 1, 0, 6, 32, "x", 36, 0, 11, 38, 53, 0, 32, "texts", 1, 1, 2, "arrayExists", 2,
        3, 2, 38]}])");
    CHECK(explained(rules, "r", R"({"properties": {"x y": "aa", "b": "a"}, "texts": []})") ==
          "not_matched: toString(properties.`x y`) not ilike 'a%' or not ifNull(match(properties.b, '^a'), 0) does not "
          "hold: properties.`x y` is \"aa\", properties.b is \"a\"");
    CHECK(explained(rules, "r", R"({"properties": {"b": "b"}, "texts": []})") ==
          "not_matched: arrayExists(v -> v = 'x', texts) does not hold: texts is []");
}

TEST_CASE("threads that match see a set as it was before or after a change") {
    RuleSet rules;
    js::array all;
    for (int k = 0; k < 40; ++k) all.push_back(js::parse(on_event("r" + std::to_string(k), "even")));
    rules.set_all(all);
    const auto event_of = [](const char* name) { return R"({"event":")" + std::string(name) + R"("})"; };
    std::atomic<bool> is_done{false};
    std::atomic<int> torn{0};
    std::vector<std::jthread> threads;
    threads.reserve(3);
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
            while (!is_done) {
                // set_all moves all rules from one event to the other in one step.
                const std::size_t n = rules.match(event_of("even")).ids.size();
                if (n != 0 && n != 40) ++torn;
                if (!rules.explain("r7", event_of("odd"))) ++torn;
            }
        });
    }
    for (int round = 0; round < 30; ++round) {
        for (int k = 0; k < 40; ++k) {
            all[static_cast<std::size_t>(k)] =
                js::parse(on_event("r" + std::to_string(k), round % 2 == 0 ? "odd" : "even"));
        }
        rules.set_all(all);
        rules.set(on_event("extra", "other"));
        rules.remove("extra");
    }
    is_done = true;
    threads.clear();
    CHECK(torn == 0);
}

TEST_CASE("rules that come and go one by one leave the same set as all at once") {
    RuleSet one_by_one;
    js::array all;
    for (int k = 0; k < 300; ++k) {
        const js::value json = js::parse(on_event("r" + std::to_string(k), "e" + std::to_string(k % 7)));
        one_by_one.set(json);
        if (k % 3 == 0) {
            one_by_one.remove("r" + std::to_string(k));
        } else {
            all.push_back(json);
        }
    }
    const RuleSet at_once{js::value(all)};
    CHECK(one_by_one.size() == at_once.size());
    for (const char* event : {R"({"event":"e0"})", R"({"event":"e3"})", R"({"event":"e9"})"})
        CHECK(ids(one_by_one, event) == ids(at_once, event));
}

TEST_CASE("patterns that would take long in a text are each searched for within their own rule's limits") {
    const auto searching = [](const std::string& id, const std::string& pattern) {
        return rule(id, R"(["_H",1,32,")" + pattern + R"(",32,"url",32,"properties",1,2,23,38])");
    };
    const RuleSet rules("[" + searching("states 1", "a[ab]{900}c") + "," + searching("usual", "^(?:ab)+d?$") + "," +
                        searching("states 2", "b[ab]{900}c") + "," + searching("other", "c") + "]");
    std::string url;
    for (int i = 0; i < 500'000; ++i) url += "ab";
    const Matches matches = rules.match(R"({"properties":{"url":")" + url + R"("}})");
    CHECK(matches.ids == Ids{"usual"});
    REQUIRE(matches.failures.size() == 2);
    for (const auto& failure : matches.failures) CHECK(failure.error.kind == ErrorKind::Timeout);
}
