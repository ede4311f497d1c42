// What a caller may say about a run: the keyword arguments that run, run_many and resume have in common.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <string>

#include <hogvm/vm.h>

namespace hogvm::python {

namespace py = pybind11;

struct Settings {
    RunOptions run;
    py::object functions;        // a dict or None
    py::object async_functions;  // an iterable of names or None
    py::object imports;          // a Mapping, a function, or None
    py::object clock;            // a function or None
    std::optional<std::uint64_t> seed;

    /// Whether the host is asked for anything; otherwise the default one does.
    bool needs_host() const { return functions || async_functions || imports || clock || seed; }

    /// Takes the argument if it is one of these. Raises Python's TypeError or ValueError if its value makes no sense.
    bool take(const char* name, py::handle value);
};

}  // namespace hogvm::python
