// Flag sets as JavaScript holds them: an External, used by the environment that made it.
//
// Whom to evaluate for is told by an object's properties, of which only those are looked at that conditions read. As
// with programs (lib/prefetch.js), JavaScript looks them up much faster than Node-API does. Which ones a flag reads is
// learned: `FlagReads`, which lib/flags.js keeps for each flag, notes the names of all that were asked for. The next
// evaluation finds them looked up beforehand: by tags, numbers, and short texts in `bytes`. What is not simple is left
// to the addon.
//
// A property's value is what JSON.stringify makes of it, so that a Date is its text; undefined, and what JSON has
// nothing of, is a property without a value.
#pragma once

#include <napi.h>

namespace hogvm::node {

// Functions of the addon. `definitions` are JSON text.
Napi::Value open_flag_set(const Napi::CallbackInfo& info);     ///< (definitions, zone) → set
Napi::Value replace_flags(const Napi::CallbackInfo& info);     ///< (set, definitions)
Napi::Value flag_keys(const Napi::CallbackInfo& info);         ///< (set) → keys
Napi::Value flag_problems(const Napi::CallbackInfo& info);     ///< (set) → [{flag, pointer, message}]
Napi::Value disassemble_flag(const Napi::CallbackInfo& info);  ///< (set, key) → text

Napi::Value flag_reads(const Napi::CallbackInfo& info);  ///< (key) → FlagReads
Napi::Value names_read(const Napi::CallbackInfo& info);  ///< (FlagReads) → names of the properties read so far

/// (set, FlagReads, person, groups, group properties, distinct id). How it went is in the registers; the value is
/// [variant, payload] where they have a number that is new, else undefined. The distinct id is looked at if the
/// registers say that it is not among the bytes.
Napi::Value evaluate_flag(const Napi::CallbackInfo& info);
/// Likewise → JSON text of the answers to all flags. The key of FlagReads is of no account.
Napi::Value evaluate_flags(const Napi::CallbackInfo& info);
/// (set, key or undefined for all, JSON text as FlagPerson takes it) → JSON text of the answer or answers; undefined
/// for an unknown key.
Napi::Value evaluate_flag_text(const Napi::CallbackInfo& info);

}  // namespace hogvm::node
