// Rules that are written to cost much: what they take is in proportion to their size, and their answers are those of
// their programs. Without its bound, each of these takes minutes, all of the memory, or the process.
#include <hogvm/rule_set.h>

#include <malloc.h>

#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

using namespace hogvm;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsMeasured = false;  // a sanitizer's own memory is more than the rules'
#else
constexpr bool kIsMeasured = true;
#endif

/// A line of /proc/self/status, in bytes.
std::int64_t status_bytes(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::stoll(line.substr(name.size() + 1)) * 1024;
    return 0;
}

/// By how many bytes the process grows at the most meanwhile.
template <typename Work>
std::int64_t growth(Work&& work) {
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
    const std::int64_t before = status_bytes("VmRSS");
    work();
    return kIsMeasured ? status_bytes("VmHWM") - before : 0;
}

/// Tokens of an expression, with a comma behind each.
using Tokens = std::string;

Tokens text(const std::string& s) { return "32,\"" + s + "\","; }
Tokens field(const std::string& name) { return text(name) + text("properties") + "1,2,"; }
Tokens is_one_of(const Tokens& item, const std::vector<std::string>& texts) {
    Tokens tokens;
    for (const std::string& t : texts) tokens += text(t);
    return tokens + "44," + std::to_string(texts.size()) + "," + item + "21,";
}
Tokens equal(const Tokens& left, const Tokens& right) { return right + left + "11,"; }
Tokens call(const std::string& function, const Tokens& arguments, int count) {
    return arguments + "2,\"" + function + "\"," + std::to_string(count) + ",";
}
Tokens repeated(int count, const Tokens& tokens) {
    std::string all;
    for (int i = 0; i < count; ++i) all += tokens;
    return all;
}
template <typename Part>
Tokens joined(int op, int count, Part&& part) {
    Tokens all;
    for (int i = 0; i < count; ++i) all += part(std::to_string(i));
    return all + std::to_string(op) + "," + std::to_string(count) + ",";
}
template <typename Part>
Tokens all_of(int count, Part&& part) {
    return joined(3, count, std::forward<Part>(part));
}
template <typename Part>
Tokens any_of(int count, Part&& part) {
    return joined(4, count, std::forward<Part>(part));
}

std::string bytecode(const Tokens& tokens) { return "[\"_H\",1," + tokens + "38]"; }

/// So many rules of one program.
RuleSet rules_of(const Tokens& tokens, int count = 1, const RuleSetOptions& options = {}) {
    std::string json = "[";
    for (int i = 0; i < count; ++i)
        json +=
            (i > 0 ? R"(,{"id":")" : R"({"id":")") + std::to_string(i) + R"(","bytecode":)" + bytecode(tokens) + "}";
    return RuleSet(json + "]", options);
}

std::string event(const std::string& properties) { return R"({"event":"x","properties":{)" + properties + "}}"; }

/// Whether the set's answer is the program's own, which is no error.
bool answers_as_alone(const Tokens& tokens, const std::string& globals) {
    const RuleSet rules = rules_of(tokens);
    REQUIRE(rules.errors().empty());
    Vm vm;
    const Outcome alone = vm.run(*load_program(bytecode(tokens)), globals);
    REQUIRE(alone.finished());
    const bool is_match = alone.result.is(Type::Bool) && alone.result.as_bool();
    const Matches matches = rules.match(globals);
    return matches.failures.empty() && matches.ids.size() == (is_match ? 1 : 0) && rules.explain("0", globals);
}

}  // namespace

TEST_CASE("terms within terms, however many, are answered as by the program") {
    const Tokens is_x = equal(text("x"), text("event") + "1,1,");
    for (const int depth : {100, 199, 200, 201, 1000, 100'000}) {
        CHECK(answers_as_alone(is_x + repeated(depth, "5,"), event("")));
        CHECK(answers_as_alone(is_x + repeated(depth, "3,1,"), event("")));
        CHECK(answers_as_alone(is_x + repeated(depth, "33,1,4,2,"), event("")));
        CHECK(answers_as_alone(equal(is_x + repeated(depth, R"(2,"toString",1,)"), text("true")), event("")));
        CHECK(answers_as_alone(equal(text("1.2") + repeated(depth, R"(2,"sortableSemver",1,)"), text("")), event("")));
        CHECK(answers_as_alone(equal(text("a") + repeated(depth, R"(32,"b",2,"concat",2,)"), text("ab")), event("")));
    }
}

TEST_CASE("what terms within terms take is in proportion to the program") {
    std::vector<std::string> texts;
    for (int i = 0; i < 20'000; ++i) texts.push_back("t" + std::to_string(i));
    const Tokens is_in = is_one_of(field("f"), texts);
    for (const char* around : {R"(2,"toString",1,)", "5,", "3,1,"}) {
        const Tokens deep = is_in + repeated(190, around) + "5,5,";
        CHECK(growth([&] { CHECK(answers_as_alone(deep, event(R"("f":"t7")"))); }) < 60 << 20);
    }
}

TEST_CASE("a rule that is wide is answered as by its program") {
    const auto is_x = [](const std::string& i) { return equal(field("f" + i), text("x")); };
    CHECK(answers_as_alone(all_of(70'000, is_x), event(R"("f7":"x")")));
    CHECK(answers_as_alone(any_of(70'000, is_x), event(R"("f7":"x")")));
    const auto is_like = [](const std::string& i) { return text("a%b") + field("f" + i) + "17,"; };
    CHECK(answers_as_alone(any_of(20'000, is_like), event(R"("f7":"a b")")));
    // Every part of the OR has keys of every field.
    const Tokens all = all_of(20'000, is_x);
    CHECK(answers_as_alone(all + all + "4,2,", event(R"("f7":"x")")));
}

TEST_CASE("a rule is in few places of the index, however many ways its lists lead to") {
    std::vector<std::string> texts;
    for (int i = 0; i < 200; ++i) texts.push_back("t" + std::to_string(i));
    const RuleSet rules =
        rules_of(all_of(4, [&](const std::string& i) { return is_one_of(field("f" + i), texts); }), 30);
    CHECK(rules.match(event(R"("f0":"t0","f1":"t1","f2":"t2","f3":"t3")")).ids.size() == 30);
    CHECK(rules.match(event(R"("f0":"t0","f1":"t1","f2":"t2","f3":"no")")).ids.empty());
}

TEST_CASE("constants are folded in little time and memory, and within the rules' own limits") {
    std::mt19937 random(1);
    std::string ab;
    for (int i = 0; i < 2000; ++i) ab += random() % 2 == 0 ? 'a' : 'b';
    // arrayExists(x -> match(x, 'a[ab]{900}c'), ['abba...', 'abba...', ...])
    const Tokens lambda = R"(52,"lambda",1,0,8,36,0,32,"a[ab]{900}c",2,"match",2,38,53,0,)";
    const Tokens slow = call("arrayExists", lambda + repeated(100, text(ab)) + "43,100,", 2);
    RuleSetOptions options;
    options.limits.timeout_ms = 5;
    const RuleSet rules = rules_of(slow + "5,", 20, options);
    const Matches matches = rules.match(event(""));
    CHECK(matches.ids.empty());
    REQUIRE(matches.failures.size() == 20);
    CHECK(matches.failures[0].error.kind == ErrorKind::Timeout);

    // What is not folded has the same value.
    const Tokens large = call("concat", repeated(100, text(ab)), 100);
    CHECK(answers_as_alone(equal(large, large), event("")));
    CHECK(answers_as_alone(equal(text(repeated(100, ab)), large), event("")));
    CHECK(answers_as_alone(equal(text("abab"), call("concat", text("ab") + text("ab"), 2)), event("")));
}

TEST_CASE("what rules share takes no more time in all than one of them may, and each rule its own") {
    RuleSetOptions options;
    options.limits.timeout_ms = 30;
    std::string word;
    for (int i = 0; i < 20'000; ++i) word += "ab";
    // Parts of some milliseconds each, none of which is another.
    const auto part = [](const std::string& i) {
        return equal(call("replaceAll", field("f") + text("a") + text(i), 3), text(""));
    };
    const Tokens slow = any_of(20'000, part);
    const RuleSet rules = rules_of(slow, 1, options);
    const Matches matches = rules.match(event(R"("f":")" + word + R"(")"));
    REQUIRE(matches.failures.size() == 1);
    CHECK(matches.failures[0].error.kind == ErrorKind::Timeout);

    const auto search = [](const std::string& i) { return text("(a|b)[ab]{90}c" + i) + field("f") + "23,"; };
    const RuleSet searching = rules_of(any_of(900, search), 1, options);
    const Matches found = searching.match(event(R"("f":")" + word + R"(")"));
    REQUIRE(found.failures.size() == 1);
    CHECK(found.failures[0].error.kind == ErrorKind::Timeout);
}

TEST_CASE("what rules share takes no more memory in all than one of them may") {
    RuleSetOptions options;
    options.limits.timeout_ms = 1e9;
    options.limits.heap = 64 << 20;
    const std::string large(100'000, 'f');
    // Each part makes a text of its own, which the program forgets again, of 2 MB.
    const auto part = [](const std::string& i) {
        return equal(call("concat", repeated(20, field("f")) + text(i), 21), text(""));
    };
    const RuleSet rules = rules_of(any_of(600, part), 1, options);
    Matches matches;
    CHECK(growth([&] { matches = rules.match(event(R"("f":")" + large + R"(")")); }) < 400 << 20);
    CHECK(matches.failures.empty());
    CHECK(matches.ids.empty());
}

TEST_CASE("patterns that are much larger than their text says leave the rule to its program") {
    // 10,000 instructions each, or refused after RE2 has tried.
    for (const char* pattern : {"[ -\\\\uFFFF]{500}", "\\\\pL{60}"}) {
        const auto search = [&](const std::string& i) { return text(pattern + i) + field("f") + "23,"; };
        CHECK(rules_of(any_of(1000, search)).match(event(R"("f":"t")")).ids.empty());
    }
}

TEST_CASE("an explanation has each of very many values once") {
    const Tokens tokens = any_of(100'000, [](const std::string& i) { return equal(field("f" + i), text("x")); });
    const auto explanation = rules_of(tokens).explain("0", event(""));
    REQUIRE(explanation);
    CHECK(explanation->values.size() == 100'000);
}

TEST_CASE("an explanation's values are no more than 16 MiB, though one path leads to what another has") {
    std::string properties = R"("t":")" + std::string(1 << 20, 't') + '"';
    Tokens path = text("properties");
    Tokens tokens;
    for (int depth = 0; depth < 300; ++depth) {
        properties = R"("p":{)" + properties + "}";
        tokens += "31," + path + "1," + std::to_string(depth + 1) + ",11,";
        path = text("p") + path;
    }
    const auto explanation = rules_of(tokens + "4,300,").explain("0", event(properties));
    REQUIRE(explanation);
    CHECK(explanation->values.size() == 16);
    CHECK(explanation->text.size() < 1 << 20);
}
