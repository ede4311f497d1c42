// Programs out of an input's bytes, such as a compiler might have emitted: the stack in order, locals, closures with
// captured variables, loops, try and throw, calls of every function with arguments mostly of the kinds that they take.
// So most inputs run deep. Some have tokens changed afterwards.
#pragma once

#include <string>

#include "choices.h"

namespace hogvm::fuzz {

/// A program's tokens as JSON.
std::string generated_program(Choices& choices);

/// A program that is a handful of calls, each of any function of the library, whose results later ones may be given.
std::string generated_calls(Choices& choices);

/// JSON of globals that generated programs read.
std::string_view generated_globals();

}  // namespace hogvm::fuzz
