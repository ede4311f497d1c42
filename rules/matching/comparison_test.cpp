// The set's answer is that of running each rule's program by itself, errors included: random rules on random events,
// with rules added, replaced and removed in between. HOGVM_RULE_SETS=100000 in the environment runs more of them.
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <hogvm/globals.h>
#include <hogvm/rule_set.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

using namespace hogvm;
namespace js = boost::json;

namespace {

/// Boost.JSON refuses a lone surrogate, which texts of events have.
std::string without_surrogates(std::string json) {
    for (std::size_t at = 0; (at = json.find("\\ud800", at)) != std::string::npos;) json.replace(at, 6, "\\ufffd");
    return json;
}

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }
    bool chance(int percent) { return below(100) < percent; }
    template <typename T>
    const T& one_of(const std::vector<T>& all) {
        return all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
    }

  private:
    std::mt19937_64 engine_;
};

// Tokens of expressions, as JSON without brackets. What comes later on the stack stands on the left in Hog.
class Programs {
  public:
    explicit Programs(Random& random) : random_(random) {}

    std::string program() {
        if (random_.chance(3)) return unread();
        std::string tokens = random_.chance(70) ? filter() : boolean(2);
        return R"(["_H",1,)" + tokens + (random_.chance(30) ? "]" : ",38]");
    }

    std::string filter_json() {
        static const std::vector<std::string> operators = {
            "exact", "is_not",    "is_set",    "is_not_set",   "icontains", "not_icontains",
            "regex", "not_regex", "gt",        "lt",           "gte",       "lte",
            "in",    "not_in",    "semver_gt", "semver_caret", "between",   "is_date_after"};
        js::array properties;
        for (int k = random_.below(3); k >= 0; --k) {
            const std::string op = random_.one_of(operators);
            js::value value = "a";
            if (op == "in" || op == "not_in" || random_.chance(20)) value = js::array{"a", "pro", "1"};
            if (op == "gt" || op == "lt" || op == "gte" || op == "lte") value = random_.below(5);
            if (op == "between") value = js::array{1, 3};
            if (op.starts_with("semver")) value = "1.2.0";
            if (op == "is_date_after") value = "2024-01-01";
            if (op.ends_with("regex")) value = "^[a-f]+";
            properties.push_back({{"key", std::string(1, static_cast<char>('a' + random_.below(4)))},
                                  {"operator", op},
                                  {"value", value},
                                  {"type", random_.chance(70) ? "event" : "person"}});
        }
        js::array events;
        for (int k = random_.below(3); k > 0; --k) {
            js::object event{{"id", random_.one_of(kEvents)}, {"type", "events"}};
            if (random_.chance(30)) event["properties"] = properties;
            events.push_back(event);
        }
        return js::serialize(js::object{{"events", events}, {"properties", properties}});
    }

    std::string event() {
        std::string json = "{";
        if (!random_.chance(3)) json += R"("event":")" + random_.one_of(kEvents) + R"(",)";
        if (!random_.chance(3)) json += R"("properties":)" + properties() + ",";
        if (!random_.chance(10)) json += R"("person":{"properties":)" + properties() + "},";
        if (random_.chance(20)) json += R"("group_0":{"properties":)" + properties() + "},";
        if (!random_.chance(20)) json += R"("texts":)" + random_.one_of(kTexts) + ",";
        return json + R"("uuid":"1"})";
    }

  private:
    inline static const std::vector<std::string> kEvents = {"$pageview", "signed up", "a", "$autocapture", "1", "true"};
    inline static const std::vector<std::string> kValues = {R"("a")",
                                                            R"("b")",
                                                            R"("1")",
                                                            R"("true")",
                                                            R"("false")",
                                                            R"("")",
                                                            R"("pro")",
                                                            R"("1.2.3")",
                                                            R"("A%_b")",
                                                            "0",
                                                            "1",
                                                            "-1",
                                                            "1.5",
                                                            "true",
                                                            "false",
                                                            "null",
                                                            "9007199254740993",
                                                            "2",
                                                            R"("é\nK")",
                                                            R"("\ud800")",
                                                            R"("2024-05-01")",
                                                            R"(" 1 ")",
                                                            R"("ſ")",
                                                            R"("abcdef")"};
    inline static const std::vector<std::string> kWholes = {"[]",
                                                            "[1,2]",
                                                            R"(["a"])",
                                                            R"([null,"a",[1]])",
                                                            "{}",
                                                            R"({"a":1})",
                                                            R"({"a":{"b":"a"}})",
                                                            R"("[\"a\"]")",
                                                            R"({"__hogDate__":true,"year":2024,"month":1,"day":2})",
                                                            R"({"__hogDate__":true,"year":"x","month":1,"day":2})",
                                                            R"({"__hogDateTime__":true,"dt":1714521600,"zone":"UTC"})",
                                                            R"({"__hx_ast":"Field"})",
                                                            R"({"__hogError__":true,"type":"E","message":"m"})"};
    inline static const std::vector<std::string> kTexts = {R"(["a","b"])", "[]", "null", R"(["abc",1,null])",
                                                           R"("ab")"};
    inline static const std::vector<std::string> kPatterns = {
        R"("a")",   R"("%a%")", R"("^a")",     R"("A")",   R"("(")", R"("")",     R"("a_c")",
        R"("%K%")", R"("b$")",  R"("[a-c]+")", R"("%s%")", R"("1")", R"("true")", R"("l")",
        R"("%u%")", R"("é")",   R"("%É%")",    "1",        "null",   R"("a%b")"};

    std::string properties() {
        std::string json = "{";
        for (const char* key : {"a", "b", "c", "d", "$x y"}) {
            if (random_.chance(20)) continue;
            const std::string value = random_.chance(85)   ? random_.one_of(kValues)
                                      : random_.chance(85) ? kWholes[static_cast<std::size_t>(random_.below(8))]
                                                           : random_.one_of(kWholes);
            json += std::string(json.size() > 1 ? "," : "") + '"' + key + "\":" + value;
        }
        return json + "}";
    }

    std::string constant() {
        const std::string value = random_.one_of(kValues);
        if (value == "true") return "29";
        if (value == "false") return "30";
        if (value == "null") return "31";
        if (value[0] == '"') return "32," + value;
        return (value.find('.') != std::string::npos ? "34," : "33,") + value;
    }

    std::string field() {
        static const std::vector<std::string> keys = {R"(32,"a",)",   R"(32,"b",)",        R"(32,"c",)",
                                                      R"(32,"d",)",   R"(32,"b",32,"a",)", R"(32,"$x y",)",
                                                      R"(32,"none",)"};
        if (random_.chance(25)) return R"(32,"event",1,1)";
        const std::string key = random_.one_of(keys);
        const int depth = key.size() > 12 && key.find("32,\"b\",32") != std::string::npos ? 3 : 2;
        if (random_.chance(70)) return key + R"(32,"properties",1,)" + std::to_string(depth);
        if (random_.chance(70)) return key + R"(32,"properties",32,"person",1,)" + std::to_string(depth + 1);
        if (random_.chance(70)) return key + R"(32,"properties",32,"group_0",1,)" + std::to_string(depth + 1);
        return R"(32,"nowhere",1,1)";
    }

    std::string value(int depth) {
        switch (random_.below(depth > 0 ? 14 : 4)) {
            case 0: return constant();
            case 4: return value(depth - 1) + R"(,2,"toString",1)";
            case 5: return value(depth - 1) + "," + value(depth - 1) + R"(,2,"concat",2)";
            case 6: return value(depth - 1) + R"(,2,"lower",1)";
            case 7: return value(depth - 1) + R"(,2,"length",1)";
            case 8: return value(depth - 1) + R"(,2,"sortableSemver",1)";
            case 9: return value(depth - 1) + "," + value(depth - 1) + ",6";
            case 10: return if_null(value(depth - 1), value(depth - 1));
            case 11: return constant() + "," + constant() + ",44,2";
            case 12: return choice(depth);
            case 13: return value(depth - 1) + R"(,32,"a",45)";
            default: return field();
        }
    }

    static int count_tokens(const std::string& tokens) {
        return static_cast<int>(js::parse(without_surrogates("[" + tokens + "]")).as_array().size());
    }

    static std::string if_null(const std::string& first, const std::string& second) {
        return first + ",47," + std::to_string(count_tokens(second) + 1) + ",35," + second;
    }

    std::string choice(int depth) {
        const std::string then = value(depth - 1);
        const std::string otherwise = value(depth - 1);
        return boolean(depth - 1) + ",40," + std::to_string(count_tokens(then) + 2) + "," + then + ",39," +
               std::to_string(count_tokens(otherwise)) + "," + otherwise;
    }

    /// Either first, or the versions that they are.
    std::string field_and_constant() {
        std::string first = constant();
        std::string second = field();
        if (random_.chance(20)) std::swap(first, second);
        if (random_.chance(80)) return first + "," + second;
        const std::string version = R"(,2,"sortableSemver",1)";
        return first + version + "," + second + version;
    }

    std::string list() {
        std::string tokens;
        const int n = random_.chance(15) ? 12 : random_.below(4);
        for (int k = 0; k < n; ++k) tokens += constant() + ",";
        return tokens + (random_.chance(70) ? "44," : "43,") + std::to_string(n);
    }

    std::string lambda(const std::string& body) {
        return R"(52,"lambda",1,0,)" + std::to_string(count_tokens(body) + 1) + "," + body + ",38,53,0";
    }

    std::string text_of(const std::string& v) { return random_.chance(50) ? v + R"(,2,"toString",1)" : v; }

    std::string any_text() {
        static const std::vector<std::string> tests = {R"(32,"a",36,0,11)", R"(32,"%a%",36,0,2,"toString",1,18)",
                                                       R"(32,"a",36,0,2,"lower",1,11)", R"(29)"};
        const std::string name = random_.chance(80) ? "arrayExists" : "arrayCount";
        return lambda(random_.one_of(tests)) + "," + (random_.chance(60) ? R"(32,"texts",1,1)" : field()) + ",2,\"" +
               name + "\",2";
    }

    std::string boolean(int depth) {
        switch (random_.below(depth > 0 ? 14 : 9)) {
            case 0:
            case 1: return field_and_constant() + "," + std::to_string(11 + random_.below(random_.chance(60) ? 1 : 6));
            case 2: {
                // An array compared with itself is another array to the bytecode.
                const std::string left = value(depth);
                return left + "," + (random_.chance(25) ? left : value(depth)) + "," +
                       std::to_string(11 + random_.below(6));
            }
            case 3: return list() + "," + field() + "," + (random_.chance(75) ? "21" : "22");
            case 4:
                return "32," + string_pattern() + "," + text_of(field()) + "," + std::to_string(17 + random_.below(4));
            case 5:
                return "32," + string_pattern() + "," + text_of(field()) + "," + std::to_string(23 + random_.below(4));
            case 6: return if_null(text_of(field()) + ",32," + string_pattern() + R"(,2,"match",2)", "33,0");
            case 7: return if_null(text_of(field()) + ",32," + string_pattern() + R"(,2,"match",2,5)", "33,1");
            case 8: return any_text();
            case 9: return boolean(depth - 1) + ",5";
            case 10: return joined(depth - 1, "3");
            case 11: return joined(depth - 1, "4");
            case 12: return value(depth) + "," + value(depth) + ",21";
            default: return value(depth);
        }
    }

    std::string string_pattern() {
        std::string pattern = random_.one_of(kPatterns);
        if (random_.chance(85) && (pattern == R"("(")" || pattern[0] != '"')) pattern = R"("ab")";
        return pattern;
    }

    std::string joined(int depth, const std::string& op) {
        std::string tokens;
        const int n = 1 + random_.below(3);
        for (int k = 0; k < n; ++k) tokens += boolean(depth) + ",";
        return tokens + op + "," + std::to_string(n);
    }

    std::string filter() {
        const std::string by_event = R"(32,")" + random_.one_of(kEvents) + R"(",32,"event",1,1,11,)";
        const int more = random_.below(4);
        std::string tokens = by_event;
        for (int k = 0; k < more; ++k) tokens += boolean(1) + ",";
        return tokens + "3," + std::to_string(more + 1);
    }

    std::string unread() {
        static const std::vector<std::string> all = {R"(["_H",1,32,"x",36,0,38])",
                                                     R"(["_H",1,32,"boom",2,"Error",1,49])",
                                                     R"(["_H",1,2,"now",0,31,12,38])",
                                                     R"(["_H",1,32,"a",2,"print",1,38])",
                                                     R"(["_H",1,33,1,2,"sleep",1,38])",
                                                     R"(["_H",1,29,29,3,5])",
                                                     R"(["_H",1])",
                                                     R"(["_H",1,32,"event",1,1,32,"event",1,1,11])",
                                                     R"(["_h",29,38])",
                                                     R"(["_H",1,99])",
                                                     R"(["_H",1,33,1,38])"};
        return random_.one_of(all);
    }

    Random& random_;
};

struct Model {
    std::string id;
    std::shared_ptr<const Program> program;
    bool enabled;
};

std::string said(const Error& error) {
    return std::string(name_of(error.kind)) + ": " + error.text() + " at " + error.chunk + ":" +
           std::to_string(error.ip);
}

std::string answer_of(const Matches& matches) {
    std::string text;
    for (const std::string& id : matches.ids) text += id + " ";
    text += "|";
    for (const Matches::Failure& failure : matches.failures) text += failure.id + " " + said(failure.error) + "|";
    return text;
}

template <typename Json>
std::string answer_alone(const std::vector<Model>& rules, Vm& vm, const Json& globals) {
    Matches matches;
    for (const Model& rule : rules) {
        if (!rule.enabled) continue;
        const Outcome outcome = vm.run(*rule.program, globals);
        if (outcome.suspended()) {
            Error error;
            error.kind = ErrorKind::Function;
            error.message = "A rule can't wait: it called the asynchronous function sleep";
            error.chunk = "root";
            error.ip = outcome.state->frames.back().ip;
            matches.failures.push_back({rule.id, error});
        } else if (outcome.failed()) {
            matches.failures.push_back({rule.id, outcome.error});
        } else if (outcome.result.is(Type::Bool) && outcome.result.as_bool()) {
            matches.ids.push_back(rule.id);
        }
    }
    return answer_of(matches);
}

/// A host's own kind of data.
class HostGlobals : public Globals {
  public:
    explicit HostGlobals(const js::value& json) : globals_(json) {}
    bool read(std::span<const Value> path, Heap& heap, Value& v) const override { return globals_.read(path, heap, v); }

  private:
    BoostGlobals globals_;
};

class Comparison {
  public:
    explicit Comparison(std::uint64_t seed) : random_(seed), programs_(random_) {}

    void run() {
        // So many that some branches have enough for columns, and rarely so, for they take their time.
        const int size = random_.chance(10) ? 200 : 1 + random_.below(20);
        js::array rules;
        for (int k = 0; k < size; ++k) rules.push_back(rule(std::to_string(k)));
        const std::vector<RuleError> refused = set_.set_all(rules);
        REQUIRE_MESSAGE(refused.empty(), (refused.empty() ? "" : refused[0].what()));
        for (int k = 0; k < 6; ++k) {
            compare();
            change(size);
        }
    }

  private:
    js::value rule(const std::string& id) {
        js::object json{{"id", id}};
        js::value bytecode;
        if (random_.chance(20)) {
            const js::value filter = js::parse(programs_.filter_json());
            json["filter"] = filter;
            bytecode = filter_bytecode(filter);
        } else {
            const std::string program = programs_.program();
            js::error_code error;
            bytecode = js::parse(without_surrogates(program), error);
            REQUIRE_MESSAGE(!error, program);
            json["bytecode"] = bytecode;
        }
        const bool enabled = !random_.chance(5);
        if (!enabled) json["enabled"] = false;
        Model model{id, Program::load(bytecode, standard_library()), enabled};
        const auto there = std::find_if(models_.begin(), models_.end(), [&](const Model& m) { return m.id == id; });
        if (there != models_.end()) {
            *there = model;
        } else {
            models_.push_back(model);
        }
        return json;
    }

    void compare() {
        const std::string event = programs_.event();
        INFO(event);
        const std::string expected = answer_alone(models_, vm_, event);
        CHECK(answer_of(set_.match(event)) == expected);
        js::error_code error;
        const js::value parsed = js::parse(event, error);
        if (error) return;
        CHECK(answer_of(set_.match(parsed)) == answer_alone(models_, vm_, parsed));
        CHECK(answer_of(set_.match(HostGlobals(parsed))) == expected);
    }

    void change(int size) {
        if (random_.chance(30)) {
            const std::string id = std::to_string(random_.below(size + 2));
            const auto there = std::find_if(models_.begin(), models_.end(), [&](const Model& m) { return m.id == id; });
            CHECK(set_.remove(id) == (there != models_.end()));
            if (there != models_.end()) models_.erase(there);
        }
        for (int k = random_.below(4); k > 0; --k) set_.set(rule(std::to_string(random_.below(size + 10))));
        CHECK(set_.size() == models_.size());
    }

    Random random_;
    Programs programs_;
    RuleSet set_;
    Vm vm_;
    std::vector<Model> models_;
};

}  // namespace

TEST_CASE("a rule set answers as each of its programs does alone") {
    const char* wanted = std::getenv("HOGVM_RULE_SETS");
    const int count = wanted != nullptr ? std::atoi(wanted) : 1000;
    for (int seed = 1; seed <= count; ++seed) {
        INFO("seed " << seed);
        Comparison(static_cast<std::uint64_t>(seed)).run();
    }
}
