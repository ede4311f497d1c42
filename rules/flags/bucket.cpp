#include "bucket.h"

// SHA1_Init and its like are deprecated for what OpenSSL 3 has in their place, which takes longer to find the algorithm
// than to use it: a short text's digest takes 51 ns by them, 87 ns by a kept EVP_MD_CTX, and 297 ns by SHA1().
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <string>

#include <hogvm/text.h>

namespace hogvm::flags {
namespace {

/// The first 60 bits.
std::uint64_t start_of_sha1(std::string_view bytes) {
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    SHA_CTX context;
    SHA1_Init(&context);
    SHA1_Update(&context, bytes.data(), bytes.size());
    SHA1_Final(digest.data(), &context);
    std::uint64_t start = 0;
    for (std::size_t i = 0; i < 8; ++i) start = start << 8 | digest[i];
    return start >> 4;
}

}  // namespace

double bucket(std::string_view key, std::string_view separator, std::string_view value, std::string_view salt) {
    thread_local std::string text;
    thread_local std::string buffer;
    text.clear();
    text.append(key).append(separator).append(value).append(salt);
    return static_cast<double>(start_of_sha1(text::well_formed(text, buffer))) / 0x1p60;
}

}  // namespace hogvm::flags
