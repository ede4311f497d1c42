// Semantic versions: the bounds of the ranges that ~1.2.3, ^1.2.3 and 1.2.* stand for.
//
// A version is one to three numbers with dots between; what follows a hyphen or a plus (-beta.1, +build) is left out.
// A range is from its lower bound to just below its upper one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hogvm::semver {

struct Range {
    std::string lower;
    std::string upper;
};

/// Whether sortableSemver finds a version in the text: two numbers with a dot between.
bool has_version(std::string_view text);

/// ~1.2.3 is 1.2.3 to 1.3.0; it needs a minor number.
std::optional<Range> tilde(std::string_view version);
/// ^1.2.3 is 1.2.3 to 2.0.0, ^0.2.3 is to 0.3.0, ^0.0.3 to 0.0.4: the first number that isn't 0 stays.
std::optional<Range> caret(std::string_view version);
/// 1.* is 1.0.0 to 2.0.0, 1.2.* to 1.3.0 from 1.2.0, and 1.2.3.* is 1.2.3.0 to 1.2.4.0.
std::optional<Range> wildcard(std::string_view version);

}  // namespace hogvm::semver
