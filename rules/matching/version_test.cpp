#include "version.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <hogvm/globals.h>
#include <hogvm/json.h>
#include <hogvm/program.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

using namespace hogvm;

TEST_CASE("a version has the numbers that the library gives it") {
    std::vector<std::string> texts = {"",
                                      "1",
                                      "1.2",
                                      "v1.10.0-rc",
                                      "1.2.",
                                      "1..2.3",
                                      ".1.2",
                                      "a1b2.3",
                                      "007.08",
                                      "1.2.3.4.5",
                                      "1 2.3 4.5",
                                      "é1.2ſ",
                                      "1.2\n.3",
                                      "12345.6789",
                                      "1.x",
                                      "1,2.3",
                                      "-1.5e3.4",
                                      "1.2\xed\xa0\x80",
                                      "٣.٤",
                                      "1.000000000000001",
                                      "999999999999999.1",
                                      "1.9999999999999999",
                                      "123456789012345678901234567890.1"};
    // Whatever digits, dots and others there may be, up to a length.
    for (int number = 0; number < 3 * 3 * 3 * 3 * 3 * 3; ++number) {
        std::string text;
        for (int rest = number; text.size() < 6; rest /= 3) text += "7.x"[rest % 3];
        texts.push_back(text);
    }
    const auto program =
        Program::load(boost::json::parse(R"(["_H",1,32,"v",1,1,2,"sortableSemver",1,38])"), standard_library());
    Vm vm;
    for (const std::string& text : texts) {
        INFO(text);
        Heap heap;
        const Value v = Value::text(text);
        Dict* globals = heap.object(1);
        heap.set_member(globals, Value::ascii("v"), v);
        const Outcome outcome = vm.run(*program, ValueGlobals(Value::object(globals)));
        const std::optional<Value> numbers = matching::sortable_version(v, heap);
        if (numbers) {
            CHECK(json::to_text(*numbers) == outcome.json());
        } else {
            CHECK(text.size() > 16);
        }
    }
}

TEST_CASE("the version of nothing has no numbers, and that of what is no text is the library's to say") {
    Heap heap;
    const std::optional<Value> of_null = matching::sortable_version(Value::null(), heap);
    REQUIRE(of_null);
    CHECK(json::to_text(*of_null) == "[]");
    CHECK_FALSE(matching::sortable_version(Value::real(1.5), heap));
    CHECK_FALSE(matching::sortable_version(Value::boolean(true), heap));
}
