// `hog run --events`: a program over a stream of events, a JSON line each, in and out.
//
// One thread reads, several run the program (each with a Vm of its own; they share the Program), and the caller's
// writes the results in the order of the events. What is between them is bounded, so a stream may be of any length.
#pragma once

#include "run_options.h"

namespace hogvm::cli {

/// One line on stdout for each event: the result, or an object that says how it failed. What the program prints, notes
/// on failed events and the progress go to stderr. Gives the exit code.
int run_events(const RunArguments& arguments);

}  // namespace hogvm::cli
