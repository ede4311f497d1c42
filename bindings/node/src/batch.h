// Batches: one program on many events, on threads of the batch's own, with no JavaScript until a chunk of them is done.
//
// lib/batch.js hands in chunks of events as JSON text and is called back with each chunk's answers. A thread has a Vm
// of its own; the program is shared. The batch ends when it is closed and every chunk was answered, or when its
// External goes, with the environment at the latest: that cancels what is running and waits for the threads.
#pragma once

#include <napi.h>

namespace hogvm::node {

/// (program, threads, zone, form, done) → batch. Limits come by the registers. `done` is called with (index, results,
/// numbers, others): the results' JSON, by the form as the text of an array of them, as an array of texts, or as the
/// array's text in a Buffer; for each event ops, peak memory, milliseconds and where its result ends in that; and for
/// those that have more to tell [position, {value} or {error}, printed lines].
Napi::Value open_batch(const Napi::CallbackInfo& info);
Napi::Value submit(const Napi::CallbackInfo& info);        ///< (batch, index, [JSON text or UTF-8 bytes])
Napi::Value close_batch(const Napi::CallbackInfo& info);   ///< (batch): nothing more will be submitted
Napi::Value cancel_batch(const Napi::CallbackInfo& info);  ///< (batch): what is running ends soon

}  // namespace hogvm::node
