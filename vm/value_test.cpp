#include <hogvm/value.h>

#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace hogvm;

TEST_CASE("a number without a fraction is an Int, but -0 and what is beyond 2^53 are Doubles") {
    CHECK(Value::number(3).is(Type::Int));
    CHECK(Value::number(-9007199254740992.0).as_int() == -9007199254740992);
    CHECK(Value::number(9007199254740994.0).is(Type::Double));
    CHECK(Value::number(-0.0).is(Type::Double));
    CHECK(std::signbit(Value::number(-0.0).as_double()));
    CHECK(Value::number(0.5).is(Type::Double));
    CHECK(Value::number(std::numeric_limits<double>::quiet_NaN()).is(Type::Double));
    CHECK(Value::number(std::numeric_limits<double>::infinity()).is(Type::Double));
}

TEST_CASE("null, undefined and holes are nullish, and different from each other") {
    for (const Value v : {Value(), Value::null(), Value::undefined(), Value::hole()}) CHECK(v.is_nullish());
    CHECK(!Value::boolean(false).is_nullish());
    CHECK(!Value::integer(0).is_nullish());
    CHECK(Value::null().type() != Value::undefined().type());
    CHECK(Value::undefined().type() != Value::hole().type());
}

TEST_CASE("a string's length is in UTF-16 units") {
    CHECK(Value::text("").units() == 0);
    CHECK(Value::text("abc").units() == 3);
    CHECK(Value::text("é").units() == 1);
    CHECK(Value::text("€").units() == 1);
    CHECK(Value::text("😀").units() == 2);
    CHECK(Value::text("\xED\xA0\xBD").units() == 1);
    CHECK(Value::text("abc").is_ascii());
    CHECK(!Value::text("aé").is_ascii());
}

TEST_CASE("the length is right where the surplus is too large to be kept in the value") {
    std::string text;
    for (int i = 0; i < 70'000; ++i) text += "€";
    CHECK(Value::text(text).units() == 70'000);
    CHECK(!Value::text(text).is_ascii());
    text.resize(3 * 32'767);  // a surplus just below what no longer fits
    CHECK(Value::text(text).units() == 32'767);
}

TEST_CASE("a slot's charge does not change what the value is") {
    const Value v = Value::integer(7).charged(true);
    CHECK(v.is_charged());
    CHECK(v.as_int() == 7);
    CHECK(!v.charged(false).is_charged());
    CHECK(!Value::are_plain_ints(v, Value::integer(1)));
    CHECK(Value::are_plain_ints(Value::integer(-1), Value::integer(1)));
    CHECK(!Value::are_plain_ints(Value::integer(1), Value::real(1)));
}
