#include "rule_set.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include <hogvm/rule_set.h>

#include "calls.h"
#include "documents.h"
#include "filters.h"
#include "globals.h"
#include "inputs.h"
#include "settings.h"
#include "to_hog.h"
#include "to_python.h"
#include "watch.h"

namespace hogvm::python {
namespace {

constexpr const char* kRuleSetDoc = R"(Which of many rules match an event.

Rules are dicts or other Mappings, {"id", "filter" or "bytecode", "enabled"}, in a list, or JSON text of such a list.
Those that can't be loaded are left out and told in `errors`. Options are those of compile_filter, for the rules'
filters, and timeout, memory_limit and heap_limit, as of Program.run, for each rule's run.

Any number of threads may match while others change the rules; they see them as they were before a change or after
it.)";

constexpr const char* kMatchDoc = R"(match(globals)
--

The rules that match an event: Matches(ids, failures).

globals is a dict or another Mapping, of which each global that a rule reads is converted once, or JSON text, which is
matched without the GIL. A rule that fails is among the failures, and the others are not concerned.)";

constexpr const char* kExplainDoc = R"(explain(id, globals)
--

Why a rule matches an event or does not: an Explanation. None if there is no rule of that id.)";

constexpr std::array<std::string_view, 3> kLimits = {"timeout", "memory_limit", "heap_limit"};

struct LoadedRules {
    std::unique_ptr<RuleSet> set;
    Limits limits;
    Keys keys;
};

/// A mapping as the globals of all rules. What Python code raises when they are read fails the rules that read it, and
/// is kept for their exceptions.
class EventGlobals final : public Globals {
  public:
    EventGlobals(PyObject* mapping, Keys& keys, Watch& watch) : mapping_(mapping, keys, raised_), watch_(watch) {}

    bool read(std::span<const Value> path, Heap& heap, Value& value) const override {
        watch_.check();
        try {
            return mapping_.read(path, heap, value);
        } catch (Failure& failure) {
            if (raised_.is_there()) keep(failure);
            throw;
        }
    }

    /// What was raised, by the messages of the failures.
    const std::map<std::string, py::object>& causes() const { return causes_; }

  private:
    void keep(Failure& failure) const {
        const py::object exception = raised_.exception();
        if (raised_.is_fatal()) watch_.end(exception);
        raised_.clear();
        failure.message = words_of(exception);
        causes_.emplace(failure.message, exception);
    }

    mutable Raised raised_;
    PythonGlobals mapping_;
    Watch& watch_;
    mutable std::map<std::string, py::object> causes_;
};

/// One question to a set.
class Question {
  public:
    Question(LoadedRules& rules, PyObject* globals) : rules_(rules), globals_(globals) {}

    /// `ask(set, globals)` with the globals in their form.
    template <class Ask>
    auto put(Ask ask) {
        if (globals_ == Py_None) return without_gil("", ask);
        if (const auto text = json_text(globals_)) return without_gil(*text, ask);
        check_mapping("globals", globals_);
        auto given = ask(*rules_.set, mapping_.emplace(globals_, rules_.keys, watch_));
        watch_.finish();
        return given;
    }

    py::object exception(const Error& error) const {
        py::object exception = exception_of(error, rules_.limits);
        if (!mapping_ || error.kind != ErrorKind::Host) return exception;
        const auto cause = mapping_->causes().find(error.message);
        if (cause != mapping_->causes().end())
            PyException_SetCause(exception.ptr(), py::object(cause->second).release().ptr());
        return exception;
    }

  private:
    template <class Ask>
    auto without_gil(std::string_view text, Ask ask) {
        watch_.release_gil();
        auto given = [&] {
            const py::gil_scoped_release others;
            return ask(*rules_.set, text);
        }();
        watch_.finish();
        return given;
    }

    LoadedRules& rules_;
    PyObject* globals_;
    Watch watch_;
    std::optional<EventGlobals> mapping_;
};

py::object class_named(const char* name) { return py::module_::import("hogvm.answers").attr(name); }

py::object match(LoadedRules& self, const Arguments& arguments) {
    PyObject* globals = nullptr;
    each("match", arguments, {"globals"}, [&](std::string_view name, PyObject* value) {
        globals = value;
        return name == "globals";
    });
    if (globals == nullptr) throw py::type_error("match() missing 1 required argument: 'globals'");
    Question question(self, globals);
    const Matches matches =
        question.put([](const RuleSet& set, const auto& given) -> Matches { return set.match(given); });
    static PyObject* const type = class_named("Matches").release().ptr();
    py::list ids;
    for (const std::string& id : matches.ids) ids.append(message_to_python(id));
    py::list failures;
    for (const Matches::Failure& failure : matches.failures) {
        failures.append(
            answer(class_named("RuleFailure"), message_to_python(failure.id), question.exception(failure.error)));
    }
    return answer(py::reinterpret_borrow<py::object>(type), std::move(ids), std::move(failures));
}

py::object explain(LoadedRules& self, const Arguments& arguments) {
    PyObject* id = nullptr;
    PyObject* globals = nullptr;
    each("explain", arguments, {"id", "globals"}, [&](std::string_view name, PyObject* value) {
        if (name == "id") return id = value, true;
        globals = value;
        return name == "globals";
    });
    if (id == nullptr || globals == nullptr)
        throw py::type_error("explain() takes 2 arguments: the id of a rule, and globals");
    if (!PyUnicode_Check(id)) throw py::type_error(std::string("id: expected str, got ") + Py_TYPE(id)->tp_name);
    const std::string name = text_of(id);
    Question question(self, globals);
    const std::optional<Explanation> explanation =
        question.put([&name](const RuleSet& set, const auto& given) -> std::optional<Explanation> {
            return set.explain(name, given);
        });
    if (!explanation) return py::none();
    py::dict values;
    for (const auto& seen : explanation->values) values[message_to_python(seen.path)] = json_to_python(seen.json);
    const bool has_failed = explanation->outcome == Explanation::Outcome::Failed;
    return answer(class_named("Explanation"), py::str(name_of(explanation->outcome)),
                  message_to_python(explanation->condition), std::move(values),
                  has_failed ? question.exception(explanation->error) : py::object(py::none()),
                  py::int_(explanation->ip), message_to_python(explanation->text));
}

boost::json::value json_of(const py::object& object, const char* name) {
    try {
        return to_json(object.ptr(), name);
    } catch (const Failure& e) {
        throw RuleError("", "", e.message);
    }
}

LoadedRules make(const py::object& rules, const py::kwargs& options) {
    FilterArguments filters;
    Settings settings;
    for (const auto& [key, value] : options) {
        const std::string name = text_of(key);
        const bool is_limit = std::find(kLimits.begin(), kLimits.end(), name) != kLimits.end();
        if (!(is_limit ? settings.take(name.c_str(), value) : filters.take(name, value)))
            throw py::type_error("RuleSet() got an unexpected keyword argument '" + name + "'");
    }
    RuleSetOptions given;
    given.filters = filters.options();
    given.limits = settings.run.limits;
    given.host.poll = Watch::poll;
    const boost::json::value json = json_of(rules, "rules");
    const py::gil_scoped_release others;
    return {std::make_unique<RuleSet>(json, std::move(given)), settings.run.limits, {}};
}

py::list exceptions_of(const std::vector<RuleError>& errors) {
    py::list exceptions;
    for (const RuleError& error : errors) exceptions.append(exception_of(error));
    return exceptions;
}

void set(LoadedRules& self, const py::object& rule) {
    const boost::json::value json = json_of(rule, "rule");
    const py::gil_scoped_release others;
    self.set->set(json);
}

py::list set_all(LoadedRules& self, const py::object& rules) {
    const boost::json::value json = json_of(rules, "rules");
    std::vector<RuleError> refused;
    {
        const py::gil_scoped_release others;
        refused = self.set->set_all(json);
    }
    return exceptions_of(refused);
}

bool remove(LoadedRules& self, const py::str& id) {
    const std::string name = text_of(id);
    const py::gil_scoped_release others;
    return self.set->remove(name);
}

LoadedRules& loaded(PyObject* self) { return py::cast<LoadedRules&>(py::handle(self)); }

PyObject* match_method(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return match(loaded(self), {values, static_cast<std::size_t>(count), names}); });
}

PyObject* explain_method(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return explain(loaded(self), {values, static_cast<std::size_t>(count), names}); });
}

PyMethodDef match_def = definition("match", match_method, kMatchDoc);
PyMethodDef explain_def = definition("explain", explain_method, kExplainDoc);

}  // namespace

void add_rule_set(py::module_& module) {
    py::class_<LoadedRules> type(module, "RuleSet", kRuleSetDoc, py::is_final());
    type.def(py::init(&make), py::arg("rules") = py::tuple())
        .def_property_readonly(
            "errors", [](LoadedRules& rules) { return exceptions_of(rules.set->errors()); },
            "A RuleError for each rule that RuleSet(...) could not load.")
        .def("set", &set, py::arg("rule"),
             "Adds a rule, or replaces the one of its id. Raises RuleError, and leaves the set as it was.")
        .def("set_all", &set_all, py::arg("rules"),
             "All rules of a list in one step, which costs far less than one by one. Those that can't be loaded are "
             "left "
             "out; a RuleError is returned for each.")
        .def("remove", &remove, py::arg("id"), "Removes a rule. False if there is no such rule.")
        .def("__len__", [](LoadedRules& rules) { return rules.set->size(); })
        .def("__repr__",
             [](LoadedRules& rules) { return "<hogvm.RuleSet of " + std::to_string(rules.set->size()) + " rule(s)>"; });
    add_method(type, match_def);
    add_method(type, explain_def);
}

}  // namespace hogvm::python
