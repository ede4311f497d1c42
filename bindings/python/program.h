// Program: bytecode, loaded once, for Python.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <string>

#include <hogvm/program.h>

#include "globals.h"

namespace hogvm::python {

struct LoadedProgram {
    std::shared_ptr<const Program> program;
    Value document;  // what it was loaded from; the program keeps it alive
    Keys keys;
    std::optional<std::string> text;  // the document as JSON, once it was asked for: what makes two programs equal

    const std::string& json();
};

/// Adds the type to the module.
void add_program(py::module_& module);

}  // namespace hogvm::python
