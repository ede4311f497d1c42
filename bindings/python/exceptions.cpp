#include "exceptions.h"

#include <string>

#include "to_hog.h"
#include "to_python.h"

namespace hogvm::python {
namespace {

py::object class_named(const char* name) { return py::module_::import("hogvm.exceptions").attr(name); }

const char* class_for(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Timeout: return "HogVMRuntimeExceededException";
        case ErrorKind::Memory: return "HogVMMemoryExceededException";
        case ErrorKind::Host: return "HogVMHostException";
        case ErrorKind::Input: return "HogVMInputException";
        default: return "HogVMException";
    }
}

py::object uncaught(const Outcome& outcome) {
    py::object payload = py::none();
    try {
        payload = to_python(outcome.result);
    } catch (const Failure&) {
        // Too deep to be told; the exception is worth more than its payload.
    }
    return class_named("UncaughtHogVMException")(message_to_python(outcome.error.type),
                                                 message_to_python(outcome.error.message), payload);
}

void set_place(const py::object& exception, const Error& error) {
    exception.attr("kind") = name_of(error.kind);
    exception.attr("chunk") = message_to_python(error.chunk);
    exception.attr("ip") = error.ip;
}

}  // namespace

py::object exception_of(const Outcome& outcome, const Raised& raised, const Settings& settings) {
    if (raised.is_there() && raised.is_fatal()) return raised.exception();
    const Error& error = outcome.error;
    py::object exception;
    if (error.kind == ErrorKind::Uncaught) {
        exception = uncaught(outcome);
    } else {
        const std::string text = raised.is_there() ? words_of(raised.exception()) : error.message;
        exception = class_named(class_for(error.kind))(message_to_python(text));
    }
    set_place(exception, error);
    exception.attr("ops") = outcome.ops;
    exception.attr("max_memory") = outcome.max_memory;
    py::list printed;
    for (const std::string& line : outcome.printed) printed.append(message_to_python(line));
    exception.attr("stdout") = printed;
    if (error.kind == ErrorKind::Timeout) {
        exception.attr("timeout_seconds") = settings.run.limits.timeout_ms / 1000;
        exception.attr("ops_performed") = outcome.ops;
    } else if (error.kind == ErrorKind::Memory) {
        exception.attr("memory_limit") = settings.run.limits.memory;
        exception.attr("attempted_memory") = outcome.max_memory;
    }
    if (raised.is_there()) PyException_SetCause(exception.ptr(), raised.exception().inc_ref().ptr());
    return exception;
}

py::object exception_of(const Failure& failure) {
    py::object exception = class_named(class_for(failure.kind))(message_to_python(failure.message));
    exception.attr("kind") = name_of(failure.kind);
    return exception;
}

py::object exception_of(const LoadError& error) {
    py::object exception = class_named("HogVMLoadException")(message_to_python(error.what()));
    exception.attr("kind") = "load";
    return exception;
}

std::string words_of(const py::object& exception) {
    std::string text = Py_TYPE(exception.ptr())->tp_name;
    try {
        const std::string words = text_of(py::str(exception));
        if (!words.empty()) text += ": " + words;
    } catch (py::error_already_set&) {
        return text;
    }
    return text;
}

py::object exception_of(const FilterError& error) {
    return class_named("FilterError")(message_to_python(error.message), message_to_python(error.pointer));
}

py::object exception_of(const RuleError& error) {
    return class_named("RuleError")(message_to_python(error.id), message_to_python(error.message),
                                    message_to_python(error.pointer));
}

py::object exception_of(const Error& error, const Limits& limits) {
    py::object exception;
    if (error.kind == ErrorKind::Uncaught) {
        exception = class_named("UncaughtHogVMException")(
            message_to_python(error.type), message_to_python(error.message), json_to_python(error.payload_json));
    } else {
        exception = class_named(class_for(error.kind))(message_to_python(error.message));
    }
    set_place(exception, error);
    if (error.kind == ErrorKind::Timeout) exception.attr("timeout_seconds") = limits.timeout_ms / 1000;
    if (error.kind == ErrorKind::Memory) exception.attr("memory_limit") = limits.memory;
    return exception;
}

py::object host_exception(const py::object& cause) {
    if (PyObject_IsInstance(cause.ptr(), PyExc_Exception) == 0) return cause;
    py::object exception = class_named("HogVMHostException")(message_to_python(words_of(cause)));
    exception.attr("kind") = name_of(ErrorKind::Host);
    PyException_SetCause(exception.ptr(), cause.inc_ref().ptr());
    return exception;
}

void set_error() {
    try {
        try {
            throw;
        } catch (const FilterError& e) {
            raise(exception_of(e));
        } catch (const RuleError& e) {
            raise(exception_of(e));
        } catch (const LoadError& e) {
            raise(exception_of(e));
        } catch (const Failure& e) {
            raise(exception_of(e));
        }
    } catch (py::error_already_set& e) {
        e.restore();
    } catch (const py::builtin_exception& e) {
        e.set_error();
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& e) {
        PyErr_SetString(PyExc_RuntimeError, e.what());
    }
}

void raise(const py::object& exception) {
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
    throw py::error_already_set();
}

}  // namespace hogvm::python
