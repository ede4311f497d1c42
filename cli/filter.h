// `hog filter`: property filters as bytecode.
#pragma once

#include <string>

#include <hogvm/filter.h>

namespace hogvm::cli {

/// The options in a file; none if `path` is empty. Throws Stop if they make no sense.
FilterOptions read_filter_options(const std::string& path);

/// Writes the tokens of the filter in the file `path`, with the options in the file `options`, if that is not empty.
/// Gives the exit code; throws Stop if it can't be compiled.
int show_filter(const std::string& path, const std::string& options);

}  // namespace hogvm::cli
