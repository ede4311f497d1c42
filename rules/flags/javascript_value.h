// Values with JavaScript's numbers: JSON's integers keep 64 bits in the VM, while JavaScript has doubles only.
#pragma once

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm::flags {

/// `v` with integers beyond 2^53 as the nearest doubles, nested ones included. Writes to what `v` holds, which must be
/// new on `heap`.
Value as_javascript(Value v, Heap& heap);

}  // namespace hogvm::flags
