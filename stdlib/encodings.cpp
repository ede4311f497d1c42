#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include <hogvm/error.h>
#include <hogvm/heap.h>
#include <hogvm/javascript.h>
#include <hogvm/library.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "arguments.h"
#include "families.h"

namespace hogvm::stdlib {
namespace {

constexpr std::size_t kBytesBetweenChecks = 3 << 16;

// ---- Base64, as Node.js's Buffer has it ----

/// What Buffer.from makes of an array: each element as a number, and of that the lowest eight bits.
std::string_view bytes_of_array(const Array* a, Heap& heap) {
    char* bytes = static_cast<char*>(heap.allocate(a->size));
    Work work;
    for (std::size_t i = 0; i < a->size; ++i) {
        work.step();
        const double d = javascript::to_number(a->items[i]);
        const double low = std::isfinite(d) ? std::fmod(std::trunc(d), 256) : 0;
        bytes[i] = static_cast<char>(static_cast<int>(low));
    }
    return {bytes, a->size};
}

Value base64_encode(Call& call) {
    const Value v = call[0];
    if (!v.is_string() && !v.is(Type::Array)) refuse(call, 0, "a string or an array of bytes");
    std::string buffer;
    std::string_view bytes = v.is_string() ? text::well_formed(v, buffer) : bytes_of_array(v.as_array(), call.heap);
    const std::size_t size = (bytes.size() + 2) / 3 * 4;
    const std::size_t allocated = size + 1;  // EVP_EncodeBlock ends what it writes with a 0
    auto* out = static_cast<unsigned char*>(call.heap.allocate(allocated));
    for (unsigned char* at = out; !bytes.empty();) {
        const std::string_view block = bytes.substr(0, kBytesBetweenChecks);
        at += EVP_EncodeBlock(at, reinterpret_cast<const unsigned char*>(block.data()), static_cast<int>(block.size()));
        bytes.remove_prefix(block.size());
        if (!bytes.empty()) call.check_time(kBytesBetweenChecks / 16);
    }
    return Value::text_of(reinterpret_cast<const char*>(out), size, 0);
}

constexpr std::uint8_t kSkip = 64;
constexpr std::uint8_t kStop = 65;

/// The six bits that a character stands for, in either alphabet.
constexpr std::array<std::uint8_t, 256> kSextets = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(kSkip);
    std::uint8_t bits = 0;
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
        table[static_cast<unsigned char>(c)] = bits++;
    table['-'] = table['+'];
    table['_'] = table['/'];
    table['='] = kStop;
    return table;
}();

/// Collects six bits at a time. A last character that completes no byte is lost.
class SextetReader {
  public:
    explicit SextetReader(char* out) : out_(out) {}
    /// False once the text has ended.
    bool read(unsigned char c) {
        const std::uint8_t bits = kSextets[c];
        if (bits >= kSkip) return bits != kStop;
        pending_ = pending_ << 6 | bits;
        if (has_ == 0) {
            has_ = 6;
        } else {
            has_ -= 2;
            *out_++ = static_cast<char>(pending_ >> has_);
        }
        return true;
    }
    /// Reads as many whole groups of four characters as stand at the start of `s`; returns their length.
    std::size_t read_groups(std::string_view s) {
        const auto bits = [&](std::size_t i) { return std::uint32_t{kSextets[static_cast<unsigned char>(s[i])]}; };
        std::size_t i = 0;
        for (; has_ == 0 && i + 4 <= s.size(); i += 4) {
            if ((bits(i) | bits(i + 1) | bits(i + 2) | bits(i + 3)) >= kSkip) break;
            const std::uint32_t group = bits(i) << 18 | bits(i + 1) << 12 | bits(i + 2) << 6 | bits(i + 3);
            *out_++ = static_cast<char>(group >> 16);
            *out_++ = static_cast<char>(group >> 8);
            *out_++ = static_cast<char>(group);
        }
        return i;
    }
    [[nodiscard]] char* end() const { return out_; }

  private:
    char* out_;
    std::uint32_t pending_ = 0;
    unsigned has_ = 0;  // bits pending
};

/// Decodes leniently: both alphabets, what is in neither is skipped, `=` ends the text. Of characters beyond U+00FF
/// only the low byte of each UTF-16 unit is looked at.
std::string_view base64_bytes(Call& call, Value string) {
    const std::string_view s = string.as_text();
    const std::size_t allocated = s.size() / 4 * 3 + 3;
    char* out = static_cast<char*>(call.heap.allocate(allocated));
    SextetReader reader(out);
    std::size_t checked = 0;
    for (std::size_t i = 0; i < s.size();) {
        if (i - checked >= kBytesBetweenChecks) {
            call.check_time(kBytesBetweenChecks / 4);
            checked = i;
        }
        i += reader.read_groups(s.substr(i, kBytesBetweenChecks));
        if (i == s.size()) break;
        const auto c = static_cast<unsigned char>(s[i]);
        if (c < 0x80) {
            ++i;
            if (!reader.read(c)) break;
            continue;
        }
        const std::uint32_t code = text::next(s, &i);
        const std::uint32_t high = code < 0x10000 ? code : 0xD800 + ((code - 0x10000) >> 10);
        if (!reader.read(static_cast<unsigned char>(high & 0xFF))) break;
        if (code >= 0x10000 && !reader.read(static_cast<unsigned char>(code & 0xFF))) break;
    }
    const auto size = static_cast<std::size_t>(reader.end() - out);
    call.heap.shrink(out, allocated, size);
    return {out, size};
}

/// Nothing if the argument is neither a string nor an array (which is taken for the bytes themselves).
std::optional<Value> base64_decoded(Call& call) {
    const Value v = call[0];
    if (!v.is_string() && !v.is(Type::Array)) return std::nullopt;
    const std::string_view bytes = v.is_string() ? base64_bytes(call, v) : bytes_of_array(v.as_array(), call.heap);
    if (text::is_utf8(bytes)) return Value::text(bytes);
    return text::decode_utf8(bytes, call.heap);
}

Value base64_decode(Call& call) {
    const std::optional<Value> decoded = base64_decoded(call);
    if (!decoded) refuse(call, 0, "a string or an array of bytes");
    return *decoded;
}

Value try_base64_decode(Call& call) { return base64_decoded(call).value_or(Value::ascii({})); }

// ---- Percent-encoding, as encodeURIComponent has it ----

constexpr std::string_view kMalformed = "URI malformed";

constexpr std::array<bool, 256> kUnreserved = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"))
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();
bool is_unreserved(char c) { return kUnreserved[static_cast<unsigned char>(c)]; }

Value encode_url_component(Call& call) {
    const Value string = javascript::to_string(call[0], call.heap);
    const std::string_view s = string.as_text();
    const auto unreserved = static_cast<std::size_t>(std::count_if(s.begin(), s.end(), is_unreserved));
    if (unreserved == s.size()) return string;
    if (!string.is_ascii() && !text::is_utf8(s)) call.fail(std::string(kMalformed));
    static constexpr char kHex[] = "0123456789ABCDEF";
    const std::size_t size = unreserved + 3 * (s.size() - unreserved);
    char* const out = static_cast<char*>(call.heap.allocate(size));
    char* at = out;
    Work work;
    for (const char c : s) {
        work.step();
        if (is_unreserved(c)) {
            *at++ = c;
            continue;
        }
        *at++ = '%';
        *at++ = kHex[static_cast<unsigned char>(c) >> 4];
        *at++ = kHex[static_cast<unsigned char>(c) & 15];
    }
    return Value::text_of(out, size, 0);
}

/// The byte that `%xx` at `at` stands for; -1 if that is something else.
int escaped_byte(std::string_view s, std::size_t at) {
    const auto digit = [&](std::size_t i) {
        const char c = i < s.size() ? s[i] : '\0';
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    if (at >= s.size() || s[at] != '%' || digit(at + 1) < 0 || digit(at + 2) < 0) return -1;
    return digit(at + 1) * 16 + digit(at + 2);
}

/// Nothing if an escape is cut short, or if together they are no UTF-8.
std::optional<Value> url_decoded(Value string, Heap& heap) {
    const std::string_view s = string.as_text();
    std::size_t escape = s.find('%');
    if (escape == std::string_view::npos) return string;
    char* const out = static_cast<char*>(heap.allocate(s.size()));
    char* at = out;
    std::size_t kept = 0;
    for (Work work; escape != std::string_view::npos; work.step()) {
        at = std::copy_n(s.data() + kept, escape - kept, at);
        const int lead = escaped_byte(s, escape);
        if (lead < 0) return std::nullopt;
        // A character's bytes must all be escaped.
        const char* const start = at;
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        for (std::size_t i = 0; i < size; ++i, escape += 3) {
            const int b = escaped_byte(s, escape);
            if (b < 0) return std::nullopt;
            *at++ = static_cast<char>(b);
        }
        if (lead >= 0x80 && !text::is_utf8({start, size})) return std::nullopt;
        kept = escape;
        escape = s.find('%', escape);
    }
    at = std::copy(s.begin() + static_cast<std::ptrdiff_t>(kept), s.end(), at);
    const auto size = static_cast<std::size_t>(at - out);
    heap.shrink(out, s.size(), size);
    return Value::text({out, size});
}

Value decode_url_component(Call& call) {
    const std::optional<Value> decoded = url_decoded(javascript::to_string(call[0], call.heap), call.heap);
    if (!decoded) call.fail(std::string(kMalformed));
    return *decoded;
}

Value try_decode_url_component(Call& call) {
    return url_decoded(javascript::to_string(call[0], call.heap), call.heap).value_or(Value::null());
}

// ---- UUIDs ----

Value generate_uuid(Call& call) {
    static constexpr char kHex[] = "0123456789abcdef";
    static constexpr std::string_view kPattern = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    constexpr unsigned kDigitsADraw = 12;
    char out[kPattern.size()];
    std::uint64_t digits = 0;
    unsigned left = 0;
    for (std::size_t i = 0; i < kPattern.size(); ++i) {
        const char c = kPattern[i];
        if (c != 'x' && c != 'y') {
            out[i] = c;
            continue;
        }
        if (left == 0) {
            digits = static_cast<std::uint64_t>(std::ldexp(call.random(), 4 * kDigitsADraw));
            left = kDigitsADraw;
        }
        const std::uint64_t digit = digits >> 4 * --left & 15;
        out[i] = kHex[c == 'x' ? digit : (digit & 3) | 8];
    }
    return call.heap.string_units({out, sizeof out}, 0);
}

constexpr std::string_view kFamily = "encodings";
constexpr Function kFunctions[] = {
    {"base64Decode", 1, 1, base64_decode, "", false, kFamily, "base64Decode(text)",
     "The text that Base64 stands for. Takes the alphabet of URLs, too, passes over what is no Base64, and puts "
     "U+FFFD for what is no UTF-8. An array of bytes is taken for the bytes themselves.",
     "base64Decode('aGVsbG8=') = 'hello'"},
    {"base64Encode", 1, 1, base64_encode, "", false, kFamily, "base64Encode(text)",
     "Text, as UTF-8, or an array of bytes in Base64.", "base64Encode('hello') = 'aGVsbG8='"},
    {"decodeURLComponent", 1, 1, decode_url_component, "", false, kFamily, "decodeURLComponent(text)",
     "Text with its percent escapes undone; + is left alone. An escape that is cut short or no UTF-8 ends the program.",
     "decodeURLComponent('a%20%C3%A9') = 'a é'"},
    {"encodeURLComponent", 1, 1, encode_url_component, "", false, kFamily, "encodeURLComponent(text)",
     "Text with percent escapes for all but letters, digits and - _ . ! ~ * ' ( ).",
     "encodeURLComponent('a b/é') = 'a%20b%2F%C3%A9'"},
    {"generateUUIDv4", 0, 0, generate_uuid, "", false, kFamily, "generateUUIDv4()",
     "A random UUID, version 4. Not for secrets.", "length(generateUUIDv4()) = 36"},
    {"tryBase64Decode", 1, 1, try_base64_decode, "", false, kFamily, "tryBase64Decode(text)",
     "As base64Decode, but '' for what is neither text nor an array.", "tryBase64Decode(null) = ''"},
    {"tryDecodeURLComponent", 1, 1, try_decode_url_component, "", false, kFamily, "tryDecodeURLComponent(text)",
     "As decodeURLComponent, but null where that would end the program.",
     "isNull(tryDecodeURLComponent('100%')) = true"},
};

}  // namespace

std::span<const Function> encoding_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
