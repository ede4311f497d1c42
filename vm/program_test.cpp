#include <hogvm/program.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

using namespace hogvm;

namespace {

std::string load_error(std::string_view json) {
    try {
        load_program(json);
    } catch (const LoadError& e) {
        return e.what();
    }
    return "loaded";
}

std::vector<std::string> findings(std::string_view json) {
    std::vector<std::string> out;
    for (const Program::Finding& f : load_program(json)->check())
        out.push_back(f.chunk + " " + std::to_string(f.ip) + ": " + f.message);
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what is no program is refused with words that say so") {
    CHECK(load_error("") == "program: not JSON: unexpected end of the text at offset 0");
    CHECK(load_error("[1,") == "program: not JSON: unexpected end of the text at offset 3");
    CHECK(load_error("[]") == "Invalid HogQL bytecode, must start with '_H'");
    CHECK(load_error("[1]") == "Invalid HogQL bytecode, must start with '_H'");
    CHECK(load_error("5") == "program: expected an array of tokens or an object with \"bytecodes\"");
    CHECK(load_error("{}") == "program: expected an array of tokens or an object with \"bytecodes\"");
    CHECK(load_error(R"({"bytecodes":{}})") == "program: \"bytecodes\" has no chunk \"root\"");
    CHECK(load_error(R"({"bytecodes":{"root":1}})") == "program: chunk \"root\": expected an object with \"bytecode\"");
    CHECK(load_error(R"({"bytecodes":{"root":{"bytecode":["_H",1]},"x":{"bytecode":2}}})") ==
          "program: chunk \"x\": \"bytecode\" is no array");
    CHECK(load_error(R"({"bytecodes":{"root":{"bytecode":[1]}}})") == "Invalid HogQL bytecode, must start with '_H'");
}

TEST_CASE("a program's version is its root's") {
    CHECK(load_program(R"(["_H",1])")->version() == 1);
    CHECK(load_program(R"(["_h"])")->version() == 0);
    CHECK(load_program(R"(["_H"])")->version() == 0);
    CHECK(load_program(R"(["_H",null])")->version() == 0);
    CHECK(load_program(R"({"bytecodes":{"x":{"bytecode":[]},"root":{"bytecode":["_H",1]}}})")->version() == 1);
}

TEST_CASE("a program from a Boost.JSON value is the same") {
    const auto program = Program::load(boost::json::parse(R"(["_H",1,33,2,33,1,6,38])"), standard_library());
    Vm vm;
    CHECK(vm.run(*program).json() == "3");
    CHECK_THROWS_AS(Program::load(boost::json::parse("{}"), standard_library()), LoadError);
}

TEST_CASE("the root comes first among the chunks") {
    const auto program =
        load_program(R"({"bytecodes":{"b":{"bytecode":[]},"root":{"bytecode":["_H",1]},"a":{"bytecode":[]}}})");
    CHECK(program->chunks().size() == 3);
    CHECK(program->find_chunk("root") == &program->chunks()[0]);
    CHECK(program->find_chunk("a") != nullptr);
    CHECK(program->find_chunk("c") == nullptr);
}

TEST_CASE("a sound program has no findings") {
    CHECK(findings(R"(["_H",1,33,2,33,1,6,38])").empty());
    CHECK(findings(R"(["_H",1,29,40,3,33,1,38,33,2,38])").empty());
}

TEST_CASE("a jump into the middle of an instruction is found, and what is there") {
    CHECK(findings(R"(["_H",1,29,40,4,33,1,38,33,2,38])") ==
          Lines{"root 3: jumps to token 9, in the middle of an instruction", "root 9: Unexpected end of bytecode"});
}

TEST_CASE("what would fail if it were reached is found") {
    CHECK(findings(R"(["_H",1,99])") == Lines{"root 2: Unexpected node while running bytecode in chunk \"root\": 99"});
    CHECK(findings(R"(["_H",1,33])") == Lines{"root 2: Unexpected end of bytecode"});
    CHECK(findings(R"(["_H",1,2,"nope",0])") ==
          Lines{"root 2: Unsupported function call: nope (unless the host has it)"});
    CHECK(findings(R"(["_H",1,2,"lower",0])") == Lines{"root 2: Function lower requires at least 1 arguments, got 0"});
    CHECK(findings(R"(["_H",1,29,29,2,"lower",2])") ==
          Lines{"root 4: Function lower requires at most 1 arguments, got 2"});
    CHECK(findings(R"(["_H",1,2,"import",0])") == Lines{"root 2: Function import requires exactly 1 argument"});
    CHECK(findings(R"(["_H",1,39,-9])") == Lines{"root 2: jumps to before the first token"});
    CHECK(findings(R"(["_H",1,43,"x"])") == Lines{"root 2: Invalid bytecode: ARRAY at token 2 needs a count, got x"});
}

TEST_CASE("findings in every chunk are listed, in order") {
    CHECK(findings(R"({"bytecodes":{"root":{"bytecode":["_H",1,99,98]},"a":{"bytecode":["_H",1,97]}}})") ==
          Lines{"a 2: Unexpected node while running bytecode in chunk \"a\": 97",
                "root 2: Unexpected node while running bytecode in chunk \"root\": 99",
                "root 3: Unexpected node while running bytecode in chunk \"root\": 98"});
}

TEST_CASE("a function that the program declares is no unknown one") {
    CHECK(findings(R"(["_H",1,41,"f",0,2,29,38,2,"f",0,38])").empty());
}

TEST_CASE("the globals that a program reads are listed once, sorted") {
    CHECK(load_program(R"(["_H",1,32,"b",32,"a",1,2,32,"c",1,1,32,"b",32,"a",1,2,33,3,32,"list",1,2])")->reads() ==
          Lines{"a.b", "c", "list.3"});
    CHECK(load_program(R"(["_H",1])")->reads().empty());
}

TEST_CASE("only the constant keys nearest to the name are known of a path") {
    CHECK(load_program(R"(["_H",1,29,32,"a",1,2])")->reads() == Lines{"a"});
}

TEST_CASE("a jump into the middle of an instruction runs what is there") {
    // The operand 38 of INTEGER is run as RETURN.
    Vm vm;
    const Outcome outcome = vm.run(*load_program(R"(["_H",1,33,7,39,1,33,38,29])"));
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
    CHECK(outcome.json() == "7");
}

TEST_CASE("the disassembly has a label where a jump leads") {
    const std::string text = load_program(R"(["_H",1,29,40,3,33,1,38,32,"x",38])")->disassemble();
    CAPTURE(text);
    CHECK(text.starts_with("chunk \"root\"\n"));
    CHECK(text.find("JUMP_IF_FALSE           -> L1\n") != std::string::npos);
    CHECK(text.find("L1:    8  STRING                  \"x\"\n") != std::string::npos);
    CHECK(text.find("(end)") != std::string::npos);
}

TEST_CASE("the disassembly shows functions, captures, handlers and what makes no sense") {
    const std::string text = load_program(R"(["_H",1,52,"f",1,1,3,55,0,38,53,1,true,0,50,1,51,99,33])")->disassemble();
    CAPTURE(text);
    CHECK(text.find("\"f\" args=1 upvalues=1 end -> L1") != std::string::npos);
    CHECK(text.find("local 0") != std::string::npos);
    CHECK(text.find("catch -> L2") != std::string::npos);
    CHECK(text.find("?") != std::string::npos);
    CHECK(text.find("!  ") != std::string::npos);
    CHECK(text.find("Unexpected end of bytecode") != std::string::npos);
}
