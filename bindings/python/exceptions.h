// Failed runs as Python's exceptions; their classes are in hogvm/exceptions.py.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include <hogvm/rule_set.h>
#include <hogvm/vm.h>

#include "globals.h"
#include "settings.h"

namespace hogvm::python {

/// The exception for a run that failed: what Python code raised in it is its __cause__, or is itself the exception
/// where it is a KeyboardInterrupt or its like. The outcome's values must still be there. Needs the GIL.
py::object exception_of(const Outcome& outcome, const Raised& raised, const Settings& settings);

/// The exception for an input that could not be converted, or a program or state that could not be loaded.
py::object exception_of(const Failure& failure);
py::object exception_of(const LoadError& error);
py::object exception_of(const FilterError& error);
py::object exception_of(const RuleError& error);

/// The exception for a rule's run that failed within these limits.
py::object exception_of(const Error& error, const Limits& limits);

/// The HogVMHostException for an object of the caller's that raised, which is its __cause__; what is raised itself
/// where it is a KeyboardInterrupt or its like. Needs the GIL.
py::object host_exception(const py::object& cause);

/// An exception's type and words.
std::string words_of(const py::object& exception);

/// Makes the C++ exception that is being handled Python's error. Needs the GIL.
void set_error();

[[noreturn]] void raise(const py::object& exception);

}  // namespace hogvm::python
