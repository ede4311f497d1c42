// What no function is to blame for: operators and instructions that take long, one after the other without a call
// between, end when their run's time is up.
#include <hogvm/vm.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/standard_library.h>

using namespace hogvm;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kMostMs = 60'000;
#else
constexpr double kMostMs = 50;  // of this thread's own time, after a run's time was up or it was stopped
#endif
constexpr double kTimeoutMs = 50;
constexpr double kForgivenMs = 10;  // to begin and to end
constexpr int kMeasures = 3;        // the machine may have been at fault

double thread_ms() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

/// Runs `step` a few thousand times in a row, on what `begin` has put into the variables 0 and 1.
std::string straight(std::string_view begin, std::string_view step) {
    std::string program = R"(["_H",1,)" + std::string(begin);
    for (int i = 0; i < 3000; ++i) program += "," + std::string(step);
    return program + "]";
}

struct Ended {
    std::string kind;  // of the error
    double late_ms;    // that the run went on for
};

/// Runs until the time is up.
Ended timed(const Program& program, std::string_view globals) {
    RunOptions options;
    options.limits.timeout_ms = kTimeoutMs;
    Vm vm;
    const double before = thread_ms();
    const Outcome outcome = vm.run(program, globals, options);
    return {std::string(name_of(outcome.error.kind)), thread_ms() - before - kTimeoutMs};
}

/// Runs until it is stopped, at a look in the midst of it.
Ended stopped(const Program& program, std::string_view globals) {
    std::atomic<bool> stop{false};
    const double before = thread_ms();
    double raised = before;
    Host host;
    host.stop = &stop;
    host.poll = [&] {
        if (stop || thread_ms() < before + kTimeoutMs) return;
        raised = thread_ms();
        stop = true;
    };
    Vm vm(host);
    const Outcome outcome = vm.run(program, globals, {});
    return {std::string(name_of(outcome.error.kind)), thread_ms() - raised};
}

void check_ends(std::string_view what, const std::string& program, std::string_view globals = "") {
    const auto loaded = load_program(program);
    const auto least = [&](const auto& run) {
        Ended ended = run(*loaded, globals);
        for (int i = 1; i < kMeasures && ended.late_ms > kMostMs + kForgivenMs; ++i)
            ended.late_ms = std::min(ended.late_ms, run(*loaded, globals).late_ms);
        return ended;
    };
    const Ended by_time = least(timed);
    CHECK_MESSAGE(by_time.kind == "timeout", what << " ended with " << by_time.kind);
    CHECK_MESSAGE(by_time.late_ms < kMostMs + kForgivenMs, what << " was late by " << by_time.late_ms << " ms");
    const Ended by_flag = least(stopped);
    // A search that could take long is refused for lack of time where the run may be stopped.
    CHECK_MESSAGE((by_flag.kind == "cancelled" || by_flag.kind == "timeout"), what << " ended with " << by_flag.kind);
    CHECK_MESSAGE(by_flag.late_ms < kMostMs + kForgivenMs, what << " went on for " << by_flag.late_ms << " ms");
}

// let a := range(2000000); let b := arrayReverse(arrayReverse(a))
constexpr std::string_view kArrays = R"(33,2000000,2,"range",1,36,0,2,"arrayReverse",1,2,"arrayReverse",1)";
// s := '日' doubled 22 times: 12 MB
std::string texts(std::string_view unit) {
    std::string begin = "32,\"" + std::string(unit) + "\"";
    for (int i = 0; i < 22; ++i) begin += R"(,36,0,36,0,2,"concat",2,37,0)";
    return begin + R"(,36,0,32,"b",2,"concat",2)";
}

}  // namespace

TEST_CASE("operators on much, one after the other, end in time") {
    check_ends("comparing arrays", straight(kArrays, "36,0,36,1,11,35"));
    check_ends("looking for an element", straight(kArrays, "36,0,33,-1,21,35"));
    check_ends("an array as a number", straight(kArrays, "33,1,36,0,6,35"));
    check_ends("comparing texts", straight(texts("日"), "36,0,36,1,13,35"));
    check_ends("a text as a number", straight(texts("1"), "33,1,36,0,6,35"));
    check_ends("a text in a text", straight(texts("ab"), "36,0,32,\"ba!\",21,35"));
    const std::string nearly = texts("a") + R"(,36,0,36,0,2,"concat",2)";  // twice the text, without its last letter
    check_ends("a text that is nearly in a text", straight(nearly, "36,2,36,1,21,35"));
    check_ends("a text that is nearly in a text, ignoring case", straight(nearly, "36,1,36,2,18,35"));
    check_ends("a pattern", straight(texts("ab"), "32,\"ba+!\",36,0,23,35"));
    check_ends("LIKE", straight(texts("ab"), "32,\"%ba!%\",36,0,17,35"));
    check_ends("a text of many bytes on the stack", straight(texts("日"), "36,0,35"));
    check_ends("LIKE of wildcards", straight(texts("%"), "36,0,32,\"b\",17,35"));
    check_ends("LIKE without wildcards", straight(texts("日"), "36,0,32,\"b\",17,35"));
    check_ends("a hexadecimal number", straight(texts("f") + R"(,32,"0x",36,0,2,"concat",2)", "33,1,36,2,6,35"));
    check_ends("spaces before a number", straight(texts(" "), "33,1,36,1,6,35"));
    check_ends("spaces after a number", straight(texts(" ") + R"(,32,"1",36,0,2,"concat",2)", "33,1,36,2,6,35"));
    // [s + 'b', s + 'b', s + 'b'], in which s + 'c' is not
    check_ends("a text among texts",
               straight(texts("日") + R"(,36,0,32,"c",2,"concat",2)", "36,1,36,1,36,1,43,3,36,2,21,35"));
    std::string entries;
    for (int i = 0; i < 10; ++i) entries += "33," + std::to_string(i) + ",33,1,";
    for (int i = 0; i < 8; ++i) entries += "36,0,33,1,";
    check_ends("long keys of a dict", straight(texts("日"), entries + "42,18,35"));
}

TEST_CASE("reading globals, one after the other, ends in time") {
    std::string globals = R"({"g":[0)";
    for (int i = 0; i < 1'000'000; ++i) globals += ",1";
    check_ends("a global of a million elements", straight("33,1", R"(32,"g",1,1,35)"), globals + "]}");
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += "日ba";
    const std::string long_text = R"({"g":")" + text + "\"}";
    check_ends("a long global and a pattern", straight("33,1", R"(32,"ba+!",32,"g",1,1,23,35)"), long_text);
    check_ends("a long global compared", straight("33,1", R"(32,"日",32,"g",1,1,13,35)"), long_text);
}

TEST_CASE("accounting for shared and cyclic values ends in time") {
    // let c := [1]; c[2] := c; let a := [1]; then a := [a, a], twenty times; let b := [c]
    std::string begin = R"(33,1,43,1,36,0,33,2,36,0,46,33,1,43,1)";
    for (int i = 0; i < 20; ++i) begin += ",36,1,36,1,43,2,37,1";
    check_ends("a tree of shared parts beside a cycle", straight(begin, "36,1,35"));
}

TEST_CASE("a collection ends with the run's time") {
    // let a := []; while (true) { a := arrayPushBack(a, [[]]) }
    check_ends("a heap of small arrays", R"(["_H",1,43,0,36,0,43,0,43,1,2,"arrayPushBack",2,37,0,39,-13])");
}

TEST_CASE("what is printed, nested, counted, passed and suspended is bounded, each with an error of its own") {
    const auto ended = [](std::string_view program, const Limits& limits = {}) {
        RunOptions options;
        options.limits = limits;
        const Outcome outcome = Vm().run(*load_program(program), options);
        return std::string(name_of(outcome.error.kind)) + ": " + outcome.error.text();
    };
    CHECK(ended(R"(["_H",1,32,"text",2,"print",1,35,39,-8])", {.printed = 1000}) ==
          "memory: Printed output exceeds 1000 bytes");
    // Empty lines take memory, too.
    CHECK(ended(R"(["_H",1,32,"",2,"print",1,35,39,-8])", {.printed = 1000}) ==
          "memory: Printed output exceeds 1000 bytes");
    CHECK(ended(R"(["_H",1,2,"sleep",0])", {.async_steps = 0}) ==
          "async_steps: Exceeded maximum number of async steps: 0");
    // let a := []; while (true) { a := [a] }; then its text
    std::string deep = R"(["_H",1,43,0)";
    for (int i = 0; i < 2100; ++i) deep += ",43,1";
    CHECK(ended(deep + R"(,2,"toString",1])") == "depth: Values nested too deeply: more than 2000 levels");
    std::string many = R"(["_H",1)";
    for (int i = 0; i < 301; ++i) many += ",31";
    CHECK(ended(many + R"(,2,"tuple",301])") == "function: Too many arguments");
    CHECK(ended(R"(["_H",1,32,"x",36,0,36,0,2,"concat",2,37,0,39,-11])", {.memory = 1000})
              .starts_with("memory: Memory limit of 1000 bytes"));
    CHECK(ended(R"(["_H",1,33,1000000000,2,"range",1])") ==
          "memory: Function range can not make an array of 1000000000 elements (argument 1)");
}
