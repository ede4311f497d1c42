// Buckets: where in [0, 1] a key and a value fall, by SHA-1, so that every SDK and the server agree.
#pragma once

#include <openssl/sha.h>

#include <string_view>

namespace hogvm::flags {

/// The first 15 hex digits of SHA-1 of the parts in a row, as a double, divided by 2^60. Text is hashed as UTF-8; lone
/// surrogates become U+FFFD. A flag's bucket is bucket(key, ".", value, ""), its variants' has the salt "variant", and
/// a holdout's is bucket("holdout", "-", value, "").
double bucket(std::string_view key, std::string_view separator, std::string_view value, std::string_view salt);

/// The buckets of one key, which is hashed once: bucket(key, separator, value, salt).
class Buckets {
  public:
    Buckets(std::string_view key, std::string_view separator);
    double of(std::string_view value, std::string_view salt) const;

  private:
    SHA_CTX start_;
};

}  // namespace hogvm::flags
