// What the addon exports to lib/.
#include <napi.h>

#include "batch.h"
#include "environment.h"
#include "library.h"
#include "programs.h"
#include "runs.h"

namespace hogvm::node {
namespace {

Napi::Value set_up(const Napi::CallbackInfo& info) {
    Environment::of(info.Env()).set_up(info[0].As<Napi::Object>());
    return info.Env().Undefined();
}

Napi::Object export_all(Napi::Env env, Napi::Object exports) {
    env.SetInstanceData(new Environment(env));
    const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
        exports.Set(name, Napi::Function::New(env, function, name));
    };
    add("setUp", set_up);
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
