// Runs know nothing of each other: neither those before on the same Vm, nor those beside on other threads, whatever
// rules and flags are replaced meanwhile. `make test-tsan` runs this under ThreadSanitizer, and `make test-valgrind`
// under valgrind, which would see what is left uninitialised.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <random>
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

std::vector<std::string> answers_of_fresh_vms(const std::vector<std::string>& requests) {
    std::vector<std::string> answers;
    answers.reserve(requests.size());
    for (const std::string& request : requests) answers.push_back(Exchange().answer(request));
    return answers;
}

TEST_CASE("a Vm that has run anything answers as a fresh one does, in whatever order") {
    const std::vector<std::string> requests = lasting_requests();
    REQUIRE(requests.size() > 4500);
    const std::vector<std::string> fresh = answers_of_fresh_vms(requests);
    std::vector<std::size_t> order(requests.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::mt19937 random(7);
    Exchange exchange;
    for (int round = 0; round < 2; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        for (const std::size_t i : order) {
            const std::string answer = exchange.answer(requests[i]);
            CHECK_MESSAGE(answer == fresh[i], requests[i] << "\n  fresh  " << fresh[i] << "\n  reused " << answer);
        }
    }
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
    const std::vector<std::string> alone = answers_of_fresh_vms(some);
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
