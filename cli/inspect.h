// `hog disassemble` and `hog check`: looking at a program without running it.
#pragma once

#include <string>

namespace hogvm::cli {

/// Both give the exit code; kFailed if `check` finds anything.
int disassemble(const std::string& path);
int check(const std::string& path);

}  // namespace hogvm::cli
