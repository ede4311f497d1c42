#include <hogvm/javascript.h>

#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <hogvm/heap.h>

using namespace hogvm;
namespace js = hogvm::javascript;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string formatted(double d) {
    std::string out;
    js::append_number(d, out);
    return out;
}

}  // namespace

TEST_CASE("numbers are written as JavaScript writes them") {
    CHECK(formatted(0) == "0");
    CHECK(formatted(-0.0) == "0");
    CHECK(formatted(5.0) == "5");
    CHECK(formatted(-1.5) == "-1.5");
    CHECK(formatted(0.1 + 0.2) == "0.30000000000000004");
    CHECK(formatted(1e20) == "100000000000000000000");
    CHECK(formatted(1e21) == "1e+21");
    CHECK(formatted(123456789012345680000.0) == "123456789012345680000");
    CHECK(formatted(1.5e300) == "1.5e+300");
    CHECK(formatted(0.000001) == "0.000001");
    CHECK(formatted(0.0000001) == "1e-7");
    CHECK(formatted(-1.25e-7) == "-1.25e-7");
    CHECK(formatted(5e-324) == "5e-324");
    CHECK(formatted(1.7976931348623157e308) == "1.7976931348623157e+308");
    CHECK(formatted(kNaN) == "NaN");
    CHECK(formatted(kInfinity) == "Infinity");
    CHECK(formatted(-kInfinity) == "-Infinity");
}

TEST_CASE("an integer of 64 bits keeps its digits") {
    std::string out;
    js::append_number(Value::integer(9223372036854775807), out);
    CHECK(out == "9223372036854775807");
}

TEST_CASE("Number(text) takes the whole text") {
    CHECK(js::number_of("12.5e1") == 125);
    CHECK(js::number_of(" \t\n12\u00A0\uFEFF") == 12);
    CHECK(js::number_of("") == 0);
    CHECK(js::number_of("  ") == 0);
    CHECK(js::number_of("0x1F") == 31);
    CHECK(js::number_of("0b101") == 5);
    CHECK(js::number_of("0o17") == 15);
    CHECK(js::number_of(".5") == 0.5);
    CHECK(js::number_of("5.") == 5);
    CHECK(js::number_of("-Infinity") == -kInfinity);
    CHECK(std::signbit(js::number_of("-0")));
    for (const char* text : {"12px", "1_000", "infinity", "-0x1", "0x", "1e", ".", "+", "1 2", "nan", "e5"}) {
        CAPTURE(text);
        CHECK(std::isnan(js::number_of(text)));
    }
}

TEST_CASE("numbers of very many digits are rounded by all of them") {
    const std::string zeros(20'000, '0');
    CHECK(js::number_of("1" + zeros + "e-20000") == 1);
    CHECK(js::number_of("0." + zeros + "15e20001") == 1.5);
    CHECK(js::number_of("-" + zeros + "12." + zeros + "1") == -12);
    CHECK(js::number_of(zeros + "." + zeros) == 0);
    CHECK(js::number_of("12e" + zeros + "2") == 1200);
    CHECK(js::number_of("12e-" + zeros + "2") == 0.12);
    CHECK(js::number_of("1e" + std::string(20'000, '9')) == kInfinity);
    CHECK(js::number_of("1e-" + std::string(20'000, '9')) == 0);
    CHECK(js::number_of("1" + zeros) == kInfinity);
    CHECK(js::number_of("0." + zeros + "1") == 0);
    // 2^53 + 1 lies between two doubles: what is behind it decides, however far.
    CHECK(js::number_of("9007199254740993." + zeros) == 9007199254740992.0);
    CHECK(js::number_of("9007199254740993." + zeros + "1") == 9007199254740994.0);
    CHECK(js::number_of("9007199254740993" + zeros + "1e-20001") == 9007199254740994.0);
    CHECK(js::number_of("9007199254740992." + std::string(20'000, '9')) == 9007199254740992.0);
    CHECK(js::parse_float("1." + zeros + "5 kg") == 1);
    CHECK(js::parse_int("7" + zeros) == kInfinity);
    CHECK(js::parse_int(zeros + "7 kg") == 7);
}

TEST_CASE("Number(text) is rounded correctly, however long the text is") {
    CHECK(js::number_of("9007199254740993") == 9007199254740992.0);
    CHECK(js::number_of("9007199254740993.0000000000000000000000001") == 9007199254740994.0);
    CHECK(js::number_of("1e400") == kInfinity);
    CHECK(js::number_of("1e-400") == 0);
    CHECK(js::number_of("0." + std::string(400, '0') + "1e401") == 1);
    CHECK(js::number_of("0x20000000000001") == 9007199254740992.0);
}

TEST_CASE("parseFloat and parseInt take the longest start that is a number") {
    CHECK(js::parse_float("12.5px") == 12.5);
    CHECK(js::parse_float(" 1e5x") == 1e5);
    CHECK(js::parse_float("1e") == 1);
    CHECK(std::isnan(js::parse_float("x1")));
    CHECK(js::parse_float("0x10") == 0);
    CHECK(js::parse_int("12.9") == 12);
    CHECK(js::parse_int("  -7abc") == -7);
    CHECK(js::parse_int("0x1f") == 31);
    CHECK(js::parse_int("1e3") == 1);
    CHECK(std::isnan(js::parse_int("")));
    CHECK(std::isnan(js::parse_int("0x")));
}

TEST_CASE("values become numbers as in JavaScript") {
    Heap heap;
    CHECK(js::to_number(Value::null()) == 0);
    CHECK(std::isnan(js::to_number(Value::undefined())));
    CHECK(js::to_number(Value::boolean(true)) == 1);
    CHECK(js::to_number(Value::ascii("4")) == 4);
    const Value one[] = {Value::ascii("7")};
    CHECK(js::to_number(Value::array(heap.array(0))) == 0);
    CHECK(js::to_number(Value::array(heap.array_of(one))) == 7);
    CHECK(std::isnan(js::to_number(Value::dict(heap.dict()))));
}

TEST_CASE("values become text as in JavaScript") {
    Heap heap;
    const Value items[] = {Value::integer(1),           Value::null(),    Value::undefined(), Value::hole(),
                           Value::array(heap.array(0)), Value::ascii("x")};
    CHECK(js::to_string(Value::array(heap.array_of(items))) == "1,,,,,x");
    CHECK(js::to_string(Value::object(heap.object())) == "[object Object]");
    CHECK(js::to_string(Value::dict(heap.dict())) == "[object Map]");
    CHECK(js::to_string(Value::undefined()) == "undefined");
    CHECK(js::to_string(Value::boolean(false)) == "false");
}

TEST_CASE("an array in itself becomes text that ends") {
    Heap heap;
    Array* a = heap.array(2);
    heap.append(a, Value::integer(1));
    heap.append(a, Value::null());
    heap.set(a, 1, Value::array(a));
    CHECK(js::to_string(Value::array(a)) == "1,");
}

TEST_CASE("=== tells NaN from itself and joins the zeros; Map keys join NaN") {
    const Value nan = Value::real(kNaN);
    CHECK(!js::strictly_equal(nan, nan));
    CHECK(js::same_value_zero(nan, nan));
    CHECK(js::strictly_equal(Value::integer(0), Value::real(-0.0)));
    CHECK(js::same_value_zero(Value::integer(0), Value::real(-0.0)));
    CHECK(js::strictly_equal(Value::integer(1), Value::real(1)));
    CHECK(!js::strictly_equal(Value::integer(1), Value::ascii("1")));
    CHECK(!js::strictly_equal(Value::null(), Value::undefined()));
    CHECK(js::same_value_zero(Value::undefined(), Value::hole()));
    Heap heap;
    const Value array = Value::array(heap.array(0));
    CHECK(js::strictly_equal(array, array));
    CHECK(!js::strictly_equal(array, Value::array(heap.array(0))));
}

TEST_CASE("texts are ordered by UTF-16 unit, not by code point") {
    CHECK(js::compare_text("a", "b") < 0);
    CHECK(js::compare_text("ab", "a") > 0);
    CHECK(js::compare_text("", "") == 0);
    CHECK(js::compare_text("😀", "\uFF5E") < 0);  // D83D before FF5E
    CHECK(js::relational(Value::ascii("10"), Value::ascii("9")) == js::Order::Less);
    CHECK(js::relational(Value::ascii("10"), Value::integer(9)) == js::Order::Greater);
    CHECK(js::relational(Value::ascii("x"), Value::integer(9)) == js::Order::Unordered);
}

TEST_CASE("array indices are the canonical ones below 2^32 - 1") {
    CHECK(js::array_index("0") == 0);
    CHECK(js::array_index("4294967294") == 4294967294u);
    for (const char* key : {"4294967295", "01", "-1", "1.0", "", " 1", "1e3", "99999999999999999999"})
        CHECK(!js::array_index(key));
}

TEST_CASE("trimming takes JavaScript's white space") {
    CHECK(js::trim(" \t\r\n\v\f\u00A0\u2028\u3000\uFEFFa b\u2003") == "a b");
    CHECK(js::trim("\u200B") == "\u200B");
    CHECK(js::trim("  ").empty());
}
