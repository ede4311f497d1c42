#include <algorithm>
#include <cmath>

#include <hogvm/javascript.h>

#include "arguments.h"
#include "families.h"

namespace hogvm::stdlib {

std::string_view type_name(Value v, const Heap& heap) {
    switch (v.type()) {
        case Type::Int: return "integer";
        case Type::Double:
            return std::isfinite(v.as_double()) && v.as_double() == std::trunc(v.as_double()) ? "integer" : "float";
        case Type::Bool: return "boolean";
        case Type::Null:
        case Type::Undefined:
        case Type::Hole: return "null";
        case Type::String: return "string";
        case Type::Array: return v.as_array()->is_tuple ? "tuple" : "array";
        case Type::Dict: {
            const Entry* syntax = heap.find(v.as_dict(), "__hx_ast");
            return syntax != nullptr && javascript::to_boolean(syntax->value) ? "sql" : "object";
        }
        case Type::Object: {
            const unsigned traits = v.as_dict()->traits;
            if ((traits & kDateTime) != 0) return "datetime";
            if ((traits & kDate) != 0) return "date";
            if ((traits & kError) != 0) return "error";
            if ((traits & (kCallable | kClosure)) != 0) return "function";
            return (traits & kSyntax) != 0 ? "sql" : "object";
        }
        case Type::Closure:
        case Type::Callable: return "function";
    }
    return "unknown";
}

namespace {

using javascript::Order;

Value all_true(Call& call) {
    return Value::boolean(std::all_of(call.args.begin(), call.args.end(), javascript::to_boolean));
}
Value any_true(Call& call) {
    return Value::boolean(std::any_of(call.args.begin(), call.args.end(), javascript::to_boolean));
}
Value negation(Call& call) { return Value::boolean(!javascript::to_boolean(call[0])); }
Value choice(Call& call) { return javascript::to_boolean(call[0]) ? call[1] : call[2]; }

Value first_choice(Call& call) {
    const std::size_t last = call.size() - 1;
    for (std::size_t i = 0; i < last; i += 2) {
        if (!javascript::to_boolean(call[i])) continue;
        return i + 1 < last ? call[i + 1] : Value::undefined();  // a condition in the place of the default has no value
    }
    return call[last];
}

Value coalesce(Call& call) {
    for (const Value v : call.args)
        if (!v.is_nullish()) return v;
    return Value::null();
}

Value if_null(Call& call) { return call[0].is(Type::Null) ? call[1] : call[0]; }
Value is_null(Call& call) { return Value::boolean(call[0].is_nullish()); }
Value is_not_null(Call& call) { return Value::boolean(!call[0].is_nullish()); }

Value assume_not_null(Call& call) {
    if (call[0].is_nullish()) call.fail("Value is null in assumeNotNull");
    return call[0];
}

Value equals(Call& call) { return Value::boolean(javascript::strictly_equal(call[0], call[1])); }
Value not_equals(Call& call) { return Value::boolean(!javascript::strictly_equal(call[0], call[1])); }
Value less(Call& call) { return Value::boolean(javascript::relational(call[0], call[1]) == Order::Less); }
Value greater(Call& call) { return Value::boolean(javascript::relational(call[0], call[1]) == Order::Greater); }

Value less_or_equals(Call& call) {
    const Order order = javascript::relational(call[0], call[1]);
    return Value::boolean(order == Order::Less || order == Order::Equal);
}

Value greater_or_equals(Call& call) {
    const Order order = javascript::relational(call[0], call[1]);
    return Value::boolean(order == Order::Greater || order == Order::Equal);
}

Value type_of(Call& call) { return Value::ascii(type_name(call[0], call.heap)); }

bool is_empty(Value v) {
    switch (v.type()) {
        case Type::Int:
        case Type::Double:
        case Type::Bool:
        case Type::Closure:
        case Type::Callable: return false;
        case Type::Array: return v.as_array()->size == 0;
        case Type::Dict:
        case Type::Object: return v.as_dict()->size == 0;
        case Type::String: return v.as_text().empty();
        default: return true;
    }
}

Value empty(Call& call) { return Value::boolean(is_empty(call[0])); }
Value not_empty(Call& call) { return Value::boolean(!is_empty(call[0])); }

constexpr std::string_view kFamily = "logic";
constexpr Function kFunctions[] = {
    {"and", 1, kAnyNumber, all_true, "", false, kFamily, "and(condition, ...)",
     "Whether every argument is truthy. null, false, 0, NaN and '' are falsy, everything else is truthy, empty "
     "arrays too.",
     "and(true, 1, [], 'a') = true"},
    {"assumeNotNull", 1, 1, assume_not_null, "", false, kFamily, "assumeNotNull(value)",
     "The value itself; null ends the program with an error that can't be caught.", "assumeNotNull(5) = 5"},
    {"coalesce", 1, kAnyNumber, coalesce, "", false, kFamily, "coalesce(value, ...)",
     "The first argument that is not null, or null if all are.", "coalesce(null, 'b', 'c') = 'b'"},
    {"empty", 1, 1, empty, "", false, kFamily, "empty(value)",
     "Whether the value is null, an empty string, or an array, tuple or object without elements. Numbers and "
     "booleans are never empty, 0 and false neither.",
     "empty([]) = true"},
    {"equals", 2, 2, equals, "", false, kFamily, "equals(a, b)",
     "Whether the two are the same value. Unlike the operator =, it converts nothing (a string never equals a "
     "number) and compares arrays by identity.",
     "equals('1', 1) = false"},
    {"greater", 2, 2, greater, "", false, kFamily, "greater(a, b)",
     "Whether a is greater than b. Where either is a number, boolean or null both count as numbers, and text that is "
     "no number is neither greater nor less; otherwise both count as text, compared by UTF-16 code unit.",
     "greater('b', 'a') = true"},
    {"greaterOrEquals", 2, 2, greater_or_equals, "", false, kFamily, "greaterOrEquals(a, b)",
     "Whether a is greater than b or equal to it, compared as greater does.", "greaterOrEquals(2, '2') = true"},
    {"if", 3, 3, choice, "", false, kFamily, "if(condition, then, else)",
     "The second argument if the first is truthy, otherwise the third.", "if(1 > 2, 'yes', 'no') = 'no'"},
    {"ifNull", 2, 2, if_null, "", false, kFamily, "ifNull(value, otherwise)",
     "The value, or the second argument if it is null.", "ifNull(null, 'none') = 'none'"},
    {"isNotNull", 1, 1, is_not_null, "", false, kFamily, "isNotNull(value)", "Whether the value is not null.",
     "isNotNull(0) = true"},
    {"isNull", 1, 1, is_null, "", false, kFamily, "isNull(value)", "Whether the value is null.", "isNull(null) = true"},
    {"less", 2, 2, less, "", false, kFamily, "less(a, b)", "Whether a is less than b, compared as greater does.",
     "less('10', '9') = true"},
    {"lessOrEquals", 2, 2, less_or_equals, "", false, kFamily, "lessOrEquals(a, b)",
     "Whether a is less than b or equal to it, compared as greater does.", "lessOrEquals(null, 0) = true"},
    {"multiIf", 3, kAnyNumber, first_choice, "", false, kFamily, "multiIf(condition, then, ..., else)",
     "The value after the first truthy condition, or the last argument if there is none.",
     "multiIf(false, 'a', true, 'b', 'c') = 'b'"},
    {"not", 1, 1, negation, "", false, kFamily, "not(value)", "Whether the value is falsy; see and.", "not('') = true"},
    {"notEmpty", 1, 1, not_empty, "", false, kFamily, "notEmpty(value)", "The opposite of empty.",
     "notEmpty([null]) = true"},
    {"notEquals", 2, 2, not_equals, "", false, kFamily, "notEquals(a, b)", "The opposite of equals.",
     "notEquals('1', 1) = true"},
    {"or", 1, kAnyNumber, any_true, "", false, kFamily, "or(condition, ...)",
     "Whether any argument is truthy; see and.", "or(false, null, 'a') = true"},
    {"typeof", 1, 1, type_of, "", false, kFamily, "typeof(value)",
     "The name of the value's type: null, boolean, integer, float, string, array, tuple, object, datetime, date, "
     "error, function or sql. A number without a fraction is an integer, 5.0 too.",
     "typeof((1, 2)) = 'tuple'"},
};

}  // namespace

std::span<const Function> logic_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
