// Texts that filters' values become.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace hogvm::rules {

/// A string, a number or a boolean as toString gives it; nothing for others.
std::optional<std::string> text_of(const boost::json::value& json);
/// The pattern that finds `text` anywhere by LIKE: "%text%".
std::string containing(std::string_view text);
/// What RE2 says against `pattern`; empty if it takes it.
std::string refusal(std::string_view pattern);

}  // namespace hogvm::rules
