// From Hog's values to Python's objects.
//
//   null, undefined               None; members of objects that are undefined are left out, and so are holes in arrays
//   booleans, numbers             bool; int where the number is kept as an integer, else float
//   text                          str; a lone surrogate is one there, too
//   arrays, tuples                list, tuple
//   dicts                         dict. A key that is an array is a tuple, one that is a dict is its text.
//   datetimes, dates              datetime in its zone, date; those that Python has not are dicts, as in JSON
//   errors, intervals, functions  dicts, as in JSON
//
// What a value holds several times is the same object several times, and what holds itself does so in Python.
#pragma once

#include <pybind11/pybind11.h>

#include <span>

#include <hogvm/value.h>

namespace hogvm::python {

namespace py = pybind11;

/// Needs the GIL. Raises Failure{Depth} past kMaxDepth.
py::object to_python(Value v);
py::list to_list(std::span<const Value> values);

/// A parsed document: all objects are dicts.
py::object document_to_python(Value v);

/// JSON text of the engine's own making; None where it can't be read, being too deep.
py::object json_to_python(std::string_view text);

py::object text_to_python(std::string_view wtf8, bool is_ascii);
inline py::object text_to_python(Value v) { return text_to_python(v.as_text(), v.is_ascii()); }
/// Text that may not be well-formed in any way, such as a message.
py::object message_to_python(std::string_view text);

}  // namespace hogvm::python
