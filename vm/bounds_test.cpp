// What a run reads and what it gives is bounded like what it holds: globals, results, payloads, states, traces; and so
// is what loading and checking a program make of it.
#include <hogvm/vm.h>

#include <atomic>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/json.h>
#include <hogvm/standard_library.h>

using namespace hogvm;

namespace {

/// let a := [1]; then so many times a := [a, a]; and what is done with it.
std::string shared(int levels, std::string_view then) {
    std::string program = R"(["_H",1,33,1,43,1)";
    for (int level = 0; level < levels; ++level) program += ",36,0,36,0,43,2,37,0";
    return program + "," + std::string(then) + "]";
}

/// let s := '\u0001'; then so many times s := concat(s, s); and what is done with it.
std::string doubled(int times, std::string_view then) {
    std::string program = R"(["_H",1,32,"\u0001")";
    for (int time = 0; time < times; ++time) program += R"(,36,0,36,0,2,"concat",2,37,0)";
    return program + "," + std::string(then) + "]";
}

constexpr std::string_view kReturn = "36,0,38";
constexpr std::string_view kThrow = R"(32,"Error",32,"x",36,0,2,"HogError",3,49)";
constexpr std::string_view kSuspend = R"(33,1,2,"sleep",1)";

Outcome ran(Vm& vm, const std::string& program, const RunOptions& options) {
    return vm.run(*load_program(program), options);
}

std::string failure_of(const auto& act) {
    try {
        act();
    } catch (const Failure& f) {
        return std::string(name_of(f.kind)) + ": " + f.message;
    } catch (const LoadError& e) {
        return std::string("load: ") + e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a payload is written within the run's time and memory") {
    Vm vm;
    RunOptions options;
    options.limits.memory = 0;
    options.limits.timeout_ms = 50;
    const Outcome endless = ran(vm, shared(40, kThrow), options);
    CHECK((endless.error.kind == ErrorKind::Timeout || endless.error.kind == ErrorKind::Memory));

    options.limits.timeout_ms = 60'000;
    options.limits.heap = 4 << 20;
    const Outcome large = ran(vm, doubled(20, kThrow), options);  // 1 MiB, and six times that as JSON
    CHECK(large.error.kind == ErrorKind::Memory);
    const Outcome small = ran(vm, doubled(10, kThrow), options);
    CHECK(small.error.kind == ErrorKind::Uncaught);
    CHECK(small.error.payload_json.size() == 6 * 1024 + 2);
}

TEST_CASE("a result's JSON takes at most what the run may") {
    Vm vm;
    RunOptions options;
    options.limits.memory = 0;
    options.limits.heap = 4 << 20;
    const Outcome outcome = ran(vm, shared(40, kReturn), options);
    REQUIRE(outcome.finished());
    CHECK(failure_of([&] { static_cast<void>(outcome.json()); }) ==
          "memory: The result is too large: more than 4194304 bytes as JSON");
    CHECK(ran(vm, doubled(19, kReturn), options).json().size() == 6u * 512 * 1024 + 2);
}

TEST_CASE("a state's JSON takes at most what the run may") {
    Vm vm;
    RunOptions options;
    options.limits.heap = 4 << 20;
    const Outcome one = ran(vm, doubled(20, kSuspend), options);
    REQUIRE(one.suspended());
    CHECK(failure_of([&] { static_cast<void>(one.state->json()); }) ==
          "memory: The state is too large: more than 4194304 bytes as JSON");
    // Many slots, each of them small enough.
    std::string slots = doubled(16, "36,0");
    slots.pop_back();
    for (int slot = 0; slot < 20; ++slot) slots += ",36,0";
    const Outcome many = ran(vm, slots + "," + std::string(kSuspend) + "]", options);
    REQUIRE(many.suspended());
    CHECK(failure_of([&] { static_cast<void>(many.state->json()); }) ==
          "memory: The state is too large: more than 4194304 bytes as JSON");
}

TEST_CASE("globals' text is read within the run's memory and time") {
    std::string event = R"({"p":[[])";
    while (event.size() < 3'000'000) event += ",[]";
    event += "]}";
    const std::string program = R"(["_H",1,32,"p",1,1,2,"length",1,38])";
    Vm vm;
    RunOptions options;
    CHECK(ran(vm, program, options).failed());  // no globals
    CHECK(vm.run(*load_program(program), event, options).json() == std::to_string((event.size() - 7) / 3));
    options.limits.heap = 4 << 20;
    CHECK(vm.run(*load_program(program), event, options).error.text() ==
          "globals: Out of memory: the values of this run need more than 4194304 bytes");
    options.limits.heap = 0;
    const std::atomic<bool> stop = true;
    vm.host().stop = &stop;
    CHECK(vm.run(*load_program(program), event, options).error.text() == "globals: Execution was cancelled");
}

TEST_CASE("a chunk has at most a million tokens") {
    std::string program = R"(["_H",1)";
    for (int i = 0; i < 500'000; ++i) program += ",31,35";
    CHECK(failure_of([&] { load_program(program + "]"); }) ==
          "load: program: chunk \"root\" has 1000002 tokens, of 1000000 at the most");
    program.resize(program.size() - 6);
    CHECK(failure_of([&] { load_program(program + "]"); }).empty());
}

TEST_CASE("findings are at most a thousand, and name what is long by its beginning") {
    const std::string name(50'000, 'n');
    std::string program = R"({"bytecodes":{"root":{"bytecode":["_H",1]},")" + name + R"(":{"bytecode":["_H",1)";
    for (int i = 0; i < 2000; ++i) program += ",99";
    program += R"(,2,")" + name + R"(",0]}}})";
    const auto findings = load_program(program)->check();
    CHECK(findings.size() == 1000);
    for (const auto& finding : findings) {
        CHECK(finding.chunk == std::string(200, 'n') + "...");
        CHECK(finding.message.size() < 500);
    }
}

TEST_CASE("reading an answer is a part of the time that a run has left") {
    Host host;
    host.add_async("wait");
    Vm vm(std::move(host));
    RunOptions options;
    options.limits.timeout_ms = 1000;
    Outcome outcome = vm.run(*load_program(R"(["_H",1,2,"wait",0,2,"length",1,38])"), options);
    REQUIRE(outcome.suspended());
    outcome.state->running_ms = 999.999;  // none is left to look at the clock twice
    std::string answer = "[0";
    while (answer.size() < 1'000'000) answer += ",0";
    const auto state = outcome.state;
    outcome = vm.resume(*state, answer + "]", options);
    CHECK(outcome.error.kind == ErrorKind::Timeout);
}

TEST_CASE("a program decodes anew what it jumps into only once, and within its memory") {
    // for f in a closure that begins in the middle of an instruction: f(), again and again
    std::string program = R"(["_H",1,32,"f",1,1,36,0,54,0,35,39,-6,33,1)";
    for (int i = 0; i < 20'000; ++i) program += ",33,1,35";
    const std::string globals =
        R"({"f":{"__hogClosure__":true,"upvalues":[],"callable":{"__hogCallable__":"local","name":"f","chunk":"root","argCount":0,"upvalueCount":0,"ip":15}}})";
    Vm vm;
    RunOptions options;
    options.limits.timeout_ms = 1000;
    options.limits.memory = 1 << 20;
    CHECK(vm.run(*load_program(program + "]"), globals, options).failed());
}

TEST_CASE("a name that is a list is told within the run's time, or not at all") {
    // import(['x']) fails in a chunk whose name is a list that holds itself many times.
    Host host;
    host.import_chunk = [](std::string_view, Heap& heap) { return json::parse(R"(["_H",1,2,"nothing",0])", heap); };
    Vm vm(std::move(host));
    RunOptions options;
    options.limits.memory = 0;
    options.limits.timeout_ms = 200;
    const Outcome wide = ran(vm, shared(40, R"(36,0,2,"import",1)"), options);
    CHECK(wide.failed());
    std::string deep = R"(["_H",1,32,"x")";
    for (int level = 0; level < 1500; ++level) deep += ",43,1";
    const Outcome nested = vm.run(*load_program(deep + R"(,2,"import",1])"), options);
    CHECK(nested.failed());
}
