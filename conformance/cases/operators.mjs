// Arithmetic, logic and comparison: every operator on every kind of operand.
import { HEADER, NAMES, OP } from '../opcodes.mjs'
import { array, call, dict, number, string, tuple } from '../values.mjs'
import { literal } from '../text.mjs'

const nan = [OP.FLOAT, 0, OP.FLOAT, 0, OP.DIVIDE]
const infinity = [OP.FLOAT, 0, OP.FLOAT, 1, OP.DIVIDE]
const operandTable = {
    null: [OP.NULL], undefined: call('print'), true: [OP.TRUE], false: [OP.FALSE], 0: number(0), '-0': number(-0), 1: number(1), '2.5': number(2.5),
    '-7': number(-7), '1e21': number(1e21), NaN: nan, Infinity: infinity, "''": string(''), "'1'": string('1'), "' 2.5 '": string(' 2.5 '),
    "'0x10'": string('0x10'), "'-'": string('-'), "'true'": string('true'), "'b'": string('b'), "'😀'": string('😀'), '[]': array(), '[1]': array(number(1)),
    '[1, 2]': array(number(1), number(2)), '(1, 2)': tuple(number(1), number(2)), "['b']": array(string('b')), '[[1], [2, null]]': array(array(number(1)), array(number(2), [OP.NULL])),
    '{}': dict(), "{'a': 1}": dict([string('a'), number(1)]), date: call('toDate', string('2024-02-29')), datetime: call('toDateTime', string('2024-02-29')),
    "'2024-02-29'": string('2024-02-29'), "'2024-02-29T01:00+01'": string('2024-02-29T01:00+01'), error: call('Error', string('m')), interval: call('toIntervalDay', number(1)),
    function: [OP.CALLABLE, 'f', 0, 0, 2, OP.NULL, OP.RETURN, OP.CLOSURE, 0],
}
const operands = Object.entries(operandTable)
const comparisons = [OP.EQ, OP.NOT_EQ, OP.GT, OP.GT_EQ, OP.LT, OP.LT_EQ]
const arithmetic = [OP.PLUS, OP.MINUS, OP.MULTIPLY, OP.DIVIDE, OP.MOD]

// `left` against each operand, a line printed for each of them
const against = (title, operators, [name, left]) => ({
    name: `${title}: ${name}`,
    bytecode: [
        ...HEADER,
        ...operands.flatMap(([other, right]) => [...call('print', string(other), ...operators.map((op) => [...right, ...left, op])), OP.POP]),
    ],
})

const one = (title, tokens) => ({ name: title, bytecode: [...HEADER, ...tokens] })
const logic = [OP.AND, OP.OR].flatMap((op) => [
    one(`${NAMES[op]} of nothing`, [op, 0]),
    ...operands.map(([name, value]) => one(`${NAMES[op]} of ${name}`, [...value, op, 1])),
    one(`${NAMES[op]} of three`, [OP.TRUE, OP.FALSE, OP.TRUE, op, 3]),
    one(`${NAMES[op]} of more than there is`, [OP.TRUE, op, 2]),
])
const not = operands.map(([name, value]) => one(`NOT ${name}`, [...value, OP.NOT]))

const search = [OP.IN, OP.NOT_IN].flatMap((op) => [
    ...operands.map(([name, value]) => one(`1 ${NAMES[op]} ${name}`, [...value, ...number(1), op])),
    one(`NaN ${NAMES[op]} [NaN]`, [...array(nan), ...nan, op]),
    one(`-0 ${NAMES[op]} [0]`, [...array(number(0)), ...number(-0), op]),
    one(`null ${NAMES[op]} 'a null'`, [...string('a null'), OP.NULL, op]),
    one(`array ${NAMES[op]} array of its like`, [...array(array(number(1))), ...array(number(1)), op]),
    one(`'ell' ${NAMES[op]} 'hello'`, [...string('hello'), ...string('ell'), op]),
])

export default [
    ...operands.map((operand) => against('compared', comparisons, operand)),
    ...operands.map((operand) => against('reckoned', arithmetic, operand)),
    ...logic,
    ...not,
    ...search,
    '-7 % 3', '7 % -3', '5.5 % 2', '1 / 0', '0 / 0', '-1 / 0', '0.1 + 0.2', '1 - 0.9', '9007199254740991 + 2', '1e308 * 10', '3 * -0.0',
    one('a number as written', [OP.FLOAT, literal('1.50'), OP.INTEGER, literal('1e2'), OP.FLOAT, literal('-0'), OP.FLOAT, literal('1e400'), OP.INTEGER, literal('123456789012345680000'), OP.ARRAY, 5]),
    one('integers beyond 2^53', [OP.INTEGER, literal('9007199254740993'), OP.INTEGER, literal('-9223372036854775808'), OP.ARRAY, 2]),
    one('STRING pushes any token', [OP.STRING, 5, OP.STRING, null, OP.STRING, true, OP.STRING, [1, 'x'], OP.ARRAY, 4]),
    one('STRING pushes an object as it is', [OP.STRING, { a: 1 }, ...call('typeof', [OP.GET_LOCAL, 0])]),
    ...[0, 1, 12, 123.456, 1e6, 1e20, 123456789012345680000, 1e21, 1.5e-6, 1e-7, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3, 100.5, 4294967296, -1e-10, 1e100].map(
        (value) => one(`prints ${value}`, [OP.FLOAT, value]),
    ),
]
