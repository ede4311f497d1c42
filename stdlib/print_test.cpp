#include <hogvm/print.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/error.h>
#include <hogvm/heap.h>
#include <hogvm/json.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

// Expected values are the reference's: @posthog/hogvm 1.0.71 and, for print, util.format of Node.js 20.

using namespace hogvm;

namespace {

std::string printed_object(std::string_view document) {
    Heap heap;
    return printed(json::parse(document, heap));
}

std::string quoted(std::string_view text) {
    std::string out;
    print_quoted(text, out);
    return out;
}
std::string identifier(std::string_view name) {
    std::string out;
    print_identifier(name, out);
    return out;
}

/// What `print` writes for constants, each one JSON.
std::string line(std::initializer_list<std::string_view> constants) {
    std::string program = R"(["_H",1)";
    for (const std::string_view constant : constants) program += ",32," + std::string(constant);
    program += R"(,2,"print",)" + std::to_string(constants.size()) + "]";
    const auto loaded = load_program(program);
    Vm vm;
    const Outcome outcome = vm.run(*loaded);
    REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
    REQUIRE(outcome.printed.size() == 1);
    return outcome.printed[0];
}

std::string failure_of(Value v) {
    try {
        return "printed: " + printed(v);
    } catch (const Failure& failure) {
        return failure.message;
    }
}

}  // namespace

TEST_CASE("primitives print as JavaScript has them") {
    CHECK(printed(Value::null()) == "null");
    CHECK(printed(Value::undefined()) == "null");
    CHECK(printed(Value::boolean(true)) == "true");
    CHECK(printed(Value::integer(5)) == "5");
    CHECK(printed(Value::real(5)) == "5");
    CHECK(printed(Value::real(-0.0)) == "0");
    CHECK(printed(Value::real(1e21)) == "1e+21");
    CHECK(printed(Value::integer(9007199254740993)) == "9007199254740993");
}

TEST_CASE("a string is quoted inside a value and itself as text") {
    std::string out;
    print_text(Value::ascii("it's"), out);
    CHECK(out == "it's");
    CHECK(printed(Value::ascii("it's")) == R"('it\'s')");
}

TEST_CASE("quoted text escapes control characters that have a letter, and nothing else") {
    CHECK(quoted(std::string_view("\b\f\r\n\t\0\v\\'", 9)) == R"('\b\f\r\n\t\0\v\\\'')");
    CHECK(quoted("\x01\x7F\"`é\xF0\x9F\x98\x80") == "'\x01\x7F\"`é\xF0\x9F\x98\x80'");
    CHECK(quoted("") == "''");
}

TEST_CASE("an identifier is in backquotes unless it is letters, digits, _ and $") {
    CHECK(identifier("$ab_9") == "$ab_9");
    CHECK(identifier("9a") == "`9a`");
    CHECK(identifier("") == "``");
    CHECK(identifier("a`b'c\n") == "`a``b'c\\n`");
    CHECK(identifier("é") == "`é`");
}

TEST_CASE("arrays print in brackets, tuples in parentheses, short ones with their name") {
    Heap heap;
    const Value one = Value::integer(1);
    CHECK(printed(Value::array(heap.array(0))) == "[]");
    CHECK(printed(Value::array(heap.array_of({{one, Value::ascii("a")}}))) == "[1, 'a']");
    CHECK(printed(Value::array(heap.array(0, true))) == "tuple()");
    CHECK(printed(Value::array(heap.array_of({{one}}, true))) == "tuple(1)");
    CHECK(printed(Value::array(heap.array_of({{one, one}}, true))) == "(1, 1)");
}

TEST_CASE("a hole prints as nothing, undefined as null") {
    Heap heap;
    Array* a = heap.array(0);
    heap.set(a, 0, Value::undefined());
    heap.set(a, 2, Value::integer(5));
    CHECK(printed(Value::array(a)) == "[null, , 5]");
}

TEST_CASE("dicts print their keys as values, objects as strings") {
    Heap heap;
    Dict* d = heap.dict();
    heap.set(d, Value::integer(1), Value::ascii("one"));
    heap.set(d, Value::array(heap.array(0)), Value::null());
    CHECK(printed(Value::dict(d)) == "{1: 'one', []: null}");
    CHECK(printed_object(R"({"b": {"1": true}, "0": []})") == "{'0': [], 'b': {'1': true}}");
}

TEST_CASE("a datetime has a fraction, and other numbers as they come") {
    Heap heap;
    CHECK(printed(heap.datetime(Value::integer(5), Value::ascii("UTC"))) == "DateTime(5.0, 'UTC')");
    CHECK(printed(heap.datetime(Value::real(1.25), Value::ascii("Europe/Brussels"))) ==
          "DateTime(1.25, 'Europe/Brussels')");
    CHECK(printed(heap.datetime(Value::real(1e21), Value::ascii("UTC"))) == "DateTime(1e+21.0, 'UTC')");
    CHECK(printed_object(R"({"__hogDateTime__": true, "dt": [1, 2], "zone": "x"})") == "DateTime(1,2.0, 'x')");
    CHECK(printed_object(R"({"__hogDateTime__": true, "dt": null, "zone": "x"})") == "DateTime(null.0, 'x')");
}

TEST_CASE("a date prints its parts") {
    Heap heap;
    CHECK(printed(heap.date(Value::integer(2024), Value::integer(2), Value::integer(9))) == "Date(2024, 2, 9)");
}

TEST_CASE("an error prints its payload unless that is falsy") {
    Heap heap;
    const auto error = [&](Value payload) {
        return printed(heap.error(Value::ascii("Error"), Value::ascii("it's"), payload));
    };
    CHECK(error(Value::undefined()) == R"(Error('it\'s'))");
    CHECK(error(Value::integer(0)) == R"(Error('it\'s'))");
    CHECK(error(Value::array(heap.array(0))) == R"(Error('it\'s', []))");
}

TEST_CASE("what passes for a date or an error, but has no text where they have, is an error") {
    Heap heap;
    CHECK(failure_of(json::parse(R"({"__hogDateTime__": true, "dt": 1, "zone": 2})", heap)) ==
          "Can not print a datetime whose zone is not a string but integer");
    CHECK(failure_of(heap.error(Value::ascii("Error"), Value::null(), Value::undefined())) ==
          "Can not print an error whose message is not a string but null");
}

TEST_CASE("an object with only some of a record's keys is an object") {
    CHECK(printed_object(R"({"__hogError__": true, "type": "T"})") == "{'__hogError__': true, 'type': 'T'}");
}

TEST_CASE("functions print their name and number of arguments") {
    Heap heap;
    const auto function = [&](Value name) {
        Callable* callable = heap.callable(CallableKind::Local, name, Value::ascii("root"), 2, 0, 7);
        CHECK(printed(Value::callable(callable)) == printed(Value::closure(heap.closure(callable, {}))));
        return printed(Value::callable(callable));
    };
    CHECK(function(Value::ascii("add")) == "fn<add(2)>");
    CHECK(function(Value::ascii("a b")) == "fn<`a b`(2)>");
    CHECK(function(Value::null()) == "fn<lambda(2)>");
    CHECK(function(Value::integer(-1)) == "fn<-1(2)>");
    CHECK(function(Value::boolean(true)) == "fn<true(2)>");
    CHECK(printed_object(R"({"__hogCallable__": "local", "argCount": ["x"], "upvalueCount": 0, "ip": 1})") ==
          "fn<lambda(['x'])>");
}

TEST_CASE("a container inside itself is null there, one that is only shared is not") {
    Heap heap;
    Array* a = heap.array(0);
    Dict* d = heap.dict();
    heap.set(d, Value::ascii("a"), Value::array(a));
    heap.set(a, 0, Value::dict(d));
    heap.set(a, 1, Value::array(a));
    CHECK(printed(Value::array(a)) == "[{'a': null}, null]");
    CHECK(printed(Value::dict(d)) == "{'a': [null, null]}");
    Array* shared = heap.array_of({{Value::integer(1)}});
    CHECK(printed(Value::array(heap.array_of({{Value::array(shared), Value::array(shared)}}))) == "[[1], [1]]");
}

TEST_CASE("an error inside itself is printed again, its payload is not") {
    Heap heap;
    Array* payload = heap.array(0);
    const Value error = heap.error(Value::ascii("E"), Value::ascii("m"), Value::array(payload));
    heap.set(payload, 0, error);
    CHECK(printed(error) == "E('m', [E('m', null)])");
}

TEST_CASE("String() of a part doesn't see what is being printed") {
    Heap heap;
    Array* a = heap.array(0);
    Dict* record = heap.object();
    heap.set_member(record, Value::ascii("__hogDateTime__"), Value::boolean(true));
    heap.set_member(record, Value::ascii("dt"), Value::array(a));
    heap.set_member(record, Value::ascii("zone"), Value::ascii("UTC"));
    heap.set(a, 0, Value::object(record));
    CHECK(printed(Value::array(a)) == "[DateTime([object Object].0, 'UTC')]");
}

TEST_CASE("printing leaves no marks behind when it fails") {
    Heap heap;
    const Value bad = heap.error(Value::ascii("E"), Value::integer(1), Value::undefined());
    Array* inner = heap.array_of({{bad}});
    Array* outer = heap.array_of({{Value::array(inner)}});
    CHECK_THROWS_AS(printed(Value::array(outer)), Failure);
    heap.set(inner, 0, Value::integer(1));
    CHECK(printed(Value::array(outer)) == "[[1]]");
}

TEST_CASE("values nest up to the depth that is allowed") {
    Heap heap;
    Array* a = heap.array(0);
    for (int i = 1; i < kMaxDepth; ++i) a = heap.array_of({{Value::array(a)}});
    CHECK(printed(Value::array(a)).size() == 2u * kMaxDepth);
    a = heap.array_of({{Value::array(a)}});
    try {
        printed(Value::array(a));
        FAIL("printed");
    } catch (const Failure& failure) {
        CHECK(failure.kind == ErrorKind::Depth);
    }
}

TEST_CASE("print joins its arguments with spaces") {
    CHECK(line({}) == "");
    CHECK(line({R"("a")"}) == "a");
    CHECK(line({"1", R"("a")", "[1]", "null"}) == "1 a [1] null");
}

TEST_CASE("print writes lone surrogates as U+FFFD") {
    CHECK(line({R"("\ud83d")", R"("\ude00")"}) == "\xEF\xBF\xBD \xEF\xBF\xBD");
    CHECK(line({R"("%s%s")", R"("\ud83d")", R"("\ude00")"}) == "\xF0\x9F\x98\x80");
}

TEST_CASE("print of one argument is no format") {
    CHECK(line({R"("%%")"}) == "%%");
    CHECK(line({R"("%s")"}) == "%s");
}

TEST_CASE("print of several takes the first for a format") {
    CHECK(line({R"("%s and %s")", "1", R"("b")"}) == "1 and b");
    CHECK(line({R"("%s")", "1", "2", "3"}) == "1 2 3");
    CHECK(line({R"("%s %s")", "1"}) == "1 %s");
    CHECK(line({R"("100%% %")", "1"}) == "100% % 1");
    CHECK(line({R"("%s %%")", "1"}) == "1 %");
    CHECK(line({R"("%x %5d")", "1"}) == "%x %5d 1");
    CHECK(line({R"("a%cb")", R"("color: red")"}) == "ab");
    CHECK(line({"[1]", R"("%s")"}) == "[1] %s");
}

TEST_CASE("print formats numbers") {
    CHECK(line({R"("%d %i %f")", R"("5")", R"("7.9px")", R"("7.9px")"}) == "5 7 7.9");
    CHECK(line({R"("%d %i %f")", R"("")", R"("")", R"("")"}) == "0 NaN NaN");
    CHECK(line({R"("%d %i %f")", R"("-0")", R"("-0")", R"("-0")"}) == "-0 -0 -0");
    CHECK(line({R"("%d %i %f")", R"("0x1F")", R"("0x1F")", R"("0x1F")"}) == "31 31 0");
    CHECK(line({R"("%d %d")", R"("abc")", "[]"}) == "NaN NaN");
}

TEST_CASE("print formats text as JSON and in quotes") {
    CHECK(line({R"("%j")", R"("a\"\n")"}) == R"("a\"\n")");
    CHECK(line({R"("%o")", R"("a")"}) == "'a'");
    CHECK(line({R"("%O")", R"("it's")"}) == R"("it's")");
    CHECK(line({R"("%O")", R"("it's \"x\"")"}) == "`it's \"x\"`");
    CHECK(line({R"("%O")", R"("'\"`")"}) == R"('\'"`')");
    CHECK(line({R"("%O")", R"("'\"${")"}) == R"('\'"${')");
    CHECK(line({R"("%o")", R"("\u0000\b\t\n\u000b\f\r\u001f\u007f\u0085\\")"}) ==
          R"('\x00\b\t\n\x0B\f\r\x1F\x7F\x85\\')");
    CHECK(line({R"("%o")", R"("\ud83dx")"}) == R"('\ud83dx')");
}

TEST_CASE("print breaks long quoted text after its newlines and cuts very long text") {
    const std::string words(40, 'a');
    CHECK(line({R"("%o")", "\"" + words + "\\n" + words + "\""}) == "'" + words + "\\n' +\n  '" + words + "'");
    CHECK(line({R"("%o")", R"("a\nb")"}) == R"('a\nb')");
    const std::string line_of_10001 = line({R"("%o")", "\"" + std::string(10001, 'x') + "\""});
    CHECK(line_of_10001 == "'" + std::string(10000, 'x') + "'... 1 more character");
}
