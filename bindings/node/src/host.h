// What programs may call of JavaScript.
//
// A run's host is a JavaScript object that lib/host.js makes of the options; it has
//
//     key             the names in `functions` and `asyncFunctions`: "f name\n" and "a name\n", one after the other
//     functions       the functions by name, called as its methods
//     print           optional: called with each printed line; without it, lines go to console.log
//     importBytecode  optional: called with a chunk's name; gives the chunk, or undefined
//     match           optional: called with a pattern and a text by =~ and LIKE, in place of the engine's own RE2
//     signal          optional: an AbortSignal
//
// A lane's Vm keeps the functions of the run before; they are replaced where the names are others.
#pragma once

#include <string>

#include "environment.h"

namespace hogvm::node {

/// Makes the lane's Vm call JavaScript's clock, print and imports.
void connect(Lane& lane, const std::string& local_zone);

/// Makes the lane's host of a run's: `host` is an object as above, or undefined or a null pointer.
void set_host(Lane& lane, napi_value host);

}  // namespace hogvm::node
