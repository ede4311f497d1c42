// Runs a program in both of its forms, the plain and the fused instructions, suspensions included, and requires that
// they end alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <hogvm/hogvm.h>

namespace hogvm::fuzz {

/// Limits that let a program do everything, but not much of it.
RunOptions small_limits();

/// A host with a function of each kind, asynchronous ones (fetch, wait), two chunks to import (lib, broken), a clock
/// and randomness that stand still.
Host small_host();

/// A run on a small_host has so many jumps and calls, from here on.
void fresh_steps();

/// Everything that a run said, as text; nothing where chance (the clock, the heap's real size) decided how it ended.
std::optional<std::string> said(const Outcome& outcome);

/// Runs to the end, each answer to a suspension being the call's first argument. States go through text, as to
/// another process.
void run_both(const Program& program, std::string_view globals_json);

/// Likewise from a state's text on.
void resume_both(std::string_view state_json, std::string_view result_json, const Globals& globals);

}  // namespace hogvm::fuzz
