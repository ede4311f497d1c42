// A program is shared by threads: what runs read of it is not written to, not even for a moment.
#include <hogvm/vm.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/standard_library.h>

using namespace hogvm;

namespace {

constexpr int kThreads = 3;
constexpr int kRuns = 20'000;

/// How many of the answers that threads get at the same time are not what a single one gets.
template <typename Ask>
int wrong_answers(Ask ask) {
    const std::string right = ask();
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int run = 0; run < kRuns; ++run) wrong += ask() != right;
        });
    }
    threads.clear();
    return wrong;
}

}  // namespace

TEST_CASE("threads that run one program see its lists, objects and globals whole") {
    for (
        const char* text :
        {R"(["_H",1,32,[1,[2,3,4,5,6],{"a":[1,2,3]}],38])",
         R"({"bytecodes":{"root":{"bytecode":["_H",1,32,"cfg",1,1,38],"globals":{"cfg":{"list":[1,2,3,4],"o":{"a":1,"b":[1,2,3]}}}}}})",
         R"({"bytecodes":{"root":{"bytecode":["_H",1,32,"x",2,"import",1,38]},"x":{"bytecode":["_H",1,32,"cfg",1,1,38],"globals":{"cfg":{"list":[1,2,3,4],"o":{"a":1,"b":[1,2,3]}}}}}})"}) {
        const auto program = load_program(text);
        CHECK(wrong_answers([&] {
                  thread_local Vm vm;
                  return vm.run(*program).json();
              }) == 0);
    }
}

TEST_CASE("threads that suspend one program write its tokens whole") {
    const auto program = load_program(R"(["_H",1,32,[1,{"a":2}],32,1,2,"sleep",1])");
    CHECK(wrong_answers([&] {
              thread_local Vm vm;
              std::string state = vm.run(*program).state->json();
              return state.substr(0, state.find("\"syncDuration\""));
          }) == 0);
}

TEST_CASE("what a program does to its chunk's globals is gone with the run") {
    // cfg.list[1] := 9; return cfg.list
    const auto program = load_program(
        R"({"bytecodes":{"root":{"bytecode":["_H",1,32,"list",32,"cfg",1,2,36,0,33,1,33,9,46,36,0,38],"globals":{"cfg":{"list":[1,2]}}}}})");
    Vm vm;
    for (int run = 0; run < 3; ++run) {
        CHECK(vm.run(*program).json() == "[9,2]");
        CHECK(
            Vm()
                .run(*load_program(
                    R"({"bytecodes":{"root":{"bytecode":["_H",1,32,"list",32,"cfg",1,2,38],"globals":{"cfg":{"list":[1,2]}}}}})"))
                .json() == "[1,2]");
    }
}
