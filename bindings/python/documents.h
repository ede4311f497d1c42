// What rules and flags are made of: documents, as objects or as JSON text.
#pragma once

#include <pybind11/pybind11.h>

#include <string_view>

#include <boost/json/value.hpp>

#include "to_python.h"

namespace hogvm::python {

/// JSON text (str or bytes), or objects that could be such. Raises Failure{Input}, beginning with `name`, for what is
/// neither.
boost::json::value to_json(PyObject* object, std::string_view name);

/// Likewise, as a dict or another Mapping; None is kept. Raises TypeError for what is none of these.
py::object to_mapping(PyObject* object, const char* name);

/// One of the classes of hogvm/answers.py with these fields.
template <class... Fields>
py::object answer(const py::object& type, Fields&&... fields) {
    auto* const of = reinterpret_cast<PyTypeObject*>(type.ptr());
    PyObject* tuple = of->tp_alloc(of, sizeof...(Fields));
    if (tuple == nullptr) throw py::error_already_set();
    Py_ssize_t i = 0;
    (PyTuple_SET_ITEM(tuple, i++, py::object(std::forward<Fields>(fields)).release().ptr()), ...);
    return py::reinterpret_steal<py::object>(tuple);
}

/// None for an empty text.
inline py::object text_or_none(std::string_view text) {
    return text.empty() ? py::object(py::none()) : message_to_python(text);
}

}  // namespace hogvm::python
