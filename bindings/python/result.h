// Result: how a run ended for Python. It is a type of its own rather than one of pybind11's, because a filter that
// takes half a microsecond should not spend as long again on the object that says so.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include <hogvm/vm.h>

namespace hogvm::python {

namespace py = pybind11;

/// Adds the type to the module.
void add_result(py::module_& module);

/// The Result of a run that did not fail; converts its values. Needs the GIL. Raises Failure{Depth} for a value that is
/// nested too deeply.
py::object make_result(Outcome& outcome);
/// Likewise, with a value that was converted already.
py::object make_result(Outcome& outcome, py::object value);

/// The state in a Result, to be resumed, once; null if the object is no Result. Raises ValueError if the run was not
/// suspended or its state is used up.
std::shared_ptr<State> take_state(PyObject* object);

}  // namespace hogvm::python
