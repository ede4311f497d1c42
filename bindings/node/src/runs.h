// Runs and resumptions, on the calling thread.
//
// Limits go in and counts come out by the registers (environment.h). `globals` is an object, JSON text, or undefined;
// `host` as host.h has it; `mode` says what the result is to be. What else a run gives goes into `out`, an object, as
// far as there is any: `state` (without the program's tokens), `trace`, `printed`.
//
// The value is the result of a finished run; of a suspended one {name, args}; of a failed one {kind, message, chunk,
// ip} and, of an uncaught error, {type, payload}; or {thrown} with what JavaScript threw.
#pragma once

#include <cstdint>

#include <napi.h>

#include <hogvm/vm.h>

#include "environment.h"

namespace hogvm::node {

enum class Mode : std::uint8_t {
    Hog,    // as the reference's `exec` gives it
    Plain,  // objects, arrays; as JSON text (Status::Text) where that is faster
    Text,   // as JSON text, always
};

/// What the registers say of a run.
RunOptions options_of(const Environment& environment);

/// Whether a value is JSON text: a string or a Uint8Array.
bool is_text(const Napi::Value& value);

Napi::Value run(const Napi::CallbackInfo& info);     ///< (program, globals, host, mode, out, prefetched)
Napi::Value resume(const Napi::CallbackInfo& info);  ///< (program, state, globals, host, mode, out)

Napi::Value call(const Napi::CallbackInfo& info);  ///< (program, arguments of Shape::Hog, host, mode, out)

}  // namespace hogvm::node
