#include <hogvm/javascript.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include <hogvm/text.h>
#include <hogvm/work.h>

namespace hogvm::javascript {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr std::size_t kStretch = 1 << 14;  // bytes that are looked at before the run is told of it
constexpr std::size_t kBytesPerStep = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where the digits from `i` on end.
std::size_t digits_end(std::string_view s, std::size_t i) {
    for (;;) {
        const std::size_t end = std::min(s.size(), i + kStretch);
        while (i < end && is_digit(s[i])) ++i;
        if (i < end || i == s.size()) return i;
        work_done(kStretch / kBytesPerStep);
    }
}

/// The end of the longest StrDecimalLiteral at the start of `s`; 0 if there is none.
std::size_t decimal_end(std::string_view s) {
    std::size_t i = 0;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (s.substr(i).starts_with("Infinity")) return i + 8;
    const std::size_t digits = i;
    i = digits_end(s, i);
    std::size_t count = i - digits;
    if (i < s.size() && s[i] == '.') {
        const std::size_t fraction = i + 1;
        const std::size_t j = digits_end(s, fraction);
        count += j - fraction;
        if (count > 0) i = j;
    }
    if (count == 0) return 0;
    if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
        std::size_t j = i + 1;
        if (j < s.size() && (s[j] == '+' || s[j] == '-')) ++j;
        const std::size_t end = digits_end(s, j);
        if (end > j) i = end;
    }
    return i;
}

// What lies exactly between two doubles has 767 significant digits at the most. So of more digits it counts only
// whether any is not 0.
constexpr std::size_t kDigitsThatCount = 800;

/// A decimal literal without sign of the same value, that is short.
std::string shortened(std::string_view s) {
    constexpr std::int64_t kMostExponent = std::int64_t{1} << 40;  // beyond, no text has the zeros to make up for it
    std::string digits;
    std::int64_t exponent = 0;
    bool has_point = false;
    bool has_more = false;
    Work work;
    std::size_t i = 0;
    for (; i < s.size() && s[i] != 'e' && s[i] != 'E'; ++i, work.step()) {
        if (s[i] == '.') {
            has_point = true;
            continue;
        }
        const bool is_zero = s[i] == '0';
        if (digits.size() == kDigitsThatCount) {
            has_more = has_more || !is_zero;
            ++exponent;
        } else if (!is_zero || !digits.empty()) {
            digits += s[i];
        }
        if (has_point) --exponent;
    }
    if (i < s.size()) {
        const bool negative = s[++i] == '-';
        if (negative || s[i] == '+') ++i;
        std::int64_t written = 0;
        for (; i < s.size(); ++i, work.step()) written = std::min(written * 10 + (s[i] - '0'), kMostExponent);
        exponent += negative ? -written : written;
    }
    if (digits.empty()) return "0";
    if (has_more) {
        digits += '1';
        --exponent;
    }
    return digits + "e" + std::to_string(exponent);
}

/// The value of a StrDecimalLiteral.
double decimal_value(std::string_view s) {
    bool negative = false;
    if (s[0] == '+' || s[0] == '-') {
        negative = s[0] == '-';
        s.remove_prefix(1);
    }
    if (s[0] == 'I') return negative ? -kInfinity : kInfinity;
    std::string buffer;
    if (s.size() > kDigitsThatCount) s = buffer = shortened(s);
    double d = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), d);
    if (error == std::errc::result_out_of_range) {
        // Too large or too small; which, its decimal exponent tells.
        const std::size_t e = s.find_first_of("eE");
        const std::string_view mantissa = s.substr(0, e);
        double exponent = 0;
        if (e != std::string_view::npos) {
            std::string_view text = s.substr(e + 1);
            if (text[0] == '+') text.remove_prefix(1);
            if (std::from_chars(text.data(), text.data() + text.size(), exponent).ec == std::errc::result_out_of_range)
                exponent = text[0] == '-' ? -1e300 : 1e300;
        }
        const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
        const std::size_t first = mantissa.find_first_not_of("0.");
        const double magnitude =
            first < point ? static_cast<double>(point - first) : -static_cast<double>(first - point);
        d = magnitude + exponent > 0 ? kInfinity : 0;
    }
    return negative ? -d : d;
}

int digit_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

/// Digits of a base that is a power of two, rounded to nearest, ties to even, as they come.
double power_of_two_value(std::string_view digits, int bits_per_digit) {
    std::uint64_t mantissa = 0;
    int exponent = 0;
    bool sticky = false;
    Work work;
    for (const char c : digits) {
        work.step();
        const int v = digit_value(c);
        for (int bit = bits_per_digit - 1; bit >= 0; --bit) {
            const std::uint64_t b = static_cast<std::uint64_t>(v >> bit) & 1;
            if (mantissa >> 62 == 0) {
                mantissa = mantissa << 1 | b;
            } else {
                ++exponent;
                sticky = sticky || b != 0;
            }
        }
    }
    return std::ldexp(static_cast<double>(mantissa | (sticky ? 1u : 0u)), exponent);
}

/// Number() of an integer literal with a prefix (0x, 0o, 0b), without it; NaN if it is none.
double prefixed_value(std::string_view digits, int bits_per_digit) {
    if (digits.empty()) return kNaN;
    Work work;
    for (const char c : digits) {
        work.step();
        if (digit_value(c) >= 1 << bits_per_digit) return kNaN;
    }
    return power_of_two_value(digits, bits_per_digit);
}

/// The white space at the start of a text, in bytes: JavaScript's WhiteSpace and LineTerminator.
std::size_t leading_space(std::string_view s) {
    std::size_t i = 0;
    for (Work work; i < s.size(); work.step()) {
        const auto b = static_cast<unsigned char>(s[i]);
        if (b == 0x20 || (b >= 0x09 && b <= 0x0D)) {
            i += 1;
            continue;
        }
        if (b < 0x80) break;
        std::size_t at = i;
        const std::uint32_t c = text::next(s, &at);
        const bool is_space = c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
                              c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
        if (!is_space) break;
        i = at;
    }
    return i;
}

/// How many bytes two texts have in common at their start.
std::size_t common_bytes(std::string_view a, std::string_view b) {
    const std::size_t n = std::min(a.size(), b.size());
    if (a.data() == b.data()) return n;
    std::size_t i = 0;
    for (; n - i >= kStretch && std::memcmp(&a[i], &b[i], kStretch) == 0; i += kStretch)
        work_done(kStretch / kBytesPerStep);
    while (n - i >= 8 && std::memcmp(&a[i], &b[i], 8) == 0) i += 8;
    while (i < n && a[i] == b[i]) ++i;
    return i;
}

/// The value as JavaScript's ToPrimitive leaves it: nodes become strings.
struct Primitive {
    Value value;
    std::string text;

    explicit Primitive(Value v) : value(v) {
        if (!v.is_node()) return;
        append_string(v, text);
        value = Value::text(text);
    }
};

void join(const Array* a, std::string& out, int depth);

void append_string_at(Value v, std::string& out, int depth) {
    switch (v.type()) {
        case Type::Int:
        case Type::Double: append_number(v, out); break;
        case Type::Bool: out += v.as_bool() ? "true" : "false"; break;
        case Type::Null: out += "null"; break;
        case Type::Undefined:
        case Type::Hole: out += "undefined"; break;
        case Type::String: {
            const std::string_view s = v.as_text();
            work_done(s.size() / 64);
            if (!v.is_ascii() && out.size() >= 3 && s.size() >= 3 && s[0] == '\xED') {
                std::size_t at = 0;
                text::append(text::next(s, &at), out);  // may join with a half at the end of `out`
                append_text(s.substr(at), out);
            } else {
                append_text(s, out);
            }
            break;
        }
        case Type::Array: join(v.as_array(), out, depth); break;
        case Type::Dict: out += "[object Map]"; break;
        case Type::Object:
        case Type::Closure:
        case Type::Callable: out += "[object Object]"; break;
    }
}

void join(const Array* a, std::string& out, int depth) {
    auto* node = const_cast<Array*>(a);
    if (node->visiting) return;
    check_depth(depth);
    const Visit visit(node);
    bool first = true;
    check_text(out.size());
    work_done(4);
    Work work;
    for (const Value v : a->values()) {
        work.step(4);
        if (!first) out += ',';
        first = false;
        if (!v.is_nullish()) append_string_at(v, out, depth + 1);
    }
}

}  // namespace

bool to_boolean(Value v) {
    switch (v.type()) {
        case Type::Int: return v.as_int() != 0;
        case Type::Double: return v.as_double() != 0 && !std::isnan(v.as_double());
        case Type::Bool: return v.as_bool();
        case Type::Null:
        case Type::Undefined:
        case Type::Hole: return false;
        case Type::String: return !v.as_text().empty();
        default: return true;
    }
}

double to_number(Value v) {
    switch (v.type()) {
        case Type::Int: return static_cast<double>(v.as_int());
        case Type::Double: return v.as_double();
        case Type::Bool: return v.as_bool() ? 1 : 0;
        case Type::Null: return 0;
        case Type::Undefined:
        case Type::Hole: return kNaN;
        case Type::String: return number_of(v.as_text());
        default: return number_of(Primitive(v).text);
    }
}

void append_string(Value v, std::string& out) { append_string_at(v, out, 0); }

std::string to_string(Value v) {
    std::string out;
    append_string(v, out);
    return out;
}

Value to_string(Value v, Heap& heap) {
    if (v.is_string()) return v;
    if (v.is_number()) {
        char buffer[32];
        if (v.is(Type::Int) && std::abs(v.as_int()) > (std::int64_t{1} << 53)) {
            const auto end = std::to_chars(buffer, buffer + sizeof buffer, v.as_int()).ptr;
            return heap.string({buffer, static_cast<std::size_t>(end - buffer)});
        }
        return heap.string({buffer, format_number(v.as_number(), buffer)});
    }
    return heap.string(to_string(v));
}

std::string_view type_of(Value v) {
    switch (v.type()) {
        case Type::Int:
        case Type::Double: return "number";
        case Type::Bool: return "boolean";
        case Type::Undefined:
        case Type::Hole: return "undefined";
        case Type::String: return "string";
        default: return "object";
    }
}

bool strictly_equal(Value a, Value b) {
    if (a.is(Type::Int) && b.is(Type::Int)) return a.as_int() == b.as_int();
    if (a.is_number()) return b.is_number() && a.as_number() == b.as_number();
    if (a.is_string()) return b.is_string() && same_text(a.as_text(), b.as_text());
    if (a.is_node()) return b.is_node() && a.as_node() == b.as_node();
    if (a.is(Type::Bool)) return b.is(Type::Bool) && a.as_bool() == b.as_bool();
    if (a.is(Type::Null)) return b.is(Type::Null);
    return b.is(Type::Undefined) || b.is(Type::Hole);
}

bool same_value_zero(Value a, Value b) {
    return strictly_equal(a, b) ||
           (a.is(Type::Double) && b.is(Type::Double) && std::isnan(a.as_double()) && std::isnan(b.as_double()));
}

int compare_text(std::string_view a, std::string_view b) {
    const std::size_t i = common_bytes(a, b);
    if (i == std::min(a.size(), b.size())) return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
    // By bytes is by code point; by unit, what is written with surrogates (lead F0 and above) comes before U+E000 to
    // U+FFFF (lead EE and EF).
    auto x = static_cast<unsigned char>(a[i]);
    auto y = static_cast<unsigned char>(b[i]);
    if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)) return x >= 0xF0 ? -1 : 1;
    if (x >= 0xF0 && y == 0xED) {
        // Against a lone surrogate (ED A0 to ED BF): the pair's first half decides.
        std::size_t at = i, bt = i;
        const std::uint32_t high = 0xD800 + ((text::next(a, &at) - 0x10000) >> 10);
        const std::uint32_t other = text::next(b, &bt);
        return high < other ? -1 : 1;
    }
    if (y >= 0xF0 && x == 0xED) return -compare_text(b, a);
    return x < y ? -1 : 1;
}

Order relational(Value a, Value b) {
    if (a.is(Type::Int) && b.is(Type::Int))
        return a.as_int() < b.as_int() ? Order::Less : a.as_int() > b.as_int() ? Order::Greater : Order::Equal;
    const Primitive left(a);
    const Primitive right(b);
    if (left.value.is_string() && right.value.is_string()) {
        const int order = compare_text(left.value.as_text(), right.value.as_text());
        return order < 0 ? Order::Less : order > 0 ? Order::Greater : Order::Equal;
    }
    const double x = to_number(left.value);
    const double y = to_number(right.value);
    return x < y ? Order::Less : x > y ? Order::Greater : x == y ? Order::Equal : Order::Unordered;
}

double number_of(std::string_view s) {
    work_done(s.size() / 16);
    s = trim(s);
    if (s.empty()) return 0;
    if (s.size() > 2 && s[0] == '0') {
        if (s[1] == 'x' || s[1] == 'X') return prefixed_value(s.substr(2), 4);
        if (s[1] == 'o' || s[1] == 'O') return prefixed_value(s.substr(2), 3);
        if (s[1] == 'b' || s[1] == 'B') return prefixed_value(s.substr(2), 1);
    }
    const std::size_t end = decimal_end(s);
    return end == s.size() ? decimal_value(s) : kNaN;
}

double parse_float(std::string_view s) {
    s.remove_prefix(leading_space(s));
    const std::size_t end = decimal_end(s);
    return end > 0 ? decimal_value(s.substr(0, end)) : kNaN;
}

double parse_int(std::string_view s) {
    s.remove_prefix(leading_space(s));
    bool negative = false;
    if (!s.empty() && (s[0] == '+' || s[0] == '-')) {
        negative = s[0] == '-';
        s.remove_prefix(1);
    }
    const bool is_hex = s.size() > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
    if (is_hex) s.remove_prefix(2);
    std::size_t end = is_hex ? 0 : digits_end(s, 0);
    if (is_hex)
        for (Work work; end < s.size() && digit_value(s[end]) < 16; ++end) work.step();
    if (end == 0) return kNaN;
    const double d = is_hex ? power_of_two_value(s.substr(0, end), 4) : decimal_value(s.substr(0, end));
    return negative ? -d : d;
}

std::size_t format_number(double d, char* out) {
    const auto put = [&](std::string_view s) {
        std::memcpy(out, s.data(), s.size());
        return s.size();
    };
    if (std::isnan(d)) return put("NaN");
    if (d == 0) return put("0");
    if (std::isinf(d)) return put(d > 0 ? "Infinity" : "-Infinity");
    if (std::abs(d) < 1e15 && d == std::trunc(d))
        return static_cast<std::size_t>(std::to_chars(out, out + 32, static_cast<std::int64_t>(d)).ptr - out);
    // The shortest digits that read back, d.ddddde±xx, laid out as ECMAScript's Number::toString does.
    char buffer[32];
    const char* end = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::scientific).ptr;
    std::size_t n = 0;
    const char* p = buffer;
    if (*p == '-') out[n++] = *p++;
    char digits[20];
    std::size_t k = 0;
    for (; *p != 'e'; ++p)
        if (*p != '.') digits[k++] = *p;
    ++p;
    if (*p == '+') ++p;
    int exponent = 0;
    std::from_chars(p, end, exponent);
    const int point = exponent + 1;  // the decimal point stands after this many digits
    const auto count = static_cast<int>(k);
    if (point >= count && point <= 21) {
        std::memcpy(out + n, digits, k);
        n += k;
        for (int i = count; i < point; ++i) out[n++] = '0';
    } else if (point > 0 && point <= 21) {
        std::memcpy(out + n, digits, static_cast<std::size_t>(point));
        n += static_cast<std::size_t>(point);
        out[n++] = '.';
        std::memcpy(out + n, digits + point, static_cast<std::size_t>(count - point));
        n += static_cast<std::size_t>(count - point);
    } else if (point <= 0 && point > -6) {
        out[n++] = '0';
        out[n++] = '.';
        for (int i = point; i < 0; ++i) out[n++] = '0';
        std::memcpy(out + n, digits, k);
        n += k;
    } else {
        out[n++] = digits[0];
        if (k > 1) {
            out[n++] = '.';
            std::memcpy(out + n, digits + 1, k - 1);
            n += k - 1;
        }
        out[n++] = 'e';
        out[n++] = exponent < 0 ? '-' : '+';
        n = static_cast<std::size_t>(std::to_chars(out + n, out + n + 4, std::abs(exponent)).ptr - out);
    }
    return n;
}

void append_number(double d, std::string& out) {
    char buffer[32];
    out.append(buffer, format_number(d, buffer));
}

void append_number(Value number, std::string& out) {
    if (!number.is(Type::Int)) return append_number(number.as_double(), out);
    char buffer[32];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number.as_int()).ptr);
}

std::string_view trim(std::string_view s) {
    s.remove_prefix(leading_space(s));
    for (Work work; !s.empty(); work.step()) {
        std::size_t start = s.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(s[start]) & 0xC0) == 0x80) --start;
        if (leading_space(s.substr(start)) == 0) break;
        s = s.substr(0, start);
    }
    return s;
}

std::optional<std::uint32_t> array_index_of_digits(std::string_view key) {
    if (key.empty() || key.size() > 10 || !is_digit(key[0]) || (key[0] == '0' && key.size() > 1)) return std::nullopt;
    std::uint64_t n = 0;
    for (const char c : key) {
        if (!is_digit(c)) return std::nullopt;
        n = n * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (n > 4294967294u) return std::nullopt;
    return static_cast<std::uint32_t>(n);
}

}  // namespace hogvm::javascript
