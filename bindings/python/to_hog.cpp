#include "to_hog.h"

#include <datetime.h>

#include <cmath>
#include <span>

#include <hogvm/convert.h>
#include <hogvm/text.h>

#include "types.h"

namespace hogvm::python {
namespace {

constexpr long long kMostExact = 1LL << 53;  // of integers as doubles
constexpr std::size_t kMostPath = 120;       // bytes of a message that say where

/// An object that can't be a value: why, and the keys that led to it, the innermost first.
struct Refusal {
    std::string reason;
    std::string path;
    bool is_cut = false;

    void below(const std::string& step) {
        is_cut = is_cut || path.size() > kMostPath;
        if (path.size() <= kMostPath) path = step + path;
    }
};

enum class Form { Values, Document, Property };

[[noreturn]] void refuse(std::string reason) { throw Refusal{std::move(reason), {}, false}; }

[[noreturn]] void refuse_type(PyObject* object, Form form) {
    const std::string type = Py_TYPE(object)->tp_name;
    if (PyBytes_Check(object) || PyByteArray_Check(object) || PyMemoryView_Check(object))
        refuse(type + " is not text; decode it to str first");
    if (PyAnySet_Check(object)) refuse(type + " has no order; make a list of it");
    if (PyCoro_CheckExact(object))
        refuse("a coroutine; for run_async to await it, name its function in `async_functions`");
    if (PyCallable_Check(object) != 0) refuse("a function is no value; give it as one of `functions`");
    refuse(type + " is no Hog value; give None, bool, int, float, str, list, tuple" +
           (form == Form::Document ? " or dict" : ", dict, datetime or date"));
}

/// Works on the heap's scratch above what is there, and leaves it so.
class Entries {
  public:
    explicit Entries(Heap& heap) : heap_(heap), base_(heap.scratch().size()) {}
    Entries(const Entries&) = delete;
    Entries& operator=(const Entries&) = delete;
    ~Entries() { heap_.scratch().resize(base_); }

    void add(Value key, Value v) { heap_.scratch().push_back({key, v}); }
    std::span<const Entry> all() const { return std::span(heap_.scratch()).subspan(base_); }

    bool are_text = true;      // the keys
    bool are_distinct = true;  // likewise, and none is there twice
    bool is_tagged = false;    // some key is one of those that mark dates and functions in JSON

  private:
    Heap& heap_;
    std::size_t base_;
};

class Converter {
  public:
    Converter(Heap& heap, Form form) : heap_(heap), form_(form) {}

    Value convert(PyObject* object) {
        if (object == Py_None) return Value::null();
        if (PyUnicode_Check(object)) return text_to_hog(object, heap_);
        if (PyBool_Check(object)) return Value::boolean(object == Py_True);
        if (PyLong_Check(object)) return integer(object);
        if (PyFloat_Check(object)) return real(PyFloat_AS_DOUBLE(object));
        if (PyDict_CheckExact(object)) return nested([&] { return dict(object); });
        if (PyList_CheckExact(object)) return nested([&] { return list(object); });
        if (PyTuple_Check(object)) return nested([&] { return tuple(object); });
        return other(object);
    }

  private:
    template <class Make>
    Value nested(Make make) {
        if (++depth_ > kMaxDepth) refuse("nested deeper than " + std::to_string(kMaxDepth) + " levels, or in itself");
        const Value v = make();
        --depth_;
        return v;
    }

    Value integer(PyObject* object) {
        int overflow = 0;
        const long long i = PyLong_AsLongLongAndOverflow(object, &overflow);
        if (overflow != 0) return beyond_64_bits(object);
        if (i == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
        const bool is_exact = form_ != Form::Property || (i <= kMostExact && i >= -kMostExact);
        return is_exact ? Value::integer(i) : real(static_cast<double>(i));
    }

    Value beyond_64_bits(PyObject* object) {
        const double d = form_ == Form::Values ? -1 : PyFloat_AsDouble(object);
        if (form_ != Form::Values && PyErr_Occurred() == nullptr) return real(d);
        PyErr_Clear();
        const std::string bits = py::str(py::handle(object).attr("bit_length")());
        if (form_ != Form::Values) refuse("an integer of " + bits + " bits; the largest number has 1024");
        refuse("an integer of " + bits +
               " bits; integers are exact to 64 bits (signed), so give larger ones as float or str");
    }

    Value real(double d) {
        if (form_ != Form::Values && std::isnan(d)) refuse("NaN is no JSON");
        if (form_ == Form::Property && std::isinf(d)) refuse("an infinity is no JSON");
        return Value::real(d);
    }

    Value list(PyObject* object) {
        Array* out = heap_.array(static_cast<std::size_t>(PyList_GET_SIZE(object)));
        // What is converted may be shortened meanwhile by the Python code that converting it runs.
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(object); ++i)
            append(out, py::reinterpret_borrow<py::object>(PyList_GET_ITEM(object, i)), i);
        return Value::array(out);
    }

    Value tuple(PyObject* object) {
        const Py_ssize_t size = PyTuple_GET_SIZE(object);
        Array* out = heap_.array(static_cast<std::size_t>(size), form_ == Form::Values);
        for (Py_ssize_t i = 0; i < size; ++i)
            append(out, py::reinterpret_borrow<py::object>(PyTuple_GET_ITEM(object, i)), i);
        return Value::array(out);
    }

    Value sequence(PyObject* object) {
        Array* out = heap_.array(0);
        Py_ssize_t i = 0;
        for (const py::handle item : py::iter(object)) append(out, py::reinterpret_borrow<py::object>(item), i++);
        return Value::array(out);
    }

    void append(Array* out, const py::object& item, Py_ssize_t index) {
        try {
            heap_.append(out, convert(item.ptr()));
        } catch (Refusal& r) {
            r.below('[' + std::to_string(index) + ']');
            throw;
        }
    }

    Value dict(PyObject* object) {
        Entries entries(heap_);
        const Py_ssize_t size = PyDict_GET_SIZE(object);
        PyObject* key = nullptr;
        PyObject* item = nullptr;
        for (Py_ssize_t at = 0; PyDict_Next(object, &at, &key, &item) != 0;) {
            add(entries, py::reinterpret_borrow<py::object>(key), py::reinterpret_borrow<py::object>(item));
            if (PyDict_GET_SIZE(object) != size) refuse("the dict changed while it was read");
        }
        return dict_of(entries);
    }

    Value mapping(PyObject* object) {
        Entries entries(heap_);
        entries.are_distinct = false;  // it is not bound to
        for (const py::handle pair : py::iter(py::handle(object).attr("items")())) {
            const auto [key, item] = py::cast<std::pair<py::object, py::object>>(pair);
            add(entries, key, item);
        }
        return dict_of(entries);
    }

    void add(Entries& entries, const py::object& key, const py::object& item) {
        try {
            const Value name = key_of(entries, key.ptr());
            entries.add(name, convert(item.ptr()));
        } catch (Refusal& r) {
            r.below(step_to(key));
            throw;
        }
    }

    Value key_of(Entries& entries, PyObject* key) {
        if (PyUnicode_Check(key)) {
            const Value name = text_to_hog(key, heap_);
            const std::string_view text = name.as_text();
            entries.is_tagged = entries.is_tagged || text.starts_with("__hog");
            // Those with surrogates (which start with this byte) may have been different in Python.
            if (!PyUnicode_CheckExact(key) || (!name.is_ascii() && text.find('\xED') != text.npos))
                entries.are_distinct = false;
            return name;
        }
        entries.are_text = entries.are_distinct = false;
        if (form_ == Form::Values) {
            if (key == Py_None) return Value::null();
            if (PyBool_Check(key)) return Value::boolean(key == Py_True);
            if (PyLong_Check(key)) return integer(key);
            if (PyFloat_Check(key)) return Value::real(PyFloat_AS_DOUBLE(key));
        }
        refuse(std::string("a key of type ") + Py_TYPE(key)->tp_name + "; keys are str" +
               (form_ == Form::Values ? ", int, float, bool or None" : " here"));
    }

    static std::string step_to(const py::object& key) {
        if (!PyUnicode_Check(key.ptr())) return '[' + std::string(py::repr(key)) + ']';
        return '.' + text_of(key);
    }

    Value dict_of(const Entries& entries) {
        if (form_ != Form::Values) return Value::object(heap_.object_of(entries.all()));
        // A date or a function in the form that it has in JSON is restored, as the answers of hosts are.
        if (entries.is_tagged && entries.are_text)
            return from_host(Value::object(heap_.object_of(entries.all())), heap_);
        if (entries.are_distinct) return Value::dict(heap_.dict_of(Type::Dict, entries.all()));
        Dict* out = heap_.dict(entries.all().size());
        for (const Entry& e : entries.all()) heap_.set(out, e.key, e.value);
        return Value::dict(out);
    }

    Value other(PyObject* object) {
        const Types& types = Types::get();
        if (PyList_Check(object)) return nested([&] { return sequence(object); });
        if (PyDict_Check(object) || is_other_mapping(object)) return nested([&] { return mapping(object); });
        if (form_ == Form::Document) refuse_type(object, form_);
        if (PyDateTimeAPI == nullptr) PyDateTime_IMPORT;
        if (form_ == Form::Property && PyDate_Check(object)) return iso_text(object);
        if (PyDateTime_Check(object)) return datetime(object);
        if (PyDate_Check(object)) {
            return heap_.date(Value::integer(PyDateTime_GET_YEAR(object)), Value::integer(PyDateTime_GET_MONTH(object)),
                              Value::integer(PyDateTime_GET_DAY(object)));
        }
        if (types.is_instance(object, types.decimal)) return decimal(object);
        if (types.is_instance(object, types.uuid)) return text_to_hog(py::str(py::handle(object)).ptr(), heap_);
        if (PyIndex_Check(object) != 0) {
            const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(object));
            if (!index) throw py::error_already_set();
            return integer(index.ptr());
        }
        if (types.is_instance(object, types.real)) return real(as_double(object));
        const bool is_binary = PyBytes_Check(object) || PyByteArray_Check(object) || PyMemoryView_Check(object);
        if (!is_binary && types.is_instance(object, types.sequence)) return nested([&] { return sequence(object); });
        refuse_type(object, form_);
    }

    static double as_double(PyObject* object) {
        const double d = PyFloat_AsDouble(object);
        if (d == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
        return d;
    }

    Value decimal(PyObject* object) {
        const double d = as_double(object);
        if (!(std::fabs(d) <= 0x1p63)) return real(d);
        const auto whole = py::reinterpret_steal<py::object>(PyNumber_Long(object));
        if (!whole) throw py::error_already_set();
        int overflow = 0;
        const long long i = PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow);
        return overflow == 0 && py::handle(object).equal(whole) ? Value::integer(i) : real(d);
    }

    /// Of a datetime or a date.
    Value iso_text(PyObject* object) {
        return text_to_hog(py::str(py::handle(object).attr("isoformat")()).ptr(), heap_);
    }

    Value datetime(PyObject* object) {
        const py::tuple parts = Types::get().datetime_parts(py::handle(object));
        const double seconds = as_double(py::object(parts[0]).ptr());
        return heap_.datetime(Value::number(seconds), text_to_hog(py::object(parts[1]).ptr(), heap_));
    }

    Heap& heap_;
    Form form_;
    int depth_ = 0;
};

Value converted(PyObject* object, Heap& heap, Form form, std::string_view at) {
    try {
        return Converter(heap, form).convert(object);
    } catch (const Refusal& r) {
        const std::string cut = r.is_cut ? "\u2026" : "";
        fail(ErrorKind::Input, std::string(at) + cut + r.path + ": " + r.reason);
    }
}

}  // namespace

Value to_hog(PyObject* object, Heap& heap, std::string_view at) { return converted(object, heap, Form::Values, at); }

Value to_document(PyObject* object, Heap& heap, std::string_view at) {
    return converted(object, heap, Form::Document, at);
}

Value to_property(PyObject* object, Heap& heap, std::string_view at) {
    return converted(object, heap, Form::Property, at);
}

std::string text_of(py::handle str) {
    Py_ssize_t size = 0;
    if (const char* utf8 = PyUnicode_AsUTF8AndSize(str.ptr(), &size)) return {utf8, static_cast<std::size_t>(size)};
    if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw py::error_already_set();
    PyErr_Clear();
    std::string wtf8;
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(str.ptr()); ++i)
        text::append(static_cast<std::uint32_t>(PyUnicode_READ_CHAR(str.ptr(), i)), wtf8);
    return wtf8;
}

Value text_to_hog(PyObject* str, Heap& heap) {
    if (PyUnicode_IS_COMPACT_ASCII(str)) {
        const std::string_view ascii(static_cast<const char*>(PyUnicode_DATA(str)),
                                     static_cast<std::size_t>(PyUnicode_GET_LENGTH(str)));
        return heap.string_units(ascii, 0);
    }
    return heap.string(text_of(str));
}

bool is_other_mapping(PyObject* object) {
    const Types& types = Types::get();
    return types.is_instance(object, types.mapping);
}

}  // namespace hogvm::python
