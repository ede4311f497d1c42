// stdout and stderr. What can't be written ends the tool: half an answer must not look like one.
#pragma once

#include <string_view>

namespace hogvm::cli {

/// To stdout. Ends the process with kUnusable if that fails.
void write(std::string_view text);
void write_line(std::string_view text);
/// Sends on what is still here.
void flush();

/// To stderr, as "hog: message" and a newline.
void complain(std::string_view message);
/// To stderr as it is.
void write_error(std::string_view text);

}  // namespace hogvm::cli
