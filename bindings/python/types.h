// The Python types and functions that conversions ask for, looked up once.
#pragma once

#include <pybind11/pybind11.h>

namespace hogvm::python {

namespace py = pybind11;

struct Types {
    py::object decimal;   // decimal.Decimal
    py::object uuid;      // uuid.UUID
    py::object real;      // numbers.Real
    py::object mapping;   // collections.abc.Mapping
    py::object sequence;  // collections.abc.Sequence

    py::object datetime_parts;   // hogvm.zones.parts_of
    py::object datetime_of;      // hogvm.zones.datetime_of
    py::object date;             // datetime.date
    py::object is_coroutine_fn;  // inspect.iscoroutinefunction
    py::object timedelta;        // datetime.timedelta

    /// Needs the GIL.
    static const Types& get();

    static bool is_instance(PyObject* object, const py::object& type) {
        const int is = PyObject_IsInstance(object, type.ptr());
        if (is < 0) throw py::error_already_set();
        return is == 1;
    }
};

}  // namespace hogvm::python
