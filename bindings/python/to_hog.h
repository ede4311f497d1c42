// From Python's objects to Hog's values.
//
//   None, bool, float             null, booleans, numbers (NaN and the infinities, too)
//   int                           a number, exact to 64 bits; refused beyond. Whatever has __index__ is an int.
//   decimal.Decimal, other Reals  an integer where it is one of 64 bits, else the nearest double
//   str                           text; lone surrogates are kept. A uuid.UUID is its text.
//   list, any Sequence            an array
//   tuple                         a tuple
//   dict, any Mapping             a dict; its keys may be str, int, float, bool or None
//   datetime                      a datetime in its zone; a naive one is in UTC
//   date                          a date
//
// Everything else is refused, bytes among it, with a message that says what it was and where. Text is copied, since a
// host function could let go of the object that a program still has a view of.
//
// All functions need the GIL. They may run Python code (a Mapping's methods, say), whose exceptions come out as
// py::error_already_set.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm::python {

namespace py = pybind11;

/// A value for a program, new on `heap`. What is refused raises Failure{Input}: `at` and the keys that lead to it come
/// first in the message. Nested deeper than kMaxDepth is refused, and so is what holds itself.
Value to_hog(PyObject* object, Heap& heap, std::string_view at);

/// Bytecode or a state: as JSON text would give it, with objects instead of dicts, keys that are text, and integers
/// beyond 64 bits as doubles.
Value to_document(PyObject* object, Heap& heap, std::string_view at);

/// A property of a person or a group, as JavaScript would read its JSON text: as a document, but integers beyond 2^53
/// are doubles, and a datetime, date, Decimal or UUID is what would stand for it in JSON.
Value to_property(PyObject* object, Heap& heap, std::string_view at);

/// A str as WTF-8, where surrogates that stand beside each other are joined, and as a value.
std::string text_of(py::handle str);
Value text_to_hog(PyObject* str, Heap& heap);

/// Whether the object is a Mapping, other than by being a dict.
bool is_other_mapping(PyObject* object);

}  // namespace hogvm::python
