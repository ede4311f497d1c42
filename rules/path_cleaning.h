// Cleaned paths: what is left of a path once rules have replaced what varies in it, such as ids.
#pragma once

#include <string>
#include <vector>

#include <hogvm/filter.h>

#include "expression.h"

namespace hogvm::rules {

/// The path with every match of each rule's pattern, one rule after the other, replaced by its alias.
/// Raises Failure where that takes long.
std::string cleaned_path(const std::string& path, const std::vector<FilterOptions::PathRule>& rules);
/// Likewise for a path that is known when the program runs. null stays null, what else is no text becomes it.
Expression cleaned_path(Expression path, const std::vector<FilterOptions::PathRule>& rules);

}  // namespace hogvm::rules
