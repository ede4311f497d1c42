// Failed runs as Python's exceptions; their classes are in hogvm/exceptions.py.
#pragma once

#include <pybind11/pybind11.h>

#include <string_view>

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

[[noreturn]] void raise(const py::object& exception);

}  // namespace hogvm::python
