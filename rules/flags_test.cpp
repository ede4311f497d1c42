#include <hogvm/flags.h>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>

#include <hogvm/error.h>

#include "flags/bucket.h"

using namespace hogvm;
namespace json = boost::json;

namespace {

/// A flag "f" with these conditions, and what else its filters have.
std::string definitions(const std::string& conditions, const std::string& more = "",
                        const std::string& cohorts = "{}") {
    return R"({"flags": [{"key": "f", "active": true, "filters": {"groups": )" + conditions + more +
           R"(}}], "group_type_mapping": {"0": "company"}, "cohorts": )" + cohorts + "}";
}

std::string asked(const FlagSet& flags, const json::object& person, std::string_view key = "f") {
    return flags.evaluate(key, {.distinct_id = "ann", .person = person}).json();
}

/// The answer without its key.
std::string answer(const std::string& definitions_json, const json::object& person = {}) {
    const std::string whole = asked(FlagSet(definitions_json), person);
    return whole.substr(whole.find("\"outcome\""));
}

constexpr const char* kTrue = R"("outcome":"decided","value":true,"payload":null,"reason":null,"conditionIndex":0})";
constexpr const char* kFalse =
    R"("outcome":"decided","value":false,"payload":null,"reason":null,"conditionIndex":null})";
std::string inconclusive(const std::string& reason) {
    return R"("outcome":"inconclusive","value":null,"payload":null,"reason":")" + reason +
           R"(","conditionIndex":null})";
}

}  // namespace

TEST_CASE("a flag is true where all properties of a condition match") {
    const auto flag = definitions(
        R"([{"properties": [{"key": "plan", "value": "pro"}, {"key": "age", "operator": "gt", "value": 30}]}])");
    CHECK(answer(flag, {{"plan", "PRO"}, {"age", 31}}) == kTrue);
    CHECK(answer(flag, {{"plan", "pro"}, {"age", 30}}) == kFalse);
}

TEST_CASE("a missing property leaves a flag open, but not where another property rules the condition out") {
    const auto flag = definitions(
        R"([{"properties": [{"key": "plan", "value": "pro"}, {"key": "age", "operator": "gt", "value": 30}]}])");
    CHECK(answer(flag, {{"plan", "pro"}}) == inconclusive("missing_context"));
    CHECK(answer(flag, {{"plan", "free"}}) == kFalse);
}

TEST_CASE("a pattern that ends in the middle of a class or of an escape matches nothing") {
    for (const char* pattern : {"[", "[a", "[\\\\", "a[\\\\", "a\\\\", "(", "(?:", "a[^\\\\"}) {
        CAPTURE(pattern);
        const std::string property = std::string(R"({"key": "x", "operator": "regex", "value": ")") + pattern + R"("})";
        const std::string got = answer(definitions(R"([{"properties": [)" + property + "]}]"), {{"x", "abc"}});
        CHECK(got == kFalse);
    }
}

TEST_CASE("a search that might take long is left to the server") {
    const std::string property = R"({"key": "x", "operator": "regex", "value": "a[ab]{900}c"})";
    const auto flag = definitions(R"([{"properties": [)" + property + "]}]");
    CHECK(answer(flag, {{"x", "abc"}}) == kFalse);
    CHECK(answer(flag, {{"x", std::string(100'000, 'a')}}) == inconclusive("unsupported_definition"));
}

TEST_CASE("a payload goes with its value, parsed") {
    const auto flag = definitions(
        R"([{"variant": "b"}])",
        R"(, "multivariate": {"variants": [{"key": "a", "rollout_percentage": 100}, {"key": "b", "rollout_percentage": 0}]},
                                      "payloads": {"a": 1, "b": "{\"x\": [1, 2.50]}"})");
    CHECK(answer(flag) ==
          R"("outcome":"decided","value":"b","payload":{"x":[1,2.5]},"reason":null,"conditionIndex":0})");
}

TEST_CASE("a cohort that is not among the definitions needs the server") {
    const auto flag = definitions(R"([{"properties": [{"key": "id", "type": "cohort", "value": 3}]}, {}])");
    CHECK(
        answer(flag) ==
        R"("outcome":"needs_server","value":null,"payload":null,"reason":"unsupported_definition","conditionIndex":null})");
}

TEST_CASE("an unknown key is told apart") {
    CHECK(asked(FlagSet(definitions("[]")), {}, "g") ==
          R"({"key":"","outcome":"unknown","value":null,"payload":null,"reason":null,"conditionIndex":null})");
}

TEST_CASE("what is no definitions is refused, and replacing with it keeps the old ones") {
    FlagSet flags(definitions("[{}]"));
    for (const char* bad : {"", "[]", "{}", "{\"flags\": {}}", "{\"flags\": [1", "null"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(flags.replace(std::string_view(bad)), LoadError);
    }
    CHECK(flags.evaluate("f", {.distinct_id = "ann"}).enabled);
    flags.replace(std::string_view(R"({"flags": []})"));
    CHECK(flags.evaluate("f", {.distinct_id = "ann"}).outcome == FlagAnswer::Outcome::Unknown);
}

TEST_CASE("problems name the flag and the place, and all else works") {
    const FlagSet flags(std::string_view(R"({"flags": [5, {"key": "a", "active": true, "filters": {"groups": [
        {"properties": [{"key": "v", "operator": "semver_gt", "value": "x"}]}, {"properties": [7]}, 8, {}]}},
        {"key": "b", "active": true, "filters": {"groups": 1}}, {"key": "c", "active": true, "filters": {"groups": [{}]}}],
        "cohorts": 3})"));
    std::vector<std::string> texts;
    for (const FlagProblem& problem : flags.problems()) texts.push_back(problem.text());
    const std::vector<std::string> wanted = {
        R"(a flag is an object with a text as its key; this is ignored (at /flags/0))",
        R"(flag "a": this is no version, such as "1.2.3" (at /flags/1/filters/groups/0/properties/0))",
        R"(flag "a": this property is no object (at /flags/1/filters/groups/1/properties/0))",
        R"(flag "a": this condition is no object (at /flags/1/filters/groups/2))",
        R"(flag "b": the conditions ("groups") are no list (at /flags/2/filters/groups))"};
    CHECK(texts == wanted);
    CHECK(flags.evaluate("a", {.distinct_id = "ann"}).condition == 3);
    CHECK(flags.evaluate("b", {.distinct_id = "ann"}).reason == FlagReason::UnsupportedDefinition);
    CHECK(flags.evaluate("c", {.distinct_id = "ann"}).enabled);
}

TEST_CASE("flags and cohorts that lead to themselves are inconclusive, and told of") {
    const auto flag = [](const std::string& key, const std::string& on) {
        return R"({"key": ")" + key + R"(", "active": true, "filters": {"groups": [{"properties": [{"key": ")" + on +
               R"(", "type": "flag", "value": true, "dependency_chain": [")" + on + R"("]}]}]}})";
    };
    const FlagSet flags("{\"flags\": [" + flag("a", "b") + "," + flag("b", "a") + "," + flag("c", "c") + "," +
                        flag("d", "a") + R"(,
        {"key": "e", "active": true, "filters": {"groups": [{"properties": [{"type": "cohort", "value": 1}]}]}}],
        "cohorts": {"1": {"type": "AND", "values": [{"type": "cohort", "value": 2}]},
                    "2": {"type": "OR", "values": [{"type": "cohort", "value": 1}]}}})");
    for (const char* key : {"a", "b", "c", "d"})
        CHECK(flags.evaluate(key, {.distinct_id = "ann"}).reason == FlagReason::UnresolvedDependency);
    CHECK(flags.evaluate("e", {.distinct_id = "ann"}).reason == FlagReason::UnsupportedDefinition);
    CHECK(flags.problems().size() == 5);  // a, b, c, and both cohorts
}

TEST_CASE("ten thousand cohorts, dependencies and properties in a row are evaluated") {
    constexpr int kMany = 10'000;
    json::object cohorts;
    json::array all;
    json::array properties;
    for (int i = 0; i < kMany; ++i) {
        const json::object leaf = {{"key", "x"}, {"value", "y"}};
        const json::object next = {{"type", "cohort"}, {"value", i + 1}};
        cohorts[std::to_string(i)] = {{"type", i % 2 == 0 ? "AND" : "OR"}, {"values", {i + 1 < kMany ? next : leaf}}};
        const std::string before = "f" + std::to_string(i - 1);
        json::array depends;
        if (i > 0) depends = {{{"key", before}, {"type", "flag"}, {"value", true}, {"dependency_chain", {before}}}};
        all.push_back({{"key", "f" + std::to_string(i)},
                       {"active", true},
                       {"filters", {{"groups", {{{"properties", depends}}}}}}});
        properties.push_back({{"key", "f" + std::to_string(i)},
                              {"type", "flag"},
                              {"value", true},
                              {"dependency_chain", {"f" + std::to_string(i)}}});
    }
    all.push_back({{"key", "deep"},
                   {"active", true},
                   {"filters", {{"groups", {{{"properties", {{{"type", "cohort"}, {"value", 0}}}}}}}}}});
    all.push_back({{"key", "wide"}, {"active", true}, {"filters", {{"groups", {{{"properties", properties}}}}}}});
    const FlagSet flags(json::value{{"flags", all}, {"cohorts", cohorts}});
    CHECK(flags.problems().empty());
    CHECK(flags.evaluate("f9999", {.distinct_id = "ann"}).enabled);
    CHECK(flags.evaluate("wide", {.distinct_id = "ann"}).enabled);
    const json::object person = {{"x", "y"}};
    CHECK(flags.evaluate("deep", {.distinct_id = "ann", .person = person}).enabled);
    CHECK(flags.evaluate("deep", {.distinct_id = "ann"}).reason == FlagReason::MissingContext);
}

TEST_CASE("cohorts that hold each other many times over are evaluated once each") {
    json::object cohorts = {{"0", {{"type", "AND"}, {"values", {{{"key", "x"}, {"value", "y"}}}}}}};
    for (int i = 1; i < 60; ++i) {
        const json::object below = {{"type", "cohort"}, {"value", i - 1}};
        cohorts[std::to_string(i)] = {{"type", "AND"}, {"values", {below, below, below}}};
    }
    const json::object flag = {{"key", "f"},
                               {"active", true},
                               {"filters", {{"groups", {{{"properties", {{{"type", "cohort"}, {"value", 59}}}}}}}}}};
    const FlagSet flags(json::value{{"flags", {flag}}, {"cohorts", cohorts}});
    const json::object person = {{"x", "y"}};
    CHECK(flags.evaluate("f", {.distinct_id = "ann", .person = person}).enabled);
}

TEST_CASE("patterns that RE2 refuses are tried for a bounded time, and longer ones not at all") {
    const auto search = [](const std::string& pattern) {
        const std::string property = R"({"key": "x", "operator": "regex", "value": ")" + pattern + R"("})";
        const FlagSet flags(definitions(R"([{"properties": [)" + property + "]}]"));
        const json::object person = {{"x", std::string(100'000, 'a')}};
        return std::pair(flags.evaluate("f", {.distinct_id = "ann", .person = person}), flags.problems().size());
    };
    const auto times = [](int n, const std::string& text) {
        std::string all;
        for (int i = 0; i < n; ++i) all += text;
        return all;
    };
    for (const auto& [pattern, problems] :
         {std::pair(times(100'000, "a|"), 1u), {times(3000, "a{1,1000}"), 0u}, {times(100, "(a{1,50}){1,50}"), 0u}}) {
        const auto [answer, told] = search(pattern);
        CHECK(answer.reason == FlagReason::UnsupportedDefinition);
        CHECK(told == problems);
    }
    CHECK(search(times(10'000, "a|") + "b").first.enabled);
}

TEST_CASE("very many large patterns are left to the server") {
    json::array conditions;
    for (int i = 0; i < 1000; ++i) {
        const std::string pattern = "[^b]{1000}[^c]{1000}" + std::to_string(i);
        const json::object property = {{"key", "x"}, {"operator", "regex"}, {"value", pattern}};
        conditions.push_back(json::object{{"properties", json::array{property}}});
    }
    const FlagSet flags(definitions(json::serialize(conditions)));
    CHECK(flags.problems().size() > 0);
    CHECK(flags.problems().size() < 1000);
}

TEST_CASE("flags that fail are evaluated once, however much comes to be known in between") {
    constexpr int kMany = 3000;
    const auto depends = [](const json::array& chain, const std::string& on) {
        const json::object property = {{"key", on}, {"type", "flag"}, {"value", true}, {"dependency_chain", chain}};
        return json::object{{"properties", json::array{property}}};
    };
    const auto flag = [](const std::string& key, const json::array& conditions) {
        return json::object{{"key", key}, {"active", true}, {"filters", {{"groups", conditions}}}};
    };
    const json::object missing = {{"properties", json::parse(R"([{"key": "missing", "value": "x"}])")}};
    json::array all;
    json::array conditions;
    for (int i = 0; i < kMany; ++i) {
        const std::string known = "known" + std::to_string(i);
        const std::string next = "fails" + std::to_string(i + 1);
        json::array failing;
        failing.push_back(missing);
        if (i + 1 < kMany) failing.push_back(depends({json::value(next)}, next));
        conditions.push_back(depends({json::value(known), "fails0"}, "fails0"));
        all.push_back(flag(known, {json::object()}));
        all.push_back(flag("fails" + std::to_string(i), failing));
    }
    all.push_back(flag("f", conditions));
    const FlagSet flags(json::value{{"flags", all}});
    CHECK(flags.evaluate("f", {.distinct_id = "ann"}).reason == FlagReason::UnresolvedDependency);

    // Where each of them is looked at again, since a target was absent, the evaluation ends after some times as much.
    all.push_back(flag("absent", {json::object()}));
    json::object& last = all[kMany * 2 - 1].as_object();
    last["filters"].as_object()["groups"].as_array().push_back(depends({json::value("known0")}, "absent"));
    const FlagSet again(json::value{{"flags", all}});
    CHECK(again.evaluate("f", {.distinct_id = "ann"}).reason == FlagReason::UnsupportedDefinition);
    CHECK(again.evaluate("fails0", {.distinct_id = "ann"}).reason == FlagReason::UnresolvedDependency);
}

TEST_CASE("what failed without a target counts anew once the target is known") {
    const auto depends = [](const std::string& chain, const std::string& on) {
        return R"([{"key": ")" + on + R"(", "type": "flag", "value": true, "dependency_chain": [)" + chain + "]}]";
    };
    const FlagSet flags(R"({"flags": [
        {"key": "known", "active": true, "filters": {"groups": [{}]}},
        {"key": "target", "active": true, "filters": {"groups": [{}]}},
        {"key": "g", "active": true, "filters": {"groups": [{"properties": )" +
                        depends(R"("known")", "target") + R"(}, {"properties": [{"key": "missing", "value": 1}]}]}},
        {"key": "f", "active": true, "filters": {"groups": [{"properties": )" +
                        depends(R"("g")", "g") + R"(}, {"properties": )" + depends(R"("target", "g")", "g") + "}]}}]}");
    CHECK(flags.evaluate("g", {.distinct_id = "ann"}).reason == FlagReason::UnsupportedDefinition);
    CHECK(flags.evaluate("f", {.distinct_id = "ann"}).condition == 1);
}

TEST_CASE("of very many problems some are listed, and none is long") {
    json::array bad(5000);
    json::value group = {{"type", "AND"}, {"values", bad}};
    group.as_object()["values"].as_array()[0] = {{"key", "a"}, {"value", "b"}};
    for (int i = 0; i < 900; ++i) group = {{"type", "AND"}, {"values", {group}}};
    const std::string key(100'000, 'k');
    const json::array properties = {
        1, 2, {{"type", "cohort"}, {"value", "\u00e9" + key}}, {{"key", "x"}, {"operator", key}}};
    const FlagSet flags(json::value{
        {"flags", {{{"key", key}, {"active", true}, {"filters", {{"groups", {{{"properties", properties}}}}}}}}},
        {"cohorts", {{"\u00e9" + key, group}}}});
    const auto problems = flags.problems();
    REQUIRE(problems.size() == 1001);
    for (const FlagProblem& problem : problems) CHECK(problem.text().size() < 1100);
    CHECK(problems.back().text() == "there are 4002 more problems");
}

TEST_CASE("of variants those before count, and all of one key have one payload") {
    const auto of = [](const std::string& variants) {
        return answer(definitions(
            "[{}]", R"(, "multivariate": {"variants": [)" + variants + R"(]}, "payloads": {"a": "1", "b": "2"})"));
    };
    const auto variant = [](const std::string& key, const std::string& percentage) {
        return R"({"key": ")" + key + R"(", "rollout_percentage": )" + percentage + "}";
    };
    const auto chosen = [](const std::string& key, int payload) {
        return R"("outcome":"decided","value":")" + key + R"(","payload":)" + std::to_string(payload) +
               R"(,"reason":null,"conditionIndex":0})";
    };
    CHECK(of(variant("a", "100") + "," + variant("b", "-100") + "," + variant("b", "100")) == chosen("a", 1));
    CHECK(of(variant("b", "-100") + "," + variant("a", "200")) == chosen("a", 1));
    CHECK(of(variant("a", "0") + "," + variant("b", "0") + "," + variant("b", "100")) == chosen("b", 2));
    CHECK(of(variant("a", "0") + "," + variant("b", "{}") + "," + variant("b", "100")) == kTrue);
}

TEST_CASE("definitions that name one large thing many times hold it once") {
    constexpr int kMany = 5000;
    const std::string large(1'000'000, 'x');
    json::array variants;
    json::array conditions;
    for (int i = 0; i < kMany; ++i) {
        variants.push_back({{"key", "a"}, {"rollout_percentage", 0}});
        conditions.push_back({{"variant", "b"},
                              {"aggregation_group_type_index", 0},
                              {"rollout_percentage", 0},
                              {"properties", {{{"type", "cohort"}, {"value", "small"}}}}});
    }
    const json::object named = {{"type", "cohort"}, {"value", large}};
    const FlagSet flags(json::value{
        {"flags",
         {{{"key", large},
           {"active", true},
           {"filters",
            {{"groups", conditions}, {"multivariate", {{"variants", variants}}}, {"payloads", {{"a", large}}}}}}}},
        {"group_type_mapping", {{"0", large}}},
        {"cohorts",
         {{"small", {{"type", "AND"}, {"values", {named}}}},
          {large, {{"type", "AND"}, {"values", {{{"key", "x"}, {"value", "y"}}}}}}}}});
    const json::object properties = {{"x", "y"}};
    const FlagGroup group{large, Value::text("acme"), properties};
    CHECK_FALSE(flags.evaluate(large, {.distinct_id = "ann", .groups = std::span(&group, 1)}).enabled);
}

TEST_CASE("groups nested ten thousand deep are refused with what is wrong") {
    std::string group = R"({"type": "AND", "values": [)";
    std::string deep;
    for (int i = 0; i < 10'000; ++i) deep += group;
    for (int i = 0; i < 10'000; ++i) deep += "]}";
    CHECK_THROWS_AS(FlagSet(std::string_view(definitions("[]", "", "{\"1\": " + deep + "}"))), LoadError);
}

TEST_CASE("buckets are those of PostHog's SDKs") {
    // The first 15 hex digits of Python's hashlib.sha1(b"simple-flag.distinct_id"), divided by 2^60; and so on.
    CHECK(flags::bucket("simple-flag", ".", "distinct_id", "") == 0.3457103347480679);
    CHECK(flags::bucket("holdout-flag", ".", "distinct_id", "") == 0.23418259345862039);
}

TEST_CASE("buckets are uniform over a million ids") {
    constexpr int kIds = 1'000'000;
    constexpr std::size_t kBins = 1000;
    std::array<int, kBins> counts{};
    for (int i = 0; i < kIds; ++i)
        ++counts[static_cast<std::size_t>(flags::bucket("flag", ".", "user-" + std::to_string(i), "") * kBins)];
    double chi_squared = 0;
    for (const int count : counts) chi_squared += std::pow(count - double{kIds} / kBins, 2) / (double{kIds} / kBins);
    // 999 degrees of freedom: mean 999, standard deviation 44.7; the ids are always the same.
    CHECK(chi_squared > 999 - 4 * 44.7);
    CHECK(chi_squared < 999 + 4 * 44.7);
}

TEST_CASE("definitions are replaced while others evaluate") {
    const std::string one =
        definitions(R"([{"properties": [{"key": "plan", "value": "pro"}]}])", R"(, "payloads": {"true": "1"})");
    const std::string two =
        definitions(R"([{"properties": [{"key": "plan", "value": "pro"}]}])", R"(, "payloads": {"true": "2"})");
    FlagSet flags{std::string_view(one)};
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    threads.reserve(3);
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
            const json::object person = {{"plan", "pro"}};
            do {
                const FlagAnswer got = flags.evaluate("f", {.distinct_id = "ann", .person = person});
                if (!got.enabled || (got.payload != "1" && got.payload != "2")) ++wrong;
                if (flags.evaluate_all({.distinct_id = "ann", .person = person}).size() != 1) ++wrong;
            } while (!stop);
        });
    }
    for (int i = 0; i < 200; ++i) flags.replace(std::string_view(i % 2 == 0 ? two : one));
    stop = true;
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("a source of properties may evaluate flags itself") {
    struct Source : PropertySource {
        const FlagSet* flags = nullptr;
        bool find(std::string_view, Heap&, Value& value) const override {
            value = flags->evaluate("f", {.distinct_id = "ann"}).decided() ? Value::ascii("yes") : Value::ascii("open");
            return true;
        }
    };
    const FlagSet flags(std::string_view(definitions(R"([{"properties": [{"key": "plan", "value": "open"}]}])")));
    Source source;
    source.flags = &flags;
    CHECK(flags.evaluate("f", {.distinct_id = "ann", .person = source}).enabled);
}

TEST_CASE("properties nested without end leave a flag open") {
    json::value deep = 1;
    for (int i = 0; i < 10'000; ++i) deep = json::array{std::move(deep)};
    const json::object person = {{"plan", deep}, {"$device_id", deep}};
    const FlagSet flags(std::string_view(definitions(R"([{"properties": [{"key": "plan", "value": "pro"}]}])")));
    CHECK(flags.evaluate("f", {.distinct_id = "ann", .person = person}).reason == FlagReason::MissingContext);
    const FlagSet by_device(
        std::string_view(R"({"flags": [{"key": "f", "active": true, "bucketing_identifier": "device_id"}]})"));
    CHECK(by_device.evaluate("f", {.distinct_id = "ann", .person = person}).reason == FlagReason::MissingContext);
}

TEST_CASE("definitions of wrong types everywhere are loaded and evaluated") {
    const std::vector<std::string> odd = {"null",  "true", "0",    "-1.5", "\"\"",
                                          "\"x\"", "[]",   "[[]]", "{}",   "{\"values\": 1}"};
    const std::string whole =
        R"({"flags": [{"key": "f", "active": 1, "filters": {"groups": [{"properties": [{"key": "a", "type": "cohort", "value": 1},
           {"key": "f", "type": "flag", "value": 2, "dependency_chain": ["f"]}, {"key": "k", "value": 3, "operator": "gt"}],
           "rollout_percentage": 50, "variant": "v"}], "multivariate": {"variants": [{"key": "v", "rollout_percentage": 4}]},
           "payloads": {"true": 5}, "aggregation_group_type_index": 0, "holdout": {"id": 6, "exclusion_percentage": 7}}}],
           "group_type_mapping": {"0": "company"}, "cohorts": {"1": {"type": "OR", "values": [{"key": "x", "value": 8}]}}})";
    // Every value of the document, one after the other, is replaced by each odd one.
    const auto replaced = [&](std::size_t wanted, const json::value& by) {
        json::value copy = json::parse(whole);
        std::size_t seen = 0;
        const auto walk = [&](auto&& self, json::value& v) -> void {
            if (seen++ == wanted) {
                v = by;
            } else if (v.is_object()) {
                for (auto& member : v.get_object()) self(self, member.value());
            } else if (v.is_array()) {
                for (auto& item : v.get_array()) self(self, item);
            }
        };
        walk(walk, copy);
        return std::pair(copy, seen > wanted);
    };
    const std::array groups = {FlagGroup{"company", Value::ascii("acme"), {}}};
    int loaded = 0;
    for (const std::string& text : odd) {
        for (std::size_t at = 0;; ++at) {
            const auto [document, is_there] = replaced(at, json::parse(text));
            if (!is_there) break;
            try {
                const FlagSet flags(document);
                CHECK(flags.evaluate_all({.distinct_id = "ann", .groups = groups}).size() == flags.keys().size());
                ++loaded;
            } catch (const LoadError&) {
                CHECK(at < 2);  // the whole, or "flags"
            }
        }
    }
    CHECK(loaded > 300);
}

TEST_CASE("what posthog-node gave for random definitions and people, this gives") {
    std::ifstream file(HOGVM_SOURCE_DIR "/rules/flag_cases.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const json::value sets = json::parse(text, {}, {.max_depth = 100});
    std::size_t cases = 0;
    for (const json::value& set : sets.as_array()) {
        const FlagSet flags(std::string_view(set.at("definitions").as_string()));
        for (const json::value& one : set.at("cases").as_array()) {
            const FlagPerson person(one.at("person").as_string());
            const FlagAnswer got = flags.evaluate(one.at("key").as_string(), person.context());
            CAPTURE(set.at("definitions").as_string());
            CAPTURE(one.at("person").as_string());
            CHECK(got.json() == std::string_view(one.at("answer").as_string()));
            ++cases;
        }
    }
    CHECK(cases > 300);
}
