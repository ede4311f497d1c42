// The standard library: every function that Hog programs can call by name, in one table.
#pragma once

#include <memory>
#include <string_view>

#include <hogvm/library.h>
#include <hogvm/program.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// The table, made once; it lives as long as the process.
const Library& standard_library();

/// Program::parse with the standard library.
std::shared_ptr<const Program> load_program(std::string_view json);

}  // namespace hogvm
HOGVM_PUBLIC_END
