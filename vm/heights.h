// How high the stack is at each instruction, counted from the frame's start.
//
// Compilers make code in which that is the same whichever way execution came. Where it is, a fused instruction
// (fused.h) need not ask at run time whether a slot is there: it is decided when the program is loaded. Bytecode that
// is made otherwise has instructions of unknown height, which are not fused.
//
// What is found holds for a frame that is entered as the code says: with as many arguments as the function declares. A
// resumed state, a handler that was left behind by RETURN, and functions that are called by name with other arguments
// (DECLARE_FN) can bring execution to an instruction with another height. So wherever execution arrives by other ways
// than those that were followed here, the loop compares (Loop::is_as_high_as_known), and goes on without fused
// instructions where the heights differ.
#pragma once

#include <cstdint>

namespace hogvm {

struct Chunk;

/// Sets `height` of the chunk's instructions; `arguments` is the height at its start.
void find_heights(Chunk& chunk, std::int64_t arguments);

}  // namespace hogvm
