#include "to_python.h"

#include <string>
#include <unordered_map>

#include <hogvm/heap.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>

#include "types.h"

namespace hogvm::python {
namespace {

py::object owned(PyObject* object) {
    if (object == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(object);
}

class Converter {
  public:
    explicit Converter(bool is_document) : is_document_(is_document) {}

    py::object convert(Value v) {
        switch (v.type()) {
            case Type::Int: return owned(PyLong_FromLongLong(v.as_int()));
            case Type::Double: return owned(PyFloat_FromDouble(v.as_double()));
            case Type::Bool: return py::reinterpret_borrow<py::object>(v.as_bool() ? Py_True : Py_False);
            case Type::Null:
            case Type::Undefined:
            case Type::Hole: return py::none();
            case Type::String: return text_to_python(v);
            default: return node(v);
        }
    }

  private:
    /// Only nodes that hold others are remembered: the rest costs no more than what refers to it.
    py::object node(Value v) {
        Node* n = v.as_node();
        if (n->has_nodes) {
            const auto made = made_.find(n);
            if (made != made_.end()) return made->second;
        }
        check_depth(++depth_);
        py::object out;
        switch (v.type()) {
            case Type::Array: out = array(v.as_array()); break;
            case Type::Dict: out = dict(v.as_dict()); break;
            case Type::Object: out = object(v.as_dict()); break;
            case Type::Closure: out = closure(*v.as_closure()); break;
            default: out = callable(*v.as_callable()); break;
        }
        --depth_;
        return out;
    }

    void remember(const Node* n, const py::object& made) {
        if (n->has_nodes) made_.emplace(n, made);
    }

    py::object array(const Array* a) {
        if (a->has_holes) return without_holes(a);
        const auto size = static_cast<Py_ssize_t>(a->size);
        py::object out = owned(a->is_tuple ? PyTuple_New(size) : PyList_New(size));
        remember(a, out);
        for (Py_ssize_t i = 0; i < size; ++i) {
            PyObject* item = convert(a->items[i]).release().ptr();
            if (a->is_tuple) {
                PyTuple_SET_ITEM(out.ptr(), i, item);
            } else {
                PyList_SET_ITEM(out.ptr(), i, item);
            }
        }
        return out;
    }

    /// As hosts get them: what was never written is not there.
    py::object without_holes(const Array* a) {
        py::list out;
        remember(a, out);
        for (const Value item : a->values())
            if (!item.is(Type::Hole)) out.append(convert(item));
        return out;
    }

    py::object dict(const Dict* d) {
        py::object out = owned(PyDict_New());
        remember(d, out);
        const bool is_object = d->type == Type::Object;
        for (const Entry& e : d->items())
            if (!is_object || !e.value.is(Type::Undefined)) set(out, key_of(e.key), convert(e.value));
        return out;
    }

    py::object object(const Dict* o) {
        if (!is_document_ && (o->traits & (kDateTime | kDate)) != 0) {
            py::object moment = (o->traits & kDateTime) != 0 ? datetime(o) : date(o);
            if (!moment.is_none()) return moment;
        }
        return dict(o);
    }

    static Value member(const Dict* o, std::string_view name) {
        for (const Entry& e : o->items())
            if (e.key.as_text() == name) return e.value;
        return Value::undefined();
    }

    static py::object datetime(const Dict* o) {
        const Value seconds = member(o, "dt");
        const Value zone = member(o, "zone");
        if (!seconds.is_number() || !zone.is_string()) return py::none();
        return Types::get().datetime_of(seconds.as_number(), text_to_python(zone));
    }

    static py::object date(const Dict* o) {
        int parts[3];
        int* part = parts;
        for (const char* name : {"year", "month", "day"}) {
            const Value v = member(o, name);
            if (!v.is_number() || !(v.as_number() >= 1 && v.as_number() <= 9999)) return py::none();
            *part = static_cast<int>(v.as_number());
            if (*part++ != v.as_number()) return py::none();
        }
        try {
            return Types::get().date(parts[0], parts[1], parts[2]);
        } catch (const py::error_already_set& e) {
            if (!e.matches(PyExc_ValueError)) throw;
            return py::none();
        }
    }

    static py::object callable(const Callable& c) {
        py::dict out;
        out["__hogCallable__"] = std::string(name_of(c.kind));
        out["name"] = Converter(true).convert(c.name);
        out["chunk"] = Converter(true).convert(c.chunk);
        out["argCount"] = c.arg_count;
        out["upvalueCount"] = c.upvalue_count;
        out["ip"] = c.ip;
        return out;
    }

    static py::object closure(const Closure& c) {
        py::list upvalues;
        for (std::uint32_t i = 0; i < c.upvalue_count; ++i) upvalues.append(c.upvalues[i]);
        py::dict out;
        out["__hogClosure__"] = true;
        out["callable"] = callable(*c.callable);
        out["upvalues"] = upvalues;
        return out;
    }

    static void set(const py::object& dict, const py::object& key, const py::object& v) {
        if (PyDict_SetItem(dict.ptr(), key.ptr(), v.ptr()) != 0) throw py::error_already_set();
    }

    py::object key_of(Value key) {
        if (key.is_string()) return text_to_python(key);
        if (!key.is_node()) return convert(key);
        if (!key.is(Type::Array)) return message_to_python(javascript::to_string(key));
        check_depth(++depth_);
        py::tuple out(key.as_array()->size);
        for (std::uint32_t i = 0; i < key.as_array()->size; ++i) out[i] = key_of(key.as_array()->items[i]);
        --depth_;
        return out;
    }

    bool is_document_;
    int depth_ = 0;
    std::unordered_map<const Node*, py::object> made_;
};

}  // namespace

py::object to_python(Value v) { return Converter(false).convert(v); }

py::list to_list(std::span<const Value> values) {
    py::list out;
    for (const Value v : values) out.append(to_python(v));
    return out;
}

py::object document_to_python(Value v) { return Converter(true).convert(v); }

py::object json_to_python(std::string_view text) {
    Heap heap;
    try {
        return document_to_python(json::parse(text, heap));
    } catch (const json::ParseError&) {
        return py::none();
    } catch (const Failure&) {
        return py::none();
    }
}

py::object text_to_python(std::string_view wtf8, bool is_ascii) {
    const auto size = static_cast<Py_ssize_t>(wtf8.size());
    if (!is_ascii) return owned(PyUnicode_DecodeUTF8(wtf8.data(), size, "surrogatepass"));
    PyObject* out = PyUnicode_New(size, 127);
    if (out != nullptr && size > 0) std::memcpy(PyUnicode_DATA(out), wtf8.data(), wtf8.size());
    return owned(out);
}

py::object message_to_python(std::string_view text) {
    const auto size = static_cast<Py_ssize_t>(text.size());
    PyObject* out = PyUnicode_DecodeUTF8(text.data(), size, "surrogatepass");
    if (out == nullptr) {
        PyErr_Clear();
        out = PyUnicode_DecodeUTF8(text.data(), size, "replace");
    }
    return owned(out);
}

}  // namespace hogvm::python
