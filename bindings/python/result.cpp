#include "result.h"

#include <structmember.h>

#include <string>

#include <hogvm/json.h>

#include "to_python.h"

namespace hogvm::python {
namespace {

struct Result {
    PyObject_HEAD PyObject* value;
    PyObject* printed;   // null for none
    PyObject* trace;     // likewise
    PyObject* function;  // these two of a suspended run
    PyObject* args;
    std::shared_ptr<State> state;
    bool is_suspended;
    bool is_used_up;
    unsigned long long ops;
    double max_memory;
    double running_ms;
    int async_steps;
};

PyTypeObject* result_type = nullptr;

Result* self_of(PyObject* object) { return reinterpret_cast<Result*>(object); }

int traverse(PyObject* self, visitproc visit, void* arg) {
    const Result* r = self_of(self);
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(r->value);
    Py_VISIT(r->printed);
    Py_VISIT(r->trace);
    Py_VISIT(r->args);
    return 0;
}

int clear(PyObject* self) {
    Result* r = self_of(self);
    Py_CLEAR(r->value);
    Py_CLEAR(r->printed);
    Py_CLEAR(r->trace);
    Py_CLEAR(r->function);
    Py_CLEAR(r->args);
    return 0;
}

void deallocate(PyObject* self) {
    PyTypeObject* const type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    clear(self);
    std::destroy_at(&self_of(self)->state);
    type->tp_free(self);
    Py_DECREF(type);
}

PyObject* new_reference(PyObject* object) {
    if (object == nullptr) object = Py_None;
    Py_INCREF(object);
    return object;
}

PyObject* get_value(PyObject* self, void*) {
    const Result* r = self_of(self);
    if (!r->is_suspended) return new_reference(r->value);
    PyErr_Format(PyExc_ValueError, "the program has no result yet: it is suspended in a call of %U; see Program.resume",
                 r->function);
    return nullptr;
}

/// A list that is made when it is first asked for.
PyObject* list_at(PyObject*& list) {
    if (list == nullptr) list = PyList_New(0);
    Py_XINCREF(list);
    return list;
}

PyObject* get_stdout(PyObject* self, void*) { return list_at(self_of(self)->printed); }
PyObject* get_trace(PyObject* self, void*) { return list_at(self_of(self)->trace); }
PyObject* get_function(PyObject* self, void*) { return new_reference(self_of(self)->function); }
PyObject* get_args(PyObject* self, void*) { return new_reference(self_of(self)->args); }
PyObject* get_suspended(PyObject* self, void*) { return PyBool_FromLong(self_of(self)->is_suspended ? 1 : 0); }

PyObject* get_state(PyObject* self, void*) {
    const Result* r = self_of(self);
    if (!r->is_suspended) Py_RETURN_NONE;
    try {
        Heap heap;
        const std::string text = r->state->json();
        return document_to_python(json::parse(text, heap)).release().ptr();
    } catch (py::error_already_set& e) {
        e.restore();
    } catch (const Failure& f) {
        PyErr_SetString(PyExc_ValueError, f.what());
    }
    return nullptr;
}

PyObject* represent(PyObject* self) {
    const Result* r = self_of(self);
    if (r->is_suspended) return PyUnicode_FromFormat("<hogvm.Result suspended in %U>", r->function);
    return PyUnicode_FromFormat("<hogvm.Result value=%R ops=%llu>", r->value, r->ops);
}

PyGetSetDef getters[] = {
    {"value", get_value, nullptr, "What the program returned. Raises ValueError if it is suspended.", nullptr},
    {"stdout", get_stdout, nullptr, "The lines that it printed.", nullptr},
    {"suspended", get_suspended, nullptr, "Whether it waits for the answer of an asynchronous function.", nullptr},
    {"function", get_function, nullptr, "The name of that function; None if it is not suspended.", nullptr},
    {"args", get_args, nullptr, "The arguments of that call, a list; None if it is not suspended.", nullptr},
    {"state", get_state, nullptr,
     "All that it takes to go on, here or in another process, as a dict that JSON can hold; None if it is not "
     "suspended.",
     nullptr},
    {"trace", get_trace, nullptr, "With trace=True, the executed instructions: (ms, chunk, ip, op, debug).", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMemberDef members[] = {
    {"ops", T_ULONGLONG, offsetof(Result, ops), READONLY, "How many instructions were executed."},
    {"max_memory", T_DOUBLE, offsetof(Result, max_memory), READONLY,
     "The peak memory in the accounting of the reference VM, in bytes."},
    {"running_ms", T_DOUBLE, offsetof(Result, running_ms), READONLY,
     "Milliseconds of running, those before suspensions included."},
    {"async_steps", T_INT, offsetof(Result, async_steps), READONLY, "How often it was suspended so far."},
    {nullptr, 0, 0, 0, nullptr},
};

py::list lines_of(const std::vector<std::string>& printed) {
    py::list lines;
    for (const std::string& line : printed) lines.append(message_to_python(line));
    return lines;
}

py::list rows_of(const std::vector<TraceRow>& trace) {
    py::list rows;
    for (const TraceRow& row : trace) {
        rows.append(py::make_tuple(row.ms, message_to_python(row.chunk), row.ip, message_to_python(row.op),
                                   message_to_python(row.debug)));
    }
    return rows;
}

}  // namespace

void add_result(py::module_& module) {
    PyType_Slot slots[] = {
        {Py_tp_doc, const_cast<char*>("How a run ended: finished with a value, or suspended in an asynchronous call.")},
        {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
        {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
        {Py_tp_clear, reinterpret_cast<void*>(clear)},
        {Py_tp_repr, reinterpret_cast<void*>(represent)},
        {Py_tp_getset, getters},
        {Py_tp_members, members},
        {0, nullptr},
    };
    PyType_Spec spec = {"hogvm.Result", sizeof(Result), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    PyObject* type = PyType_FromSpec(&spec);
    if (type == nullptr) throw py::error_already_set();
    result_type = reinterpret_cast<PyTypeObject*>(type);
    module.attr("Result") = py::reinterpret_steal<py::object>(type);
}

py::object make_result(Outcome& outcome) {
    return make_result(outcome, outcome.finished() ? to_python(outcome.result) : py::object());
}

py::object make_result(Outcome& outcome, py::object value) {
    auto object = py::reinterpret_steal<py::object>(result_type->tp_alloc(result_type, 0));
    if (!object) throw py::error_already_set();
    Result* r = self_of(object.ptr());
    std::construct_at(&r->state);
    r->value = value.release().ptr();
    r->ops = outcome.ops;
    r->max_memory = outcome.max_memory;
    r->running_ms = outcome.running_ms;
    r->async_steps = outcome.async_steps;
    if (!outcome.printed.empty()) r->printed = lines_of(outcome.printed).release().ptr();
    if (!outcome.trace.empty()) r->trace = rows_of(outcome.trace).release().ptr();
    if (outcome.suspended()) {
        r->is_suspended = true;
        r->function = message_to_python(outcome.function).release().ptr();
        r->args = to_list(outcome.args).release().ptr();
        r->state = std::move(outcome.state);
    }
    return object;
}

std::shared_ptr<State> take_state(PyObject* object) {
    if (Py_TYPE(object) != result_type) return nullptr;
    Result* r = self_of(object);
    if (!r->is_suspended) throw py::value_error("resume: the program has finished");
    if (std::exchange(r->is_used_up, true))
        throw py::value_error("resume: this Result was resumed already; take its .state before, to do so again");
    return r->state;
}

}  // namespace hogvm::python
