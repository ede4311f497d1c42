// Batches: one program on many events, on threads of the batch's own, with no JavaScript until a chunk of them is done.
//
// lib/batch.js hands in chunks of events as JSON text and is called back with each chunk's answers. A thread has a Vm
// of its own; the program is shared. The batch ends when it is closed and every chunk was answered, or when its
// External goes, with the environment at the latest: that cancels what is running and waits for the threads.
#pragma once

#include <napi.h>

namespace hogvm::node {

/// (program, threads, zone, gives text, done) → batch. Limits come by the registers. `done` is called with (index,
/// texts, numbers, others): the results' JSON texts, an array of them or the text of one; for each event ops, peak
/// memory and milliseconds; and for those that have more to tell [position, {value} or {error}, printed lines].
Napi::Value open_batch(const Napi::CallbackInfo& info);
Napi::Value submit(const Napi::CallbackInfo& info);        ///< (batch, index, [JSON text or UTF-8 bytes])
Napi::Value close_batch(const Napi::CallbackInfo& info);   ///< (batch): nothing more will be submitted
Napi::Value cancel_batch(const Napi::CallbackInfo& info);  ///< (batch): what is running ends soon

}  // namespace hogvm::node
