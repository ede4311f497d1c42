#include <hogvm/text.h>

#include <algorithm>
#include <cstring>

#include <utf8proc.h>

#include <hogvm/work.h>

namespace hogvm {

Value Value::text(std::string_view wtf8) { return text_of(wtf8.data(), wtf8.size(), text::surplus(wtf8)); }

std::size_t Value::counted_units() const { return size() - text::surplus(as_text()); }

namespace text {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080u;

std::size_t sum_of_bytes(std::uint64_t word) {
    constexpr std::uint64_t kEven = 0x00FF00FF00FF00FFu;
    return static_cast<std::size_t>(((word & kEven) + (word >> 8 & kEven)) * 0x0001000100010001u >> 48);
}

std::uint64_t load8(const char* p) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    return word;
}

unsigned char byte(std::string_view s, std::size_t at) { return static_cast<unsigned char>(s[at]); }

bool is_low_surrogate(std::uint32_t c) { return c >= 0xDC00 && c < 0xE000; }
std::uint32_t joined(std::uint32_t high, std::uint32_t low) {
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/// The byte offset of a unit position, and whether it lies between the halves of a pair.
struct Place {
    std::size_t offset;
    bool splits_pair;
};

Place place_of(std::string_view s, std::size_t unit, std::size_t from_offset = 0) {
    std::size_t at = from_offset;
    for (Work work; unit > 0 && at < s.size(); work.step()) {
        const unsigned char lead = byte(s, at);
        if (lead < 0x80) {
            at += 1;
        } else if (lead < 0xE0) {
            at += 2;
        } else if (lead < 0xF0) {
            at += 3;
        } else {
            if (unit == 1) return {at, true};
            unit -= 1;
            at += 4;
        }
        unit -= 1;
    }
    return {at, false};
}

/// Maps a text code point by code point. `map` gives the code points that one becomes; `at` is where it stands.
template <typename Map>
Value mapped(Value string, Heap& heap, Map map) {
    const std::string_view s = string.as_text();
    TextBuilder out(heap);
    Work work;
    for (std::size_t at = 0; at < s.size(); work.step(4)) {
        const std::size_t start = at;
        const std::uint32_t c = next(s, &at);
        map(out, s, start, c);
    }
    return out.finish();
}

/// The condition Final_Sigma of the Unicode standard (section 3.13): a cased letter before, none after, skipping what
/// case ignores.
bool is_case_ignorable(std::uint32_t c) {
    const auto* p = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
    switch (p->category) {
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_SK: return true;
        default: break;
    }
    switch (c) {  // Word_Break is MidLetter, MidNumLet or Single_Quote
        case 0x27:
        case 0x2E:
        case 0x3A:
        case 0xB7:
        case 0x387:
        case 0x55F:
        case 0x5F4:
        case 0x2018:
        case 0x2019:
        case 0x2024:
        case 0x2027:
        case 0xFE13:
        case 0xFE52:
        case 0xFE55:
        case 0xFF07:
        case 0xFF0E:
        case 0xFF1A: return true;
        default: return false;
    }
}

bool is_cased(std::uint32_t c) {
    const auto* p = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
    return p->category == UTF8PROC_CATEGORY_LU || p->category == UTF8PROC_CATEGORY_LL ||
           p->category == UTF8PROC_CATEGORY_LT || p->lowercase_seqindex != 0xFFFF || p->uppercase_seqindex != 0xFFFF;
}

bool is_final_sigma(std::string_view s, std::size_t at) {
    bool cased_before = false;
    for (std::size_t i = at; i > 0;) {
        do --i;
        while (i > 0 && (byte(s, i) & 0xC0) == 0x80);
        std::size_t j = i;
        const std::uint32_t c = next(s, &j);
        if (is_case_ignorable(c)) continue;
        cased_before = is_cased(c);
        break;
    }
    if (!cased_before) return false;
    std::size_t i = at + 2;
    while (i < s.size()) {
        const std::uint32_t c = next(s, &i);
        if (is_case_ignorable(c)) continue;
        return !is_cased(c);
    }
    return true;
}

/// Unicode's SpecialCasing without conditions: what utf8proc's simple upper-casing leaves out.
struct SpecialUpper {
    std::uint32_t from;
    std::uint32_t to[3];
};
constexpr SpecialUpper kSpecialUpper[] = {
    {0x00DF, {0x53, 0x53}},          {0x0149, {0x2BC, 0x4E}},         {0x01F0, {0x4A, 0x30C}},
    {0x0390, {0x399, 0x308, 0x301}}, {0x03B0, {0x3A5, 0x308, 0x301}}, {0x0587, {0x535, 0x552}},
    {0x1E96, {0x48, 0x331}},         {0x1E97, {0x54, 0x308}},         {0x1E98, {0x57, 0x30A}},
    {0x1E99, {0x59, 0x30A}},         {0x1E9A, {0x41, 0x2BE}},         {0x1F50, {0x3A5, 0x313}},
    {0x1F52, {0x3A5, 0x313, 0x300}}, {0x1F54, {0x3A5, 0x313, 0x301}}, {0x1F56, {0x3A5, 0x313, 0x342}},
    {0x1FB2, {0x1FBA, 0x399}},       {0x1FB3, {0x391, 0x399}},        {0x1FB4, {0x386, 0x399}},
    {0x1FB6, {0x391, 0x342}},        {0x1FB7, {0x391, 0x342, 0x399}}, {0x1FBC, {0x391, 0x399}},
    {0x1FC2, {0x1FCA, 0x399}},       {0x1FC3, {0x397, 0x399}},        {0x1FC4, {0x389, 0x399}},
    {0x1FC6, {0x397, 0x342}},        {0x1FC7, {0x397, 0x342, 0x399}}, {0x1FCC, {0x397, 0x399}},
    {0x1FD2, {0x399, 0x308, 0x300}}, {0x1FD3, {0x399, 0x308, 0x301}}, {0x1FD6, {0x399, 0x342}},
    {0x1FD7, {0x399, 0x308, 0x342}}, {0x1FE2, {0x3A5, 0x308, 0x300}}, {0x1FE3, {0x3A5, 0x308, 0x301}},
    {0x1FE4, {0x3A1, 0x313}},        {0x1FE6, {0x3A5, 0x342}},        {0x1FE7, {0x3A5, 0x308, 0x342}},
    {0x1FF2, {0x1FFA, 0x399}},       {0x1FF3, {0x3A9, 0x399}},        {0x1FF4, {0x38F, 0x399}},
    {0x1FF6, {0x3A9, 0x342}},        {0x1FF7, {0x3A9, 0x342, 0x399}}, {0x1FFC, {0x3A9, 0x399}},
    {0xFB00, {0x46, 0x46}},          {0xFB01, {0x46, 0x49}},          {0xFB02, {0x46, 0x4C}},
    {0xFB03, {0x46, 0x46, 0x49}},    {0xFB04, {0x46, 0x46, 0x4C}},    {0xFB05, {0x53, 0x54}},
    {0xFB06, {0x53, 0x54}},          {0xFB13, {0x544, 0x546}},        {0xFB14, {0x544, 0x535}},
    {0xFB15, {0x544, 0x53B}},        {0xFB16, {0x54E, 0x546}},        {0xFB17, {0x544, 0x53D}},
};

/// 1F80 to 1FAF: Greek letters with a subscript iota, whose upper case writes it out.
bool append_greek_iota(TextBuilder& out, std::uint32_t c) {
    if (c < 0x1F80 || c > 0x1FAF) return false;
    const std::uint32_t base = c < 0x1F90 ? 0x1F08 : c < 0x1FA0 ? 0x1F28 : 0x1F68;
    out.append_unit(base + (c & 7));
    out.append_unit(0x399);
    return true;
}

}  // namespace

std::size_t surplus(std::string_view s) {
    const char* p = s.data();
    std::size_t left = s.size();
    std::size_t count = 0;
    // A lead of two bytes stands for one unit, of three for one, of four for two: so the surplus is the number of
    // continuation bytes, less one a lead of four. Each byte of a word counts for itself, until one could overflow.
    while (left >= 8) {
        std::uint64_t continuations = 0;
        std::uint64_t fours = 0;
        for (int words = 0; words < 255 && left >= 8; ++words, p += 8, left -= 8) {
            const std::uint64_t word = load8(p);
            const std::uint64_t high = word & kHighBits;
            continuations += (high & ~(word << 1)) >> 7;
            fours += (high & (word << 1) & (word << 2) & (word << 3)) >> 7;
        }
        count += sum_of_bytes(continuations) - sum_of_bytes(fours);
    }
    // What is left is mostly ASCII, which the last eight bytes tell at once.
    if (left > 0 && s.size() >= 8 && (load8(p + left - 8) & kHighBits) == 0) return count;
    for (; left > 0; --left, ++p) {
        const auto b = static_cast<unsigned char>(*p);
        if ((b & 0xC0) == 0x80) ++count;
        if (b >= 0xF0) --count;
    }
    return count;
}

bool is_utf8(std::string_view s, std::size_t* bad) {
    if (s.size() > kPiece) {
        std::size_t size = 0;
        for (std::size_t at = 0; at < s.size(); at += size) {
            size = std::min(kPiece, s.size() - at);
            // A character that does not fit goes into the next piece.
            std::size_t end = at + size;
            while (end < s.size() && end + 3 > at + size && (byte(s, end) & 0xC0) == 0x80) --end;
            if (end < s.size() && (byte(s, end) & 0xC0) != 0x80) size = end - at;
            if (!is_utf8(s.substr(at, size), bad)) {
                if (bad != nullptr) *bad += at;
                return false;
            }
            work_done(kPiece / 4);
        }
        return true;
    }
    std::size_t i = 0;
    const auto reject = [&] {
        if (bad != nullptr) *bad = i;
        return false;
    };
    const auto continues = [&](std::size_t at, unsigned low = 0x80, unsigned high = 0xBF) {
        return at < s.size() && byte(s, at) >= low && byte(s, at) <= high;
    };
    while (i < s.size()) {
        if (i + 8 <= s.size() && (load8(s.data() + i) & kHighBits) == 0) {
            i += 8;
            continue;
        }
        const unsigned char b = byte(s, i);
        if (b < 0x80) {
            i += 1;
        } else if (b >= 0xC2 && b < 0xE0) {
            if (!continues(i + 1)) return reject();
            i += 2;
        } else if (b >= 0xE0 && b < 0xF0) {
            if (!continues(i + 1, b == 0xE0 ? 0xA0 : 0x80, b == 0xED ? 0x9F : 0xBF) || !continues(i + 2))
                return reject();
            i += 3;
        } else if (b >= 0xF0 && b < 0xF5) {
            if (!continues(i + 1, b == 0xF0 ? 0x90 : 0x80, b == 0xF4 ? 0x8F : 0xBF) || !continues(i + 2) ||
                !continues(i + 3))
                return reject();
            i += 4;
        } else {
            return reject();
        }
    }
    return true;
}

std::uint32_t next(std::string_view s, std::size_t* at) {
    const unsigned char b = byte(s, *at);
    const auto more = [&](std::size_t i) { return static_cast<std::uint32_t>(byte(s, *at + i) & 0x3F); };
    std::uint32_t c = b;
    std::size_t size = 1;
    if (b >= 0xF0) {
        c = (static_cast<std::uint32_t>(b & 7) << 18) | more(1) << 12 | more(2) << 6 | more(3);
        size = 4;
    } else if (b >= 0xE0) {
        c = (static_cast<std::uint32_t>(b & 15) << 12) | more(1) << 6 | more(2);
        size = 3;
    } else if (b >= 0xC0) {
        c = (static_cast<std::uint32_t>(b & 31) << 6) | more(1);
        size = 2;
    }
    *at += size;
    return c;
}

void append(std::uint32_t c, std::string& out) {
    if (c < 0x80) {
        out += static_cast<char>(c);
        return;
    }
    if (is_low_surrogate(c) && out.size() >= 3) {
        std::size_t at = out.size() - 3;
        if (byte(out, at) == 0xED && byte(out, at + 1) >= 0xA0 && byte(out, at + 1) < 0xB0) {
            const std::uint32_t high = next(out, &at);
            out.resize(out.size() - 3);
            c = joined(high, c);
        }
    }
    if (c < 0x800) {
        out += static_cast<char>(0xC0 | c >> 6);
    } else {
        if (c < 0x10000) {
            out += static_cast<char>(0xE0 | c >> 12);
        } else {
            out += static_cast<char>(0xF0 | c >> 18);
            out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        }
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    }
    out += static_cast<char>(0x80 | (c & 0x3F));
}

void append(std::string_view text, std::string& out) {
    if (text.empty()) return;
    std::size_t at = 0;
    append(next(text, &at), out);
    out += text.substr(at);
}

Value slice(Value string, std::size_t from, std::size_t to, Heap& heap) {
    const std::string_view s = string.as_text();
    if (string.is_ascii()) {
        from = from < s.size() ? from : s.size();
        to = to < s.size() ? to : s.size();
        return Value::ascii(s.substr(from, to > from ? to - from : 0));
    }
    if (from >= to) return Value::ascii({});
    const Place start = place_of(s, from);
    const Place end = place_of(s, to - from, start.offset);
    if (!start.splits_pair && !end.splits_pair) return Value::text(s.substr(start.offset, end.offset - start.offset));
    TextBuilder out(heap);
    std::size_t at = start.offset;
    std::size_t units = to - from;
    if (start.splits_pair) {
        const std::uint32_t c = next(s, &at);
        out.append_unit(0xDC00 + ((c - 0x10000) & 0x3FF));
        units -= 1;
    }
    const Place last = place_of(s, units, at);
    out.append(s.substr(at, last.offset - at));
    if (last.splits_pair) {
        std::size_t i = last.offset;
        out.append_unit(0xD800 + ((next(s, &i) - 0x10000) >> 10));
    }
    return out.finish();
}

Value unit_at(Value string, std::size_t at, Heap& heap) {
    if (string.is_ascii()) return Value::ascii(string.as_text().substr(at, 1));
    return slice(string, at, at + 1, heap);
}

std::size_t find(Value haystack, Value needle, std::size_t from) {
    const std::string_view h = haystack.as_text();
    const std::string_view n = needle.as_text();
    if (haystack.is_ascii()) return needle.is_ascii() ? find(h, n, from) : std::string_view::npos;
    if (from > haystack.units()) return std::string_view::npos;
    // A needle that starts or ends with half a pair can match half a character: only then are units compared.
    const auto starts_low = [](std::string_view s) {
        return s.size() >= 3 && byte(s, 0) == 0xED && byte(s, 1) >= 0xB0;
    };
    const auto ends_high = [](std::string_view s) {
        return s.size() >= 3 && byte(s, s.size() - 3) == 0xED && byte(s, s.size() - 2) >= 0xA0 &&
               byte(s, s.size() - 2) < 0xB0;
    };
    if (!starts_low(n) && !ends_high(n)) {
        // From the middle of a pair on, the first whole character is the next one.
        const Place place = place_of(h, from);
        const std::size_t start = place.offset + (place.splits_pair ? 4 : 0);
        const std::size_t start_unit = from + (place.splits_pair ? 1 : 0);
        if (n.empty()) return from;
        const std::size_t at = find(h, n, start);
        if (at == std::string_view::npos) return at;
        return start_unit + (at - start) - surplus(h.substr(start, at - start));
    }
    const auto units_of = [](std::string_view s) {
        std::u16string out;
        Work work;
        for (std::size_t i = 0; i < s.size(); work.step()) {
            const std::uint32_t c = next(s, &i);
            if (c < 0x10000) {
                out += static_cast<char16_t>(c);
            } else {
                out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
                out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
            }
        }
        return out;
    };
    return text::find(units_of(h), units_of(n), from);
}

namespace {

/// Crochemore and Perrin's search, linear in both: the needle's two parts are compared from the place where they meet,
/// to the right first. `from` is no more than the haystack's size, and the needle is not empty.
template <typename Text>
std::size_t find_two_way(Text haystack, Text needle, std::size_t from) {
    constexpr std::size_t kNone = Text::npos;
    const std::size_t size = needle.size();
    if (haystack.size() - from < size) return kNone;
    Work work;
    struct Suffix {
        std::size_t start;
        std::size_t period;
    };
    // The suffix that is the greatest in the order of units, or in its reverse.
    const auto greatest_suffix = [&](bool reversed) {
        std::size_t before = kNone, at = 0, k = 1, period = 1;  // `before` the suffix, wrapping around
        for (; at + k < size; work.step()) {
            const auto a = needle[at + k];
            const auto b = needle[before + k];
            if (a == b) {
                if (k == period) at += period;
                k = k == period ? 1 : k + 1;
            } else if ((a < b) != reversed) {
                at += k;
                k = 1;
                period = at - before;
            } else {
                before = at++;
                k = period = 1;
            }
        }
        return Suffix{before + 1, period};
    };
    const Suffix one = greatest_suffix(false);
    const Suffix other = greatest_suffix(true);
    auto [middle, period] = one.start > other.start ? one : other;
    const bool is_periodic = middle + period <= size && needle.substr(0, middle) == needle.substr(period, middle);
    if (!is_periodic) period = std::max(middle, size - middle) + 1;
    std::size_t known = 0;  // units at the needle's start that are alike already
    for (std::size_t at = from; at <= haystack.size() - size; work.step()) {
        std::size_t i = std::max(middle, known);
        for (; i < size && needle[i] == haystack[at + i]; ++i) work.step();
        if (i < size) {
            at += i - middle + 1;
            known = 0;
            continue;
        }
        i = middle;
        for (; i > known && needle[i - 1] == haystack[at + i - 1]; --i) work.step();
        if (i <= known) return at;
        at += period;
        known = is_periodic ? size - period : 0;
    }
    return kNone;
}

}  // namespace

// std::string_view compares as much of the needle at each place as is alike: quadratic, but fast where either is short.
// memmem (glibc's, musl's, the BSDs') is linear, but can't be interrupted: so it is asked for a piece of the haystack
// at a time, and never for what is long itself.
std::size_t find(std::string_view haystack, std::string_view needle, std::size_t from) {
    constexpr std::size_t kShort = 64;
    constexpr std::size_t kLong = 1 << 17;
    constexpr std::size_t kPieceSearched = 1 << 16;
    constexpr std::size_t kBytesPerStep = 4;
    const auto find_in = [needle](std::string_view piece, std::size_t start) {
        if (needle.size() < kShort || piece.size() < kShort) return piece.find(needle, start);
        const void* at = memmem(piece.data() + start, piece.size() - start, needle.data(), needle.size());
        return at == nullptr ? std::string_view::npos
                             : static_cast<std::size_t>(static_cast<const char*>(at) - piece.data());
    };
    if (from > haystack.size()) return std::string_view::npos;
    if (needle.size() > kLong) return find_two_way(haystack, needle, from);
    const std::size_t piece = std::max(kPieceSearched, 4 * needle.size());
    for (; haystack.size() - from > piece; from += piece - needle.size()) {
        const std::size_t at = find_in(haystack.substr(0, from + piece), from);
        if (at != std::string_view::npos) return at;
        work_done(piece / kBytesPerStep);
    }
    return find_in(haystack, from);
}

std::size_t find(std::u16string_view haystack, std::u16string_view needle, std::size_t from) {
    if (from > haystack.size() || needle.empty()) return haystack.find(needle, from);
    return find_two_way(haystack, needle, from);
}

std::string shortened(std::string_view s, std::size_t most) {
    if (s.size() <= most) return std::string(s);
    while (most > 0 && (static_cast<unsigned char>(s[most]) & 0xC0) == 0x80) --most;
    return std::string(s.substr(0, most)) + "...";
}

std::string_view well_formed(Value string, std::string& buffer) {
    return string.is_ascii() ? string.as_text() : well_formed(string.as_text(), buffer);
}

std::string_view well_formed(std::string_view s, std::string& buffer) {
    bool changed = false;
    std::size_t kept = 0;
    Work work;
    for (std::size_t i = 0; (i = s.find('\xED', i)) != std::string_view::npos; i += 3) {
        work.step();
        if (i + 2 >= s.size() || byte(s, i + 1) < 0xA0) continue;
        if (!changed) buffer.clear();
        changed = true;
        buffer.append(s.substr(kept, i - kept)).append("\xEF\xBF\xBD");
        kept = i + 3;
    }
    if (!changed) return s;
    buffer.append(s.substr(kept));
    return buffer;
}

Value to_lower(Value string, Heap& heap) {
    const std::string_view s = string.as_text();
    if (string.is_ascii()) {
        std::size_t i = 0;
        while (i < s.size() && !(s[i] >= 'A' && s[i] <= 'Z')) ++i;
        if (i == s.size()) return string;
        char* out = static_cast<char*>(heap.allocate(s.size()));
        for (std::size_t j = 0; j < s.size(); ++j)
            out[j] = static_cast<char>(s[j] >= 'A' && s[j] <= 'Z' ? s[j] + 32 : s[j]);
        return Value::ascii({out, s.size()});
    }
    return mapped(string, heap, [](TextBuilder& out, std::string_view text, std::size_t at, std::uint32_t c) {
        if (c == 0x3A3) {
            out.append_unit(is_final_sigma(text, at) ? 0x3C2 : 0x3C3);
        } else if (c == 0x130) {
            out.append_unit('i');
            out.append_unit(0x307);
        } else {
            out.append_unit(static_cast<std::uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
        }
    });
}

Value to_upper(Value string, Heap& heap) {
    const std::string_view s = string.as_text();
    if (string.is_ascii()) {
        std::size_t i = 0;
        while (i < s.size() && !(s[i] >= 'a' && s[i] <= 'z')) ++i;
        if (i == s.size()) return string;
        char* out = static_cast<char*>(heap.allocate(s.size()));
        for (std::size_t j = 0; j < s.size(); ++j)
            out[j] = static_cast<char>(s[j] >= 'a' && s[j] <= 'z' ? s[j] - 32 : s[j]);
        return Value::ascii({out, s.size()});
    }
    return mapped(string, heap, [](TextBuilder& out, std::string_view, std::size_t, std::uint32_t c) {
        if (append_greek_iota(out, c)) return;
        for (const SpecialUpper& special : kSpecialUpper) {
            if (special.from != c) continue;
            for (const std::uint32_t to : special.to)
                if (to != 0) out.append_unit(to);
            return;
        }
        out.append_unit(static_cast<std::uint32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))));
    });
}

Value decode_utf8(std::string_view bytes, Heap& heap) {
    std::size_t bad = 0;
    if (is_utf8(bytes, &bad)) return heap.string(bytes);
    TextBuilder out(heap);
    std::size_t i = 0;
    for (Work work; i < bytes.size(); work.step(4)) {
        if (is_utf8(bytes.substr(i), &bad)) {
            out.append(bytes.substr(i));
            break;
        }
        out.append(bytes.substr(i, bad));
        i += bad;
        out.append_unit(0xFFFD);
        // One replacement for the longest run that begins a valid sequence (WHATWG Encoding, "maximal subpart").
        const unsigned char lead = byte(bytes, i);
        std::size_t wanted = lead >= 0xF0 && lead < 0xF5   ? 3
                             : lead >= 0xE0 && lead < 0xF0 ? 2
                             : lead >= 0xC2 && lead < 0xE0 ? 1
                                                           : 0;
        unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        ++i;
        for (; wanted > 0 && i < bytes.size() && byte(bytes, i) >= low && byte(bytes, i) <= high; --wanted, ++i) {
            low = 0x80;
            high = 0xBF;
        }
    }
    return out.finish();
}

}  // namespace text
}  // namespace hogvm
