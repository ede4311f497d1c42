// Functions that take their arguments as C functions do, for what is called often: pybind11's own dispatch takes as
// long as a filter.
#pragma once

#include <pybind11/pybind11.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "exceptions.h"

namespace hogvm::python {

namespace py = pybind11;

struct Arguments {
    PyObject* const* values;
    std::size_t count;  // of positional ones
    PyObject* names;    // a tuple of the others' names, or null
};

/// Gives each argument to `take(name, value)`; the positional ones have the names in `order`.
template <class Take>
void each(const char* function, const Arguments& arguments, std::initializer_list<const char*> order, Take take) {
    if (arguments.count > order.size()) {
        throw py::type_error(std::string(function) + "() takes at most " + std::to_string(order.size()) +
                             " positional arguments");
    }
    for (std::size_t i = 0; i < arguments.count; ++i) take(order.begin()[i], arguments.values[i]);
    const Py_ssize_t named = arguments.names != nullptr ? PyTuple_GET_SIZE(arguments.names) : 0;
    for (Py_ssize_t i = 0; i < named; ++i) {
        const char* name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(arguments.names, i));
        if (name == nullptr) throw py::error_already_set();
        for (std::size_t k = 0; k < arguments.count; ++k) {
            if (std::string_view(order.begin()[k]) == name)
                throw py::type_error(std::string(function) + "() got multiple values for argument '" + name + "'");
        }
        if (!take(name, arguments.values[arguments.count + static_cast<std::size_t>(i)]))
            throw py::type_error(std::string(function) + "() got an unexpected keyword argument '" + name + "'");
    }
}

/// Runs `body` and turns what it throws into Python's error.
template <class Body>
PyObject* guarded(Body body) {
    try {
        return py::object(body()).release().ptr();
    } catch (...) {
        set_error();
    }
    return nullptr;
}

using FastFunction = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);

inline PyMethodDef definition(const char* name, FastFunction function, const char* doc) {
    const auto plain = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
    return {name, plain, METH_FASTCALL | METH_KEYWORDS, doc};
}

inline py::object owned(PyObject* object) {
    if (object == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(object);
}

/// Adds a method to a type. The definition is only referred to.
inline void add_method(const py::object& type, PyMethodDef& method) {
    type.attr(method.ml_name) = owned(PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), &method));
}

}  // namespace hogvm::python
