// Exact states: what a program has when it goes on is what it had.
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/hogvm.h>

using namespace hogvm;

namespace {

// let t := (1, (2,)); let e := Error('m', t); let d := {1: 'one', '1': 'text', t: 'pair'};
// let a := [1]; let b := [a, a]; a[4] := b; let n := [0 / 0, 0 - 1 / 0, -0.0, print('u'), 9007199254740993];
// let f := () -> { a[1] := a[1] + 1; return e };
// wait(0); f();
// return [f'{t} {typeof(e)} {d} {d[t]} {a} {b} {n}', b[1] == b[2], f() == e]
constexpr const char* kEverything =
    R"(["_H",1,33,1,33,2,44,1,44,2,32,"m",36,0,2,"Error",2,33,1,32,"one",32,"1",32,"text",36,0,32,"pair",42,3,33,1,43,1,36,3,36,3,43,2,36,3,33,4,36,4,46,33,0,33,0,9,33,0,33,1,9,33,0,7,34,-0.0,32,"u",2,"print",1,33,9007199254740993,43,5,52,"lambda",0,2,16,55,0,33,1,33,1,55,0,33,1,45,6,46,55,1,38,53,2,true,3,true,1,33,0,2,"wait",1,35,36,6,54,0,35,36,0,32," ",36,1,2,"typeof",1,32," ",36,2,32," ",36,2,36,0,45,32," ",36,3,32," ",36,4,32," ",36,5,2,"concat",13,36,4,33,2,45,36,4,33,1,45,11,36,1,36,6,54,0,11,43,3,38,35,35,35,57,35,57,35])";

Host waiting_host() {
    Host host;
    host.add_async("wait");
    host.print = [](std::string_view) {};
    return host;
}

RunOptions exact() {
    RunOptions options;
    options.exact_states = true;
    return options;
}

Outcome suspended(Vm& vm, const RunOptions& options) {
    Outcome outcome = vm.run(*load_program(kEverything), options);
    REQUIRE(outcome.suspended());
    return outcome;
}

/// How the program ends when its state has become text; `change` may do something to that.
std::string resumed(const RunOptions& options, const auto& change) {
    Vm vm(waiting_host());
    const std::string text = change(suspended(vm, options).state->json());
    const auto state = State::parse(text, standard_library());
    Vm other(waiting_host());
    const Outcome outcome = other.resume(*state, "0", options);
    return outcome.finished() ? outcome.json() : outcome.error.text();
}

constexpr const char* kKept =
    R"(["(1, tuple(2)) error {1: 'one', '1': 'text', (1, tuple(2)): 'pair'} pair )"
    R"([2, , , [null, null]] [[2, , , null], [2, , , null]] [NaN, -Infinity, 0, null, 9007199254740993]",true,true])";

const auto kUnchanged = [](std::string text) { return text; };

/// With the first `what` become `with`.
auto replaced(std::string_view what, std::string_view with) {
    return [=](std::string text) {
        const std::size_t at = text.find(what);
        REQUIRE(at != std::string::npos);
        return text.replace(at, what.size(), with);
    };
}

}  // namespace

TEST_CASE("an exact state keeps tuples, errors, keys, holes, numbers, and what is shared or holds itself") {
    CHECK(resumed(exact(), kUnchanged) == kKept);
}

TEST_CASE("by default a state keeps what JSON does") {
    CHECK(resumed({}, kUnchanged).starts_with(R"(["[1, [2]] object {'1': 'text', '1,2': 'pair'}  )"));
}

TEST_CASE("an exact state resumes in process, too") {
    Vm vm(waiting_host());
    const Outcome outcome = suspended(vm, exact());
    CHECK(vm.resume(*outcome.state, Value::integer(0), exact()).json() == kKept);
}

TEST_CASE("what reads no exact states goes on from the rest of one") {
    CHECK(resumed(exact(), replaced("\"exact\"", "\"other\"")) == resumed({}, kUnchanged));
}

TEST_CASE("an exact state may have an answer on its stack") {
    Vm vm(waiting_host());
    const std::string text = suspended(vm, exact()).state->json();
    const auto state = State::parse(replaced("],\"upvalues\"", ",[5]],\"upvalues\"")(text), standard_library());
    CHECK(Vm(waiting_host()).resume(*state, exact()).json() == kKept);
}

TEST_CASE("an exact state that makes no sense is refused with words that say where") {
    const auto refused = [](std::string_view what, std::string_view with) -> std::string {
        try {
            return resumed(exact(), replaced(what, with));
        } catch (const LoadError& e) {
            return e.what();
        }
    };
    CHECK(refused("\"nodes\":[", "\"nodes\":[7,") == "state: exact: nodes: number 0 is of no kind");
    CHECK(refused("\"nodes\":[", "\"knots\":[") == "state: exact: nodes: expected an array");
    CHECK(
        refused("\"height\":7", "\"height\":70").starts_with("state: exact: height: expected an integer from 0 to 7"));
    CHECK(refused("\"height\":7", "\"height\":6").starts_with("state: exact: has the values of"));
    CHECK(refused("[\"NaN\"]", "[\"nan?\"]") == "state: exact: \"nan?\" is no word for a value");
    CHECK(refused("{\"closure\":", "{\"closure\":9").starts_with("state: exact:"));
    CHECK(refused("{\"tuple\":[2]}", "{\"tuple\":[[999]]}").starts_with("state: exact: the place of a node: expected"));
}

TEST_CASE("time spent counts across suspensions") {
    // while (true) { n := n + 1; upper('a'); if (n % 100 == 0) { wait(n) } }
    constexpr const char* kWaitsOften =
        R"(["_H",1,33,0,29,40,31,33,1,36,0,6,37,0,32,"a",2,"upper",1,35,33,0,33,100,36,0,10,11,40,6,36,0,2,"wait",1,35,39,-34,35])";
    RunOptions options;
    options.limits.timeout_ms = 20;
    options.limits.async_steps = 1 << 30;
    Vm vm(waiting_host());
    Outcome outcome = vm.run(*load_program(kWaitsOften), options);
    double before = 0;
    int rounds = 0;
    for (; outcome.suspended() && rounds < 1'000'000; ++rounds) {
        CHECK(outcome.running_ms >= before);
        before = outcome.running_ms;
        const auto state = State::parse(outcome.state->json(), standard_library());
        outcome = vm.resume(*state, "0", options);
    }
    REQUIRE(outcome.failed());
    CHECK(outcome.error.kind == ErrorKind::Timeout);
    CHECK(rounds > 1);
}
