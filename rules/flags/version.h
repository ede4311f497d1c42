// Versions as flags compare them: the first three numbers of a semantic version, leniently read. posthog-node's rules:
// white space and one "v" around are dropped, and whatever follows "-" or "+"; missing and empty parts are 0, parts
// after the third don't count, and leading zeros are refused.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string_view>

namespace hogvm::flags {

/// Major, minor, patch: as doubles, since that is how precisely they are compared.
using Version = std::array<double, 3>;

std::optional<Version> parse_version(std::string_view text);

/// [from, to).
struct VersionRange {
    Version from{};
    Version to{};

    bool contains(const Version& v) const { return v >= from && v < to; }
};

VersionRange tilde_range(const Version& v);                         // ~1.2.3 = [1.2.3, 1.3.0)
VersionRange caret_range(const Version& v);                         // ^1.2.3 = [1.2.3, 2.0.0), ^0.0.3 = [0.0.3, 0.0.4)
std::optional<VersionRange> wildcard_range(std::string_view text);  // 1.2.* = [1.2.0, 1.3.0), 1* = [1.0.0, 2.0.0)

}  // namespace hogvm::flags
