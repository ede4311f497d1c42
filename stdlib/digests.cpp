// Digests, by OpenSSL's libcrypto. Node.js's crypto module is the model: text is hashed as UTF-8, and the name of an
// encoding says how the digest is written.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <hogvm/heap.h>
#include <hogvm/javascript.h>
#include <hogvm/library.h>
#include <hogvm/text.h>

#include "arguments.h"
#include "families.h"

namespace hogvm::stdlib {
namespace {

constexpr std::size_t kBytesBetweenChecks = 1 << 18;
constexpr std::size_t kBytesPerStep = 16;  // a step of Call::check_time
constexpr std::size_t kLinkSteps = 32;     // for an HMAC of little text

enum Algorithm : std::uint8_t { kMd5, kSha1, kSha256 };
constexpr std::array kAlgorithmNames{"MD5", "SHA1", "SHA256"};

/// OpenSSL's implementations, looked up once: to do so for each digest costs more than digesting a short text.
struct Implementations {
    std::array<EVP_MD*, kAlgorithmNames.size()> digests{};
    EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);

    Implementations() {
        for (std::size_t i = 0; i < digests.size(); ++i)
            digests[i] = EVP_MD_fetch(nullptr, kAlgorithmNames[i], nullptr);
    }
};
const Implementations& implementations() {
    static const Implementations made;
    return made;
}

struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

[[noreturn]] void fail_in_openssl(const Call& call, Algorithm algorithm) {
    call.fail("Function " + std::string(call.name) + " needs " + kAlgorithmNames[algorithm] +
              " of OpenSSL, which is not available");
}

/// A digest's bytes.
struct Digest {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    std::size_t size = 0;
    [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), size}; }
};

/// Feeds `bytes` to `update` in pieces, between which the run may end.
template <typename Update>
bool update_all(const Call& call, std::string_view bytes, Update update) {
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, kBytesBetweenChecks);
        if (!update(reinterpret_cast<const unsigned char*>(piece.data()), piece.size())) return false;
        bytes.remove_prefix(piece.size());
        if (!bytes.empty()) call.check_time(kBytesBetweenChecks / kBytesPerStep);
    }
    return true;
}

Digest digest_of(const Call& call, Algorithm algorithm, std::string_view bytes) {
    // A context is kept for each algorithm, since starting it again allocates nothing.
    thread_local std::array<std::unique_ptr<EVP_MD_CTX, Free>, kAlgorithmNames.size()> contexts;
    const EVP_MD* digest = implementations().digests[algorithm];
    auto& context = contexts[algorithm];
    if (!context) context.reset(EVP_MD_CTX_new());
    Digest out;
    unsigned size = 0;
    const auto update = [&](const unsigned char* data, std::size_t n) {
        return EVP_DigestUpdate(context.get(), data, n) == 1;
    };
    if (digest == nullptr || !context || EVP_DigestInit_ex2(context.get(), digest, nullptr) != 1 ||
        !update_all(call, bytes, update) || EVP_DigestFinal_ex(context.get(), out.bytes.data(), &size) != 1)
        fail_in_openssl(call, algorithm);
    out.size = size;
    return out;
}

EVP_MAC_CTX* hmac_context(Algorithm algorithm) {
    thread_local std::array<std::unique_ptr<EVP_MAC_CTX, Free>, kAlgorithmNames.size()> contexts;
    auto& context = contexts[algorithm];
    if (context || implementations().hmac == nullptr) return context.get();
    context.reset(EVP_MAC_CTX_new(implementations().hmac));
    // OpenSSL takes the name as a char*, but only reads it.
    const std::array params{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(kAlgorithmNames[algorithm]), 0),
        OSSL_PARAM_construct_end(),
    };
    if (context && EVP_MAC_CTX_set_params(context.get(), params.data()) != 1) context.reset();
    return context.get();
}

Digest hmac_of(const Call& call, Algorithm algorithm, std::string_view key, std::string_view bytes) {
    EVP_MAC_CTX* context = hmac_context(algorithm);
    Digest out;
    const auto update = [&](const unsigned char* data, std::size_t n) { return EVP_MAC_update(context, data, n) == 1; };
    // Without a key EVP_MAC_init would take the one before; an empty key is one, if it is somewhere.
    const auto* key_bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
    if (context == nullptr || EVP_MAC_init(context, key_bytes, key.size(), nullptr) != 1 ||
        !update_all(call, bytes, update) || EVP_MAC_final(context, out.bytes.data(), &out.size, out.bytes.size()) != 1)
        fail_in_openssl(call, algorithm);
    return out;
}

// ---- How a digest is written ----

enum class Encoding : std::uint8_t { Hex, Base64, Base64Url, Latin1, Ascii, Utf8, Utf16 };

/// As Node.js reads the name of an encoding: in any case. Of what is no name it makes a Buffer, which is no value of
/// Hog's.
Encoding encoding_of(const Call& call, Value v) {
    static constexpr struct {
        std::string_view name;
        Encoding encoding;
    } kNames[] = {
        {"hex", Encoding::Hex},       {"base64", Encoding::Base64}, {"base64url", Encoding::Base64Url},
        {"binary", Encoding::Latin1}, {"latin1", Encoding::Latin1}, {"ascii", Encoding::Ascii},
        {"utf8", Encoding::Utf8},     {"utf-8", Encoding::Utf8},    {"ucs2", Encoding::Utf16},
        {"ucs-2", Encoding::Utf16},   {"utf16le", Encoding::Utf16}, {"utf-16le", Encoding::Utf16},
    };
    if (v.is(Type::Undefined)) return Encoding::Hex;
    std::string name = javascript::to_string(v);
    name.resize(std::min(name.size(), name.find('\0')));  // Node.js reads a C string
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    for (const auto& known : kNames)
        if (known.name == name) return known.encoding;
    call.fail("Function " + std::string(call.name) + " knows no encoding " + javascript::to_string(v) +
              "; those are hex, base64, base64url, binary, latin1, ascii, utf8 and utf16le");
}

Value hex(std::string_view bytes, Heap& heap) {
    static constexpr char kHex[] = "0123456789abcdef";
    char* out = static_cast<char*>(heap.allocate(2 * bytes.size()));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto b = static_cast<unsigned char>(bytes[i]);
        out[2 * i] = kHex[b >> 4];
        out[2 * i + 1] = kHex[b & 15];
    }
    return Value::text_of(out, 2 * bytes.size(), 0);
}

Value base64(std::string_view bytes, bool for_urls, Heap& heap) {
    char out[(EVP_MAX_MD_SIZE + 2) / 3 * 4 + 1];
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out), reinterpret_cast<const unsigned char*>(bytes.data()),
                        static_cast<int>(bytes.size()));
    std::string_view text(out, static_cast<std::size_t>(size));
    if (for_urls) {
        text = text.substr(0, text.find('='));
        for (std::size_t i = 0; i < text.size(); ++i) out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
    }
    return heap.string_units(text, 0);
}

Value encoded(std::string_view bytes, Encoding encoding, Heap& heap) {
    TextBuilder out(heap);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    switch (encoding) {
        case Encoding::Hex: return hex(bytes, heap);
        case Encoding::Base64: return base64(bytes, false, heap);
        case Encoding::Base64Url: return base64(bytes, true, heap);
        case Encoding::Utf8: return text::decode_utf8(bytes, heap);
        case Encoding::Latin1:
            for (std::size_t i = 0; i < bytes.size(); ++i) out.append_unit(byte(i));
            return out.finish();
        case Encoding::Ascii:
            for (std::size_t i = 0; i < bytes.size(); ++i) out.append_unit(byte(i) & 0x7Fu);
            return out.finish();
        case Encoding::Utf16:
            for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
                out.append_unit(static_cast<std::uint32_t>(byte(i) | byte(i + 1) << 8));
            return out.finish();
    }
    return out.finish();
}

// ---- The functions ----

template <Algorithm kAlgorithm>
Value digest(Call& call) {
    if (call[0].is(Type::Null)) return Value::null();
    const Value string = expect_string(call, 0);
    std::string buffer;
    const Digest digest = digest_of(call, kAlgorithm, text::well_formed(string, buffer));
    return encoded(digest.view(), encoding_of(call, call[1]), call.heap);
}

/// The keys and texts of a chain; of a string its UTF-16 units, which JavaScript reads like an array's elements.
const Array* links_of(const Call& call) {
    const Value v = call[0];
    if (v.is(Type::Array)) return v.as_array();
    if (!v.is_string()) refuse(call, 0, "an array of strings");
    Array* units = call.heap.array(v.units());
    for (std::size_t at = 0; at < v.as_text().size();) {
        call.check_time();
        const std::size_t start = at;
        const std::uint32_t code = text::next(v.as_text(), &at);
        // Either half of a pair is U+FFFD by itself, which any lone half will be hashed as.
        const std::string_view unit = code < 0x10000 ? v.as_text().substr(start, at - start) : "\xEF\xBF\xBD";
        for (int i = code < 0x10000 ? 1 : 2; i > 0; --i) call.heap.append(units, Value::text(unit));
    }
    return units;
}

std::string_view link_text(const Call& call, const Array* links, std::size_t i, std::string& buffer) {
    const Value v = links->items[i];
    if (!v.is_string()) {
        call.fail("Function " + std::string(call.name) + " expects an array of strings as argument 1, got " +
                  std::string(type_name(v, call.heap)) + " in it");
    }
    return text::well_formed(v, buffer);
}

/// HMAC of HMAC of ...: the first text is the key for the second, and each result is the key for the next text.
template <Algorithm kAlgorithm>
Value hmac_chain(Call& call) {
    const Array* links = links_of(call);
    if (links->size < 2) call.fail("Data array must contain at least two elements.");
    std::string key_buffer;
    std::string buffer;
    const std::string_view key = link_text(call, links, 0, key_buffer);
    Digest digest = hmac_of(call, kAlgorithm, key, link_text(call, links, 1, buffer));
    for (std::size_t i = 2; i < links->size; ++i) {
        call.check_time(kLinkSteps);
        digest = hmac_of(call, kAlgorithm, digest.view(), link_text(call, links, i, buffer));
    }
    return encoded(digest.view(), encoding_of(call, call[1]), call.heap);
}

constexpr std::string_view kFamily = "digests";
constexpr Function kFunctions[] = {
    {"md5", 1, 2, digest<kMd5>, "", false, kFamily, "md5(text, encoding?)",
     "The MD5 digest of text as UTF-8, written as 'hex' (unless told otherwise), 'base64', 'base64url' or 'binary'. "
     "Null for null. Not safe against forgery.",
     "md5('abc', 'base64') = 'kAFQmDzST7DWlj99KOF/cg=='"},
    {"md5Hex", 1, 1, digest<kMd5>, "", false, kFamily, "md5Hex(text)", "The MD5 digest of text in hexadecimal digits.",
     "md5Hex('abc') = '900150983cd24fb0d6963f7d28e17f72'"},
    {"sha1", 1, 2, digest<kSha1>, "", false, kFamily, "sha1(text, encoding?)",
     "The SHA-1 digest of text; the rest is as with md5.", "sha1('abc', 'base64url') = 'qZk-NkcGgWq6PiVxeFDCbJzQ2J0'"},
    {"sha1Hex", 1, 1, digest<kSha1>, "", false, kFamily, "sha1Hex(text)",
     "The SHA-1 digest of text in hexadecimal digits.", "sha1Hex('abc') = 'a9993e364706816aba3e25717850c26c9cd0d89d'"},
    {"sha1HmacChain", 1, 2, hmac_chain<kSha1>, "", false, kFamily, "sha1HmacChain(texts, encoding?)",
     "HMAC-SHA1 along an array: the first text is the key for the second, and each result the key for the next. Two "
     "texts make a plain HMAC of key and message. Encodings are as with md5.",
     "sha1HmacChain(['key', 'message'], 'base64') = 'IIjfdNXyFGtIFGyvSWU3fp0L46Q='"},
    {"sha1HmacChainHex", 1, 1, hmac_chain<kSha1>, "", false, kFamily, "sha1HmacChainHex(texts)",
     "sha1HmacChain in hexadecimal digits.",
     "sha1HmacChainHex(['key', 'message']) = '2088df74d5f2146b48146caf4965377e9d0be3a4'"},
    {"sha256", 1, 2, digest<kSha256>, "", false, kFamily, "sha256(text, encoding?)",
     "The SHA-256 digest of text; the rest is as with md5.",
     "sha256('abc', 'base64') = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='"},
    {"sha256Hex", 1, 1, digest<kSha256>, "", false, kFamily, "sha256Hex(text)",
     "The SHA-256 digest of text in hexadecimal digits.",
     "sha256Hex('abc') = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'"},
    {"sha256HmacChain", 1, 2, hmac_chain<kSha256>, "", false, kFamily, "sha256HmacChain(texts, encoding?)",
     "HMAC-SHA256 along an array; the rest is as with sha1HmacChain.",
     "sha256HmacChain(['key', 'message'], 'base64') = 'bp7ym3X//Ft6uuUn1Y/a2y/kLnIZARl2kXNDBl9Y7Uo='"},
    {"sha256HmacChainHex", 1, 1, hmac_chain<kSha256>, "", false, kFamily, "sha256HmacChainHex(texts)",
     "sha256HmacChain in hexadecimal digits.",
     "sha256HmacChainHex(['key', 'message']) = '6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a'"},
};

}  // namespace

std::span<const Function> digest_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
