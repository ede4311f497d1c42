// The opcodes, by the numbers of the wire format.
'use strict'

const operations = [
    '', 'GET_GLOBAL', 'CALL_GLOBAL', 'AND', 'OR', 'NOT', 'PLUS', 'MINUS', 'MULTIPLY', 'DIVIDE', 'MOD', 'EQ', 'NOT_EQ', 'GT',
    'GT_EQ', 'LT', 'LT_EQ', 'LIKE', 'ILIKE', 'NOT_LIKE', 'NOT_ILIKE', 'IN', 'NOT_IN', 'REGEX', 'NOT_REGEX', 'IREGEX',
    'NOT_IREGEX', 'IN_COHORT', 'NOT_IN_COHORT', 'TRUE', 'FALSE', 'NULL', 'STRING', 'INTEGER', 'FLOAT', 'POP', 'GET_LOCAL',
    'SET_LOCAL', 'RETURN', 'JUMP', 'JUMP_IF_FALSE', 'DECLARE_FN', 'DICT', 'ARRAY', 'TUPLE', 'GET_PROPERTY', 'SET_PROPERTY',
    'JUMP_IF_STACK_NOT_NULL', 'GET_PROPERTY_NULLISH', 'THROW', 'TRY', 'POP_TRY', 'CALLABLE', 'CLOSURE', 'CALL_LOCAL',
    'GET_UPVALUE', 'SET_UPVALUE', 'CLOSE_UPVALUE',
]

/** Both ways: by name and by number. */
const Operation = {}
for (const [number, name] of operations.entries()) {
    if (!name) continue
    Operation[name] = number
    Operation[number] = name
}

module.exports = { operations, Operation }
