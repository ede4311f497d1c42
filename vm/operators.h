// The operators of the bytecode, beyond what the interpreter does in line.
#pragma once

#include <functional>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

#include "opcode.h"

HOGVM_PUBLIC_BEGIN  // for rule sets, which are another library
    namespace hogvm {
    /// EQ, NOT_EQ, GT, GT_EQ, LT or LT_EQ, after unifying the types of both sides.
    bool compare(Opcode op, Value left, Value right, const Heap& heap);

    /// IN: an array's element or a text's part.
    bool is_in(Value item, Value container);

}  // namespace hogvm
HOGVM_PUBLIC_END

namespace hogvm {

/// PLUS, MINUS, MULTIPLY, DIVIDE or MOD.
Value arithmetic(Opcode op, Value left, Value right);

/// LIKE to NOT_ILIKE and REGEX to NOT_IREGEX.
bool matches(Opcode op, Value text, Value pattern);
/// Likewise by a host's own patterns.
bool matches_by(const std::function<bool(std::string_view pattern, std::string_view text)>& match, Opcode op,
                Value text, Value pattern);

}  // namespace hogvm
