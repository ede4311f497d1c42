#include "operators.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <hogvm/date_like.h>
#include <hogvm/javascript.h>
#include <hogvm/pattern.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

namespace hogvm {
namespace {

using javascript::Order;

/// Epoch seconds of a date (midnight UTC). NaN where its fields make no instant.
double seconds_of_date(const Dict* o, const Heap& heap) {
    const double year = javascript::to_number(heap.find(o, "year")->value);
    const double month = javascript::to_number(heap.find(o, "month")->value);
    const double day = javascript::to_number(heap.find(o, "day")->value);
    for (const double d : {year, month, day})
        if (!std::isfinite(d))
            fail(ErrorKind::Argument,
                 "Can not compare a date that has " + javascript::to_string(Value::real(d)) + " in it");
    const bool is_whole = year == std::trunc(year) && month == std::trunc(month) && day == std::trunc(day);
    if (!is_whole || !(std::abs(year) <= 275760) || !(month >= 1 && month <= 12)) return std::nan("");
    const auto y = static_cast<long long>(year);
    const auto m = static_cast<int>(month);
    if (!(day >= 1 && day <= days_in_month(y, m))) return std::nan("");
    return static_cast<double>(days_from_civil(y, m, static_cast<int>(day))) * 86400;
}

/// Epoch seconds of a datetime or a date; none for anything else. What a program has put in a datetime in their place
/// is compared as it is; null makes it none.
std::optional<Value> temporal_seconds(Value v, const Heap& heap) {
    if (!v.is(Type::Object)) return std::nullopt;
    const Dict* o = v.as_dict();
    if ((o->traits & kDateTime) != 0) {
        const Value seconds = heap.find(o, "dt")->value;
        if (seconds.is(Type::Null)) return std::nullopt;
        return seconds.is_number() ? Value::real(seconds.as_number()) : seconds;
    }
    if ((o->traits & kDate) == 0) return std::nullopt;
    return Value::real(seconds_of_date(o, heap));
}

/// Brings both sides to types that compare, as the reference does before each comparison.
void unify(Value& left, Value& right, const Heap& heap) {
    const std::optional<Value> left_seconds = temporal_seconds(left, heap);
    const std::optional<Value> right_seconds = temporal_seconds(right, heap);
    const auto seconds_of = [](Value v) -> std::optional<Value> {
        const auto seconds = v.is_string() ? date_like_seconds(v.as_text()) : std::nullopt;
        return seconds ? std::optional(Value::real(*seconds)) : std::nullopt;
    };
    if (left_seconds || right_seconds) {
        const std::optional<Value> l = left_seconds ? left_seconds : seconds_of(left);
        const std::optional<Value> r = right_seconds ? right_seconds : seconds_of(right);
        if (l && r) {
            left = *l;
            right = *r;
        }
        return;
    }
    const auto adapt = [](Value& v, Value other) {
        if (v.is_string() && other.is_number()) v = Value::real(javascript::number_of(v.as_text()));
        if (v.is_string() && other.is(Type::Bool)) v = Value::boolean(v.as_text() == "true");
        if (v.is(Type::Bool) && other.is_number()) v = Value::integer(v.as_bool() ? 1 : 0);
    };
    adapt(left, right);
    adapt(right, left);
}

bool is_finite_numbers(Value v) {
    Work work;
    return v.is(Type::Array) &&
           std::all_of(v.as_array()->values().begin(), v.as_array()->values().end(), [&work](Value item) {
               work.step();
               return item.is(Type::Hole) || item.is(Type::Int) ||
                      (item.is(Type::Double) && std::isfinite(item.as_double()));
           });
}

Order order_of_numbers(const Array* a, const Array* b) {
    Work work;
    for (std::size_t i = 0; i < std::min(a->size, b->size); ++i) {
        work.step(2);
        if (javascript::strictly_equal(a->items[i], b->items[i])) continue;
        return javascript::relational(a->items[i], b->items[i]) == Order::Less ? Order::Less : Order::Greater;
    }
    return a->size == b->size ? Order::Equal : a->size < b->size ? Order::Less : Order::Greater;
}

bool satisfies(Opcode op, Order order) {
    switch (op) {
        case Opcode::OP_EQ: return order == Order::Equal;
        case Opcode::OP_NOT_EQ: return order != Order::Equal;
        case Opcode::OP_GT: return order == Order::Greater;
        case Opcode::OP_GT_EQ: return order == Order::Greater || order == Order::Equal;
        case Opcode::OP_LT: return order == Order::Less;
        default: return order == Order::Less || order == Order::Equal;
    }
}

double remainder(double a, double b) {
    // fmod is JavaScript's %, including signs, NaN and infinities.
    return std::fmod(a, b);
}

}  // namespace

bool compare(Opcode op, Value left, Value right, const Heap& heap) {
    // What is of one type, or nothing, is compared as it is.
    const bool is_unified =
        !left.is_node() && !right.is_node() && (left.type() == right.type() || left.is_nullish() || right.is_nullish());
    if (!is_unified) {
        unify(left, right, heap);
        if (is_finite_numbers(left) && is_finite_numbers(right))
            return satisfies(op, order_of_numbers(left.as_array(), right.as_array()));
    }
    if (op == Opcode::OP_EQ) return javascript::strictly_equal(left, right);
    if (op == Opcode::OP_NOT_EQ) return !javascript::strictly_equal(left, right);
    return satisfies(op, javascript::relational(left, right));
}

Value arithmetic(Opcode op, Value left, Value right) {
    const double a = javascript::to_number(left);
    const double b = javascript::to_number(right);
    switch (op) {
        case Opcode::OP_PLUS: return Value::number(a + b);
        case Opcode::OP_MINUS: return Value::number(a - b);
        case Opcode::OP_MULTIPLY: return Value::number(a * b);
        case Opcode::OP_DIVIDE: return Value::number(a / b);
        default: return Value::number(remainder(a, b));
    }
}

bool is_in(Value item, Value container) {
    if (container.is(Type::Array)) {
        const auto values = container.as_array()->values();
        Work work;
        return std::any_of(values.begin(), values.end(), [&](Value v) {
            work.step();
            return javascript::same_value_zero(v, item);
        });
    }
    if (!container.is_string())
        fail(ErrorKind::Argument, "Operator IN needs an array or a string on its right side, got " +
                                      std::string(container.is_nullish() ? "null" : javascript::type_of(container)));
    if (item.is_string()) return text::find(container, item) != std::string_view::npos;
    const std::string part = javascript::to_string(item);
    return text::find(container, Value::text(part)) != std::string_view::npos;
}

bool matches(Opcode op, Value text, Value pattern) {
    switch (op) {
        case Opcode::OP_LIKE: return pattern::like(text, pattern, false);
        case Opcode::OP_ILIKE: return pattern::like(text, pattern, true);
        case Opcode::OP_NOT_LIKE: return !pattern::like(text, pattern, false);
        case Opcode::OP_NOT_ILIKE: return !pattern::like(text, pattern, true);
        default: break;
    }
    const bool ignore_case = op == Opcode::OP_IREGEX || op == Opcode::OP_NOT_IREGEX;
    const bool negated = op == Opcode::OP_NOT_REGEX || op == Opcode::OP_NOT_IREGEX;
    // With (?i) before it, no pattern is empty.
    const bool is_asked = javascript::to_boolean(text) && (ignore_case || javascript::to_boolean(pattern));
    return (is_asked && pattern::search(text, pattern, ignore_case)) != negated;
}

namespace {

/// LIKE as a regular expression, as the reference writes it.
std::string expression_of_like(std::string_view pattern) {
    std::string out;
    for (const char c : pattern) {
        if (c == '%') {
            out += ".*";
        } else if (c == '_') {
            out += '.';
        } else {
            if (std::string_view("-/\\^$*+?.()|[]{}").find(c) != std::string_view::npos) out += '\\';
            out += c;
        }
    }
    return out;
}

}  // namespace

bool matches_by(const std::function<bool(std::string_view pattern, std::string_view text)>& match, Opcode op,
                Value text, Value pattern) {
    const bool is_like =
        op == Opcode::OP_LIKE || op == Opcode::OP_ILIKE || op == Opcode::OP_NOT_LIKE || op == Opcode::OP_NOT_ILIKE;
    const bool ignore_case =
        op == Opcode::OP_ILIKE || op == Opcode::OP_NOT_ILIKE || op == Opcode::OP_IREGEX || op == Opcode::OP_NOT_IREGEX;
    const bool negated = op == Opcode::OP_NOT_LIKE || op == Opcode::OP_NOT_ILIKE || op == Opcode::OP_NOT_REGEX ||
                         op == Opcode::OP_NOT_IREGEX;
    std::string expression = ignore_case ? "(?i)" : "";
    expression += is_like ? expression_of_like(javascript::to_string(pattern)) : javascript::to_string(pattern);
    const bool is_asked = is_like || (javascript::to_boolean(text) && (ignore_case || javascript::to_boolean(pattern)));
    return (is_asked && match(expression, javascript::to_string(text))) != negated;
}

}  // namespace hogvm
