// The wire format's opcodes as tokens.
#pragma once

#include <string>

#include "../vm/opcode.h"

namespace hogvm::fuzz {

inline std::string number(Opcode op) { return std::to_string(static_cast<int>(op)); }

}  // namespace hogvm::fuzz
