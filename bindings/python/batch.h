// Many runs of a program, on several threads and without the GIL.
//
// Each thread takes a slice of events at a time. With the GIL it reads of them what the program reads
// (Program::reads); without it, it runs them, and puts what they give on a heap of its own; with it again, it makes
// Python's objects of that. So while one thread has the GIL, the others run. What a program asks for beyond that (a
// global whose name is computed, a function of the host) is fetched with the GIL then and there.
//
// Events that are JSON text need the GIL only for where their text lies, and results as JSON text only to become one
// object each: from text to text, threads hardly wait for one another.
//
// The calling thread waits, and looks after signals: a KeyboardInterrupt ends all runs.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>

#include "program.h"
#include "settings.h"

namespace hogvm::python {

/// What the value of a Result is: Python's objects, or its JSON text as a str or as bytes.
enum class Form : std::uint8_t { Objects, Text, Bytes };

/// A list with a Result for each event, or the exception for one that failed. `threads` is at least 1.
py::list run_many(const LoadedProgram& program, const py::list& events, std::size_t threads, Form form,
                  const Settings& settings);

}  // namespace hogvm::python
