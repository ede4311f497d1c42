// The module hogvm._engine: what of the Python package is written in C++. hogvm/__init__.py is its face.
#include <pybind11/pybind11.h>

#include "exceptions.h"
#include "filters.h"
#include "flag_set.h"
#include "program.h"
#include "result.h"
#include "rule_set.h"

PYBIND11_MODULE(_engine, module) {
    pybind11::register_local_exception_translator([](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(std::move(thrown));
        } catch (...) {
            hogvm::python::set_error();
        }
    });
    hogvm::python::add_result(module);
    hogvm::python::add_program(module);
    hogvm::python::add_filters(module);
    hogvm::python::add_rule_set(module);
    hogvm::python::add_flag_set(module);
}
