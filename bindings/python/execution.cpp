#include "execution.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <hogvm/error.h>
#include <hogvm/json.h>

#include "to_hog.h"
#include "to_python.h"
#include "types.h"

namespace hogvm::python {
namespace {

constexpr std::size_t kMostIdle = 16;  // Vms that wait in the pool

// Each takes its part of the C stack, of which Python's limit of recursion knows nothing.
constexpr int kMostNested = 200;
thread_local int nested = 0;

std::vector<std::unique_ptr<Vm>>& pool() {
    static auto* const idle = new std::vector<std::unique_ptr<Vm>>;  // never destroyed: threads may outlive main
    return *idle;
}

std::unique_ptr<Vm> borrow() {
    if (pool().empty()) return std::make_unique<Vm>();
    std::unique_ptr<Vm> vm = std::move(pool().back());
    pool().pop_back();
    return vm;
}

void give_back(std::unique_ptr<Vm> vm) {
    if (pool().size() < kMostIdle) pool().push_back(std::move(vm));
}

/// Whether calling it gives a coroutine.
bool is_coroutine_function(PyObject* function) {
    if (PyMethod_Check(function)) function = PyMethod_GET_FUNCTION(function);
    if (PyFunction_Check(function)) {
        const auto* code = reinterpret_cast<PyCodeObject*>(PyFunction_GET_CODE(function));
        if ((code->co_flags & CO_COROUTINE) != 0) return true;
        if (reinterpret_cast<PyFunctionObject*>(function)->func_dict == nullptr) return false;  // not marked as one
    }
    return py::cast<bool>(Types::get().is_coroutine_fn(py::handle(function)));
}

}  // namespace

Execution::Nesting::Nesting() {
    if (nested >= kMostNested) {
        fail(ErrorKind::Depth, "Programs run each other through functions of the host more than " +
                                   std::to_string(kMostNested) + " deep");
    }
    ++nested;
}

Execution::Nesting::~Nesting() { --nested; }

Execution::Execution(const Settings& settings, const std::atomic<bool>* stop)
    : settings_(settings), stop_(stop), vm_(borrow()) {
    make_host();
}

Execution::~Execution() {
    vm_->host() = Host();  // lets go of the caller's objects
    give_back(std::move(vm_));
}

void Execution::make_host() {
    Host& host = vm_->host();
    if (stop_ != nullptr) {
        // Not host.stop: patterns are searched for in whatever texts a run by itself takes.
        host.poll = [stop = stop_] {
            if (*stop) fail(ErrorKind::Cancelled, "Execution was cancelled");
        };
    } else {
        host.poll = [this] { poll(); };
    }
    if (!settings_.needs_host()) return;
    add_functions(host);
    host.random_seed = settings_.seed;
    if (settings_.clock) {
        host.clock = [this] {
            const py::gil_scoped_acquire gil;
            try {
                return std::round(py::cast<double>(settings_.clock()) * 1e6) / 1e3;
            } catch (py::error_already_set& e) {
                raised_.end_run(e);
            }
        };
    }
    if (settings_.imports) {
        host.import_chunk = [this](std::string_view name, Heap& heap) {
            const py::gil_scoped_acquire gil;
            try {
                return import(name, heap);
            } catch (py::error_already_set& e) {
                raised_.end_run(e);
            }
        };
    }
}

void Execution::add_functions(Host& host) {
    if (settings_.async_functions) {
        for (const py::handle name : settings_.async_functions)
            if (host.find(text_of(name)) == nullptr) host.add_async(text_of(name));
    }
    if (!settings_.functions) return;
    for (const auto& [name, function] : py::reinterpret_borrow<py::dict>(settings_.functions)) {
        if (host.find(text_of(name)) != nullptr) continue;
        if (is_coroutine_function(function.ptr())) {
            host.add_async(text_of(name));
        } else {
            host.add(text_of(name), [this, callee = function.ptr()](Call& c) { return call(callee, c); });
        }
    }
}

Value Execution::call(PyObject* function, Call& call) {
    const py::gil_scoped_acquire gil;
    try {
        const py::list args = to_list(call.args);
        const py::object result = py::handle(function)(*args);
        return to_hog(result.ptr(), call.heap, std::string(call.name) + "()");
    } catch (py::error_already_set& e) {
        raised_.end_run(e);
    }
}

Value Execution::import(std::string_view name, Heap& heap) {
    const py::object& from = settings_.imports;
    const py::object key = message_to_python(name);
    py::object chunk = py::none();
    if (PyCallable_Check(from.ptr()) != 0) {
        chunk = from(key);
    } else if (PySequence_Contains(from.ptr(), key.ptr()) == 1) {
        chunk = from[key];
    }
    if (chunk.is_none()) return Value::undefined();
    if (PyUnicode_Check(chunk.ptr())) return json::parse_copy(text_of(chunk), heap);
    return to_document(chunk.ptr(), heap, "imports." + std::string(name));
}

void Execution::poll() {
    if (!turns_.is_next()) return;
    try {
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    } catch (py::error_already_set& e) {
        raised_.end_run(e);
    }
    const py::gil_scoped_release others;
}

Outcome Execution::run(const Program& program, PyObject* globals, Keys& keys) {
    if (globals == Py_None) return vm_->run(program, settings_.run);
    return vm_->run(program, PythonGlobals(globals, keys, raised_), settings_.run);
}

Outcome Execution::run(const Program& program, std::string_view globals_json) {
    return vm_->run(program, globals_json, settings_.run);
}

Outcome Execution::run(const Program& program, const Globals& globals) {
    return vm_->run(program, globals, settings_.run);
}

Outcome Execution::resume(State& state, PyObject* result, PyObject* globals, Keys& keys) {
    Heap heap;
    const Value answer = to_hog(result, heap, "result");
    if (globals == Py_None) return vm_->resume(state, answer, settings_.run);
    const PythonGlobals source(globals, keys, raised_);
    return vm_->resume(state, answer, settings_.run, &source);
}

}  // namespace hogvm::python
