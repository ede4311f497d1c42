// The forms in which globals, events and programs may come.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string_view>

namespace hogvm::python {

namespace py = pybind11;

/// The text of a str or bytes, which it stays a view of; nothing for other objects. Raises UnicodeEncodeError for a str
/// with lone surrogates.
std::optional<std::string_view> json_text(PyObject* object);

/// Raises TypeError unless the object is a Mapping or None.
void check_mapping(const char* name, PyObject* object);

}  // namespace hogvm::python
