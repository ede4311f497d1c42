// Programs as JavaScript holds them: an External that keeps a shared pointer.
#pragma once

#include <memory>

#include <napi.h>

#include <hogvm/program.h>

namespace hogvm::node {

const std::shared_ptr<const Program>& program_of(napi_env env, napi_value external);

// Functions of the addon.
Napi::Value load(const Napi::CallbackInfo& info);         ///< (tokens, bundle or JSON text) → program
Napi::Value reads(const Napi::CallbackInfo& info);        ///< (program) → paths of globals
Napi::Value check(const Napi::CallbackInfo& info);        ///< (program) → [{chunk, ip, message}]
Napi::Value disassemble(const Napi::CallbackInfo& info);  ///< (program) → text

}  // namespace hogvm::node
