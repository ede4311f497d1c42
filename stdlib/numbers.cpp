#include "numbers.h"

#include <cmath>

#include <hogvm/javascript.h>

#include "arguments.h"
#include "dates.h"
#include "families.h"

namespace hogvm::stdlib {

Value parsed_integer(Value v) {
    if (v.is(Type::Int)) return v;
    if (v.is(Type::Double)) {
        const double d = v.as_double();
        const double magnitude = std::abs(d);
        // Elsewhere the number's text has an exponent, and parseInt stops before that.
        if (d == 0) return Value::integer(0);
        if (magnitude >= 1e-6 && magnitude < 1e21) return Value::number(std::trunc(d));
    }
    const double d =
        v.is_string() ? javascript::parse_int(v.as_text()) : javascript::parse_int(javascript::to_string(v));
    return std::isnan(d) ? Value::null() : Value::number(d);
}

Value parsed_float(Value v) {
    if (v.is(Type::Int)) return v;
    double d;
    if (v.is(Type::Double)) {
        d = v.as_double() == 0 ? 0 : v.as_double();  // the text of -0 is "0"
    } else {
        d = v.is_string() ? javascript::parse_float(v.as_text()) : javascript::parse_float(javascript::to_string(v));
    }
    return std::isnan(d) ? Value::null() : Value::number(d);
}

namespace {

Value floor(Call& call) { return Value::number(std::floor(javascript::to_number(call[0]))); }

/// JavaScript's Math.round: halves go up, towards positive infinity, and -0.5 to -0.
Value round(Call& call) {
    const double d = javascript::to_number(call[0]);
    double whole = std::floor(d);
    if (d - whole >= 0.5) whole += 1;
    return Value::number(std::copysign(whole, d));
}

Value min_of_two(Call& call) {
    return javascript::relational(call[0], call[1]) == javascript::Order::Less ? call[0] : call[1];
}

/// JavaScript's `a + b`.
Value sum(Value a, Value b, Heap& heap) {
    if (a.is_heavy() || b.is_heavy()) {
        const Value left = javascript::to_string(a, heap);
        const Value right = javascript::to_string(b, heap);
        TextBuilder out(heap);
        out.append(left);
        out.append(right);
        return out.finish();
    }
    return Value::number(javascript::to_number(a) + javascript::to_number(b));
}

Value plus(Call& call) { return sum(call[0], call[1], call.heap); }
Value minus(Call& call) { return Value::number(javascript::to_number(call[0]) - javascript::to_number(call[1])); }
Value random_float(Call& call) { return Value::real(call.random()); }

/// How many elements range makes; it refuses more than the heap could hold before it asks for the memory.
std::size_t range_length(Call& call) {
    const double last = javascript::to_number(call[call.size() - 1]);
    const double wanted = call.size() == 1 ? last : last - javascript::to_number(call[0]);
    if (!(wanted >= 1)) return 0;
    const std::size_t most = call.heap.max_bytes() / sizeof(Value);
    if (wanted > static_cast<double>(most) || wanted >= 4294967296.0) {
        std::string count;
        javascript::append_number(wanted, count);
        fail(ErrorKind::Memory, "Function range can not make an array of " + count + " elements (argument " +
                                    std::to_string(call.size()) + ")");
    }
    return static_cast<std::size_t>(wanted);
}

Value range(Call& call) {
    constexpr std::size_t kBetweenChecks = 4096;
    const std::size_t length = range_length(call);
    const Value start = call[0];
    Array* out = call.heap.array(length);
    for (std::size_t i = 0; i < length; ++i) {
        if (i % kBetweenChecks == kBetweenChecks - 1) call.check_time(kBetweenChecks);
        const Value step = Value::integer(static_cast<std::int64_t>(i));
        call.heap.append(out, call.size() == 1 ? step : sum(start, step, call.heap));
    }
    return Value::array(out);
}

Value field(const Call& call, Value object, std::string_view key) {
    const Entry* e = call.heap.find(object.as_dict(), key);
    return e != nullptr ? e->value : Value::undefined();
}

bool has_trait(Value v, Trait trait) { return v.is(Type::Object) && (v.as_dict()->traits & trait) != 0; }

Value to_int(Call& call) {
    const Value v = call[0];
    if (has_trait(v, kDateTime)) return Value::number(std::floor(javascript::to_number(field(call, v, "dt"))));
    if (has_trait(v, kDate)) return Value::number(day_number(call, v));
    return parsed_integer(v);
}

Value to_float(Call& call) {
    const Value v = call[0];
    if (has_trait(v, kDateTime)) return field(call, v, "dt");
    if (has_trait(v, kDate)) return Value::number(day_number(call, v));
    return parsed_float(v);
}

constexpr std::string_view kFamily = "numbers";
constexpr Function kFunctions[] = {
    {"floor", 1, 2, floor, "", false, kFamily, "floor(number)",
     "The greatest whole number that is not above it. A second argument is ignored.", "floor(-1.5) = -2"},
    {"min2", 2, 2, min_of_two, "", false, kFamily, "min2(a, b)",
     "The first argument if it is less than the second (compared as less does), otherwise the second.",
     "min2(3, 2) = 2"},
    {"minus", 2, 2, minus, "", false, kFamily, "minus(a, b)",
     "a - b, both as numbers; NaN where one is none. null counts as 0.", "minus('5', 3) = 2"},
    {"plus", 2, 2, plus, "", false, kFamily, "plus(a, b)",
     "a + b of numbers, booleans and null; where either is anything else, both are joined as text, unlike by the "
     "operator +.",
     "plus('a', 1) = 'a1'"},
    {"randomFloat", 0, 0, random_float, "", false, kFamily, "randomFloat()",
     "A random number from 0 up to, but not including, 1. Not for secrets.", "(randomFloat() < 1) = true"},
    {"range", 1, 2, range, "", false, kFamily, "range(end) or range(start, end)",
     "The numbers from 0, or from start, that are below end, in steps of 1, for the whole number of steps that fits.",
     "toString(range(2, 5)) = '[2, 3, 4]'"},
    {"round", 1, 2, round, "", false, kFamily, "round(number)",
     "The nearest whole number; halves go up, so -1.5 becomes -1. A second argument is ignored.", "round(2.5) = 3"},
    {"toFloat", 1, 1, to_float, "", false, kFamily, "toFloat(value)",
     "The number that the value's text starts with, or null if it starts with none. A datetime gives its epoch "
     "seconds, a date its days since 1970.",
     "toFloat('3.5 kg') = 3.5"},
    {"toInt", 1, 1, to_int, "", false, kFamily, "toInt(value)",
     "The whole number that the value's text starts with (hexadecimal after 0x), or null if it starts with none. A "
     "datetime gives its epoch seconds, a date its days since 1970. Since it is the text that counts, 1e21 gives 1.",
     "toInt('12.9px') = 12"},
};

}  // namespace

std::span<const Function> number_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
