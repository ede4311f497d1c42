#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hogvm::cli {

/// A number of bytes as people write it: "4096", "64K", "64M", "2G", in powers of 1,024, also "64MB" and "64MiB", in
/// any case. Nothing for anything else, or for more than fits.
std::optional<std::int64_t> parse_bytes(std::string_view text);

}  // namespace hogvm::cli
