#include <hogvm/vm.h>

#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <hogvm/json.h>
#include <hogvm/standard_library.h>

using namespace hogvm;

namespace {

constexpr std::size_t kIterations = 1'600'000;
constexpr std::size_t kBound = 160u << 20;

// let keep := {}; let i := 0; let fs := []; let nodes := [[1], [2]]; let byNode := {}
// byNode[nodes[1]] := 'one'; byNode[nodes[2]] := 'two'
// while (i < 1600000) {
//     let d := {'i': i, 'list': [i, {'x': f'text {i}'}]}
//     if (i % 10000 = 0) { let c := i; keep[f'k{i}'] := d; fs := arrayPushBack(fs, () -> c + d.i) }
//     i := i + 1
// }
// return [i, length(keys(keep)), keep.k50000.list[2].x, fs[1](), fs[160](), byNode[nodes[1]], byNode[nodes[2]],
// length(fs)]
constexpr const char* kProgram =
    R"(["_H",1,42,0,33,0,43,0,33,1,43,1,33,2,43,1,43,2,42,0,36,4,36,3,33,1,45,32,"one",46,36,4,36,3,33,2,45,32,"two",46,33,1600000,36,1,15,40,85,32,"i",36,1,32,"list",36,1,32,"x",32,"text ",36,1,2,"concat",2,42,1,43,2,42,2,33,0,33,10000,36,1,10,11,40,42,36,1,36,0,32,"k",36,1,2,"concat",2,36,5,46,36,2,52,"lambda",0,2,9,55,0,32,"i",45,55,1,6,38,53,2,true,5,true,6,2,"arrayPushBack",2,37,2,57,33,1,36,1,6,37,1,57,39,-92,36,1,36,0,2,"keys",1,2,"length",1,36,0,32,"k50000",45,32,"list",45,33,2,45,32,"x",45,36,2,33,1,45,54,0,36,2,33,160,45,54,0,36,4,36,3,33,1,45,45,36,4,36,3,33,2,45,45,36,2,2,"length",1,43,8,38,35,35,35,35,35])";

RunOptions bounded() {
    RunOptions options;
    options.limits.timeout_ms = 120'000;
    options.limits.heap = kBound;
    return options;
}

}  // namespace

TEST_CASE("a run that makes far more than its bound finishes, and what it kept is whole") {
    constexpr std::size_t kText = 8;
    constexpr std::size_t kEach =
        2 * sizeof(Dict) + 3 * sizeof(Entry) + sizeof(Array) + sizeof(Buffer) + 2 * sizeof(Value) + kText;
    static_assert(kIterations * kEach > 500'000'000);
    Vm vm;
    const Outcome outcome = vm.run(*load_program(kProgram), bounded());
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
    CHECK(outcome.json() == R"([1600000,160,"text 50000",0,0,"one","two",160])");
}

TEST_CASE("with fresh upvalues each closure keeps its own variables through collections") {
    RunOptions options = bounded();
    options.fresh_upvalues = true;
    Vm vm;
    const Outcome outcome = vm.run(*load_program(kProgram), options);
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
    CHECK(outcome.json() == R"([1600000,160,"text 50000",0,3180000,"one","two",160])");
}

TEST_CASE("texts of a long run are collected, too") {
    // let s := ''; let i := 0; while (i < 200000) { s := concat(3,000 characters, i); i := i + 1 }; return length(s)
    std::string filler(3000, 'x');
    const std::string program = R"(["_H",1,32,"",33,0,33,200000,36,1,15,40,18,32,")" + filler +
                                R"(",36,1,2,"concat",2,37,0,33,1,36,1,6,37,1,39,-25,36,0,2,"length",1,38])";
    Vm vm;
    const Outcome outcome = vm.run(*load_program(program), bounded());
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
    CHECK(outcome.json() == "3006");
}

TEST_CASE("a small bound is met by what lives, not by garbage") {
    // let i := 0; while (i < 100000) { let a := [i]; i := i + 1 } return i
    RunOptions options;
    options.limits.heap = 1u << 20;
    Vm vm;
    const auto program =
        load_program(R"(["_H",1,33,0,33,100000,36,0,15,40,14,36,0,43,1,33,1,36,0,6,37,0,35,39,-21,36,0,38,35])");
    const Outcome outcome = vm.run(*program, options);
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
}

TEST_CASE("what a run keeps counts against its bound") {
    // let a := []; while (true) { a := arrayPushBack(a, ['text']) }
    Vm vm;
    RunOptions options = bounded();
    options.limits.memory = 0;
    const Outcome outcome =
        vm.run(*load_program(R"(["_H",1,43,0,36,0,32,"text",43,1,2,"arrayPushBack",2,37,0,39,-13])"), options);
    REQUIRE(outcome.failed());
    CHECK_MESSAGE(outcome.error.kind == ErrorKind::Memory, outcome.error.text());
}

TEST_CASE("what grows through collections is not copied at each of them") {
    // let list := []; let i := 0; while (i < 1000000) { list := arrayPushBack(list, i); i := i + 1 }
    // return [length(list), list[1], list[700000], list[1000000]]
    Vm vm;
    RunOptions options;
    options.limits.memory = 0;
    options.limits.timeout_ms = 60'000;  // sanitizers are slow
    const auto program = load_program(
        R"(["_H",1,43,0,33,0,33,1000000,36,1,15,40,18,36,0,36,1,2,"arrayPushBack",2,37,0,33,1,36,1,6,37,1,39,-25,)"
        R"(36,0,2,"length",1,36,0,33,1,45,36,0,33,700000,45,36,0,33,1000000,45,43,4,38])");
    const Outcome outcome = vm.run(*program, options);  // past the time limit, if pushes copied
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
    CHECK(outcome.json() == "[1000000,0,699999,999999]");
}

TEST_CASE("a text that grows through collections is whole") {
    // let s := ''; let i := 0; while (i < 1000000) { s := concat(s, toString(i), ','); i := i + 1 }
    // return [length(s), substring(s, 1, 6), substring(s, length(s) - 6)]
    Vm vm;
    RunOptions options;
    options.limits.memory = 0;
    options.limits.timeout_ms = 60'000;
    const auto program = load_program(
        R"(["_H",1,32,"",33,0,33,1000000,36,1,15,40,23,36,0,36,1,2,"toString",1,32,",",2,"concat",3,37,0,33,1,36,1,6,37,1,)"
        R"(39,-30,36,0,2,"length",1,36,0,33,1,33,6,2,"substring",3,36,0,33,6,36,0,2,"length",1,7,2,"substring",2,43,3,38])");
    const Outcome outcome = vm.run(*program, options);
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
    CHECK(outcome.json() == R"([6888890,"0,1,2,","999999,"])");
}
