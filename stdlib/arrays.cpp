#include <algorithm>

#include <hogvm/javascript.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "arguments.h"
#include "families.h"

namespace hogvm::stdlib {
namespace {

constexpr std::size_t kBetweenChecks = 1024;

Value filled(Value v) { return v.is(Type::Hole) ? Value::undefined() : v; }

/// The first argument as an array; null if it is none.
const Array* array_argument(const Call& call) { return call[0].is(Type::Array) ? call[0].as_array() : nullptr; }

Value no_elements(Call& call) { return Value::array(call.heap.array(0)); }

Value push_back(Call& call) {
    const Array* a = array_argument(call);
    const Value item = call[1];
    return Value::array(a != nullptr ? call.heap.pushed_back(a, item) : call.heap.array_of({&item, 1}));
}

Value push_front(Call& call) {
    const Array* a = array_argument(call);
    Array* out = call.heap.array(a != nullptr ? std::size_t{a->size} + 1 : 1);
    call.heap.append(out, call[1]);
    if (a != nullptr) {
        call.check_time(1 + a->size / 4);
        for (const Value v : a->values()) call.heap.append(out, filled(v));
    }
    return Value::array(out);
}

Value pop_back(Call& call) {
    const Array* a = array_argument(call);
    return a != nullptr && a->size > 0 ? Value::array(call.heap.slice(a, 0, a->size - 1)) : no_elements(call);
}

Value pop_front(Call& call) {
    const Array* a = array_argument(call);
    return a != nullptr && a->size > 0 ? Value::array(call.heap.slice(a, 1, a->size)) : no_elements(call);
}

Value reverse(Call& call) {
    const Array* a = array_argument(call);
    if (a == nullptr) return no_elements(call);
    Array* out = call.heap.array(a->size);
    for (std::size_t i = a->size; i > 0; --i) call.heap.append(out, filled(a->items[i - 1]));
    return Value::array(out);
}

/// An element with its text, which is what sorting compares.
struct Sorted {
    Value text;
    Value element;
    std::uint32_t position;
};

/// JavaScript's default order: by the elements' texts, undefined at the end.
std::span<Sorted> sorted_elements(Call& call, const Array* a) {
    auto* first = static_cast<Sorted*>(call.heap.allocate(a->size * sizeof(Sorted)));
    std::uint32_t count = 0;
    for (const Value v : a->values()) {
        if (v.is(Type::Undefined) || v.is(Type::Hole)) continue;
        if (count % kBetweenChecks == kBetweenChecks - 1) call.check_time(kBetweenChecks);
        first[count] = {javascript::to_string(v, call.heap), v, count};
        ++count;
    }
    std::size_t steps = 0;
    const auto is_less = [&](const Sorted& x, const Sorted& y) {
        if (++steps % kBetweenChecks == 0) call.check_time(kBetweenChecks);
        const int order = javascript::compare_text(x.text.as_text(), y.text.as_text());
        return order != 0 ? order < 0 : x.position < y.position;
    };
    std::sort(first, first + count, is_less);
    return {first, count};
}

Value sort(Call& call) {
    const Array* a = array_argument(call);
    if (a == nullptr) return no_elements(call);
    Array* out = call.heap.array(a->size);
    for (const Sorted& s : sorted_elements(call, a)) call.heap.append(out, s.element);
    while (out->size < a->size) call.heap.append(out, Value::undefined());
    return Value::array(out);
}

Value reverse_sort(Call& call) {
    const Array* a = array_argument(call);
    if (a == nullptr) return no_elements(call);
    const std::span<Sorted> sorted = sorted_elements(call, a);
    Array* out = call.heap.array(a->size);
    while (out->size + sorted.size() < a->size) call.heap.append(out, Value::undefined());
    for (std::size_t i = sorted.size(); i > 0; --i) call.heap.append(out, sorted[i - 1].element);
    return Value::array(out);
}

Value string_concat(Call& call) {
    const Array* a = array_argument(call);
    if (a == nullptr) return Value::ascii({});
    const Value separator = call[1].is(Type::Undefined) ? Value::ascii({}) : javascript::to_string(call[1], call.heap);
    const Visit visit(call[0].as_node());  // inside itself, an array joins to nothing
    TextBuilder out(call.heap);
    std::string text;
    for (std::size_t i = 0; i < a->size; ++i) {
        if (i > 0) out.append(separator);
        if (i % kBetweenChecks == kBetweenChecks - 1) call.check_time(kBetweenChecks);
        const Value v = a->items[i];
        if (v.is_string()) {
            out.append(v);
        } else if (!v.is_nullish()) {
            text.clear();
            javascript::append_string(v, text);
            out.append(std::string_view(text));
        }
    }
    return out.finish();
}

/// The position of the first element that `is_wanted`, or the array's size.
template <typename IsWanted>
std::size_t search(const Array* a, IsWanted is_wanted) {
    std::size_t i = 0;
    for (Work work; i < a->size && !is_wanted(a->items[i]); ++i) work.step();
    return i;
}

/// JavaScript's includes, in which NaN is found and a hole is undefined.
bool includes(const Array* a, Value wanted) {
    if (wanted.is_string()) {
        const std::string_view text = wanted.as_text();
        return search(a, [text](Value v) { return v.is_string() && same_text(v.as_text(), text); }) < a->size;
    }
    return search(a, [wanted](Value v) { return javascript::same_value_zero(v, wanted); }) < a->size;
}

Value has(Call& call) {
    const Array* a = array_argument(call);
    return Value::boolean(a != nullptr && includes(a, call[1]));
}

Value in(Call& call) {
    const Value container = call[1];
    if (container.is(Type::Array)) return Value::boolean(includes(container.as_array(), call[0]));
    if (container.is(Type::Object)) {
        // What only claims to be a tuple has no elements to look at.
        const Entry* claim = call.heap.find(container.as_dict(), "__isHogTuple");
        if (claim != nullptr && javascript::to_boolean(claim->value)) refuse(call, 1, "an array");
    }
    return Value::boolean(false);
}

/// JavaScript's indexOf, in which NaN and holes are never found.
Value index_of(Call& call) {
    const Array* a = array_argument(call);
    if (a == nullptr) return Value::integer(0);
    const Value wanted = call[1];
    const std::size_t at =
        search(a, [wanted](Value v) { return !v.is(Type::Hole) && javascript::strictly_equal(v, wanted); });
    return Value::integer(at < a->size ? static_cast<std::int64_t>(at) + 1 : 0);
}

Value tuple(Call& call) { return Value::array(call.heap.array_of(call.args, true)); }

constexpr std::string_view kFamily = "arrays";
constexpr Function kFunctions[] = {
    {"arrayPopBack", 1, 1, pop_back, "", false, kFamily, "arrayPopBack(array)",
     "The array without its last element; [] for what is no array.", "toString(arrayPopBack([1, 2, 3])) = '[1, 2]'"},
    {"arrayPopFront", 1, 1, pop_front, "", false, kFamily, "arrayPopFront(array)",
     "The array without its first element; [] for what is no array.", "toString(arrayPopFront([1, 2, 3])) = '[2, 3]'"},
    {"arrayPushBack", 2, 2, push_back, "", false, kFamily, "arrayPushBack(array, value)",
     "A new array with the value added at the end; what is no array counts as empty.",
     "toString(arrayPushBack([1, 2], 3)) = '[1, 2, 3]'", Inlined::PushBack},
    {"arrayPushFront", 2, 2, push_front, "", false, kFamily, "arrayPushFront(array, value)",
     "A new array with the value added at the start; what is no array counts as empty.",
     "toString(arrayPushFront([1, 2], 3)) = '[3, 1, 2]'"},
    {"arrayReverse", 1, 1, reverse, "", false, kFamily, "arrayReverse(array)",
     "The elements from the last to the first; [] for what is no array.",
     "toString(arrayReverse([1, 2, 3])) = '[3, 2, 1]'"},
    {"arrayReverseSort", 1, kAnyNumber, reverse_sort, "", false, kFamily, "arrayReverseSort(array)",
     "The elements in the reverse of arraySort's order.", "toString(arrayReverseSort([1, 10, 9])) = '[9, 10, 1]'"},
    {"arraySort", 1, kAnyNumber, sort, "", false, kFamily, "arraySort(array)",
     "The elements in ascending order of their texts, numbers too, so that 10 comes before 9. Further arguments are "
     "ignored; [] for what is no array.",
     "toString(arraySort([9, 10, 1])) = '[1, 10, 9]'"},
    {"arrayStringConcat", 1, 2, string_concat, "", false, kFamily, "arrayStringConcat(array, separator?)",
     "The elements' texts with the separator between them, '' if none is given; null gives nothing, arrays inside "
     "are joined by commas.",
     "arrayStringConcat(['a', 1, null, 'b'], '-') = 'a-1--b'"},
    {"has", 2, 2, has, "", false, kFamily, "has(array, value)",
     "Whether the value is one of the elements; '1' is not 1, and arrays are compared by identity.",
     "has(['a', 'b'], 'b') = true"},
    {"in", 2, 2, in, "", false, kFamily, "in(value, array)", "As has, with its arguments swapped.",
     "in('b', ['a', 'b']) = true"},
    {"indexOf", 2, 2, index_of, "", false, kFamily, "indexOf(array, value)",
     "The position of the value among the elements, counted from 1, or 0; also 0 for what is no array, strings too.",
     "indexOf(['a', 'b'], 'b') = 2"},
    {"tuple", 0, kAnyNumber, tuple, "", false, kFamily, "tuple(value, ...)",
     "A tuple of the arguments: an array that prints in parentheses.", "toString(tuple(1, 'a')) = '(1, \\'a\\')'"},
};

}  // namespace

std::span<const Function> array_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
