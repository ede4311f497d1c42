// FlagSet: what feature flags are for a person, for Python.
#pragma once

#include <pybind11/pybind11.h>

namespace hogvm::python {

namespace py = pybind11;

/// Adds the type to the module.
void add_flag_set(py::module_& module);

}  // namespace hogvm::python
