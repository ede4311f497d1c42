#include "documents.h"

#include <string>

#include <hogvm/json.h>

#include "inputs.h"
#include "to_hog.h"

namespace hogvm::python {
namespace {

Value parsed(std::string_view text, Heap& heap, std::string_view name) {
    try {
        return json::parse(text, heap);
    } catch (const json::ParseError& e) {
        fail(ErrorKind::Input, std::string(name) + ": not JSON: " + e.message);
    } catch (const Failure& e) {
        fail(e.kind, std::string(name) + ": " + e.message);
    }
}

}  // namespace

boost::json::value to_json(PyObject* object, std::string_view name) {
    Heap heap;
    const auto text = json_text(object);
    return json::to_boost(text ? parsed(*text, heap, name) : to_document(object, heap, name));
}

py::object to_mapping(PyObject* object, const char* name) {
    auto mapping = py::reinterpret_borrow<py::object>(object);
    if (const auto text = json_text(object)) {
        Heap heap;
        mapping = document_to_python(parsed(*text, heap, name));
    }
    check_mapping(name, mapping.ptr());
    return mapping;
}

}  // namespace hogvm::python
