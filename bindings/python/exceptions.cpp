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

/// An exception's own words; its type's name where it has none.
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
    exception.attr("kind") = name_of(error.kind);
    exception.attr("chunk") = message_to_python(error.chunk);
    exception.attr("ip") = error.ip;
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

void raise(const py::object& exception) {
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
    throw py::error_already_set();
}

}  // namespace hogvm::python
