#include "program.h"

#include <algorithm>
#include <string_view>
#include <thread>

#include <hogvm/json.h>
#include <hogvm/standard_library.h>

#include "batch.h"
#include "calls.h"
#include "exceptions.h"
#include "execution.h"
#include "inputs.h"
#include "result.h"
#include "settings.h"
#include "to_hog.h"
#include "to_python.h"

namespace hogvm::python {
namespace {

constexpr Py_ssize_t kMostThreads = 256;

constexpr const char* kProgramDoc = R"(HogVM bytecode, loaded once.

Takes the tokens as a list, a bundle of chunks as a dict ({"bytecodes": {"root": {"bytecode": [...]}}}), or either as
JSON text. Raises HogVMLoadException for what is no program. A Program never changes; any number of threads may run it.
Programs of the same tokens are equal, and they can be pickled.)";

constexpr const char* kRunDoc = R"(run(globals=None, **settings)
--

Runs the program.

globals is a dict or any other Mapping, of which only what the program reads is converted, or JSON text. functions maps
names to functions of the host; those that are coroutine functions suspend the program, as do those that async_functions
names. timeout is in seconds or a timedelta; memory_limit is in bytes of the reference VM's accounting.

Returns a Result, or raises HogVMException.)";

constexpr const char* kRunManyDoc = R"(run_many(events, *, threads=None, json=False, **settings)
--

Runs the program once for each event, on several threads (by default as many as there are processors), without the GIL.

Events are dicts or other Mappings, or JSON text (str or bytes), which needs no GIL to be read. Returns a list in the
order of the events: a Result for each, or the exception for one that failed.

With json=True the values are JSON text, and with json='bytes' such text as UTF-8. From text to text the threads hardly
need the GIL, and so do the more the more there are.)";

constexpr const char* kResumeDoc = R"(resume(state, value=None, globals=None, **settings)
--

Goes on where a program was suspended, with value as what the call gives.

state is a suspended Result or its state, a dict or JSON text. The globals are no part of it: give them again.)";

LoadedProgram load(const py::object& bytecode) {
    try {
        auto heap = std::make_shared<Heap>();
        Value document;
        if (const auto text = json_text(bytecode.ptr())) {
            document = json::parse_copy(*text, *heap);
        } else {
            document = to_document(bytecode.ptr(), *heap, "program");
        }
        return {Program::load(document, heap, standard_library()), document, {}, {}};
    } catch (const json::ParseError& e) {
        raise(exception_of(LoadError("program: not JSON: " + e.message)));
    } catch (const Failure& e) {
        raise(exception_of(LoadError(e.message)));
    } catch (const LoadError& e) {
        raise(exception_of(e));
    }
}

py::object finish(Outcome outcome, Execution& execution, const Settings& settings) {
    if (outcome.failed()) raise(exception_of(outcome, execution.raised(), settings));
    return make_result(outcome);
}

py::object run(LoadedProgram& self, const Arguments& arguments) {
    PyObject* globals = Py_None;
    Settings settings;
    each("run", arguments, {"globals"}, [&](std::string_view name, PyObject* value) {
        if (name != "globals") return settings.take(name.data(), value);
        globals = value;
        return true;
    });
    Execution execution(settings);
    if (const auto text = json_text(globals)) return finish(execution.run(*self.program, *text), execution, settings);
    check_mapping("globals", globals);
    return finish(execution.run(*self.program, globals, self.keys), execution, settings);
}

std::size_t threads_of(PyObject* given) {
    if (given == Py_None) return std::max(1u, std::thread::hardware_concurrency());
    const Py_ssize_t threads = PyNumber_AsSsize_t(given, PyExc_OverflowError);
    if (threads == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
    if (threads < 1) throw py::value_error("threads: expected 1 or more, got " + std::to_string(threads));
    return static_cast<std::size_t>(std::min<Py_ssize_t>(threads, kMostThreads));
}

Form form_of(PyObject* given) {
    if (given == Py_False) return Form::Objects;
    if (given == Py_True) return Form::Text;
    if (PyUnicode_Check(given) && PyUnicode_CompareWithASCIIString(given, "bytes") == 0) return Form::Bytes;
    throw py::value_error("json: expected True, False or 'bytes', got " + py::repr(given).cast<std::string>());
}

py::object run_many(LoadedProgram& self, const Arguments& arguments) {
    PyObject* events = nullptr;
    PyObject* threads = Py_None;
    PyObject* json = Py_False;
    Settings settings;
    each("run_many", arguments, {"events"}, [&](std::string_view name, PyObject* given) {
        if (name == "events") return events = given, true;
        if (name == "threads") return threads = given, true;
        if (name == "json") return json = given, true;
        return settings.take(name.data(), given);
    });
    if (events == nullptr) throw py::type_error("run_many() missing 1 required argument: 'events'");
    if (PyDict_Check(events) || PyUnicode_Check(events) || PyBytes_Check(events))
        throw py::type_error("events: expected an iterable of events, got one event");
    const auto list = py::reinterpret_steal<py::list>(PySequence_List(events));
    if (!list) throw py::error_already_set();
    return python::run_many(self, list, threads_of(threads), form_of(json), settings);
}

std::shared_ptr<State> state_of(PyObject* object) {
    if (std::shared_ptr<State> state = take_state(object)) return state;
    try {
        if (const auto text = json_text(object)) return State::parse(*text, standard_library());
        Heap heap;
        return State::parse(json::to_text(to_document(object, heap, "state")), standard_library());
    } catch (const Failure& e) {
        raise(exception_of(LoadError(e.message)));
    } catch (const LoadError& e) {
        raise(exception_of(e));
    }
}

py::object resume(const Arguments& arguments) {
    PyObject* state = nullptr;
    PyObject* value = Py_None;
    PyObject* globals = Py_None;
    Settings settings;
    each("resume", arguments, {"state", "value", "globals"}, [&](std::string_view name, PyObject* given) {
        if (name == "state") return state = given, true;
        if (name == "value") return value = given, true;
        if (name == "globals") return globals = given, true;
        return settings.take(name.data(), given);
    });
    if (state == nullptr) throw py::type_error("resume() missing 1 required argument: 'state'");
    py::object parsed;
    if (json_text(globals)) {
        parsed = py::module_::import("json").attr("loads")(py::handle(globals));
        globals = parsed.ptr();
    }
    check_mapping("globals", globals);
    const std::shared_ptr<State> from = state_of(state);
    Execution execution(settings);
    Keys keys;
    return finish(execution.resume(*from, value, globals, keys), execution, settings);
}

LoadedProgram& loaded(PyObject* self) { return py::cast<LoadedProgram&>(py::handle(self)); }

PyObject* run_method(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return run(loaded(self), {values, static_cast<std::size_t>(count), names}); });
}

PyObject* run_many_method(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return run_many(loaded(self), {values, static_cast<std::size_t>(count), names}); });
}

PyObject* resume_function(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return resume({values, static_cast<std::size_t>(count), names}); });
}

PyMethodDef run_def = definition("run", run_method, kRunDoc);
PyMethodDef run_many_def = definition("run_many", run_many_method, kRunManyDoc);
PyMethodDef resume_def = definition("resume", resume_function, kResumeDoc);

/// JSON has the same text for null and the infinities.
bool is_same(LoadedProgram& a, LoadedProgram& b) {
    return a.json() == b.json() && document_to_python(a.document).equal(document_to_python(b.document));
}

}  // namespace

const std::string& LoadedProgram::json() {
    if (!text) text = json::to_text(document);
    return *text;
}

void add_program(py::module_& module) {
    py::class_<LoadedProgram> type(module, "Program", kProgramDoc, py::is_final());
    type.def(py::init(&load), py::arg("bytecode"))
        .def_property_readonly(
            "bytecode", [](LoadedProgram& p) { return document_to_python(p.document); },
            "What it was loaded from, anew: a list of tokens, or a dict.")
        .def_property_readonly(
            "version", [](LoadedProgram& p) { return p.program->version(); },
            "As the header says; 0 reverses the arguments of functions.")
        .def_property_readonly(
            "reads",
            [](LoadedProgram& p) {
                py::list paths;
                for (const std::string& path : p.program->reads()) paths.append(message_to_python(path));
                return paths;
            },
            "The paths of globals that it reads, such as 'properties.plan'.")
        .def(
            "check",
            [](LoadedProgram& p) {
                py::list findings;
                for (const auto& f : p.program->check())
                    findings.append(py::make_tuple(message_to_python(f.chunk), f.ip, message_to_python(f.message)));
                return findings;
            },
            "What would fail if it were reached: a list of (chunk, ip, message).")
        .def(
            "disassemble", [](LoadedProgram& p) { return message_to_python(p.program->disassemble()); },
            "The instructions, a line each.")
        .def("__eq__",
             [](LoadedProgram& a, const py::object& b) -> py::object {
                 if (!py::isinstance<LoadedProgram>(b)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
                 return py::bool_(is_same(a, py::cast<LoadedProgram&>(b)));
             })
        .def("__hash__", [](LoadedProgram& p) { return std::hash<std::string>()(p.json()); })
        .def("__reduce__",
             [](const py::object& self) {
                 return py::make_tuple(py::type::of(self), py::make_tuple(self.attr("bytecode")));
             })
        .def("__repr__", [](LoadedProgram& p) {
            return "<hogvm.Program of " + std::to_string(p.program->chunks().size()) + " chunk(s)>";
        });
    for (PyMethodDef* method : {&run_def, &run_many_def}) add_method(type, *method);
    type.attr("run_async") = py::module_::import("hogvm.asynchronous").attr("run_async");
    const py::object function = owned(PyCFunction_New(&resume_def, nullptr));
    type.attr("resume") = owned(PyStaticMethod_New(function.ptr()));
}

}  // namespace hogvm::python
