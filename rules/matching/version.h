// The library's sortableSemver without a run: rules compare versions often, and its Hog takes a hundred instructions.
#pragma once

#include <optional>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm::matching {

/// What sortableSemver gives: the numbers of the first digits with dots between them, [1, 10] of 'v1.10-rc', or none of
/// them. Nothing where only the library can tell: of what is no text, and for numbers of more than 15 digits.
std::optional<Value> sortable_version(Value v, Heap& heap);

}  // namespace hogvm::matching
