#include "filters.h"

#include <algorithm>
#include <array>
#include <string>

#include <boost/json.hpp>

#include <hogvm/json.h>

#include "calls.h"
#include "documents.h"
#include "to_hog.h"

namespace hogvm::python {
namespace {

constexpr std::array<std::string_view, 5> kOptions = {"test_account_properties", "cohorts", "boolean_properties",
                                                      "nested_property_events", "path_cleaning"};

constexpr const char* kCompileDoc =
    R"(compile_filter(filter, **options)
--

The tokens of a filter, for Program and any other HogVM.

The filter is a dict or another Mapping, or JSON text. The options are test_account_properties, cohorts,
boolean_properties, nested_property_events and path_cleaning. Raises FilterError for what can't be compiled, with the
place as a JSON pointer.)";

/// Of what JSON can't say, but is as clear: sets of names, and ids that are numbers.
py::object as_document(std::string_view name, const py::object& value) {
    if (PyAnySet_Check(value.ptr()) != 0) return py::list(value);
    if (name != "cohorts" || (PyDict_Check(value.ptr()) == 0 && !is_other_mapping(value.ptr()))) return value;
    py::dict by_id;
    for (const py::handle pair : owned(PyMapping_Items(value.ptr()))) {
        const auto [id, cohort] = py::cast<std::pair<py::object, py::object>>(pair);
        const bool is_number = PyLong_Check(id.ptr()) != 0 && PyBool_Check(id.ptr()) == 0;
        by_id[is_number ? py::object(py::str(id)) : id] = cohort;
    }
    return by_id;
}

boost::json::value json_of(PyObject* object, std::string_view name) {
    try {
        return to_json(object, name);
    } catch (const Failure& e) {
        throw FilterError("", e.message);
    }
}

py::object compile(const Arguments& arguments) {
    PyObject* filter = nullptr;
    FilterArguments options;
    each("compile_filter", arguments, {"filter"}, [&](std::string_view name, PyObject* value) {
        if (name != "filter") return options.take(name, value);
        filter = value;
        return true;
    });
    if (filter == nullptr) throw py::type_error("compile_filter() missing 1 required argument: 'filter'");
    const boost::json::value json = json_of(filter, "filter");
    Heap heap;
    return document_to_python(json::from_boost(filter_bytecode(json, options.options()), heap));
}

PyObject* compile_function(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return compile({values, static_cast<std::size_t>(count), names}); });
}

PyMethodDef compile_def = definition("compile_filter", compile_function, kCompileDoc);

}  // namespace

bool FilterArguments::take(std::string_view name, py::handle value) {
    if (std::find(kOptions.begin(), kOptions.end(), name) == kOptions.end()) return false;
    const py::str key(name.data(), name.size());
    if (!value.is_none()) given_[key] = as_document(name, py::reinterpret_borrow<py::object>(value));
    return true;
}

FilterOptions FilterArguments::options() const {
    if (given_.empty()) return {};
    return FilterOptions::from_json(json_of(given_.ptr(), "options"));
}

void add_filters(py::module_& module) {
    module.attr("compile_filter") = owned(PyCFunction_NewEx(&compile_def, nullptr, module.attr("__name__").ptr()));
}

}  // namespace hogvm::python
