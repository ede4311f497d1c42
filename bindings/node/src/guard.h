// The border: no C++ exception passes it but as a JavaScript one.
#pragma once

#include <exception>
#include <new>

#include <napi.h>

#include <hogvm/error.h>
#include <hogvm/filter.h>
#include <hogvm/rule_set.h>

#include "environment.h"

namespace hogvm::node {

/// Does `work(environment)`. A JavaScript exception on its way through the engine is thrown as itself, and a failure of
/// the engine's as an Error whose `code` is the failure's kind ("load" for what is no program or state, "filter" and
/// "rule" with `pointer` and `id` for those).
template <typename Work>
Napi::Value guarded(const Napi::CallbackInfo& info, const Work& work) {
    const Napi::Env env = info.Env();
    const auto refuse = [env](const char* code, const char* message, const char* id = "", const char* pointer = "") {
        Napi::Error error = Napi::Error::New(env, message);
        error.Set("code", Napi::String::New(env, code));
        error.Set("id", Napi::String::New(env, id));
        error.Set("pointer", Napi::String::New(env, pointer));
        error.ThrowAsJavaScriptException();
        return env.Undefined();
    };
    Environment& environment = *static_cast<Environment*>(info.Data());  // as addon.cpp gives it
    try {
        return work(environment);
    } catch (const Napi::Error& error) {
        error.ThrowAsJavaScriptException();
        return env.Undefined();
    } catch (const Failure& failure) {
        if (environment.thrown) {
            const Napi::Error error = *environment.thrown;
            environment.thrown.reset();
            error.ThrowAsJavaScriptException();
            return env.Undefined();
        }
        return refuse(name_of(failure.kind), failure.message.c_str());
    } catch (const LoadError& error) {
        return refuse("load", error.what());
    } catch (const FilterError& error) {
        return refuse("filter", error.what(), "", error.pointer.c_str());
    } catch (const RuleError& error) {
        return refuse("rule", error.what(), error.id.c_str(), error.pointer.c_str());
    } catch (const std::bad_alloc&) {
        return refuse("memory", "Out of memory");
    } catch (const std::exception& error) {
        return refuse("internal", error.what());
    }
}

}  // namespace hogvm::node
