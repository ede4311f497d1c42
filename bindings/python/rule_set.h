// RuleSet: which of many rules match an event, for Python.
#pragma once

#include <pybind11/pybind11.h>

namespace hogvm::python {

namespace py = pybind11;

/// Adds the type to the module.
void add_rule_set(py::module_& module);

}  // namespace hogvm::python
