#include "text_functions.h"

#include <algorithm>
#include <cmath>

#include <hogvm/javascript.h>
#include <hogvm/print.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "arguments.h"
#include "dates.h"
#include "families.h"

namespace hogvm::stdlib {

std::u16string units_of(std::string_view s) {
    std::u16string out;
    out.reserve(s.size());
    Work work;
    for (std::size_t at = 0; at < s.size(); work.step()) {
        const std::uint32_t c = text::next(s, &at);
        if (c < 0x10000) {
            out += static_cast<char16_t>(c);
        } else {
            out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
            out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
        }
    }
    return out;
}

namespace {

Value field(const Call& call, Value object, std::string_view key) {
    const Entry* e = call.heap.find(object.as_dict(), key);
    return e != nullptr ? e->value : Value::undefined();
}

/// A date as YYYY-MM-DD, whatever its fields are: the year as it prints, zeros by comparison with 10.
Value date_text(Call& call, Value date) {
    const auto two_digits = [&](TextBuilder& out, Value v) {
        if (javascript::relational(v, Value::integer(10)) == javascript::Order::Less) out.append('0');
        out.append(javascript::to_string(v, call.heap));
    };
    TextBuilder out(call.heap);
    out.append(javascript::to_string(field(call, date, "year"), call.heap));
    out.append('-');
    two_digits(out, field(call, date, "month"));
    out.append('-');
    two_digits(out, field(call, date, "day"));
    return out.finish();
}

/// toString(v): a string, or null for a datetime that there is not.
Value text_of(Call& call, Value v) {
    if (v.is_string()) return v;
    if (!v.is_node()) return javascript::to_string(v.is(Type::Undefined) ? Value::null() : v, call.heap);
    if (v.is(Type::Object)) {
        if ((v.as_dict()->traits & kDate) != 0) return date_text(call, v);
        if ((v.as_dict()->traits & kDateTime) != 0) return iso_text(call, v);
    }
    std::string out;
    print_text(v, out);
    return call.heap.string(out);
}

Value to_text(Call& call) { return text_of(call, call[0]); }

Value concat(Call& call) {
    if (Value joined; call.heap.join_short(call.args, joined)) return joined;
    TextBuilder out(call.heap);
    for (const Value v : call.args) {
        if (v.is(Type::Null)) continue;
        const Value text = text_of(call, v);
        if (!text.is_string()) continue;
        if (out.view().empty()) {
            out.begin_with(text);
        } else {
            out.append(text);
        }
    }
    return out.finish();
}

Value length(Call& call) {
    const Value v = call[0];
    switch (v.type()) {
        case Type::String: return Value::integer(static_cast<std::int64_t>(v.units()));
        case Type::Array: return Value::integer(v.as_array()->size);
        case Type::Object: return field(call, v, "length");
        case Type::Null:
        case Type::Undefined:
        case Type::Hole: refuse(call, 0, "a string or an array");
        default: return Value::undefined();
    }
}

Value lower(Call& call) {
    if (call[0].is_nullish()) return Value::null();
    return text::to_lower(expect_string(call, 0), call.heap);
}

Value upper(Call& call) { return text::to_upper(expect_string(call, 0), call.heap); }

/// By UTF-16 code unit, so that both halves of a surrogate pair come out alone.
Value reverse(Call& call) {
    const Value v = expect_string(call, 0);
    const std::string_view s = v.as_text();
    if (v.is_ascii()) {
        if (s.size() < 2) return v;
        char* out = static_cast<char*>(call.heap.allocate(s.size()));
        for (std::size_t i = 0; i < s.size(); ++i) out[i] = s[s.size() - 1 - i];
        return Value::ascii({out, s.size()});
    }
    TextBuilder out(call.heap);
    Work work;
    for (std::size_t end = s.size(); end > 0; work.step()) {
        std::size_t at = end - 1;
        while ((static_cast<unsigned char>(s[at]) & 0xC0) == 0x80) --at;
        end = at;
        const std::uint32_t c = text::next(s, &at);
        if (c < 0x10000) {
            out.append_unit(c);
        } else {
            out.append_unit(0xDC00 + ((c - 0x10000) & 0x3FF));
            out.append_unit(0xD800 + ((c - 0x10000) >> 10));
        }
    }
    return out.finish();
}

Value position_of(Value haystack, Value needle) {
    const std::size_t at = text::find(haystack, needle);
    return Value::integer(at == std::string_view::npos ? 0 : static_cast<std::int64_t>(at) + 1);
}

Value position(Call& call) {
    if (!call[0].is_string()) return Value::integer(0);
    return position_of(call[0], javascript::to_string(call[1], call.heap));
}

/// A position in the lower-cased text, which may be longer than the text itself.
Value position_ignoring_case(Call& call) {
    if (!call[0].is_string()) return Value::integer(0);
    const Value needle = javascript::to_string(call[1], call.heap);
    return position_of(text::to_lower(call[0], call.heap), text::to_lower(needle, call.heap));
}

Value starts_with(Call& call) {
    const Value v = call[0];
    const Value prefix = call[1];
    if (!v.is_string() || !prefix.is_string()) return Value::boolean(false);
    if (v.as_text().starts_with(prefix.as_text())) return Value::boolean(true);
    if (v.is_ascii() || prefix.is_ascii()) return Value::boolean(false);
    // A prefix may end within a surrogate pair.
    return Value::boolean(text::slice(v, 0, prefix.units(), call.heap).as_text() == prefix.as_text());
}

Value substring(Call& call) {
    const Value nothing = Value::ascii({});
    const Value v = call[0];
    if (!v.is_string()) return nothing;
    const double size = static_cast<double>(v.units());
    const double start = javascript::to_number(call[1]) - 1;
    const double length = call[2].is_number() ? call[2].as_number() : size - start;
    if (start < 0 || length < 0 || !(start < size)) return nothing;
    const double end = start + length;
    if (!(end >= 1)) return nothing;  // NaN, too
    const auto from = static_cast<std::size_t>(start);
    const auto to = static_cast<std::size_t>(std::min(end, size));
    return from < to ? text::slice(v, from, to, call.heap) : nothing;
}

constexpr std::string_view kFamily = "strings";
constexpr Function kFunctions[] = {
    {"concat", 1, kAnyNumber, concat, "", false, kFamily, "concat(value, ...)",
     "The arguments' texts, as toString gives them, one after the other; null gives nothing.",
     "concat('a', 1, null, true) = 'a1true'"},
    {"length", 1, 1, length, "", false, kFamily, "length(value)",
     "The number of UTF-16 code units of a string, or of elements of an array or tuple. Other values have none (the "
     "result is undefined), null is an error.",
     "length('naïve') = 5"},
    {"lower", 1, 1, lower, "", false, kFamily, "lower(text)",
     "The text in lower case, by Unicode's full mapping. null gives null; other values are errors.",
     "lower('ÀB') = 'àb'"},
    {"position", 2, 3, position, "", false, kFamily, "position(text, part)",
     "Where the part first occurs, counted from 1 in UTF-16 code units, or 0. A third argument is ignored.",
     "position('hello', 'l') = 3"},
    {"positionCaseInsensitive", 2, 3, position_ignoring_case, "", false, kFamily, "positionCaseInsensitive(text, part)",
     "As position, after both are turned into lower case.", "positionCaseInsensitive('Hello', 'L') = 3"},
    {"replaceAll", 3, 3, replace_all, "", false, kFamily, "replaceAll(text, part, replacement)",
     "The text with every occurrence of the part replaced. In the replacement, $& stands for the part, $` and $' for "
     "what is before and after it, $$ for a dollar sign.",
     "replaceAll('a.b.c', '.', '-') = 'a-b-c'"},
    {"replaceOne", 3, 3, replace_one, "", false, kFamily, "replaceOne(text, part, replacement)",
     "The text with the first occurrence of the part replaced; the replacement is read as in replaceAll.",
     "replaceOne('a.b.c', '.', '[$&]') = 'a[.]b.c'"},
    {"reverse", 1, 1, reverse, "", false, kFamily, "reverse(text)",
     "The text's UTF-16 code units from the last to the first, which takes emoji apart.", "reverse('abc') = 'cba'"},
    {"splitByString", 2, 3, split_by_string, "", false, kFamily, "splitByString(separator, text, limit?)",
     "The parts of the text between the separators, or its UTF-16 code units if the separator is ''. The limit is "
     "how many parts are kept; the rest of the text is dropped.",
     "toString(splitByString(',', 'a,b,c', 2)) = '[\\'a\\', \\'b\\']'"},
    {"startsWith", 2, 2, starts_with, "", false, kFamily, "startsWith(text, prefix)",
     "Whether the text starts with the prefix; false if either is no string.", "startsWith('hello', 'he') = true"},
    {"substring", 2, 3, substring, "", false, kFamily, "substring(text, start, length?)",
     "The part of the text from a position, counted from 1 in UTF-16 code units, to its end or of a length. '' where "
     "the start is less than 1, or where the text is no string.",
     "substring('hello', 2, 3) = 'ell'"},
    {"toString", 1, 2, to_text, "", false, kFamily, "toString(value)",
     "The value as text: strings as they are, dates in ISO 8601, all else as print writes it. A second argument is "
     "ignored.",
     "toString([1, 'a', null]) = '[1, \\'a\\', null]'"},
    {"toUUID", 1, 1, to_text, "", false, kFamily, "toUUID(value)", "The same as toString; nothing is checked.",
     "toUUID('0190f9a4-6f7c-7aa4-8a6c-3c0c4f1d2e3b') = '0190f9a4-6f7c-7aa4-8a6c-3c0c4f1d2e3b'"},
    {"trim", 1, 2, trim, "", false, kFamily, "trim(text, unit?)",
     "The text without the spaces at both ends, or without the one UTF-16 code unit that is given; with a longer or "
     "empty one the result is ''. White space other than spaces stays.",
     "trim('  a b ') = 'a b'"},
    {"trimLeft", 1, 2, trim_left, "", false, kFamily, "trimLeft(text, unit?)", "As trim, at the start only.",
     "trimLeft('xxaxx', 'x') = 'axx'"},
    {"trimRight", 1, 2, trim_right, "", false, kFamily, "trimRight(text, unit?)", "As trim, at the end only.",
     "trimRight('xxaxx', 'x') = 'xxa'"},
    {"upper", 1, 1, upper, "", false, kFamily, "upper(text)",
     "The text in upper case, by Unicode's full mapping; other values, null too, are errors.",
     "upper('straße') = 'STRASSE'"},
};

}  // namespace

std::span<const Function> string_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
