#include "globals.h"

#include <string>
#include <vector>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>

#include "to_hog.h"
#include "to_python.h"

namespace hogvm::python {
namespace {

std::string name_of(std::span<const Value> path) {
    std::string name = "globals";
    for (const Value key : path) javascript::append_string(key, name += '.');
    return name;
}

Value converted(PyObject* object, Heap& heap, std::span<const Value> path) {
    try {
        return to_hog(object, heap, "");
    } catch (Failure& f) {
        if (f.kind == ErrorKind::Input) f.message.insert(0, name_of(path));
        throw;
    }
}

/// The item of a key that is a number. The reference takes what is no array for one whose elements are the members "0",
/// "1", ...; a dict may have the number itself as a key, which no JavaScript object can.
py::object numbered_item(PyObject* mapping, std::int64_t key) {
    if (py::object item = item_of(mapping, py::int_(key).ptr())) return item;
    if (key == 0) fail(ErrorKind::Argument, "Hog arrays start from index 1");
    return key > 0 ? item_of(mapping, py::str(py::int_(key - 1)).ptr()) : py::object();
}

bool is_mapping(PyObject* object) {
    if (PyDict_Check(object)) return true;
    if (object == Py_None || PyUnicode_Check(object) || PyLong_Check(object) || PyFloat_Check(object)) return false;
    if (PyList_Check(object) || PyTuple_Check(object)) return false;
    return is_other_mapping(object);
}

/// The element that Hog's index, counted from 1, names; nothing if the list is shorter.
py::object element_of(PyObject* list, std::int64_t index) {
    if (index > PySequence_Fast_GET_SIZE(list)) return {};
    return py::reinterpret_borrow<py::object>(PySequence_Fast_GET_ITEM(list, static_cast<Py_ssize_t>(index - 1)));
}

}  // namespace

py::object item_of(PyObject* mapping, PyObject* key) {
    if (PyDict_CheckExact(mapping)) {
        PyObject* item = PyDict_GetItemWithError(mapping, key);
        if (item == nullptr && PyErr_Occurred() != nullptr) throw py::error_already_set();
        return py::reinterpret_borrow<py::object>(item);
    }
    // Asked first, since a defaultdict would make what is not there.
    const int has = PySequence_Contains(mapping, key);
    if (has < 0) throw py::error_already_set();
    if (has == 0) return {};
    PyObject* item = PyObject_GetItem(mapping, key);
    if (item == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(item);
}

py::object Keys::find(Value key) {
    const std::string_view text = key.as_text();
    const auto found = by_place_.find(text.data());
    if (found != by_place_.end()) {
        Py_ssize_t size = 0;
        const char* utf8 = PyUnicode_AsUTF8AndSize(found->second.ptr(), &size);
        if (utf8 != nullptr && std::string_view(utf8, static_cast<std::size_t>(size)) == text) return found->second;
        PyErr_Clear();
    }
    py::object str = text_to_python(key);
    if (by_place_.size() >= kMost) by_place_.clear();
    by_place_[text.data()] = str;
    return str;
}

void Raised::end_run(py::error_already_set& error) {
    exception_ = error.value();
    // Before Python 3.12 an exception that is in flight does not have it yet.
    if (error.trace()) PyException_SetTraceback(exception_.ptr(), error.trace().ptr());
    // What of the exception's text can't be had is not worth an error of its own.
    fail(ErrorKind::Host, std::string(Py_TYPE(exception_.ptr())->tp_name));
}

bool PythonGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    try {
        auto at = py::reinterpret_borrow<py::object>(mapping_);
        std::size_t k = 0;
        for (; k < path.size(); ++k) {
            const Value key = path[k];
            if (is_mapping(at.ptr())) {
                if (!key.is_string() && !key.is(Type::Int)) break;
                at = key.is_string() ? item_of(at.ptr(), keys_.find(key).ptr()) : numbered_item(at.ptr(), key.as_int());
            } else if ((PyList_CheckExact(at.ptr()) || PyTuple_CheckExact(at.ptr())) && key.is(Type::Int) &&
                       key.as_int() > 0) {
                at = element_of(at.ptr(), key.as_int());
            } else {
                break;
            }
            if (!at) {
                if (k == 0) return false;
                value = Value::null();
                return true;
            }
        }
        value = converted(at.ptr(), heap, path.first(k));
        // What is left of the path follows get_nested's rules, from an array with the value in it.
        if (k < path.size()) {
            const Value holder = Value::array(heap.array_of({&value, 1}));
            std::vector<Value> rest{Value::integer(1)};
            rest.insert(rest.end(), path.begin() + static_cast<std::ptrdiff_t>(k), path.end());
            value = get_nested(holder, rest, true, heap);
        }
        return true;
    } catch (py::error_already_set& e) {
        raised_.end_run(e);
    }
}

}  // namespace hogvm::python
