// The module hogvm._engine: what of the Python package is written in C++. hogvm/__init__.py is its face.
#include <pybind11/pybind11.h>

#include "program.h"
#include "result.h"

PYBIND11_MODULE(_engine, module) {
    hogvm::python::add_result(module);
    hogvm::python::add_program(module);
}
