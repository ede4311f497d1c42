// `hog run` of a program once.
#pragma once

#include "run_options.h"

namespace hogvm::cli {

/// Prints what the program prints, then its result as JSON. Gives the exit code.
int run_once(const RunArguments& arguments);

}  // namespace hogvm::cli
