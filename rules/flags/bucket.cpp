#include "bucket.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include <hogvm/text.h>

namespace hogvm::flags {
namespace {

struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// SHA-1 of OpenSSL, looked up once and its context kept: SHA1() looks it up each time, which takes four times as long
/// as the digest.
class Sha1 {
  public:
    Sha1() : context_(EVP_MD_CTX_new()) {
        static const EVP_MD* const kSha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
        if (kSha1 == nullptr || context_ == nullptr || EVP_DigestInit_ex2(context_.get(), kSha1, nullptr) != 1)
            throw std::runtime_error("flags: OpenSSL has no SHA1");
    }

    /// The first 60 bits.
    std::uint64_t start_of_digest(std::string_view bytes) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
        unsigned size = 0;
        EVP_DigestInit_ex2(context_.get(), nullptr, nullptr);
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
        EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
        std::uint64_t start = 0;
        for (std::size_t i = 0; i < 8; ++i) start = start << 8 | digest[i];
        return start >> 4;
    }

  private:
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace

double bucket(std::string_view key, std::string_view separator, std::string_view value, std::string_view salt) {
    thread_local Sha1 sha1;
    thread_local std::string text;
    thread_local std::string buffer;
    text.clear();
    text.append(key).append(separator).append(value).append(salt);
    return static_cast<double>(sha1.start_of_digest(text::well_formed(text, buffer))) / 0x1p60;
}

}  // namespace hogvm::flags
