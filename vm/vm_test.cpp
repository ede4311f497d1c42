#include <hogvm/vm.h>

#include <atomic>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include <hogvm/globals.h>
#include <hogvm/json.h>
#include <hogvm/standard_library.h>

using namespace hogvm;

namespace {

constexpr const char* kForever = R"(["_H",1,39,-2])";
constexpr const char* kDoubling =
    R"(["_H",1,32,"x",36,0,36,0,2,"concat",2,37,0,39,-11])";  // s := concat(s, s), forever
constexpr const char* kAnswer = R"(["_H",1,33,42,38])";
constexpr const char* kReadsAB = R"(["_H",1,32,"b",32,"a",1,2,38])";  // return a.b

// let x := [wait(1), wait(2)]; let f := (a) -> a + x[1]; return f(wait(10))
constexpr const char* kWaits =
    R"(["_H",1,33,1,2,"wait",1,33,2,2,"wait",1,43,2,52,"lambda",1,1,9,55,0,33,1,45,36,0,6,38,53,1,true,0,33,10,2,"wait",1,36,1,54,1,38,35,57])";

// let functions := []; for (let i in [1, 2, 3]) { let c := i; functions := arrayPushBack(functions, () -> c) }; return
// functions[3]()
constexpr const char* kLoopClosures =
    R"(["_H",1,43,0,33,1,33,2,33,3,43,3,36,1,2,"values",1,33,1,36,2,2,"length",1,31,36,4,36,3,16,40,38,36,2,36,3,45,37,5,36,5,36,0,52,"lambda",0,1,3,55,0,38,53,1,true,6,2,"arrayPushBack",2,37,0,57,36,3,33,1,6,37,3,39,-45,35,35,35,35,35,36,0,33,3,45,54,0,38,35])";

Host waiting_host() {
    Host host;
    host.add_async("wait");
    return host;
}

RunOptions limited(Limits limits) {
    RunOptions options;
    options.limits = limits;
    return options;
}

/// Runs a program on a Vm of its own: its result as JSON, or the error's kind and text.
std::string ran(std::string_view program, const RunOptions& options = {}, Host host = {}) {
    Vm vm(std::move(host));
    const Outcome outcome = vm.run(*load_program(program), options);
    return outcome.finished() ? outcome.json() : std::string(name_of(outcome.error.kind)) + ": " + outcome.error.text();
}

/// Notes each path that a program asks for.
class Recording : public Globals {
  public:
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override {
        std::string text;
        for (const Value key : path) text += (text.empty() ? "" : ".") + json::to_text(key);
        asked.push_back(text);
        if (path[0].as_text() != "a") return false;
        value = Value::array(heap.array_of(path));
        return true;
    }
    mutable std::vector<std::string> asked;
};

}  // namespace

TEST_CASE("a tuple that a host function returns stays one, wherever it is") {
    Host host;
    host.add("give", [](Call& call) {
        const Value one[] = {Value::integer(1)};
        const Value tuple = Value::array(call.heap.array_of(one, true));
        Dict* dict = call.heap.dict();
        call.heap.set(dict, Value::ascii("k"), tuple);
        const Value all[] = {tuple, Value::dict(dict)};
        return Value::array(call.heap.array_of(all, true));
    });
    Vm vm(host);
    const Outcome outcome = vm.run(*load_program(R"(["_H",1,2,"give",0,2,"toString",1,38])"));
    REQUIRE(outcome.finished());
    CHECK(outcome.result.as_text() == "(tuple(1), {'k': tuple(1)})");
}

TEST_CASE("a host function is given its arguments as for JSON, and its result is a program's value") {
    Host host;
    std::string given;
    host.add("tell", 1, 2, [&given](Call& call) {
        given = json::to_text(Value::array(call.heap.array_of(call.args)));
        CHECK(call[0].is(Type::Object));
        CHECK(call[5].is(Type::Undefined));
        return json::parse(R"({"x":[1]})", call.heap);
    });
    CHECK(ran(R"(["_H",1,32,"k",33,1,42,1,33,2,44,1,2,"tell",2,2,"toString",1,38])", {}, host) == R"("{'x': [1]}")");
    CHECK(given == R"([{"k":1},[2]])");
    CHECK(ran(R"(["_H",1,2,"tell",0])", {}, host) == "function: Function tell requires at least 1 arguments");
    CHECK(ran(R"(["_H",1,29,29,29,2,"tell",3])", {}, host) == "function: Function tell requires at most 2 arguments");
}

TEST_CASE("a host function goes before the library's, and no two have one name") {
    Host host;
    host.add("lower", [](Call&) { return Value::ascii("mine"); });
    CHECK(ran(R"(["_H",1,32,"X",2,"lower",1,38])", {}, host) == "\"mine\"");
    CHECK_THROWS_AS(host.add_async("lower"), std::invalid_argument);
}

TEST_CASE("what a host function throws is the error's cause") {
    Host host;
    host.add("boom", [](Call&) -> Value { throw std::out_of_range("too far"); });
    host.add("odd", [](Call&) -> Value { throw 5; });
    host.add("refuse", [](Call& call) -> Value { call.fail("not that"); });
    Vm vm(host);
    const Outcome outcome = vm.run(*load_program(R"(["_H",1,29,2,"boom",0,38])"));
    REQUIRE(outcome.failed());
    CHECK(outcome.error.kind == ErrorKind::Host);
    CHECK(outcome.error.text() == "too far");
    CHECK(outcome.error.chunk == "root");
    CHECK(outcome.error.ip == 3);
    REQUIRE(outcome.error.cause != nullptr);
    CHECK_THROWS_AS(std::rethrow_exception(outcome.error.cause), std::out_of_range);
    CHECK(vm.run(*load_program(R"(["_H",1,2,"odd",0])")).error.cause != nullptr);
    const Outcome refused = vm.run(*load_program(R"(["_H",1,2,"refuse",0])"));
    CHECK(refused.error.kind == ErrorKind::Argument);
    CHECK(refused.error.cause == nullptr);
}

TEST_CASE("an uncaught error has its type, its message and its payload") {
    Vm vm;
    const Outcome outcome =
        vm.run(*load_program(R"(["_H",1,32,"Mine",32,"message",32,"k",33,1,42,1,2,"HogError",3,49])"));
    REQUIRE(outcome.failed());
    CHECK(outcome.error.kind == ErrorKind::Uncaught);
    CHECK(outcome.error.type == "Mine");
    CHECK(outcome.error.payload_json == R"({"k":1})");
    CHECK(outcome.error.text() == "Mine('message')");
}

TEST_CASE("a frame that starts below the stack has nothing there to read or to write, fused or not") {
    RunOptions plain;
    plain.trace = true;
    // fn f(a) is called with no value on the stack: it returns a, and then a := 1 + 2; return a
    for (const char* text :
         {R"(["_H",1,41,"f",1,3,36,0,38,2,"f",2])", R"(["_H",1,41,"f",1,10,33,1,33,2,6,37,0,36,0,38,2,"f",2])"})
        CHECK(ran(text) == ran(text, plain));
}

TEST_CASE("a suspended program resumes in process") {
    Vm vm(waiting_host());
    Outcome outcome = vm.run(*load_program(kWaits));
    int steps = 0;
    while (outcome.suspended()) {
        CHECK(outcome.function == "wait");
        REQUIRE(outcome.args.size() == 1);
        CHECK(outcome.async_steps == ++steps);
        outcome = vm.resume(*outcome.state, outcome.args[0]);
    }
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
    CHECK(steps == 3);
    CHECK(outcome.json() == "11");
}

TEST_CASE("a suspended program resumes in another Vm from the text of its state") {
    Vm first(waiting_host());
    Outcome outcome = first.run(*load_program(kWaits));
    while (outcome.suspended()) {
        const std::string state = outcome.state->json();
        const std::string answer = json::to_text(outcome.args[0]);
        CHECK(State::parse(state, standard_library())->json() == state);
        Vm next(waiting_host());
        Outcome later = next.resume(*State::parse(state, standard_library()), answer);
        if (later.finished())
            CHECK(later.json() == "11");
        else
            CHECK(later.suspended());
        outcome = first.resume(*State::parse(state, standard_library()), answer);
    }
    CHECK(outcome.json() == "11");
}

TEST_CASE("an answer that is no JSON fails the run, and the state can be used again") {
    Vm vm(waiting_host());
    const auto state = vm.run(*load_program(R"(["_H",1,2,"wait",0,38])")).state;
    const Outcome outcome = vm.resume(*state, "{");
    CHECK(outcome.error.kind == ErrorKind::Input);
    CHECK(outcome.error.text() == "result: not JSON: expected a key in double quotes at offset 1");
    CHECK(vm.resume(*state, "7").json() == "7");
}

TEST_CASE("an answer that is nested too deeply fails the run") {
    Vm vm(waiting_host());
    const auto state = vm.run(*load_program(R"(["_H",1,2,"wait",0,38])")).state;
    Heap heap;
    Value deep;
    for (int i = 0; i < 3000; ++i) deep = Value::array(heap.array_of({&deep, 1}));
    try {
        CHECK(vm.resume(*state, deep).error.kind == ErrorKind::Depth);
    } catch (const Failure& f) {
        FAIL_CHECK("resume threw: " << f.message);
    }
}

TEST_CASE("a state that is cut short is refused wherever it is cut") {
    Vm vm(waiting_host());
    const std::string state = vm.run(*load_program(kWaits)).state->json();
    for (std::size_t size = 0; size < state.size(); ++size)
        CHECK_THROWS_AS(State::parse(std::string_view(state).substr(0, size), standard_library()), LoadError);
}

TEST_CASE("a state that is not as it should be is refused with words that say where") {
    const auto words = [](const std::string& members) {
        try {
            State::parse(R"({"bytecodes":{"root":{"bytecode":["_H",1]}})" + members + "}", standard_library());
        } catch (const LoadError& e) {
            return std::string(e.what());
        }
        return std::string("read");
    };
    CHECK(words("") == "state: stack: expected an array");
    CHECK(words(R"(,"stack":[])") == "state: upvalues: expected an array");
    CHECK(words(R"(,"stack":[],"upvalues":[{"id":9}])") ==
          "state: upvalues: id: expected an integer from 1 to 1, got 9");
    CHECK(words(R"(,"stack":[],"upvalues":[{"id":1,"location":0},{"id":1,"location":0}])") ==
          "state: upvalues: two have the id 1");
    CHECK(words(R"(,"stack":[],"upvalues":[],"callStack":[])") == "state: callStack: is empty");
    CHECK(words(R"(,"stack":[],"upvalues":[],"callStack":[{"ip":1,"stackStart":0,"argCount":0,"closure":5}])") ==
          "state: callStack: closure: expected a closure");
    CHECK_THROWS_WITH_AS(State::parse("[1", standard_library()), "state: not JSON: expected ',' or ']' at offset 2",
                         LoadError);
    CHECK_THROWS_WITH_AS(State::parse("[]", standard_library()), "state: expected an object", LoadError);
}

TEST_CASE("a state that lies about any of its numbers is refused, or its run ends") {
    Vm vm(waiting_host());
    Outcome outcome = vm.run(*load_program(kWaits));
    outcome = vm.resume(*outcome.state, "1");
    outcome = vm.resume(*outcome.state, "2");
    REQUIRE(outcome.suspended());
    const std::string state = outcome.state->json();
    const std::regex number("-?\\d+");
    const RunOptions options = limited({.timeout_ms = 20, .memory = 1 << 20, .heap = 8u << 20});
    int lies = 0;
    for (auto at = std::sregex_iterator(state.begin(), state.end(), number); at != std::sregex_iterator(); ++at) {
        for (const char* lie :
             {"-1", "0", "1", "7", "1000000", "1073741824", "9223372036854775807", "1.5", "null", "\"x\"", "[]"}) {
            const std::string whole = state.substr(0, static_cast<std::size_t>(at->position())) + lie +
                                      state.substr(static_cast<std::size_t>(at->position() + at->length()));
            ++lies;
            try {
                const auto parsed = State::parse(whole, standard_library());
                const Outcome ended = vm.resume(*parsed, "10", options);
                CHECK(int{ended.finished()} + int{ended.suspended()} + int{ended.failed()} == 1);
            } catch (const LoadError&) {
            } catch (const Failure& f) {
                FAIL_CHECK("threw Failure: " << f.message << "\n  for " << whole);
            }
        }
    }
    CHECK(lies > 300);
}

TEST_CASE("each limit ends a run with its kind") {
    CHECK(ran(kForever, limited({.timeout_ms = 20}))
              .starts_with("timeout: Execution timed out after 0.02 seconds. Performed "));
    CHECK(ran(kDoubling, limited({.memory = 1000})).starts_with("memory: "));
    CHECK(ran(kDoubling, limited({.memory = 0, .heap = 1u << 20})).starts_with("memory: Out of memory: "));
    CHECK(ran(R"(["_H",1,32,"text",2,"print",1,35,39,-8])", limited({.printed = 1000})) ==
          "memory: Printed output exceeds 1000 bytes");
    CHECK(ran(R"(["_H",1,2,"sleep",0])", limited({.async_steps = 0})) ==
          "async_steps: Exceeded maximum number of async steps: 0");
}

TEST_CASE("a peak above the limit, by a variable that was written to, lifts the limit for nobody") {
    // A dict that grew on the stack is written to three variables, without a look at the limit; they are cleared, and a
    // text is pushed that is too long, but takes less than the peak.
    const std::string program =
        R"(["_H",1,31,31,31,42,0,31,31,31,36,3,36,3,36,3,36,3,32,"k",32,"0123456789012345678901234567890123456789",46,37,0,37,1,37,2,37,0,37,1,37,2,32,")" +
        std::string(130, 'x') + R"(",38])";
    CHECK(ran(program, limited({.memory = 150})) ==
          "memory: Memory limit of 150 bytes exceeded. Tried to allocate 170 bytes.");
}

TEST_CASE("recursion ends where the frames do, those of imports and declared functions later than others") {
    // fun f() { return f() } return f()
    constexpr const char* kClosure = R"(["_H",1,52,"f",0,1,5,55,0,54,0,38,53,1,true,0,36,0,54,0,38,57])";
    constexpr const char* kDeclared = R"(["_H",1,41,"f",0,4,2,"f",0,38,2,"f",0])";
    constexpr const char* kImport = R"({"bytecodes": {"root": {"bytecode": ["_H",1,32,"root",2,"import",1]}}})";
    CHECK(ran(kClosure) == "depth: Call stack exceeded maximum length of 1000");
    CHECK(ran(kDeclared) == "depth: Call stack exceeded maximum length of 50000");
    CHECK(ran(kImport) == "depth: Call stack exceeded maximum length of 50000");
}

TEST_CASE("a trace has at most a million rows, and no more bytes than the heap's limit has room for") {
    RunOptions options;
    options.trace = true;
    options.limits.timeout_ms = 120'000;
    CHECK(ran(kForever, options) == "memory: The trace exceeds 1000000 rows");
    options.limits.heap = 1 << 20;
    CHECK(ran(kForever, options) == "memory: The trace exceeds what the run may take: 1048576 bytes with its values");
    // A row of a text's instruction has the text.
    const std::string text(100'000, 'x');
    CHECK(ran(R"(["_H",1,32,")" + text + R"(",35,39,-5])", options) ==
          "memory: The trace exceeds what the run may take: 1048576 bytes with its values");
}

TEST_CASE("captured variables are bounded by the heap's limit") {
    // while (true) { let x := null; let f := () -> x }, the closure dropped
    constexpr const char* kCapturing = R"(["_H",1,31,52,"lambda",0,1,3,55,0,38,53,1,true,0,35,57,39,-17])";
    RunOptions options;
    options.fresh_upvalues = true;
    options.limits.timeout_ms = 120'000;
    options.limits.heap = 1u << 20;  // 4 million at the most, which would take a while
    CHECK(ran(kCapturing, options) == "memory: Out of memory: this run needs more than 1048576 bytes");
}

TEST_CASE("a function that lacks arguments on the stack captures what is below it as undefined") {
    // fun f(a) { return (() -> a)() }, called with one argument of none; likewise with a := 7
    constexpr const char* kReads =
        R"(["_H",1,41,"f",1,19,52,"g",0,1,3,55,0,38,53,1,true,0,54,0,2,"print",1,35,38,2,"f",1,38])";
    constexpr const char* kWrites = R"(["_H",1,41,"f",1,17,52,"g",0,1,5,33,7,56,0,38,53,1,true,0,54,0,38,2,"f",1,38])";
    std::string printed;
    Host host;
    host.print = [&](std::string_view line) { printed += line; };
    CHECK(ran(kReads, {}, host) == "bytecode: Invalid HogQL bytecode, stack is empty, can not pop");
    CHECK(printed == "null");
    CHECK(ran(kWrites) == "bytecode: Invalid upvalue: its slot -1 is not on the stack");
}

TEST_CASE("a state whose frame starts below the stack is read as it was written") {
    // fun f(a) { wait() }, called with one argument of none
    Vm vm(waiting_host());
    const auto program = load_program(R"(["_H",1,41,"f",1,5,2,"wait",0,35,38,2,"f",1,38])");
    const Outcome outcome = vm.run(*program);
    REQUIRE(outcome.suspended());
    const std::string text = outcome.state->json();
    CHECK(text.find("\"stackStart\":-1") != std::string::npos);
    CHECK(State::parse(text, standard_library())->json() == text);
}

TEST_CASE("an error before the first token is told as one at ip -1") {
    Vm vm;
    const Outcome outcome = vm.run(*load_program(R"(["_H",1,39,-100])"));
    REQUIRE(outcome.failed());
    CHECK(outcome.error.ip == -1);
}

TEST_CASE("a raised stop flag ends a run") {
    const std::atomic<bool> stop = true;
    Host host;
    host.stop = &stop;
    CHECK(ran(kForever, {}, host) == "cancelled: Execution was cancelled");
}

TEST_CASE("closures of a loop share the first variable, or with fresh_upvalues have their own") {
    CHECK(ran(kLoopClosures) == "1");
    RunOptions options;
    options.fresh_upvalues = true;
    CHECK(ran(kLoopClosures, options) == "3");
}

TEST_CASE("with keep_stack a program that runs off its end keeps its stack") {
    RunOptions options;
    options.keep_stack = true;
    Vm vm;
    const Outcome outcome = vm.run(*load_program(R"(["_H",1,33,5,33,6])"), options);
    REQUIRE(outcome.finished());
    REQUIRE(outcome.state != nullptr);
    CHECK(outcome.state->json().find("\"stack\":[5,6]") != std::string::npos);
    CHECK(vm.run(*load_program(R"(["_H",1,33,5])")).state == nullptr);
}

TEST_CASE("a trace has a row for each instruction") {
    RunOptions options;
    options.trace = true;
    Host host;
    host.clock = [] { return 1000.0; };
    Vm vm(host);
    const Outcome outcome = vm.run(*load_program(R"(["_H",1,33,1,32,"a",43,2,38])"), options);
    std::vector<std::string> rows;
    for (const TraceRow& row : outcome.trace)
        rows.push_back(row.chunk + "|" + std::to_string(row.ip) + "|" + row.op + "|" + row.debug);
    CHECK(rows == std::vector<std::string>{"root|0|START|", "|2|33/INTEGER|1", "|4|32/STRING|a", "|6|43/ARRAY|",
                                           "|8|38/RETURN|"});
    CHECK(outcome.trace[0].ms == 1000);
    CHECK(outcome.trace[1].ms == 0);
    CHECK(vm.run(*load_program(kAnswer)).trace.empty());
}

TEST_CASE("globals come from text, from a Boost.JSON value, or not at all") {
    Vm vm;
    const auto program = load_program(kReadsAB);
    CHECK(vm.run(*program, R"({"a":{"b":[1,"x"]}})").json() == R"([1,"x"])");
    CHECK(vm.run(*program, R"({"a":5})").json() == "null");
    const auto document = boost::json::parse(R"({"a":{"b":{"c":1}}})");
    CHECK(vm.run(*program, document).json() == R"({"c":1})");
    CHECK(vm.run(*program).error.text() == "Global variable not found: a.b");
    CHECK(vm.run(*program, "  ").error.text() == "Global variable not found: a.b");
}

TEST_CASE("globals that are no object fail the run") {
    Vm vm;
    const auto program = load_program(kAnswer);
    CHECK(vm.run(*program, "[1]").error.text() == "globals: expected a JSON object");
    CHECK(vm.run(*program, "{").error.text() == "globals: not JSON: expected a key in double quotes at offset 1");
    CHECK(vm.run(*program, "{").error.kind == ErrorKind::Input);
}

TEST_CASE("a program can't change its host's globals") {
    Vm vm;
    const auto document = boost::json::parse(R"({"a":{"b":[1]}})");
    // a.b[1] := 2 on the copy that a.b gives
    const auto program = load_program(R"(["_H",1,32,"b",32,"a",1,2,33,1,33,2,46,32,"b",32,"a",1,2,38])");
    CHECK(vm.run(*program, document).json() == "[1]");
    CHECK(vm.run(*program, R"({"a":{"b":[1]}})").json() == "[1]");
}

TEST_CASE("a host's own globals are asked for the paths that a program reads") {
    Vm vm;
    const Recording globals;
    CHECK(vm.run(*load_program(kReadsAB), globals).json() == R"(["a","b"])");
    CHECK(globals.asked == std::vector<std::string>{R"("a"."b")"});
    CHECK(vm.run(*load_program(R"(["_H",1,32,"z",1,1,38])"), globals).error.text() == "Global variable not found: z");
}

TEST_CASE("a Vm runs on after any failure") {
    Vm vm(waiting_host());
    const RunOptions tight = limited({.timeout_ms = 20, .memory = 100'000, .heap = 1u << 20});
    for (const char* bad : {kForever, kDoubling, R"(["_H",1,99])", R"(["_H",1,35,35])", R"(["_H",1,2,"wait",0])",
                            R"(["_H",1,32,"m",2,"Error",1,49])"}) {
        CAPTURE(bad);
        CHECK(!vm.run(*load_program(bad), tight).finished());
        const Outcome outcome = vm.run(*load_program(kAnswer));
        CHECK(outcome.json() == "42");
        CHECK(outcome.ops == 2);
        CHECK(outcome.max_memory == 8);
        CHECK(outcome.printed.empty());
    }
}

TEST_CASE("a seed makes what is random repeatable, in every run anew") {
    Host host;
    host.random_seed = 7;
    constexpr const char* kRandom = R"(["_H",1,2,"generateUUIDv4",0,2,"generateUUIDv4",0,43,2,38])";
    const std::string first = ran(kRandom, {}, host);
    CHECK(first == ran(kRandom, {}, host));
    CHECK(first.substr(1, 38) != first.substr(40, 38));
    host.random_seed = 8;
    CHECK(first != ran(kRandom, {}, host));
    CHECK(ran(kRandom) != ran(kRandom));
}

TEST_CASE("what is printed goes to the host, or is kept") {
    constexpr const char* kPrints = R"(["_H",1,32,"a",2,"print",1,35,32,"b",2,"print",1,35])";
    Vm vm;
    CHECK(vm.run(*load_program(kPrints)).printed == std::vector<std::string>{"a", "b"});
    std::string lines;
    vm.host().print = [&lines](std::string_view line) { lines += std::string(line) + ";"; };
    CHECK(vm.run(*load_program(kPrints)).printed.empty());
    CHECK(lines == "a;b;");
}

TEST_CASE("a state of a chunk that was imported by a list reads back, and goes on") {
    Host host;
    host.add_async("wait");
    Vm vm(std::move(host));
    const auto program = load_program(
        R"({"bytecodes":{"root":{"bytecode":["_H",1,32,["lib"],2,"import",1,38]},"lib":{"bytecode":["_H",1,33,1,2,"wait",1,38]}}})");
    const Outcome outcome = vm.run(*program);
    REQUIRE(outcome.suspended());
    const auto state = State::parse(outcome.state->json(), standard_library());
    CHECK(vm.resume(*state, "7").json() == "7");
}

TEST_CASE("an uncaught error that a function of the host raises is the host's") {
    Host host;
    host.add("f", [](Call&) -> Value { throw Failure(ErrorKind::Uncaught, "of another run"); });
    CHECK(ran(R"(["_H",1,2,"f",0])", {}, host) == "host: of another run");
}

TEST_CASE("chunks that a program lacks come from the host") {
    Host host;
    host.import_chunk = [](std::string_view name, Heap& heap) {
        if (name == "cut") return json::parse_copy(R"(["_H",1)", heap);
        return name == "x" ? json::parse_copy(R"(["_H",1,33,5,38])", heap) : Value::undefined();
    };
    CHECK(ran(R"(["_H",1,32,"x",2,"import",1,38])", {}, host) == "5");
    CHECK(ran(R"(["_H",1,32,"y",2,"import",1,38])", {}, host) == "function: Unknown chunk: y");
    CHECK(ran(R"(["_H",1,32,"cut",2,"import",1,38])", {}, host) ==
          R"(bytecode: program: chunk "cut": not JSON: expected ',' or ']' at offset 7)");
}

TEST_CASE("a program reads the same globals in whatever form they come") {
    constexpr std::string_view kGlobals =
        R"({"a":{"b":{"c":[1,{"d":"x"}]},"text":"h\u00e9!","n":null,"many":{"k0":0,"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,"k8":8,"k9":9,"k10":10,"k11":11,"k12":12,"k13":13,"k14":14,"k15":15,"k16":16,"k17":17,"k18":18,"k19":19}},"e":"f"})";
    const boost::json::value parsed = boost::json::parse(kGlobals);
    Heap heap;
    const ValueGlobals values(json::parse(kGlobals, heap));
    for (const char* program : {
             R"(["_H",1,32,"b",32,"a",1,2,38])",                                // a.b
             R"(["_H",1,33,1,32,"c",32,"b",32,"a",1,4,38])",                    // a.b.c.1
             R"(["_H",1,32,"d",33,2,32,"c",32,"b",32,"a",1,5,38])",             // a.b.c.2.d
             R"(["_H",1,32,"length",32,"text",32,"a",1,3,38])",                 // a.text.length
             R"(["_H",1,32,"x",32,"n",32,"a",1,3,38])",                         // a.n.x
             R"(["_H",1,32,"x",32,"e",1,2,38])",                                // e.x
             R"(["_H",1,32,"none",1,1,38])",                                    // none
             R"(["_H",1,32,"none",32,"a",1,2,38])",                             // a.none
             R"(["_H",1,32,"k19",32,"many",32,"a",1,3,38])",                    // a.many.k19
             R"(["_H",1,32,"b",32,"a",1,2,32,"A",2,"lower",1,1,1,43,2,38])",    // [a.b, the global named lower('A')]
             R"(["_H",1,32,"e",1,1,32,"e",1,1,32,"text",32,"a",1,2,43,3,38])",  // [e, e, a.text]
             R"(["_H",1,32,"a",1,1,32,"b",32,"a",1,2,43,2,38])",                // [a, a.b]
         }) {
        INFO(program);
        Vm vm;
        const auto told = [&](const Outcome& outcome) {
            return outcome.finished() ? outcome.json() + " " + std::to_string(outcome.max_memory)
                                      : outcome.error.text();
        };
        const auto loaded = load_program(program);
        const std::string by_value = told(vm.run(*loaded, values));
        CHECK(told(vm.run(*loaded, kGlobals)) == by_value);
        CHECK(told(vm.run(*loaded, parsed)) == by_value);
    }
}
