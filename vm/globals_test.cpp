#include <hogvm/globals.h>

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include <hogvm/json.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

using namespace hogvm;

namespace {

std::string told(const Outcome& outcome) {
    return (outcome.finished() ? outcome.json() : outcome.error.message + " at " + std::to_string(outcome.error.ip)) +
           " ops=" + std::to_string(outcome.ops) + " memory=" + std::to_string(outcome.max_memory);
}

/// What a program makes of an event by plain instructions, which read what they compare.
std::string plainly(const Program& program, std::string_view event) {
    RunOptions options;
    options.trace = true;
    Vm vm;
    return told(vm.run(program, event, options));
}

}  // namespace

TEST_CASE("a global that is tested at a glance is as one that is read, whatever it is and the globals are") {
    const std::vector<std::string> values = {
        "1",    "1.5",    "-0.0",      "9007199254740993", "18446744073709551615", "true",   "false",
        "null", R"("1")", R"("true")", R"("naïve 😀")",     R"("2024-02-29")",      R"([1])", R"({"b": 1})"};
    const std::vector<std::string> constants = {"33,1",      "34,1.5",          "29",        "30",      "31",
                                                R"(32,"1")", R"(32,"naïve 😀")", R"(32,"(")", R"(32,"")"};
    Vm vm;  // one for all: it remembers where keys were
    int compared = 0;
    for (int op = 11; op <= 26; ++op) {
        for (const std::string& constant : constants) {
            const std::string tokens =
                R"(["_H",1,)" + constant + R"(,32,"a",32,"p",1,2,)" + std::to_string(op) + ",38]";
            const auto program = load_program(tokens);
            for (const std::string& value : values) {
                for (const std::string& event :
                     {R"({"p": {"a": )" + value + "}}", R"({"x": 1, "p": {"b": 2, "c": "3", "a": )" + value + "}}",
                      R"({"p": {"b": )" + value + "}}", R"({"p": )" + value + "}", std::string("{}")}) {
                    const std::string wanted = plainly(*program, event);
                    INFO(tokens, " ", event);
                    CHECK(told(vm.run(*program, event)) == wanted);
                    CHECK(told(vm.run(*program, boost::json::parse(event))) == wanted);
                    Heap document;
                    CHECK(told(vm.run(*program, ValueGlobals(json::parse(event, document)))) == wanted);
                    ++compared;
                }
            }
        }
    }
    CHECK(compared == 16 * 9 * 14 * 5);
}

TEST_CASE("a key is found wherever the next event has it") {
    const auto program = load_program(R"(["_H",1,32,"yes",32,"a",1,1,11,38])");
    Vm vm;
    for (const char* event : {R"({"a": "yes"})", R"({"b": 1, "c": 2, "a": "yes"})",
                              R"({"c": "yes", "a": "yes", "b": 1})", R"({"a": "yes", "b": 1})"}) {
        CHECK(vm.run(*program, boost::json::parse(event)).json() == "true");
        CHECK(vm.run(*program, event).json() == "true");
    }
    CHECK(vm.run(*program, boost::json::parse(R"({"b": "yes", "a": "no"})")).json() == "false");
}
