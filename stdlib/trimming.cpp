// trim, trimLeft and trimRight.
//
// The reference reads `text[i]`, compares it with the unit by ===, and slices. On arrays that works, too: elements that
// are the second argument go from their ends. Only its first look at the unit, whether its length is 1, is the same for
// all; what has another length gives ''.
#include <cmath>
#include <string>

#include <hogvm/javascript.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "arguments.h"
#include "text_functions.h"

namespace hogvm::stdlib {
namespace {

enum class Ends { Both, Left, Right };

Value own(const Heap& heap, Value object, std::string_view key) {
    const Entry* e = heap.find(object.as_dict(), key);
    return e != nullptr ? e->value : Value::undefined();
}

bool has_length_one(Value v, const Heap& heap) {
    if (v.is_string()) return v.units() == 1;
    if (v.is(Type::Array)) return v.as_array()->size == 1;
    return v.is(Type::Object) && javascript::strictly_equal(own(heap, v, "length"), Value::integer(1));
}

struct Range {
    std::size_t from;
    std::size_t to;
};

/// What is left of [0, size) when places where `goes` holds are taken off the ends.
template <typename Goes>
Range left_of(std::size_t size, Ends ends, std::size_t step, Goes goes) {
    Range range{0, size};
    Work work;
    if (ends != Ends::Right)
        for (; range.from + step <= range.to && goes(range.from); work.step()) range.from += step;
    if (ends != Ends::Left)
        for (; range.to >= range.from + step && goes(range.to - step); work.step()) range.to -= step;
    return range;
}

Value trimmed_text(Call& call, Value text, Value unit, Ends ends) {
    if (!unit.is_string()) return text;
    const std::string_view s = text.as_text();
    const std::string_view u = unit.as_text();
    const bool is_surrogate = u.size() == 3 && u[0] == '\xED' && static_cast<unsigned char>(u[1]) >= 0xA0;
    if (is_surrogate && !text.is_ascii()) {
        const std::u16string units = units_of(s);
        const char16_t wanted = units_of(u)[0];
        const Range range = left_of(units.size(), ends, 1, [&](std::size_t at) { return units[at] == wanted; });
        return text::slice(text, range.from, range.to, call.heap);
    }
    const Range range = left_of(s.size(), ends, u.size(), [&](std::size_t at) { return s.substr(at, u.size()) == u; });
    const std::string_view rest = s.substr(range.from, range.to - range.from);
    return text.is_ascii() ? Value::ascii(rest) : Value::text(rest);
}

Value trimmed_array(Call& call, const Array* a, Value unit, Ends ends) {
    const Range range =
        left_of(a->size, ends, 1, [&](std::size_t at) { return javascript::strictly_equal(a->items[at], unit); });
    if (ends == Ends::Both && range.from == range.to) return Value::ascii({});
    return Value::array(call.heap.slice(a, range.from, range.to));
}

/// An object has no slice, but trim gives '' before it gets there if `length` is small enough.
bool is_used_up(const Call& call, Value object, Value unit) {
    const auto element = [&](double at) {
        char key[32];
        return own(call.heap, object, {key, javascript::format_number(at, key)});
    };
    double start = 0;
    for (; javascript::strictly_equal(element(start), unit); ++start) call.check_time();
    double end = javascript::to_number(own(call.heap, object, "length"));
    for (; javascript::strictly_equal(element(end - 1), unit); --end) call.check_time();
    return start >= end;
}

Value trimmed(Call& call, Ends ends) {
    const Value unit = call[1].is_nullish() ? Value::ascii(" ") : call[1];
    if (!has_length_one(unit, call.heap)) return Value::ascii({});
    const Value subject = call[0];
    if (subject.is_string()) return trimmed_text(call, subject, unit, ends);
    if (subject.is(Type::Array)) return trimmed_array(call, subject.as_array(), unit, ends);
    if (ends == Ends::Both && subject.is(Type::Object) && is_used_up(call, subject, unit)) return Value::ascii({});
    refuse(call, 0, "a string");
}

}  // namespace

Value trim(Call& call) { return trimmed(call, Ends::Both); }
Value trim_left(Call& call) { return trimmed(call, Ends::Left); }
Value trim_right(Call& call) { return trimmed(call, Ends::Right); }

}  // namespace hogvm::stdlib
