#include "rule_sets.h"

#include <memory>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include <hogvm/rule_set.h>

#include "filters.h"
#include "globals.h"
#include "guard.h"
#include "host.h"
#include "read.h"
#include "runs.h"
#include "write.h"

namespace hogvm::node {
namespace {

/// What a rule takes in bytes, as far as the garbage collector should know.
constexpr std::int64_t kBytesPerRule = 6600;

class Handle {
  public:
    Handle(Environment& environment, const boost::json::value& rules, RuleSetOptions options, napi_value host)
        : lane_(environment), set_(make(environment, lane_, rules, std::move(options), host)) {
        report_size();
    }
    ~Handle() { adjust(0); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    /// The set, whose rules may call `host` as long as `work` takes.
    template <typename Work>
    auto with_host(napi_value host, const Work& work) {
        // A host function may ask the same set.
        struct Restored {
            Lane& lane;
            napi_value host;
            ~Restored() { lane.host = host; }
        } restored{lane_, lane_.host};
        lane_.host = host;
        lane_.environment.thrown.reset();
        auto result = work(std::as_const(set_));
        lane_.environment.thrown.reset();  // told in a failure
        return result;
    }

    RuleSet& set() { return set_; }
    void report_size() { adjust(static_cast<std::int64_t>(set_.size()) * kBytesPerRule); }

  private:
    static RuleSet make(Environment& environment, Lane& lane, const boost::json::value& rules, RuleSetOptions options,
                        napi_value host) {
        connect(lane, environment.local_zone());
        set_host(lane, host);
        lane.host = nullptr;
        options.host = lane.vm.host();
        return RuleSet(rules, std::move(options));
    }

    void adjust(std::int64_t bytes) {
        Napi::MemoryManagement::AdjustExternalMemory(lane_.environment.env, bytes - reported_);
        reported_ = bytes;
    }

    Lane lane_;  // what the set's host refers to
    RuleSet set_;
    std::int64_t reported_ = 0;
};

Handle& handle_of(napi_env env, napi_value external) {
    void* handle = nullptr;
    if (napi_get_value_external(env, external, &handle) != napi_ok)
        throw Napi::TypeError::New(env, "expected a rule set");
    return *static_cast<Handle*>(handle);
}

Napi::String text(Environment& environment, std::string_view wtf8) {
    return {environment.env, write_string(environment, wtf8)};
}

Napi::Array tell(Environment& environment, const std::vector<RuleError>& errors) {
    const auto out = Napi::Array::New(environment.env, errors.size());
    for (std::size_t i = 0; i < errors.size(); ++i) {
        auto row = Napi::Object::New(environment.env);
        row.Set("id", text(environment, errors[i].id));
        row.Set("pointer", text(environment, errors[i].pointer));
        row.Set("message", text(environment, errors[i].what()));
        out.Set(static_cast<std::uint32_t>(i), row);
    }
    return out;
}

Napi::Object tell(Environment& environment, const Error& error) {
    auto out = Napi::Object::New(environment.env);
    out.Set("kind", Napi::String::New(environment.env, name_of(error.kind)));
    out.Set("message", text(environment, error.message));
    out.Set("chunk", text(environment, error.chunk));
    out.Set("ip", Napi::Number::New(environment.env, static_cast<double>(error.ip)));
    if (error.kind == ErrorKind::Uncaught) {
        out.Set("type", text(environment, error.type));
        out.Set("payload", text(environment, error.payload_json));
    }
    return out;
}

Napi::Object tell(Environment& environment, const Matches& matches) {
    const Napi::Env env = environment.env;
    const auto ids = Napi::Array::New(env, matches.ids.size());
    for (std::size_t i = 0; i < matches.ids.size(); ++i)
        ids.Set(static_cast<std::uint32_t>(i), text(environment, matches.ids[i]));
    const auto failures = Napi::Array::New(env, matches.failures.size());
    for (std::size_t i = 0; i < matches.failures.size(); ++i) {
        auto row = Napi::Object::New(env);
        row.Set("id", text(environment, matches.failures[i].id));
        row.Set("error", tell(environment, matches.failures[i].error));
        failures.Set(static_cast<std::uint32_t>(i), row);
    }
    auto out = Napi::Object::New(env);
    out.Set("ids", ids);
    out.Set("failures", failures);
    return out;
}

Napi::Object tell(Environment& environment, const Explanation& explanation) {
    const Napi::Env env = environment.env;
    const auto values = Napi::Array::New(env, explanation.values.size());
    for (std::size_t i = 0; i < explanation.values.size(); ++i) {
        auto row = Napi::Object::New(env);
        row.Set("path", text(environment, explanation.values[i].path));
        row.Set("json", text(environment, explanation.values[i].json));
        values.Set(static_cast<std::uint32_t>(i), row);
    }
    auto out = Napi::Object::New(env);
    out.Set("outcome", Napi::String::New(env, name_of(explanation.outcome)));
    out.Set("condition", text(environment, explanation.condition));
    out.Set("values", values);
    out.Set("ip", Napi::Number::New(env, static_cast<double>(explanation.ip)));
    out.Set("text", text(environment, explanation.text));
    if (explanation.outcome == Explanation::Outcome::Failed) out.Set("error", tell(environment, explanation.error));
    return out;
}

boost::json::value read_rules(Environment& environment, napi_value text, const char* what) {
    try {
        return read_json(environment, text, what);
    } catch (const FilterError& error) {
        throw RuleError("", "", error.message);
    }
}

/// Does `work` with the event as the engine takes it: JSON text, or an object's globals.
template <typename Work>
auto with_event(Environment& environment, const Napi::Value& event, const Work& work) {
    if (is_text(event)) return work(std::string_view(read_document(environment, event)));
    if (!event.IsObject()) fail(ErrorKind::Input, "globals: expected an object or JSON text");
    return work(ObjectGlobals(environment, event));
}

}  // namespace

Napi::Value open_rule_set(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) -> Napi::Value {
        const Entered entered(environment);
        RuleSetOptions options;
        options.filters = FilterOptions::from_json(read_json(environment, info[1], "options"));
        options.limits = options_of(environment).limits;
        auto handle = std::make_unique<Handle>(environment, read_rules(environment, info[0], "rules"),
                                               std::move(options), info[2]);
        return Napi::External<Handle>::New(info.Env(), handle.release(), [](Napi::Env, Handle* gone) { delete gone; });
    });
}

Napi::Value rule_set_errors(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        return tell(environment, handle_of(info.Env(), info[0]).set().errors());
    });
}

Napi::Value rule_set_size(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment&) {
        return Napi::Number::New(info.Env(), static_cast<double>(handle_of(info.Env(), info[0]).set().size()));
    });
}

Napi::Value match_rules(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Handle& handle = handle_of(info.Env(), info[0]);
        const Matches matches = handle.with_host(info[2], [&](const RuleSet& set) {
            return with_event(environment, info[1], [&](const auto& event) { return set.match(event); });
        });
        return tell(environment, matches);
    });
}

Napi::Value explain_rule(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) -> Napi::Value {
        const Entered entered(environment);
        Handle& handle = handle_of(info.Env(), info[0]);
        const std::string id = read_string(environment, info[1]);
        const auto explanation = handle.with_host(info[3], [&](const RuleSet& set) {
            return with_event(environment, info[2], [&](const auto& event) { return set.explain(id, event); });
        });
        if (!explanation) return info.Env().Undefined();
        return tell(environment, *explanation);
    });
}

Napi::Value set_rule(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Handle& handle = handle_of(info.Env(), info[0]);
        handle.set().set(read_rules(environment, info[1], "rule"));
        handle.report_size();
        return info.Env().Undefined();
    });
}

Napi::Value set_rules(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Handle& handle = handle_of(info.Env(), info[0]);
        const auto errors = handle.set().set_all(read_rules(environment, info[1], "rules"));
        handle.report_size();
        return tell(environment, errors);
    });
}

Napi::Value remove_rule(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Handle& handle = handle_of(info.Env(), info[0]);
        const bool was_there = handle.set().remove(read_string(environment, info[1]));
        handle.report_size();
        return Napi::Boolean::New(info.Env(), was_there);
    });
}

}  // namespace hogvm::node
