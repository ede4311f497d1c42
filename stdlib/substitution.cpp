// replaceOne, replaceAll and splitByString.
//
// JavaScript searches in UTF-16 code units. In WTF-8 a search by bytes finds the same places, unless what is searched
// for starts or ends with half a surrogate pair, which may be half a character of the text, or is empty, which matches
// within characters. Only then are the texts turned into units.
#include <cmath>
#include <cstdint>

#include <hogvm/javascript.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "arguments.h"
#include "text_functions.h"

namespace hogvm::stdlib {
namespace {

bool is_found_by_bytes(Value text, Value part) {
    if (text.is_ascii()) return true;
    const std::string_view s = part.as_text();
    const auto byte = [s](std::size_t at) { return static_cast<unsigned char>(s[at]); };
    if (s.empty()) return false;
    if (s.size() < 3) return true;
    const bool starts_low = byte(0) == 0xED && byte(1) >= 0xB0;
    const bool ends_high = byte(s.size() - 3) == 0xED && byte(s.size() - 2) >= 0xA0 && byte(s.size() - 2) < 0xB0;
    return !starts_low && !ends_high;
}

/// Text given in units, written as WTF-8: pairs join on the way.
class UnitBuilder {
  public:
    explicit UnitBuilder(Heap& heap) : out_(heap) {}
    void append(std::u16string_view units) {
        Work work;
        for (const char16_t unit : units) work.step(), out_.append_unit(unit);
    }
    Value finish() { return out_.finish(); }

  private:
    TextBuilder out_;
};

/// JavaScript's GetSubstitution where there are no groups: the replacement for `size` units found at `at`.
template <typename Text, typename Builder>
void append_substitution(Builder& out, Text text, std::size_t at, std::size_t size, Text replacement) {
    constexpr auto kDollar = static_cast<typename Text::value_type>('$');
    std::size_t done = 0;
    Work work;
    for (std::size_t i = 0; (i = replacement.find(kDollar, i)) != Text::npos && i + 1 < replacement.size();) {
        work.step();
        Text meaning;
        switch (replacement[i + 1]) {
            case '$': meaning = replacement.substr(i, 1); break;
            case '&': meaning = text.substr(at, size); break;
            case '`': meaning = text.substr(0, at); break;
            case '\'': meaning = text.substr(at + size); break;
            default: ++i; continue;
        }
        out.append(replacement.substr(done, i - done));
        out.append(meaning);
        done = i += 2;
    }
    out.append(replacement.substr(done));
}

template <typename Builder, typename Text>
Value replaced(Call& call, Value original, Text text, Text part, Text replacement, bool all) {
    std::size_t at = text::find(text, part);
    if (at == Text::npos) return original;
    Builder out(call.heap);
    std::size_t done = 0;
    do {
        out.append(text.substr(done, at - done));
        append_substitution(out, text, at, part.size(), replacement);
        done = at + part.size();
        call.check_time();
        if (!all) break;
        at = text::find(text, part, part.empty() ? at + 1 : done);
    } while (at != Text::npos);
    out.append(text.substr(done));
    return out.finish();
}

Value replace(Call& call, bool all) {
    const Value text = expect_string(call, 0);
    const Value part = javascript::to_string(call[1], call.heap);
    const Value replacement = javascript::to_string(call[2], call.heap);
    if (is_found_by_bytes(text, part))
        return replaced<TextBuilder>(call, text, text.as_text(), part.as_text(), replacement.as_text(), all);
    const std::u16string text_units = units_of(text.as_text());
    const std::u16string part_units = units_of(part.as_text());
    const std::u16string replacement_units = units_of(replacement.as_text());
    return replaced<UnitBuilder, std::u16string_view>(call, text, text_units, part_units, replacement_units, all);
}

/// JavaScript's ToUint32.
std::uint32_t to_uint32(double d) {
    if (!std::isfinite(d)) return 0;
    double wrapped = std::fmod(std::trunc(d), 4294967296.0);
    if (wrapped < 0) wrapped += 4294967296.0;
    return static_cast<std::uint32_t>(wrapped);
}

/// The parts of a text, up to a limit.
class Parts {
  public:
    Parts(Call& call, std::uint32_t limit) : call_(call), limit_(limit), parts_(call.heap.array(0)) {}

    bool is_full() const { return parts_->size >= limit_; }
    void add(Value part) {
        call_.heap.append(parts_, part);
        call_.check_time();
    }
    Array* array() const { return parts_; }

  private:
    Call& call_;
    std::uint32_t limit_;
    Array* parts_;
};

template <typename Text, typename ToValue>
void split(Text text, Text separator, ToValue to_value, Parts& parts) {
    std::size_t from = 0;
    while (!parts.is_full()) {
        const std::size_t at = text::find(text, separator, from);
        parts.add(to_value(text.substr(from, at == Text::npos ? at : at - from)));
        if (at == Text::npos) break;
        from = at + separator.size();
    }
}

void split_into_units(std::string_view s, Heap& heap, Parts& parts) {
    for (std::size_t at = 0; at < s.size() && !parts.is_full();) {
        const std::size_t start = at;
        const std::uint32_t c = text::next(s, &at);
        if (c < 0x10000) {
            parts.add(Value::text_of(s.data() + start, at - start, at - start - 1));
            continue;
        }
        TextBuilder half(heap);
        half.append_unit(0xD800 + ((c - 0x10000) >> 10));
        parts.add(half.finish());
        if (parts.is_full()) break;
        half.append_unit(0xDC00 + ((c - 0x10000) & 0x3FF));
        parts.add(half.finish());
    }
}

}  // namespace

Value replace_one(Call& call) { return replace(call, false); }
Value replace_all(Call& call) { return replace(call, true); }

Value split_by_string(Call& call) {
    const Value text = expect_string(call, 1);
    const std::uint32_t limit = call[2].is_nullish() ? UINT32_MAX : to_uint32(javascript::to_number(call[2]));
    Parts parts(call, limit);
    if (call[0].is(Type::Undefined)) {
        if (!parts.is_full()) parts.add(text);
        return Value::array(parts.array());
    }
    const Value separator = javascript::to_string(call[0], call.heap);
    if (separator.as_text().empty()) {
        split_into_units(text.as_text(), call.heap, parts);
    } else if (is_found_by_bytes(text, separator)) {
        const bool ascii = text.is_ascii();
        const auto view = [ascii](std::string_view part) { return ascii ? Value::ascii(part) : Value::text(part); };
        split(text.as_text(), separator.as_text(), view, parts);
    } else {
        const auto copy = [&call](std::u16string_view part) {
            UnitBuilder out(call.heap);
            out.append(part);
            return out.finish();
        };
        split<std::u16string_view>(units_of(text.as_text()), units_of(separator.as_text()), copy, parts);
    }
    return Value::array(parts.array());
}

}  // namespace hogvm::stdlib
