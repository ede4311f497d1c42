// What the addon exports to lib/.
#include <napi.h>

#include "batch.h"
#include "environment.h"
#include "filters.h"
#include "flag_sets.h"
#include "guard.h"
#include "library.h"
#include "programs.h"
#include "rule_sets.h"
#include "runs.h"

namespace hogvm::node {
namespace {

Napi::Value set_up(const Napi::CallbackInfo& info) {
    static_cast<Environment*>(info.Data())->set_up(info[0].As<Napi::Object>());
    return info.Env().Undefined();
}

/// (shape, keys) of lib/cells.js.
Napi::Value define_shape(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        environment.cells.define(info[0].As<Napi::Number>().Uint32Value(), info[1].As<Napi::Array>());
        return info.Env().Undefined();
    });
}

Napi::Object export_all(Napi::Env env, Napi::Object exports) {
    auto* const environment = new Environment(env);
    env.SetInstanceData(environment);
    const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
        exports.Set(name, Napi::Function::New(env, function, name, environment));
    };
    add("setUp", set_up);
    add("defineShape", define_shape);
    add("load", load);
    add("reads", reads);
    add("check", check);
    add("disassemble", disassemble);
    add("run", run);
    add("resume", resume);
    add("call", call);
    add("openBatch", open_batch);
    add("submit", submit);
    add("closeBatch", close_batch);
    add("cancelBatch", cancel_batch);
    add("compileFilter", compile_filter);
    add("openRuleSet", open_rule_set);
    add("ruleSetErrors", rule_set_errors);
    add("ruleSetSize", rule_set_size);
    add("matchRules", match_rules);
    add("explainRule", explain_rule);
    add("setRule", set_rule);
    add("setRules", set_rules);
    add("removeRule", remove_rule);
    add("openFlagSet", open_flag_set);
    add("replaceFlags", replace_flags);
    add("flagKeys", flag_keys);
    add("flagProblems", flag_problems);
    add("disassembleFlag", disassemble_flag);
    add("flagReads", flag_reads);
    add("namesRead", names_read);
    add("evaluateFlag", evaluate_flag);
    add("evaluateFlags", evaluate_flags);
    add("evaluateFlagText", evaluate_flag_text);
    add("library", library);
    add("printValue", print_value);
    add("printSyntax", print_syntax);
    add("quote", quote);
    add("identifier", identifier);
    add("dateSeconds", date_seconds);
    return exports;
}

}  // namespace
}  // namespace hogvm::node

static Napi::Object initialize(Napi::Env env, Napi::Object exports) { return hogvm::node::export_all(env, exports); }
NODE_API_MODULE(hogvm, initialize)
