#include "flag_set.h"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hogvm/flags.h>
#include <hogvm/json.h>

#include "calls.h"
#include "documents.h"
#include "globals.h"
#include "inputs.h"
#include "to_hog.h"
#include "to_python.h"
#include "types.h"

namespace hogvm::python {
namespace {

constexpr const char* kFlagSetDoc = R"(What feature flags are for a person, decided here.

Takes the definitions that PostHog's servers hand out for local evaluation, {"flags": [...], "group_type_mapping":
{...}, "cohorts": {...}}, as a dict or JSON text. Raises HogVMLoadException if there is no list of flags; what is wrong
with one flag is among `problems`, and the others work. local_zone is the zone of date-times without an offset.

Any number of threads may evaluate while others replace the definitions; they see the old or the new ones.)";

constexpr const char* kEvaluateDoc =
    R"(evaluate(key, distinct_id, *, person_properties=None, groups=None, group_properties=None, now=None)
--

What a flag is for a person: a FlagAnswer.

person_properties is a dict or another Mapping, of which only what the conditions read is converted. groups maps types
to keys, group_properties types to properties; all may also be JSON text. now, for relative dates, is a datetime or in
seconds since 1970; the system's clock by default.)";

constexpr const char* kEvaluateAllDoc =
    R"(evaluate_all(distinct_id, *, person_properties=None, groups=None, group_properties=None, now=None)
--

What every flag is for a person: a dict of FlagAnswers by the flags' keys, in the order of the definitions.)";

struct LoadedFlags {
    std::unique_ptr<FlagSet> set;
    Keys keys;
};

/// A property that can't be one. It is no Failure, which would make the flag inconclusive: a mistake should be seen.
struct Refused {
    Failure failure;
};

class PythonProperties final : public PropertySource {
  public:
    PythonProperties(py::object mapping, std::string name, Keys& keys)
        : mapping_(std::move(mapping)), name_(std::move(name)), keys_(keys) {}

    bool find(std::string_view name, Heap& heap, Value& value) const override {
        if (mapping_.is_none()) return false;
        const py::object item = item_of(mapping_.ptr(), keys_.find(Value::text(name)).ptr());
        if (!item) return false;
        try {
            value = to_property(item.ptr(), heap, "");
        } catch (Failure& f) {
            f.message.insert(0, name_ + "." + std::string(name));
            throw Refused{f};
        }
        return true;
    }

  private:
    py::object mapping_;
    std::string name_;
    Keys& keys_;
};

/// Whom to evaluate for, as the arguments say.
class Person {
  public:
    bool take(std::string_view name, PyObject* value) {
        if (name == "distinct_id") return distinct_id_ = value, true;
        if (name == "person_properties") return properties_ = value, true;
        if (name == "groups") return groups_ = value, true;
        if (name == "group_properties") return group_properties_ = value, true;
        if (name == "now") return now_ = value, true;
        return false;
    }

    /// Refers to this.
    FlagContext context(const char* function, Keys& keys) {
        if (distinct_id_ == nullptr)
            throw py::type_error(std::string(function) + "() missing 1 required argument: 'distinct_id'");
        if (!PyUnicode_Check(distinct_id_))
            throw py::type_error(std::string("distinct_id: expected str, got ") + Py_TYPE(distinct_id_)->tp_name);
        id_ = text_of(distinct_id_);
        FlagContext context{.distinct_id = id_};
        if (properties_ != Py_None)
            context.person = person_.emplace(to_mapping(properties_, "person_properties"), "person_properties", keys);
        if (groups_ != Py_None) {
            read_groups(keys);
            context.groups = belongs_to_;
        }
        if (now_ != Py_None) context.now_ms = milliseconds();
        return context;
    }

  private:
    struct Group {
        std::string type;
        Value key;
        PythonProperties properties;
    };

    void read_groups(Keys& keys) {
        const py::object groups = to_mapping(groups_, "groups");
        const py::object properties = to_mapping(group_properties_, "group_properties");
        for (const py::handle pair : owned(PyMapping_Items(groups.ptr()))) {
            const auto [type, key] = py::cast<std::pair<py::object, py::object>>(pair);
            if (!PyUnicode_Check(type.ptr())) throw py::type_error("groups: types of groups are str");
            const std::string name = text_of(type);
            py::object own = properties.is_none() ? py::object() : item_of(properties.ptr(), type.ptr());
            const std::string place = "group_properties." + name;
            const py::object mapping = own ? to_mapping(own.ptr(), place.c_str()) : py::object(py::none());
            given_.push_back({name, to_property(key.ptr(), heap_, "groups." + name), {mapping, place, keys}});
        }
        for (const Group& group : given_) belongs_to_.push_back({group.type, group.key, group.properties});
    }

    double milliseconds() const {
        auto seconds = py::reinterpret_borrow<py::object>(now_);
        if (PyObject_HasAttrString(now_, "tzinfo") == 1) seconds = Types::get().datetime_parts(seconds)[py::int_(0)];
        const double s = PyFloat_AsDouble(seconds.ptr());
        if (PyErr_Occurred() != nullptr) {
            PyErr_Clear();
            throw py::type_error(std::string("now: expected a datetime or seconds since 1970, got ") +
                                 Py_TYPE(now_)->tp_name);
        }
        if (!std::isfinite(s))
            throw py::value_error("now: expected a datetime or seconds since 1970, got no such number");
        return std::round(s * 1e6) / 1e3;
    }

    PyObject* distinct_id_ = nullptr;
    PyObject* properties_ = Py_None;
    PyObject* groups_ = Py_None;
    PyObject* group_properties_ = Py_None;
    PyObject* now_ = Py_None;

    std::string id_;
    std::optional<PythonProperties> person_;
    Heap heap_;
    std::vector<Group> given_;
    std::vector<FlagGroup> belongs_to_;
};

py::object value_of(const FlagAnswer& flag) {
    if (!flag.decided()) return py::none();
    return flag.variant.empty() ? py::object(py::bool_(flag.enabled)) : message_to_python(flag.variant);
}

py::object answer_of(const FlagAnswer& flag, py::object key) {
    static PyObject* const type = py::object(py::module_::import("hogvm.answers").attr("FlagAnswer")).release().ptr();
    const bool is_decided_by_one = flag.condition != FlagAnswer::kNoCondition;
    return answer(py::reinterpret_borrow<py::object>(type), std::move(key), message_to_python(name_of(flag.outcome)),
                  value_of(flag), flag.payload.empty() ? py::object(py::none()) : json_to_python(flag.payload),
                  text_or_none(name_of(flag.reason)),
                  is_decided_by_one ? py::object(py::int_(flag.condition)) : py::object(py::none()));
}

/// What objects of the caller's raise is the cause of what is raised.
template <class Body>
auto reading_objects(Body body) {
    try {
        return body();
    } catch (const Refused& refused) {
        throw Failure(refused.failure);
    } catch (py::error_already_set& e) {
        if (e.trace()) PyException_SetTraceback(e.value().ptr(), e.trace().ptr());
        raise(host_exception(e.value()));
    }
}

py::object evaluate(LoadedFlags& self, const Arguments& arguments) {
    PyObject* key = nullptr;
    Person person;
    each("evaluate", arguments, {"key", "distinct_id"}, [&](std::string_view name, PyObject* value) {
        if (name == "key") return key = value, true;
        return person.take(name, value);
    });
    if (key == nullptr) throw py::type_error("evaluate() missing 1 required argument: 'key'");
    if (!PyUnicode_Check(key)) throw py::type_error(std::string("key: expected str, got ") + Py_TYPE(key)->tp_name);
    const std::string name = text_of(key);
    const FlagAnswer flag =
        reading_objects([&] { return self.set->evaluate(name, person.context("evaluate", self.keys)); });
    return answer_of(flag, py::reinterpret_borrow<py::object>(key));
}

py::object evaluate_all(LoadedFlags& self, const Arguments& arguments) {
    Person person;
    each("evaluate_all", arguments, {"distinct_id"},
         [&](std::string_view name, PyObject* value) { return person.take(name, value); });
    const std::vector<FlagAnswer> flags =
        reading_objects([&] { return self.set->evaluate_all(person.context("evaluate_all", self.keys)); });
    py::dict answers;
    for (const FlagAnswer& flag : flags) {
        const py::object key = message_to_python(flag.key);
        answers[key] = answer_of(flag, key);
    }
    return answers;
}

/// The definitions as JSON text: the argument's own, or made of its objects.
class DefinitionsText {
  public:
    explicit DefinitionsText(PyObject* object) {
        try {
            const auto text = json_text(object);
            if (!text) {
                Heap heap;
                made_ = json::to_text(to_document(object, heap, "definitions"));
            }
            view_ = text ? *text : std::string_view(made_);
        } catch (const Failure& e) {
            throw LoadError(e.message);
        }
    }
    DefinitionsText(const DefinitionsText&) = delete;
    DefinitionsText& operator=(const DefinitionsText&) = delete;

    std::string_view view() const { return view_; }

  private:
    std::string made_;
    std::string_view view_;
};

LoadedFlags make(const py::object& definitions, const py::str& local_zone) {
    const DefinitionsText text(definitions.ptr());
    FlagOptions options{.local_zone = text_of(local_zone)};
    const py::gil_scoped_release others;
    return {std::make_unique<FlagSet>(text.view(), std::move(options)), {}};
}

void replace(LoadedFlags& self, const py::object& definitions) {
    const DefinitionsText text(definitions.ptr());
    const py::gil_scoped_release others;
    self.set->replace(text.view());
}

py::list problems_of(LoadedFlags& self) {
    const py::object type = py::module_::import("hogvm.answers").attr("FlagProblem");
    py::list problems;
    for (const FlagProblem& problem : self.set->problems()) {
        problems.append(answer(type, message_to_python(problem.flag), message_to_python(problem.pointer),
                               message_to_python(problem.message)));
    }
    return problems;
}

py::list keys_of(LoadedFlags& self) {
    py::list keys;
    for (const std::string& key : self.set->keys()) keys.append(message_to_python(key));
    return keys;
}

LoadedFlags& loaded(PyObject* self) { return py::cast<LoadedFlags&>(py::handle(self)); }

PyObject* evaluate_method(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return evaluate(loaded(self), {values, static_cast<std::size_t>(count), names}); });
}

PyObject* evaluate_all_method(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return evaluate_all(loaded(self), {values, static_cast<std::size_t>(count), names}); });
}

PyMethodDef evaluate_def = definition("evaluate", evaluate_method, kEvaluateDoc);
PyMethodDef evaluate_all_def = definition("evaluate_all", evaluate_all_method, kEvaluateAllDoc);

}  // namespace

void add_flag_set(py::module_& module) {
    py::class_<LoadedFlags> type(module, "FlagSet", kFlagSetDoc, py::is_final());
    type.def(py::init(&make), py::arg("definitions"), py::kw_only(), py::arg("local_zone") = "UTC")
        .def("replace", &replace, py::arg("definitions"),
             "Other definitions from now on. Raises HogVMLoadException, and keeps the old ones, where FlagSet(...) "
             "raises.")
        .def_property_readonly("problems", &problems_of,
                               "What is wrong with the definitions: a FlagProblem for each; the rest works.")
        .def_property_readonly("keys", &keys_of, "The flags' keys in the order of the definitions.")
        .def(
            "disassemble",
            [](LoadedFlags& self, const py::str& key) {
                return message_to_python(self.set->disassemble(text_of(key)));
            },
            py::arg("key"), "The instructions of a flag's conditions, a line each. Empty for an unknown key.")
        .def("__repr__", [](LoadedFlags& self) {
            return "<hogvm.FlagSet of " + std::to_string(self.set->keys().size()) + " flag(s)>";
        });
    add_method(type, evaluate_def);
    add_method(type, evaluate_all_def);
}

}  // namespace hogvm::python
