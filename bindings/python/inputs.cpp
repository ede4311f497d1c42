#include "inputs.h"

#include <string>

#include "to_hog.h"

namespace hogvm::python {

std::optional<std::string_view> json_text(PyObject* object) {
    Py_ssize_t size = 0;
    if (PyUnicode_Check(object)) {
        const char* utf8 = PyUnicode_AsUTF8AndSize(object, &size);
        if (utf8 == nullptr) throw py::error_already_set();
        return std::string_view(utf8, static_cast<std::size_t>(size));
    }
    char* bytes = nullptr;
    if (!PyBytes_Check(object)) return std::nullopt;
    if (PyBytes_AsStringAndSize(object, &bytes, &size) != 0) throw py::error_already_set();
    return std::string_view(bytes, static_cast<std::size_t>(size));
}

void check_mapping(const char* name, PyObject* object) {
    if (object == Py_None || PyDict_Check(object) || is_other_mapping(object)) return;
    throw py::type_error(std::string(name) + ": expected a mapping or JSON text, got " + Py_TYPE(object)->tp_name);
}

}  // namespace hogvm::python
