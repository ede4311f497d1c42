// How the tool ends. Anything that keeps it from running a program at all is thrown as Stop, and main says it.
#pragma once

#include <stdexcept>

namespace hogvm::cli {

enum ExitCode : int {
    kDone = 0,
    kFailed = 1,    // the program failed, or `check` found something
    kUnusable = 2,  // bad usage, no program, no JSON, or input or output that does not work
};

/// The message says what is wrong, where, and the way out where there is one. Exit code kUnusable.
class Stop : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace hogvm::cli
