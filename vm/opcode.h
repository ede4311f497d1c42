// The opcodes of HogVM bytecode: one table, from which the decoder, the disassembler, the trace and the documentation
// of each are made.
//
// HOGVM_OPCODES(X) gives X(number, NAME, operands). `operands` says how the tokens after the opcode are read:
//   -  none           n  a count of values on the stack    s  a slot, counted from the frame's start
//   v  any token      u  an index into the closure's upvalues
//   j  a jump, relative to the token after it              t  TRY's jump, relative to the token itself
//   g  a function's name and a count                       d  DECLARE_FN's name, argument count and length
//   f  CALLABLE's name, argument count, upvalue count and length
//   c  CLOSURE's count, then that many pairs (is local, index)
// The effect of each on the stack is in docs/bytecode.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "fused.h"

#define HOGVM_OPCODES(X)               \
    X(1, GET_GLOBAL, 'n')              \
    X(2, CALL_GLOBAL, 'g')             \
    X(3, AND, 'n')                     \
    X(4, OR, 'n')                      \
    X(5, NOT, '-')                     \
    X(6, PLUS, '-')                    \
    X(7, MINUS, '-')                   \
    X(8, MULTIPLY, '-')                \
    X(9, DIVIDE, '-')                  \
    X(10, MOD, '-')                    \
    X(11, EQ, '-')                     \
    X(12, NOT_EQ, '-')                 \
    X(13, GT, '-')                     \
    X(14, GT_EQ, '-')                  \
    X(15, LT, '-')                     \
    X(16, LT_EQ, '-')                  \
    X(17, LIKE, '-')                   \
    X(18, ILIKE, '-')                  \
    X(19, NOT_LIKE, '-')               \
    X(20, NOT_ILIKE, '-')              \
    X(21, IN, '-')                     \
    X(22, NOT_IN, '-')                 \
    X(23, REGEX, '-')                  \
    X(24, NOT_REGEX, '-')              \
    X(25, IREGEX, '-')                 \
    X(26, NOT_IREGEX, '-')             \
    X(27, IN_COHORT, '-')              \
    X(28, NOT_IN_COHORT, '-')          \
    X(29, TRUE, '-')                   \
    X(30, FALSE, '-')                  \
    X(31, NULL, '-')                   \
    X(32, STRING, 'v')                 \
    X(33, INTEGER, 'v')                \
    X(34, FLOAT, 'v')                  \
    X(35, POP, '-')                    \
    X(36, GET_LOCAL, 's')              \
    X(37, SET_LOCAL, 's')              \
    X(38, RETURN, '-')                 \
    X(39, JUMP, 'j')                   \
    X(40, JUMP_IF_FALSE, 'j')          \
    X(41, DECLARE_FN, 'd')             \
    X(42, DICT, 'n')                   \
    X(43, ARRAY, 'n')                  \
    X(44, TUPLE, 'n')                  \
    X(45, GET_PROPERTY, '-')           \
    X(46, SET_PROPERTY, '-')           \
    X(47, JUMP_IF_STACK_NOT_NULL, 'j') \
    X(48, GET_PROPERTY_NULLISH, '-')   \
    X(49, THROW, '-')                  \
    X(50, TRY, 't')                    \
    X(51, POP_TRY, '-')                \
    X(52, CALLABLE, 'f')               \
    X(53, CLOSURE, 'c')                \
    X(54, CALL_LOCAL, 'n')             \
    X(55, GET_UPVALUE, 'u')            \
    X(56, SET_UPVALUE, 'u')            \
    X(57, CLOSE_UPVALUE, '-')

// What the decoder makes of tokens that have no opcode of their own: HOGVM_PSEUDO_OPCODES(X) gives X(NAME).
//   INVALID     fails with the instruction's message
//   UNEXPECTED  fails as "Unexpected node", the token being no opcode
//   END         the end of the chunk
//   CONTINUE    goes on at another instruction: where two decodings of the same tokens meet
#define HOGVM_PSEUDO_OPCODES(X) X(INVALID) X(UNEXPECTED) X(END) X(CONTINUE)

namespace hogvm {

/// What an instruction does: the wire format's opcodes under their numbers, then those of the decoder, then fused ones.
enum class Opcode : std::uint8_t {
    NO_OPERATION = 0,                                             // the token null
#define HOGVM_OPCODE(number, name, operands) OP_##name = number,  // NOLINT(bugprone-macro-parentheses)
    HOGVM_OPCODES(HOGVM_OPCODE)
#undef HOGVM_OPCODE
#define HOGVM_OPCODE(name) name,
        HOGVM_PSEUDO_OPCODES(HOGVM_OPCODE) HOGVM_FUSED_SEQUENCES(HOGVM_OPCODE)
#undef HOGVM_OPCODE
#define HOGVM_OPCODE(op, operands, then) op##_##operands##_##then,
            HOGVM_FUSED_OPERATORS(HOGVM_OPCODE)
#undef HOGVM_OPCODE
};

struct OpcodeInfo {
    std::string_view name;
    char operands;
};

inline constexpr std::uint8_t kOpcodeCount = 58;

/// By the wire format's number; 0 has no name.
inline constexpr std::array<OpcodeInfo, kOpcodeCount> kOpcodes = {{{"", '-'},
#define HOGVM_OPCODE(number, name, operands) {#name, operands},
                                                                   HOGVM_OPCODES(HOGVM_OPCODE)
#undef HOGVM_OPCODE
}};

}  // namespace hogvm
