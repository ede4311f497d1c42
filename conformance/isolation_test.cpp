// Runs know nothing of each other: neither those before on the same Vm, nor those beside on other threads, whatever
// rules and flags are replaced meanwhile. `make test-tsan` runs this under ThreadSanitizer, and `make test-valgrind`
// under valgrind, which would see what is left uninitialised.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <hogvm/flags.h>
#include <hogvm/hogvm.h>
#include <hogvm/json.h>
#include <hogvm/rule_set.h>

#include "answers.h"
#include "exchange.h"

namespace hogvm::conformance {
namespace {

constexpr int kThreads = 4;
constexpr std::size_t kEvery = 8;  // of the recorded requests each thread answers one in so many

/// Those whose answers are the same each time.
std::vector<std::string> lasting_requests() {
    std::vector<std::string> requests;
    for (const auto& topic : files_of("recorded")) {
        for (auto& [line, request] : cases_of(topic)) {
            const bool is_by_chance = line.find("Execution timed out") != std::string::npos ||
                                      line.find("randomFloat") != std::string::npos ||
                                      line.find("generateUUIDv4") != std::string::npos ||
                                      line.find("\"telemetry\"") != std::string::npos;
            // What takes the heap to its limit takes long.
            const bool is_heavy = line.find("the default limit of memory") != std::string::npos;
            if (!is_by_chance && !is_heavy) requests.push_back(std::move(request));
        }
    }
    return requests;
}

std::vector<std::string> answers_of_fresh_vms(const std::vector<std::string>& requests, Exchange::Form form) {
    std::vector<std::string> answers;
    answers.reserve(requests.size());
    for (const std::string& request : requests) answers.push_back(Exchange(form).answer(request));
    return answers;
}

TEST_CASE("a Vm that has run anything answers as a fresh one does, in whatever order") {
    const std::vector<std::string> requests = lasting_requests();
    REQUIRE(requests.size() > 4500);
    for (const Exchange::Form form : {Exchange::Form::Values, Exchange::Form::Text}) {
        const std::vector<std::string> fresh = answers_of_fresh_vms(requests, form);
        std::vector<std::size_t> order(requests.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::mt19937 random(7);
        Exchange exchange(form);
        for (int round = 0; round < 2; ++round) {
            std::shuffle(order.begin(), order.end(), random);
            for (const std::size_t i : order) {
                const std::string answer = exchange.answer(requests[i]);
                CHECK_MESSAGE(answer == fresh[i], requests[i] << "\n  fresh  " << fresh[i] << "\n  reused " << answer);
            }
        }
    }
}

// What the exchange does not show: what a run may still print, the time it has had, its seed, how it ended, when it
// looks at its host. Each of the runs that leave something is followed by each of those that would find it.

/// Everything that a host sees of a run. Of its time only what can't be: more than it took, or any before the first
/// look at the clock.
std::string told(const Outcome& outcome, int polls) {
    std::string text = outcome.finished() ? "finished" : outcome.suspended() ? "suspended" : "failed";
    const auto add = [&](std::string_view name, std::string_view value) {
        text.append(" ").append(name).append("=").append(value);
    };
    add("result", outcome.finished() ? outcome.json() : "");
    add("returned", outcome.returned ? "yes" : "no");
    add("error", outcome.failed() ? outcome.error.text() : "");
    add("kind", outcome.failed() ? name_of(outcome.error.kind) : "");
    add("place", outcome.error.chunk + ":" + std::to_string(outcome.error.ip));
    add("payload", outcome.error.payload_json);
    add("cause", outcome.error.cause ? "yes" : "no");
    add("function", outcome.function);
    add("args", std::to_string(outcome.args.size()));
    add("ops", std::to_string(outcome.ops));
    add("memory", std::to_string(outcome.max_memory));
    add("steps", std::to_string(outcome.async_steps));
    add("time", outcome.running_ms >= 1e6               ? "more than it took"
                : polls == 0 && outcome.running_ms != 0 ? "without a look"
                                                        : "its own");
    add("trace", std::to_string(outcome.trace.size()));
    for (const std::string& line : outcome.printed) add("printed", line);
    add("polls", std::to_string(polls));
    if (outcome.state != nullptr) {
        outcome.state->running_ms = 0;
        add("state", outcome.state->json());
    }
    return text;
}

/// A run on a Vm whose host is made anew, with what each of these programs needs.
struct Scenario {
    std::string name;
    std::string tokens;
    RunOptions options = {};
    bool is_cancelled = false;
    bool is_large = false;  // when it looks at its host depends on where its Vm has memory
    bool goes_on = false;   // after having spent a million seconds before a suspension
    std::string globals = {};
};

std::string run_on(Vm& vm, const Scenario& scenario) {
    const std::atomic<bool> stop = scenario.is_cancelled;
    int polls = 0;
    Host host;
    host.random_seed = 5;
    host.stop = &stop;
    host.poll = [&polls] { ++polls; };
    host.add("boom", 0, 0, [](Call&) -> Value { throw std::runtime_error("boom"); });
    host.add("work", 0, 0, [](Call& call) {
        call.check_time(4000);
        return Value::null();
    });
    host.add_async("fetch");
    if (scenario.name == "imports")
        host.import_chunk = [](std::string_view, Heap& heap) { return json::parse_copy(R"(["_H",1,33,6,38])", heap); };
    vm.host() = std::move(host);
    const auto program = load_program(scenario.tokens);
    Outcome outcome = vm.run(*program, scenario.globals, scenario.options);
    if (scenario.goes_on) {
        REQUIRE(outcome.suspended());
        const std::shared_ptr<State> state = outcome.state;
        state->running_ms = 1e9;
        outcome = vm.resume(*state, Value::null(), scenario.options);
    }
    std::string text = told(outcome, scenario.is_large ? 1 : polls);
    vm.host() = Host();
    return text;
}

RunOptions options_of(Limits limits) {
    RunOptions options;
    options.limits = limits;
    return options;
}

constexpr Limits kEndless{.timeout_ms = 1e12};
constexpr Limits kSmallOutput{.printed = 1000};

std::string prints(std::size_t bytes) { return R"(["_H",1,32,")" + std::string(bytes, 'x') + R"(",2,"print",1,35])"; }

/// Makes `count` arrays of 8 KB, one after the other, and keeps none.
std::string litters(int count) {
    return R"(["_H",1,33,0,33,)" + std::to_string(count) +
           R"(,36,0,15,40,15,33,500,2,"range",1,35,33,1,36,0,6,37,0,39,-22])";
}

// A function is declared, a variable captured, and a TRY open in a frame further up, where the host fails.
const std::string kFailsDeep =
    R"(["_H",1,33,42,52,"inner",0,1,3,55,0,38,53,1,true,0,41,"left",0,3,33,9,38,52,"outer",0,0,6,50,9,2,"boom",0,38,)"
    R"(53,0,54,0])";

std::vector<Scenario> runs_that_leave_something() {
    RunOptions traced, kept;
    traced.trace = true;
    kept.keep_state = true;
    return {
        {.name = "prints nearly all it may", .tokens = prints(900), .options = options_of(kSmallOutput)},
        {.name = "prints too much", .tokens = prints(2000), .options = options_of(kSmallOutput)},
        {.name = "draws a number", .tokens = R"(["_H",1,2,"randomFloat",0])"},
        {.name = "returns", .tokens = R"(["_H",1,33,1,38])"},
        {.name = "fails deep in calls", .tokens = kFailsDeep, .options = kept},
        {.name = "suspends", .tokens = R"(["_H",1,33,1,33,2,2,"fetch",2,38])"},
        {.name = "has spent a million seconds",
         .tokens = R"(["_H",1,33,1,2,"fetch",1,2,"work",0,38])",
         .options = options_of(kEndless),
         .goes_on = true},
        {.name = "throws",
         .tokens = R"(["_H",1,33,1,52,"inner",0,1,3,55,0,38,53,1,true,0,32,"secret",2,"Error",1,49])"},
        {.name = "writes beyond its stack", .tokens = R"(["_H",1,33,1,37,20])"},
        {.name = "imports", .tokens = R"(["_H",1,32,"mine",2,"import",1])"},
        {.name = "is traced", .tokens = R"(["_H",1,33,1,33,2,6])", .options = traced},
        {.name = "makes much", .tokens = litters(20'000)},
        {.name = "reads globals",
         .tokens = R"(["_H",1,32,"b",32,"a",1,2])",
         .globals = R"({"x":1,"y":2,"a":{"z":3,"b":"theirs"}})"},
        {.name = "is cancelled", .tokens = R"(["_H",1,2,"work",0])", .is_cancelled = true},
    };
}

std::vector<Scenario> runs_that_would_find_it() {
    RunOptions kept;
    kept.keep_state = true;
    RunOptions repl;
    repl.keep_stack = true;
    RunOptions once;
    once.limits.async_steps = 1;
    RunOptions small;
    small.limits.heap = 8 << 20;
    // Each is some steps of work, and so many together are one look at the host; 4,000 steps more would make it two.
    std::string looks = R"(["_H",1)";
    for (int k = 0; k < 60; ++k) looks += R"(,33,1,43,1,32,")" + std::string(5000, 'x') + R"(",21,35)";
    return {
        {.name = "prints all it may", .tokens = prints(968), .options = options_of(kSmallOutput)},
        {.name = "draws numbers", .tokens = R"(["_H",1,2,"randomFloat",0,2,"randomFloat",0,43,2])"},
        {.name = "runs off its end", .tokens = R"(["_H",1,33,1])"},
        {.name = "captures", .tokens = R"(["_H",1,33,7,52,"f",0,1,3,55,0,38,53,1,true,0])", .options = repl},
        {.name = "suspends with what it captured",
         .tokens = R"(["_H",1,33,7,52,"f",0,1,3,55,0,38,53,1,true,0,2,"fetch",0])",
         .options = once},
        {.name = "throws", .tokens = R"(["_H",1,32,"mine",2,"Error",1,49])", .options = kept},
        {.name = "throws in a call",
         .tokens = R"(["_H",1,52,"f",0,0,6,32,"mine",2,"Error",1,49,53,0,54,0])",
         .options = kept},
        {.name = "fails by itself", .tokens = R"(["_H",1,33,1,54,0])"},
        {.name = "calls what was declared", .tokens = R"(["_H",1,2,"left",0])"},
        {.name = "imports what was imported", .tokens = R"(["_H",1,32,"mine",2,"import",1])"},
        {.name = "is cancelled at its first call", .tokens = R"(["_H",1,2,"work",0])", .is_cancelled = true},
        {.name = "works a little", .tokens = R"(["_H",1,2,"work",0,35])"},
        {.name = "looks at long texts without a call", .tokens = looks + "]"},
        {.name = "makes more than it may hold", .tokens = litters(20'000), .options = small, .is_large = true},
        {.name = "reads globals that it has not", .tokens = R"(["_H",1,32,"b",32,"a",1,2])", .globals = R"({"c":1})"},
        {.name = "reads globals in another order",
         .tokens = R"(["_H",1,32,"b",32,"a",1,2])",
         .globals = R"({"a":{"b":"mine","z":3},"x":1})"},
    };
}

TEST_CASE("a run is given what the first on a Vm is given, whatever the one before has used up") {
    for (const Scenario& after : runs_that_would_find_it()) {
        Vm fresh;
        const std::string expected = run_on(fresh, after);
        REQUIRE_MESSAGE(expected.find("kind=memory") == std::string::npos, after.name);
        for (const Scenario& before : runs_that_leave_something()) {
            Vm vm;
            run_on(vm, before);
            const std::string seen = run_on(vm, after);
            CHECK_MESSAGE(seen == expected, after.name << ", after one that " << before.name);
        }
    }
}

TEST_CASE("globals that came as text are gone after the run") {
    std::string text = R"({"a":[1)";
    for (int k = 0; k < 2'000'000; ++k) text += ",1";
    text += "]}";
    const auto program = load_program(R"(["_H",1,33,1,32,"a",1,2])");
    RunOptions options;
    options.limits.memory = 0;
    Vm vm;
    // Each document takes 32 MB, and all of a Vm's 512 MB at the most.
    for (int round = 0; round < 24; ++round) REQUIRE(vm.run(*program, text, options).json() == "1");
}

/// What a set of rules says of an event that has nothing: a line for each rule that matches or fails, sorted.
std::vector<std::string> answers_of(const RuleSet& rules) {
    const Matches matches = rules.match("{}");
    std::vector<std::string> answers = matches.ids;
    for (const Matches::Failure& f : matches.failures) answers.push_back(f.id + ": " + f.error.text());
    std::ranges::sort(answers);
    return answers;
}

TEST_CASE("a rule is given what it has alone in its set, whatever the rules before it have used up") {
    RuleSetOptions options;
    options.limits.printed = 1000;
    options.host.random_seed = 5;
    options.host.add_async("fetch");
    options.host.add("boom", 0, 0, [](Call&) -> Value { throw std::runtime_error("boom"); });
    Vm vm(options.host);
    const std::string drawn = vm.run(*load_program(R"(["_H",1,2,"randomFloat",0])")).json();
    const std::string programs[] = {
        R"(["_H",1,2,"randomFloat",0,34,)" + drawn + ",11,38]",
        R"(["_H",1,32,")" + std::string(968, 'x') + R"(",2,"print",1,35,29,38])",
        kFailsDeep,
        R"(["_H",1,2,"left",0])",
        R"(["_H",1,32,"mine",2,"Error",1,49])",
        R"(["_H",1,52,"f",0,0,6,32,"mine",2,"Error",1,49,53,0,54,0])",
        R"(["_H",1,29,2,"fetch",1,38])",
        R"(["_H",1,29])",
    };
    // Each program is there twice: one of the two comes after whatever other.
    std::vector<std::string> expected;
    std::string all;
    for (std::size_t k = 0; k < 2 * std::size(programs); ++k) {
        const std::string rule =
            R"({"id":")" + std::to_string(k) + R"(","bytecode":)" + programs[k % std::size(programs)] + "}";
        for (std::string& answer : answers_of(RuleSet("[" + rule + "]", options)))
            expected.push_back(std::move(answer));
        all += (k > 0 ? "," : "[") + rule;
    }
    REQUIRE(expected.size() > 14);
    std::ranges::sort(expected);
    const RuleSet rules(all + "]", options);
    for (int round = 0; round < 2; ++round) CHECK(answers_of(rules) == expected);
}

// Rules and flags in two versions each; what is seen is one or the other.

std::string rules_of(std::string_view event) {
    std::string rules = "[";
    for (int k = 0; k < 20; ++k) {
        rules += (k > 0 ? "," : "") + std::string(R"({"id":"r)") + std::to_string(k) + R"(","bytecode":["_H",1,32,")" +
                 std::string(event) + R"(",32,"event",1,1,11,38]})";
    }
    return rules + "]";
}

std::string flags_of(std::string_view plan) {
    return R"({"flags":[{"key":"f","active":true,"filters":{"groups":[{"properties":[{"key":"plan","value":")" +
           std::string(plan) + R"("}]}]}}]})";
}

class Beside {
  public:
    Beside() : rules_(rules_of("even")), flags_(std::string_view(flags_of("even"))) {}

    void match_and_evaluate(std::atomic<int>& torn) const {
        const std::size_t matched = rules_.match(R"({"event":"even"})").ids.size();
        if (matched != 0 && matched != 20) ++torn;
        const boost::json::object person = {{"plan", "even"}};
        const FlagAnswer answer = flags_.evaluate("f", {.distinct_id = "ann", .person = person});
        if (answer.outcome != FlagAnswer::Outcome::Decided) ++torn;
    }
    void replace(int round) {
        const char* name = round % 2 == 0 ? "odd" : "even";
        rules_.set_all(boost::json::parse(rules_of(name)));
        flags_.replace(std::string_view(flags_of(name)));
    }

  private:
    RuleSet rules_;
    FlagSet flags_;
};

TEST_CASE("many threads run many programs as one would, while rules and flags are replaced") {
    const std::vector<std::string> requests = lasting_requests();
    std::vector<std::string> some;
    for (std::size_t i = 0; i < requests.size(); i += kEvery) some.push_back(requests[i]);
    const std::vector<std::string> alone = answers_of_fresh_vms(some, Exchange::Form::Values);
    // Programs that all threads share, one of them with frames, closures and a library function in Hog.
    const auto program = load_program(
        R"(["_H",1,33,0,52,"lambda",1,1,8,36,0,55,0,6,56,0,55,0,38,53,1,true,0,32,"list",1,1,2,"arrayMap",2,36,0,43,2,38])");
    constexpr std::string_view kGlobals = R"({"list":[1,2,3,4]})";
    const std::string expected = Vm().run(*program, kGlobals).json();

    Beside beside;
    std::atomic<int> wrong{0}, torn{0}, running{kThreads};
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            Exchange exchange;
            Vm vm;
            std::mt19937 random(static_cast<unsigned>(t));
            for (std::size_t n = 0; n < some.size(); ++n) {
                const std::size_t i = random() % some.size();
                if (exchange.answer(some[i]) != alone[i]) ++wrong;
                if (vm.run(*program, kGlobals).json() != expected) ++wrong;
                if (n % 4 == 0) beside.match_and_evaluate(torn);
            }
            --running;
        });
    }
    int rounds = 0;
    for (; running > 0; ++rounds) beside.replace(rounds);
    threads.clear();
    CHECK(rounds > 0);
    CHECK(wrong == 0);
    CHECK(torn == 0);
}

}  // namespace
}  // namespace hogvm::conformance
