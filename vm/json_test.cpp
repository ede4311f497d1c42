#include <hogvm/json.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <hogvm/heap.h>

using namespace hogvm;

namespace {

/// What the text becomes when it is read and written.
std::string rewritten(std::string_view text) {
    Heap heap;
    CHECK(json::is_valid(text));
    return json::to_text(json::parse(text, heap));
}

std::string error_of(std::string_view text) {
    Heap heap;
    CHECK(!json::is_valid(text));
    try {
        json::parse(text, heap);
    } catch (const json::ParseError& e) {
        CHECK(e.message.ends_with(" at offset " + std::to_string(e.offset)));
        CHECK(e.offset <= text.size());
        CHECK(heap.scratch().empty());
        CHECK(heap.items_scratch().empty());
        return e.message;
    }
    return "read";
}

std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("a string of any length is written and read with what must be escaped anywhere in it") {
    for (std::size_t length = 0; length <= 40; ++length) {
        for (std::size_t at = 0; at <= length; ++at) {
            for (const char* special : {"\"", "\\", "\n", "\x01", "\xC3\xA9", ""}) {
                const std::string text = std::string(at, 'a') + special + std::string(length - at, 'b');
                std::string wanted = text;
                const std::string_view c = special;
                if (c == "\"" || c == "\\") wanted.insert(at, "\\");
                if (c == "\n") wanted.replace(at, 1, "\\n");
                if (c == "\x01") wanted.replace(at, 1, "\\u0001");
                wanted = '"' + wanted + '"';
                Heap heap;
                CHECK(json::to_text(heap.string(text)) == wanted);
                CHECK(json::parse(wanted, heap).as_text() == text);
            }
        }
    }
}

TEST_CASE("what is read is written as it was") {
    for (const std::string_view text : {"null", "true", "false", "0", "-1.5", "\"\"", "\"a\"", "[]", "{}", "[1,[2,[]]]",
                                        R"({"a":{"b":[null,true]},"c":"😀"})", R"("\"\\\b\f\n\r\t\u0000\u001f")"})
        CHECK(rewritten(text) == text);
    CHECK(rewritten(" \t\r\n[ 1 , { \"a\" : 2 } ] ") == R"([1,{"a":2}])");
    CHECK(rewritten(R"("\/\u00e9\u20AC\ud83d\ude00")") == "\"/é€😀\"");
}

TEST_CASE("numbers are read as doubles, their zeros signed") {
    CHECK(rewritten("[1.0,1e3,1E-2,0.1,-0,-0.0,1e400]") == "[1,1000,0.01,0.1,0,0,null]");
    Heap heap;
    CHECK(std::signbit(json::parse("-0", heap).as_double()));
    CHECK(json::parse("1.0", heap).is(Type::Int));
}

TEST_CASE("integers of 64 bits keep their digits") {
    for (const std::string_view text :
         {"9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775807"})
        CHECK(rewritten(text) == text);
    CHECK(rewritten("9223372036854775808") == "9223372036854776000");
    CHECK(rewritten("123456789012345678901234567890") == "1.2345678901234568e+29");
}

TEST_CASE("the least integer of 64 bits keeps its digits") {
    CHECK(rewritten("-9223372036854775808") == "-9223372036854775808");
}

TEST_CASE("an error names what is wrong and where") {
    CHECK(error_of("") == "unexpected end of the text at offset 0");
    CHECK(error_of("[1,") == "unexpected end of the text at offset 3");
    CHECK(error_of("[1 2]") == "expected ',' or ']' at offset 3");
    CHECK(error_of("[1,]") == "expected a value at offset 3");
    CHECK(error_of("{\"a\" 1}") == "expected ':' at offset 5");
    CHECK(error_of("{a:1}") == "expected a key in double quotes at offset 1");
    CHECK(error_of("{\"a\":1,}") == "expected a key in double quotes at offset 7");
    CHECK(error_of("{\"a\":1 2") == "expected ',' or '}' at offset 7");
    CHECK(error_of("1 2") == "unexpected text after the document at offset 2");
    CHECK(error_of("tru") == "expected a value at offset 0");
    CHECK(error_of("nan") == "expected a value at offset 0");
    CHECK(error_of("-") == "expected a value at offset 0");
    CHECK(error_of("1.") == "expected a digit at offset 2");
    CHECK(error_of("1e+") == "expected a digit at offset 3");
    CHECK(error_of("01") == "unexpected text after the document at offset 1");
    CHECK(error_of("\"ab") == "unexpected end of the text in a string at offset 3");
    CHECK(error_of("\"a\nb\"") == "a control character in a string at offset 2");
    CHECK(error_of(R"("\x")") == "a bad escape in a string at offset 2");
    CHECK(error_of(R"("\u12g4")") == "expected four hexadecimal digits at offset 3");
    CHECK(error_of(R"("\u12)") == "expected four hexadecimal digits at offset 3");
}

TEST_CASE("a NUL ends nothing") {
    using namespace std::string_view_literals;
    CHECK(error_of("\0"sv) == "expected a value at offset 0");
    CHECK(error_of("\"a\0b\""sv) == "a control character in a string at offset 2");
    CHECK(error_of("\"a\\\0\""sv) == "a bad escape in a string at offset 3");
    CHECK(error_of("[1\0]"sv) == "expected ',' or ']' at offset 2");
}

TEST_CASE("invalid UTF-8 is refused, in keys and behind escapes, too") {
    CHECK(error_of("\"ab\xFF\"") == "invalid UTF-8 at offset 3");
    CHECK(error_of("{\"\xC0\x80\":1}") == "invalid UTF-8 at offset 2");
    CHECK(error_of("\"\\n\xE2\x82\"") == "invalid UTF-8 at offset 3");
    CHECK(error_of("\"\xED\xA0\xBD\"") == "invalid UTF-8 at offset 1");
    CHECK(error_of("\xEF\xBB\xBF"
                   "1") == "expected a value at offset 0");
}

TEST_CASE("escaped lone surrogates are kept, pairs are joined") {
    CHECK(rewritten(R"("\ud83d")") == R"("\ud83d")");
    CHECK(rewritten(R"("\ude00\ud83d")") == R"("\ude00\ud83d")");
    CHECK(rewritten(R"("\uD83D\uDE00")") == "\"😀\"");
    Heap heap;
    CHECK(json::parse(R"("a\ud83db")", heap).units() == 3);
}

TEST_CASE("a repeated key has its first place and its last value") {
    CHECK(rewritten(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
}

TEST_CASE("a repeated key is found among many, too") {
    std::string text = "{\"k\":0";
    for (int i = 0; i < 50; ++i) text += ",\"x" + std::to_string(i) + "\":1";
    text += ",\"k\":2,\"x7\":3}";
    Heap heap;
    const Value v = json::parse(text, heap);
    CHECK(v.as_dict()->size == 51);
    CHECK(v.as_dict()->entries[0].value.as_int() == 2);
    CHECK(heap.find(v.as_dict(), "x7")->value.as_int() == 3);
}

TEST_CASE("keys that are array indices come first, in their order") {
    CHECK(rewritten(R"({"b":1,"10":2,"2":3,"a":4,"01":5,"4294967295":6})") ==
          R"({"2":3,"10":2,"b":1,"a":4,"01":5,"4294967295":6})");
    CHECK(rewritten(R"({"2":1,"1":2,"2":3})") == R"({"1":2,"2":3})");
}

TEST_CASE("documents nest 2,000 levels deep and no deeper") {
    CHECK(rewritten(nested(2000)) == nested(2000));
    CHECK(error_of(nested(2001)).starts_with("nested deeper than 2000 levels"));
    CHECK(error_of(nested(100'000)).starts_with("nested deeper than 2000 levels"));
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    CHECK(error_of(objects).starts_with("nested deeper than 2000 levels"));
}

TEST_CASE("what JSON has no word for is written as JSON.stringify does") {
    Heap heap;
    const Value items[] = {Value::real(std::numeric_limits<double>::quiet_NaN()),
                           Value::real(-std::numeric_limits<double>::infinity()), Value::undefined(), Value::hole()};
    CHECK(json::to_text(Value::array(heap.array_of(items, true))) == "[null,null,null]");  // holes are squeezed out
    Dict* o = heap.object();
    heap.set(o, Value::ascii("a"), Value::undefined());
    heap.set(o, Value::ascii("b"), Value::null());
    CHECK(json::to_text(Value::object(o)) == R"({"b":null})");
    std::string out = "x";
    CHECK(!json::write(Value::undefined(), out));
    CHECK(out == "x");
    CHECK(json::to_text(Value::undefined()) == "null");
}

TEST_CASE("a dict is written as an object with string keys") {
    Heap heap;
    Dict* d = heap.dict();
    heap.set(d, Value::ascii("b"), Value::integer(1));
    heap.set(d, Value::integer(7), Value::integer(2));
    heap.set(d, Value::ascii("7"), Value::integer(3));
    heap.set(d, Value::null(), Value::integer(4));
    CHECK(json::to_text(Value::dict(d)) == R"({"7":3,"b":1,"null":4})");
}

TEST_CASE("a node inside itself is null") {
    Heap heap;
    Dict* d = heap.dict();
    heap.set(d, Value::ascii("me"), Value::dict(d));
    CHECK(json::to_text(Value::dict(d)) == R"({"me":null})");
    CHECK(!d->visiting);
}

TEST_CASE("text is indented on demand") {
    Heap heap;
    CHECK(json::to_text(json::parse(R"({"a":[1,{}],"b":[]})", heap), 2) ==
          "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST_CASE("Boost.JSON values go both ways") {
    Heap heap;
    const auto document = boost::json::parse(R"({"b":1,"2":[1.5,"é",null,true,9223372036854775807]})");
    const Value v = json::from_boost(document, heap);
    CHECK(json::to_text(v) == R"({"2":[1.5,"é",null,true,9223372036854775807],"b":1})");
    CHECK(boost::json::serialize(json::to_boost(v)) == R"({"2":[1.5E0,"é",null,true,9223372036854775807],"b":1})");
}

namespace {

/// What is built of a text when only these paths, each of keys with dots between, are wanted.
std::string projected(std::string_view text, std::initializer_list<std::vector<std::string_view>> paths) {
    json::Projection part;
    for (const auto& keys : paths) {
        std::vector<Value> path;
        for (const std::string_view key : keys) path.push_back(Value::text(key));
        part.add(path);
    }
    Heap heap;
    return json::to_text(json::parse(text, heap, part));
}

}  // namespace

TEST_CASE("a projection builds the members that are wanted") {
    constexpr std::string_view kText = R"({"a":{"b":1,"c":[{"d":2}]},"e":"f","g":{"h":{}},"a2":0.5})";
    CHECK(projected(kText, {}) == "{}");
    CHECK(projected(kText, {{"e"}}) == R"({"e":"f"})");
    CHECK(projected(kText, {{"a", "b"}, {"g"}}) == R"({"a":{"b":1},"g":{"h":{}}})");
    CHECK(projected(kText, {{"a", "c", "d"}}) == R"({"a":{"c":[{"d":2}]}})");
    CHECK(projected(kText, {{"a", "b"}, {"a"}, {"a", "c"}}) == R"({"a":{"b":1,"c":[{"d":2}]}})");
    CHECK(projected(kText, {{"none"}, {"a", "none"}, {"e", "none"}}) == R"({"a":{},"e":"f"})");
    CHECK(projected(R"({"a":1,"a":{"b":2,"c":3},"a":{"b":4}})", {{"a", "b"}}) == R"({"a":{"b":4}})");
    CHECK(projected(R"([{"a":1,"b":2}])", {{"a"}}) == R"([{"a":1,"b":2}])");
}

TEST_CASE("a projection covers what lies below a whole member") {
    json::Projection part;
    part.add(std::vector<Value>{Value::ascii("a"), Value::ascii("b")});
    const auto covers = [&](std::initializer_list<Value> path) { return part.covers(std::vector<Value>(path)); };
    CHECK(covers({Value::ascii("a"), Value::ascii("b")}));
    CHECK(covers({Value::ascii("a"), Value::ascii("b"), Value::integer(1)}));
    CHECK_FALSE(covers({Value::ascii("a")}));
    CHECK_FALSE(covers({Value::ascii("a"), Value::ascii("c")}));
    CHECK_FALSE(covers({Value::ascii("a"), Value::integer(1)}));
    CHECK_FALSE(covers({Value::ascii("b")}));
}

TEST_CASE("a projection of more members than can be searched quickly is the whole object") {
    json::Projection part;
    std::vector<std::string> names;
    for (int i = 0; i < 100; ++i) names.push_back("name" + std::to_string(i));
    for (const std::string& name : names) part.add(std::vector<Value>{Value::ascii(name)});
    CHECK(part.is_whole);
}

TEST_CASE("what a projection passes over is checked") {
    for (const std::string_view text :
         {R"({"a":1,"b":[1,}})", R"({"a":1,"b":"\x"})", R"({"a":1,"b":01})", "{\"a\":1,\"b\":\"\xff\"}",
          "{\"a\":1,\"b\":\"\n\"}", R"({"a":1,"b":{"c"}})", R"({"a":1,"b":tru})"}) {
        INFO(text);
        CHECK_THROWS_AS(projected(text, {{"a"}}), json::ParseError);
    }
    CHECK_THROWS_AS(projected(R"({"a":1,"b":)" + nested(3000) + "}", {{"a"}}), json::ParseError);
}

TEST_CASE("strings end where they end, wherever that falls in a block") {
    for (std::size_t length = 0; length < 70; ++length) {
        for (const std::string_view last : {"x", "é", "😀", "\n", "\""}) {
            std::string inside(length, 'y');
            inside += last;
            const std::string text = json::to_text(Value::text(inside)) + " ";
            Heap heap;
            const Value read = json::parse(text, heap);
            CHECK(read.as_text() == inside);
            CHECK(read.units() == Value::text(inside).units());
            Dict* const object = heap.object();
            heap.set(object, Value::text(inside), Value::text(inside));
            heap.set(object, Value::ascii("next"), Value::integer(-1));
            const std::string quoted = text.substr(0, text.size() - 1);
            CHECK(json::to_text(Value::object(object)) == "{" + quoted + ":" + quoted + R"(,"next":-1})");
            CHECK_THROWS_AS(json::parse(text.substr(0, text.size() - 2), heap), json::ParseError);
        }
    }
}

TEST_CASE("a dict inside a date is written as JavaScript's Map is: without its entries") {
    Heap heap;
    Dict* dict = heap.dict(1);
    heap.set(dict, Value::ascii("a"), Value::integer(1));
    const Value when = heap.datetime(Value::dict(dict), Value::ascii("UTC"));
    Array* both = heap.array(2);
    heap.append(both, when);
    heap.append(both, Value::dict(dict));
    const std::string expected = R"([{"__hogDateTime__":true,"dt":{},"zone":"UTC"},{"a":1}])";
    CHECK(json::to_text(Value::array(both)) == expected);
    CHECK(boost::json::serialize(json::to_boost(Value::array(both))) == expected);
}
