// Fused instructions: what the interpreter does in one step for several instructions that stand one after the other.
//
// Every instruction has an `op`, which is the wire format's, and a `fast`, which is what the loop does when it comes
// there: the same, or a fused instruction that begins at this one and takes in the next ones. A fused instruction
// leaves the stack, the accounting and the counts as its parts would have left them one by one. It has one way out of
// anything out of the ordinary (an operand of another type, a new peak of memory, a call that is due to look at the
// clock): it does nothing, and the loop does `op` instead, and then `fast` of the instruction after that.
// So there is one code array and one position; jumps into the middle of a fused sequence, errors, traces and
// suspensions know nothing of fusion.
//
// Arithmetic and comparisons are fused by shape: where the two operands come from, and what is done with the result.
//
//   operands   (the right one is pushed first)      then
//     CL  a constant, then a local                    Push  leaves it on the stack
//     LL  a local, then a local                       Set   SET_LOCAL
//     LC  a local, then a constant                    Loop  SET_LOCAL, JUMP
//     SL  what is on the stack, then a local          Test  JUMP_IF_FALSE
//     SC  what is on the stack, then a constant       Give  RETURN
//     SS  both are on the stack
//
// Only the combinations that compilers make often are here; each is some 150 bytes of machine code. The other
// sequences:
//
//   LOCAL_RETURN       GET_LOCAL, RETURN
//   LOCAL_CALL         GET_LOCAL, CALL_LOCAL
//   UPVALUE_CALL       GET_UPVALUE, CALL_LOCAL
//   LOCAL_ELEMENT      GET_LOCAL of an array, GET_LOCAL of a position, GET_PROPERTY
//   LOCAL_ELEMENT_SET  the same and SET_LOCAL
//   LIBRARY_CALL       CALL_GLOBAL of a library function with as many arguments as it takes
//   LIBRARY_CALL_SET   the same and SET_LOCAL
//   PUSH_BACK_SET      CALL_GLOBAL of Inlined::PushBack, SET_LOCAL
//   GLOBAL_PATH        constants, GET_GLOBAL
//   GLOBAL_TEST        a constant, GLOBAL_PATH, a comparison or a pattern's operator
//
// And single instructions of which the loader knows that there is nothing to ask:
//
//   CONSTANT           a number, true, false or null
//   LOCAL, STORE       GET_LOCAL and SET_LOCAL of a slot that is there
//   DROP               POP of a value that is there
//
// All of them stand only where the height of the stack is known (heights.h).
#pragma once

#include <cstdint>

#define HOGVM_FUSED_SEQUENCES(X) \
    X(LOCAL_RETURN)              \
    X(LOCAL_CALL)                \
    X(UPVALUE_CALL)              \
    X(LOCAL_ELEMENT)             \
    X(LOCAL_ELEMENT_SET)         \
    X(LIBRARY_CALL)              \
    X(LIBRARY_CALL_SET)          \
    X(PUSH_BACK_SET)             \
    X(GLOBAL_PATH)               \
    X(GLOBAL_TEST)               \
    X(CONSTANT)                  \
    X(LOCAL)                     \
    X(STORE)                     \
    X(DROP)

#define HOGVM_FUSED_ARITHMETIC(X, op) \
    X(op, CL, Push)                   \
    X(op, CL, Set)                    \
    X(op, CL, Loop)                   \
    X(op, CL, Give)                   \
    X(op, LL, Push)                   \
    X(op, LL, Set)                    \
    X(op, LL, Give)                   \
    X(op, LC, Push)                   \
    X(op, LC, Set)                    \
    X(op, LC, Loop)                   \
    X(op, SL, Push)                   \
    X(op, SL, Set)                    \
    X(op, SC, Push)                   \
    X(op, SS, Set)                    \
    X(op, SS, Give)

#define HOGVM_FUSED_COMPARISON(X, op) \
    X(op, CL, Test)                   \
    X(op, CL, Push)                   \
    X(op, LL, Test)                   \
    X(op, LC, Test)                   \
    X(op, SL, Test)                   \
    X(op, SS, Test)                   \
    X(op, SS, Give)

#define HOGVM_FUSED_OPERATORS(X)        \
    HOGVM_FUSED_ARITHMETIC(X, PLUS)     \
    HOGVM_FUSED_ARITHMETIC(X, MINUS)    \
    HOGVM_FUSED_ARITHMETIC(X, MULTIPLY) \
    HOGVM_FUSED_ARITHMETIC(X, DIVIDE)   \
    HOGVM_FUSED_ARITHMETIC(X, MOD)      \
    HOGVM_FUSED_COMPARISON(X, EQ)       \
    HOGVM_FUSED_COMPARISON(X, NOT_EQ)   \
    HOGVM_FUSED_COMPARISON(X, GT)       \
    HOGVM_FUSED_COMPARISON(X, GT_EQ)    \
    HOGVM_FUSED_COMPARISON(X, LT)       \
    HOGVM_FUSED_COMPARISON(X, LT_EQ)

namespace hogvm {

struct Chunk;

namespace fused {

enum class Operands : std::uint8_t { CL, LL, LC, SL, SC, SS };
enum class Then : std::uint8_t { Push, Set, Loop, Test, Give };

/// How many instructions bring the operands.
constexpr int loads(Operands o) {
    switch (o) {
        case Operands::CL:
        case Operands::LL:
        case Operands::LC: return 2;
        case Operands::SL:
        case Operands::SC: return 1;
        default: return 0;
    }
}

/// How many instructions use the result.
constexpr int uses(Then t) { return t == Then::Push ? 0 : t == Then::Loop ? 2 : 1; }

}  // namespace fused

/// Sets `fast` of the chunk's instructions.
void fuse(Chunk& chunk);

}  // namespace hogvm
