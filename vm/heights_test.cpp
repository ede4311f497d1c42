#include "heights.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/program.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

#include "chunk.h"

using namespace hogvm;

namespace {

/// The heights of the root chunk, as "ip:height", in the order of the instructions.
std::string heights_of(std::string_view program) {
    const std::shared_ptr<const Program> loaded = load_program(program);
    const Chunk& root = *loaded->chunks()[0];
    std::string out;
    for (const Instruction& i : root.code) {
        if (i.op < Opcode::END && !root.is_before(i))
            out += (out.empty() ? "" : " ") + std::to_string(i.ip) + ":" + std::to_string(i.height);
    }
    return out;
}

std::string told(const Outcome& outcome) {
    return (outcome.finished() ? outcome.json() : outcome.error.message) + " ops=" + std::to_string(outcome.ops) +
           " memory=" + std::to_string(outcome.max_memory);
}

}  // namespace

TEST_CASE("each instruction knows how high the stack is when it is reached") {
    CHECK(heights_of(R"(["_H", 1, 33, 1, 33, 2, 6, 38])") == "2:0 4:1 6:2 7:1");
    // A function's body begins with its arguments.
    CHECK(heights_of(R"(["_H", 1, 52, "f", 2, 0, 4, 36, 0, 35, 38, 53, 0, 38])") == "2:0 7:2 9:3 10:2 11:1 13:1");
    // What a try block throws lies on top of what was there.
    CHECK(heights_of(R"(["_H", 1, 29, 50, 4, 33, 1, 51, 35, 38])") == "2:0 3:1 5:1 7:2 8:2 9:1");
}

TEST_CASE("where two ways of different heights meet there is none") {
    // true; if false goes to 8 with one value less.
    CHECK(heights_of(R"(["_H", 1, 29, 40, 2, 33, 5, 33, 6, 38])") == "2:0 3:1 5:0 7:-1 9:-1");
}

TEST_CASE("what takes from below the frame, or writes above the stack, leaves none") {
    CHECK(heights_of(R"(["_H", 1, 6, 38])") == "2:0 3:-1");
    CHECK(heights_of(R"(["_H", 1, 33, 1, 37, 4, 38])") == "2:0 4:1 6:-1");
}

TEST_CASE("a state whose stack is not as its code says runs on as plain instructions do") {
    // let a := 1; let b := wait(1); return a + b
    constexpr const char* kSum = R"(["_H", 1, 33, 1, 33, 1, 2, "wait", 1, 36, 1, 36, 0, 6, 38])";
    Host host;
    host.add_async("wait");
    for (const int extra : {-1, 0, 1, 2}) {
        std::vector<std::string> results;
        for (const bool is_traced : {false, true}) {
            Vm vm(host);
            const Outcome suspended = vm.run(*load_program(kSum));
            REQUIRE(suspended.suspended());
            if (extra < 0) suspended.state->stack.clear();
            for (int k = 0; k < extra; ++k) suspended.state->stack.push_back(Value::integer(100));
            RunOptions options;
            options.trace = is_traced;
            results.push_back(told(vm.resume(*suspended.state, "7", options)));
        }
        CHECK(results[0] == results[1]);
        if (extra == 0) CHECK(results[0].starts_with("8 "));
    }
}

TEST_CASE("a function that is declared by name and called with too many arguments leaves them on the stack") {
    // fun f(a) { return a }; f(1, 2); return the local 0
    constexpr const char* kDeclared =
        R"(["_H", 0, 41, "f", 1, 3, 36, 0, 38, 33, 1, 33, 2, 2, "f", 2, 36, 0, 36, 1, 6, 38])";
    std::vector<std::string> results;
    for (const bool is_traced : {false, true}) {
        RunOptions options;
        options.trace = is_traced;
        Vm vm;
        results.push_back(told(vm.run(*load_program(kDeclared), options)));
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0].starts_with("3 "));
}
