#include "settings.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "types.h"

namespace hogvm::python {
namespace {

constexpr std::size_t kNoHeapLimit = std::size_t{1} << 40;
constexpr long long kMostSteps = 1 << 30;

[[noreturn]] void refuse(const std::string& name, const char* wanted, py::handle value) {
    throw py::type_error(name + ": expected " + wanted + ", got " + Py_TYPE(value.ptr())->tp_name);
}

double seconds(const char* name, py::handle value) {
    const bool is_timedelta = Types::is_instance(value.ptr(), Types::get().timedelta);
    const py::object number = is_timedelta ? value.attr("total_seconds")() : py::reinterpret_borrow<py::object>(value);
    const double s = PyFloat_AsDouble(number.ptr());
    if (PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        refuse(name, "seconds or a timedelta", value);
    }
    if (std::isnan(s)) throw py::value_error(std::string(name) + ": expected seconds, got nan");
    return s;
}

long long integer(const char* name, py::handle value) {
    if (PyIndex_Check(value.ptr()) == 0) refuse(name, "an int", value);
    const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    const long long i = index ? PyLong_AsLongLong(index.ptr()) : -1;
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    return i;
}

py::object callable(const char* name, py::handle value) {
    if (PyCallable_Check(value.ptr()) == 0) refuse(name, "a function", value);
    return py::reinterpret_borrow<py::object>(value);
}

py::object functions(const char* name, py::handle value) {
    const bool is_mapping = PyDict_Check(value.ptr()) || Types::is_instance(value.ptr(), Types::get().mapping);
    if (!is_mapping) refuse(name, "a mapping of names to functions", value);
    // A copy, since the caller's may change while a run calls them.
    py::dict dict;
    if (PyDict_Update(dict.ptr(), value.ptr()) != 0) throw py::error_already_set();
    for (const auto& [key, function] : dict) {
        if (!PyUnicode_Check(key.ptr())) refuse(name, "names that are str", key);
        if (PyCallable_Check(function.ptr()) == 0) refuse(name, "a mapping of names to functions", function);
    }
    return dict.empty() ? py::object() : py::object(dict);
}

py::object names(const char* name, py::handle value) {
    if (PyUnicode_Check(value.ptr())) refuse(name, "a collection of names", value);
    const py::list all(py::reinterpret_borrow<py::object>(value));
    for (const py::handle each : all)
        if (!PyUnicode_Check(each.ptr())) refuse(name, "names that are str", each);
    return all.empty() ? py::object() : py::object(all);
}

py::object imports(const char* name, py::handle value) {
    if (PyCallable_Check(value.ptr()) == 0 && PyMapping_Check(value.ptr()) == 0)
        refuse(name, "a mapping of names to bytecode, or a function", value);
    return py::reinterpret_borrow<py::object>(value);
}

}  // namespace

bool Settings::take(const char* name, py::handle value) {
    const auto is = [name](const char* known) { return std::strcmp(name, known) == 0; };
    const bool is_given = !value.is_none();
    if (is("timeout")) {
        run.limits.timeout_ms = is_given ? seconds(name, value) * 1000 : std::numeric_limits<double>::infinity();
    } else if (is("memory_limit")) {
        run.limits.memory = is_given ? integer(name, value) : 0;
    } else if (is("heap_limit")) {
        run.limits.heap = is_given ? static_cast<std::size_t>(std::max(1LL, integer(name, value))) : kNoHeapLimit;
    } else if (is("max_async_steps")) {
        run.limits.async_steps =
            is_given ? static_cast<int>(std::clamp(integer(name, value), 0LL, kMostSteps)) : kMostSteps;
    } else if (is("trace")) {
        run.trace = is_given && PyObject_IsTrue(value.ptr()) == 1;
    } else if (is("exact_states")) {
        run.exact_states = is_given && PyObject_IsTrue(value.ptr()) == 1;
    } else if (is("functions")) {
        if (is_given) functions = python::functions(name, value);
    } else if (is("async_functions")) {
        if (is_given) async_functions = names(name, value);
    } else if (is("imports")) {
        if (is_given) imports = python::imports(name, value);
    } else if (is("clock")) {
        if (is_given) clock = callable(name, value);
    } else if (is("seed")) {
        if (is_given) seed = static_cast<std::uint64_t>(integer(name, value));
    } else {
        return false;
    }
    return true;
}

}  // namespace hogvm::python
