// A run to its end: programs that sleep are really put to sleep.
#pragma once

#include <string>
#include <string_view>

#include <hogvm/program.h>
#include <hogvm/vm.h>

namespace hogvm::cli {

/// Runs `program` with the globals in `globals_json` (an object, or nothing). Never gives a suspended outcome.
/// `before_sleep` is called before each sleep.
Outcome execute(Vm& vm, const Program& program, std::string_view globals_json, const RunOptions& options,
                void (*before_sleep)() = nullptr);

/// The result as JSON, of an outcome that is finished. One that is nested too deeply makes it a failed outcome.
std::string result_json(Outcome& outcome);

}  // namespace hogvm::cli
