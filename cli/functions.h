// `hog functions`: the standard library from its table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <hogvm/library.h>

namespace hogvm::cli {

/// Every function under its family, a line each.
std::string list_functions(const Library& library);
/// One function in full.
std::string describe_function(const Function& function);
/// docs/functions.md.
std::string functions_markdown(const Library& library);
/// Names that someone who wrote `name` may have meant, the nearest first, at most three.
std::vector<std::string_view> similar_names(const Library& library, std::string_view name);

/// The subcommand. An empty `name` lists all. Gives the exit code.
int show_functions(const std::string& name, bool as_markdown);

}  // namespace hogvm::cli
