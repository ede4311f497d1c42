// What no compiler emits: bad headers, stray and missing tokens, operands of the wrong kind, an underflowing stack,
// jumps to anywhere, upvalues and closures that are none; and the forms that old programs have.
import { HEADER, NAMES, OP, operands } from '../opcodes.mjs'
import { array, call, dict, lambda, number, string, tuple, VALUES } from '../values.mjs'

const run = (name, tokens, more) => ({ name, bytecode: [...HEADER, ...tokens], ...more })
const codes = Array.from({ length: 60 }, (_, code) => code)
const label = (code) => NAMES[code] ?? `opcode ${code}`
const three = [...number(1), ...string('b'), ...array(number(3))]
const local = (slot) => [OP.GET_LOCAL, slot]
const print = (...values) => [...call('print', ...values), OP.POP]

const headers = [[], ['_H'], ['_h'], ['_H', 1], ['_H', 0], ['_H', null], ['_H', 2], ['_H', '1'], ['_H', true], ['H', 1, 29], [1, 29], [29], [null], ['_h', 29], ['_H', 1, null], ['_H', 1, null, 29, null, null], [['_H'], 1, 29], ['_H', 1, 29, 30], ['_H', -1, 33, 1, 33, 2, 2, 'echo', 2]].map(
    (bytecode) => ({ name: `the program ${JSON.stringify(bytecode)}`, bytecode, options: { functions: ['echo'] } }),
)
const unknown = [-1, 0, 58, 99, 1.5, 1e21, '33', 'x', '', true, false, {}, { a: 1 }, [], [33], [1, 2], [33, [1]]].map((token) => run(`the token ${JSON.stringify(token)}`, [OP.NULL, token]))
const alone = codes.map((code) => run(`${label(code)} alone`, [code]))
const onOne = codes.map((code) => run(`${label(code)} on one value`, [OP.TRUE, code, ...Array(operands(code)).fill(1)]))
const cut = codes.filter((code) => operands(code)).flatMap((code) => Array.from({ length: operands(code) }, (_, n) => run(`${label(code)} with ${n} of its operands`, [...three, code, ...Array(n).fill(0)])))
const wrong = codes.filter((code) => operands(code)).flatMap((code) =>
    [null, true, 'x', '1', 1.5, -1, 5000, [], [2], {}].map((operand) => run(`${label(code)} with ${JSON.stringify(operand)}`, [...three, ...lambda(1, local(0)), code, ...Array(operands(code)).fill(operand), OP.NULL, OP.NULL, OP.NULL])),
)
const jumps = [-1, -2, -3, -4, -5, -6, -7, -8, -100, 0, 1, 2, 3, 4, 5, 6, 7, 50].flatMap((offset) =>
    [OP.JUMP, OP.JUMP_IF_FALSE, OP.JUMP_IF_STACK_NOT_NULL].map((op) =>
        run(`${NAMES[op]} ${offset}`, [...number(5), ...(op === OP.JUMP_IF_FALSE ? [OP.FALSE] : []), op, offset, ...string('b'), ...number(29), OP.ARRAY, 2], { options: { timeout: 10 } }),
    ),
)
const tries = [-6, -3, -2, -1, 0, 1, 2, 3, 5, 8, 9, 10, 11, 12, 60].map((offset) => run(`TRY ${offset}`, [...string('e'), OP.TRY, offset, ...call('Error', string('m')), OP.THROW, OP.POP_TRY, OP.JUMP, 2, OP.TRUE, OP.RETURN, OP.NULL], { options: { timeout: 10 } }))
const callable = (name, argCount, upvalues, body, length = body.length) => [OP.CALLABLE, name, argCount, upvalues, length, ...body]
const thrown = [...call('Error', string('m')), OP.THROW]

const closures = [
    run('an upvalue of a closure without any', [...lambda(0, [OP.GET_UPVALUE, 0]), OP.CALL_LOCAL, 0]),
    run('setting an upvalue of a closure without any', [...lambda(0, [...number(1), OP.SET_UPVALUE, 0, OP.NULL]), OP.CALL_LOCAL, 0]),
    run('an upvalue of the root', [OP.GET_UPVALUE, 0]),
    run('a negative upvalue', [...lambda(0, [OP.GET_UPVALUE, -1]), OP.CALL_LOCAL, 0]),
    run('an upvalue index that is text', [...lambda(0, [OP.GET_UPVALUE, 'x']), OP.CALL_LOCAL, 0]),
    run('an upvalue index that is a fraction', [...number(1), ...callable('f', 0, 1, [OP.GET_UPVALUE, 0.5, OP.RETURN]), OP.CLOSURE, 1, true, 0, OP.CALL_LOCAL, 0]),
    run('capturing past the stack', [...callable('f', 0, 1, [OP.GET_UPVALUE, 0, OP.RETURN]), OP.CLOSURE, 1, true, 9, OP.CALL_LOCAL, 0]),
    run('writing an upvalue past the stack', [...callable('f', 0, 1, [...number(1), OP.SET_UPVALUE, 0, OP.GET_UPVALUE, 0, OP.RETURN]), OP.CLOSURE, 1, true, 9, OP.CALL_LOCAL, 0]),
    run('capturing an upvalue that the frame has not', [...callable('f', 0, 1, [OP.GET_UPVALUE, 0, OP.RETURN]), OP.CLOSURE, 1, false, 0, OP.CALL_LOCAL, 0]),
    run('capturing by 1 and 0', [...number(7), ...callable('f', 0, 1, [...callable('g', 0, 1, [OP.GET_UPVALUE, 0, OP.RETURN]), OP.CLOSURE, 1, 0, 0, OP.RETURN]), OP.CLOSURE, 1, 1, 0, OP.CALL_LOCAL, 0, OP.CALL_LOCAL, 0]),
    run('capturing by text', [...number(7), ...callable('f', 0, 1, [OP.GET_UPVALUE, 0, OP.RETURN]), OP.CLOSURE, 1, 'yes', 0, OP.CALL_LOCAL, 0]),
    run('capturing by empty text', [...number(7), ...callable('f', 0, 1, [OP.GET_UPVALUE, 0, OP.RETURN]), OP.CLOSURE, 1, '', 0, OP.CALL_LOCAL, 0]),
    run('CLOSURE with the wrong count', [...callable('f', 0, 1, [OP.NULL, OP.RETURN]), OP.CLOSURE, 2, true, 0, true, 0]),
    run('CLOSURE with a count of text', [...callable('f', 0, 1, [OP.NULL, OP.RETURN]), OP.CLOSURE, '1', true, 0]),
    run('CLOSURE cut short', [...callable('f', 0, 1, [OP.NULL, OP.RETURN]), OP.CLOSURE, 1, true]),
    ...Object.entries({ null: [OP.NULL], undefined: call('print'), 5: number(5), text: string('a"b'), NaN: [OP.FLOAT, 0, OP.FLOAT, 0, OP.DIVIDE], array: array(number(1), [OP.NULL], call('print')), tuple: tuple(number(1)), dict: dict([string('a'), number(1)]), date: VALUES.day[0], datetime: VALUES.dt[0], error: VALUES.error[1], interval: VALUES.interval[0], closure: lambda(2, [OP.NULL], 'f') }).flatMap(([title, value]) => [
        run(`CLOSURE of ${title}`, [...value, OP.CLOSURE, 0]), run(`CALL_LOCAL of ${title}`, [...value, OP.CALL_LOCAL, 0]), run(`CALL_LOCAL of ${title} after a value`, [OP.NULL, ...value, OP.CALL_LOCAL, 2]), run(`THROW ${title}`, [...value, OP.THROW]),
    ]),
    run('CALL_LOCAL of a callable', [...callable('f', 2, 0, [OP.NULL, OP.RETURN]), OP.CALL_LOCAL, 0]),
    run('CALL_LOCAL with more arguments than the stack', [...lambda(1, local(0)), OP.CALL_LOCAL, 3]),
    run('CALL_LOCAL with 301 arguments', [...Array(301).fill(OP.NULL), ...lambda(1, local(0)), OP.CALL_LOCAL, 301]),
    run('CALL_LOCAL with a negative count', [...number(1), ...lambda(1, local(0)), OP.CALL_LOCAL, -1]),
    run('CALL_LOCAL of a native with a negative count', [...number(1), ...string('concat'), OP.GET_GLOBAL, 1, OP.CALL_LOCAL, -1]),
    run('a negative count of parameters', [...number(1), ...callable('f', -1, 0, [...local(0), OP.RETURN]), OP.CLOSURE, 0, OP.CALL_LOCAL, -1]),
    run('a callable of odd parts', [...callable(null, 'x', 0, [OP.NULL, OP.RETURN]), OP.CLOSURE, 0, ...print(local(0)), OP.CALL_LOCAL, 0]),
    run('a callable with a name of many kinds', [[5, 0, null, '', 'a b', '`', "it's", '1a', '$x', 'é'].flatMap((name) => [...lambda(0, [OP.NULL], name), ...print(local(0)), OP.POP])].flat()),
    run('a callable whose name is a list', [...lambda(0, [OP.NULL], ['x']), ...print(local(0))]),
    run('a body without RETURN falls through', [...callable('f', 0, 0, number(5)), OP.CLOSURE, 0, ...print(local(0)), OP.CALL_LOCAL, 0]),
    run('a body longer than the program', [...callable('f', 0, 0, [OP.TRUE], 100)]),
    run('a negative body', [...number(1), ...callable('f', 0, 0, [OP.TRUE], -7)], { options: { timeout: 5000, memoryLimit: 100000 } }),
    run('a callable that jumps out of its body', [...lambda(0, [OP.JUMP, 5, OP.NULL]), OP.CALL_LOCAL, 0, ...string('after'), OP.RETURN, ...string('outside'), OP.RETURN]),
    run('running off the end of a called body', [OP.JUMP, 2, OP.TRUE, OP.RETURN, ...callable('f', 0, 0, [], 0), OP.CLOSURE, 0, OP.CALL_LOCAL, 0], { options: { timeout: 5000, memoryLimit: 100000 } }),
    run('GET_UPVALUE after its frame is gone', [...callable('make', 1, 0, [...callable('get', 0, 1, [OP.GET_UPVALUE, 0, OP.RETURN]), OP.CLOSURE, 1, true, 0, OP.RETURN]), OP.CLOSURE, 0, ...number(5), ...local(0), OP.CALL_LOCAL, 1, OP.CALL_LOCAL, 0]),
    run('CLOSE_UPVALUE of what none captured', [...number(1), ...number(2), OP.CLOSE_UPVALUE]),
    run('POP of a captured variable keeps its slot open', [...number(1), ...callable('f', 0, 1, [OP.GET_UPVALUE, 0, OP.RETURN]), OP.CLOSURE, 1, true, 0, ...local(1), OP.SET_LOCAL, 0, OP.POP, ...local(0), OP.CALL_LOCAL, 0]),
]
const stack = [
    run('SET_LOCAL past the stack', [...number(1), OP.SET_LOCAL, 5, ...number(2), ...local(5)]),
    run('SET_LOCAL of the popped slot', [...number(1), OP.SET_LOCAL, 0, ...number(2)]),
    run('SET_LOCAL at the top ends the accounting', [...number(1), OP.SET_LOCAL, 0, ...string('x'.repeat(500)), ...string('x'.repeat(500))], { options: { memoryLimit: 800 } }),
    run('GET_LOCAL past the stack', local(5)), run('GET_LOCAL below the stack', local(-1)), run('SET_LOCAL below the stack', [...number(1), OP.SET_LOCAL, -1, ...local(-1)]), run('GET_LOCAL of a fraction', [...number(1), ...local(0.5)]), run('GET_LOCAL of text', [...number(1), ...local('0')]),
    run('GET_LOCAL of length', [...number(1), ...number(2), ...local('length')]),
    run('POP_TRY without a try', [OP.POP_TRY]), run('a throw to a stack that is shorter by then', [...number(1), ...number(2), OP.TRY, 10, OP.POP, OP.POP, ...thrown, OP.NULL]), run('a handler in the frame that is then current', [...lambda(0, [OP.TRY, 4, ...number(5), OP.RETURN, ...string('handled'), OP.RETURN]), OP.CALL_LOCAL, 0, ...thrown]),
    run('AND of a negative count', [OP.FALSE, OP.AND, -1]), run('OR of text', [OP.TRUE, OP.OR, 'x']), run('AND of a fraction', [OP.FALSE, OP.TRUE, OP.AND, 1.5]),
    run('GET_GLOBAL of no keys', [OP.GET_GLOBAL, 0]), run('GET_GLOBAL of a number', [...number(5), OP.GET_GLOBAL, 1]), run('GET_GLOBAL of null', [OP.NULL, OP.GET_GLOBAL, 1]), run('GET_GLOBAL of a list', [...array(string('a')), OP.GET_GLOBAL, 1], { globals: { a: 1 } }),
    run('a function whose name is no text', [...number(1), OP.CALL_GLOBAL, 5, 1]), run('a function named null', [OP.CALL_GLOBAL, null, 0]), run('a function named as a list is', [...string('a'), OP.CALL_GLOBAL, ['upper'], 1]), run('a function of a prototype', [...string('a'), OP.CALL_GLOBAL, 'constructor', 1]), run('toString called', [...number(5), OP.CALL_GLOBAL, 'toString', 1]),
    run('more arguments than the stack', [...number(1), OP.CALL_GLOBAL, 'concat', 2]), run('300 arguments', [...Array(300).fill(OP.TRUE), OP.CALL_GLOBAL, 'and', 300]), run('301 arguments', [...Array(301).fill(OP.TRUE), OP.CALL_GLOBAL, 'and', 301]), run('a count that is text', [...string('a'), OP.CALL_GLOBAL, 'upper', '1']), run('a negative count', [...string('a'), OP.CALL_GLOBAL, 'concat', -1]), run('a count that is null', [...string('a'), OP.CALL_GLOBAL, 'concat', null]), run('a count that is a fraction', [...string('a'), ...string('b'), OP.CALL_GLOBAL, 'concat', 1.5]), run('a count that is a list', [...string('a'), OP.CALL_GLOBAL, 'concat', [1]]),
    run('arguments of the frame below', [...string('a'), ...lambda(0, [OP.CALL_GLOBAL, 'upper', 1]), OP.CALL_LOCAL, 0]),
    run('RETURN in the root', [...number(1), ...number(2), OP.RETURN, ...number(3)]), run('RETURN of nothing', [OP.RETURN]), run('the top of the stack at the end', [...number(1), ...number(2)]), run('undefined returned', [...call('print'), OP.RETURN]), run('undefined at the end', call('print')),
    run('undefined in places', [...call('print'), ...print(local(0), array(local(0)), call('typeof', local(0))), ...call('print'), OP.JUMP_IF_STACK_NOT_NULL, 3, OP.POP, ...string('null')]),
]
const fn = (name, argCount, body, length = body.length) => [OP.DECLARE_FN, name, argCount, length, ...body]
const declared = [
    run('a declared function', [...fn('add', 2, [...local(1), ...local(0), OP.MINUS, OP.RETURN]), ...call('add', number(5), number(3))]),
    run('a declared function, too few arguments', [...fn('f', 3, [...local(0), ...local(1), ...local(2), OP.ARRAY, 3, OP.RETURN]), ...call('f', number(5))]),
    run('a declared function, too many arguments', [...fn('f', 1, [...local(0), OP.RETURN]), ...call('f', number(5), number(6))]),
    run('a declared function, too many arguments stay', [...fn('f', 1, [...local(0), OP.RETURN]), ...call('f', number(5), number(6)), ...local(0), OP.ARRAY, 2]),
    run('a declared function, arguments of nothing', [...fn('f', 1, [...local(0), OP.RETURN]), OP.CALL_GLOBAL, 'f', 2]),
    run('a declared function, not enough on the stack', [...fn('f', 2, [...local(0), OP.RETURN]), OP.CALL_GLOBAL, 'f', 2]),
    run('a declared function hides a native', [...fn('upper', 1, [...string('mine'), OP.RETURN]), ...call('upper', string('a'))]),
    run('a declared toString hides nothing', [...fn('toString', 1, [...string('mine'), OP.RETURN]), ...call('toString', number(5))]),
    run('a declared import hides it', [...fn('import', 1, [...string('mine'), OP.RETURN]), ...call('import', string('x'))]),
    run('a declared function recurses', [...fn('f', 1, [...number(2), ...local(0), OP.LT, OP.JUMP_IF_FALSE, 3, ...local(0), OP.RETURN, ...call('f', [...number(1), ...local(0), OP.MINUS]), ...call('f', [...number(2), ...local(0), OP.MINUS]), OP.PLUS, OP.RETURN]), ...call('f', number(10))]),
    run('a declared function in a callback of arrayMap', [...fn('f', 1, [...call('concat', string('f'), local(0)), OP.RETURN]), ...call('arrayMap', lambda(1, call('f', local(0))), array(number(1), number(2)))]),
    run('a declared function called by arrayMap itself', [...fn('arrayPushBack', 2, [...string('mine'), OP.RETURN]), ...call('arrayMap', lambda(1, local(0)), array(number(1), number(2)))]),
    run('a declared function is no global', [...fn('f', 0, [OP.NULL, OP.RETURN]), ...string('f'), OP.GET_GLOBAL, 1]),
    run('declared twice', [...fn('f', 0, [OP.TRUE, OP.RETURN]), ...fn('f', 0, [OP.FALSE, OP.RETURN]), ...call('f')]),
    run('declared by an odd name', [...fn(5, 0, [OP.TRUE, OP.RETURN]), OP.CALL_GLOBAL, 5, 0]),
    run('declared, with a throw', [...fn('f', 0, thrown), OP.TRY, 7, ...call('f'), OP.POP_TRY, OP.JUMP, 1, OP.NULL, OP.NULL]),
    run('declared as __proto__', [...fn('__proto__', 0, [OP.TRUE, OP.RETURN]), ...call('__proto__')]),
]
const old = (name, tokens, more) => [{ name: `version 0: ${name}`, bytecode: ['_h', ...tokens], ...more }, { name: `version 0 by _H: ${name}`, bytecode: ['_H', 0, ...tokens], ...more }]
const versions = [
    ...old('native arguments', call('concat', string('a'), string('b'))),
    ...old('host arguments', call('echo', string('a'), string('b')), { options: { functions: ['echo'] } }),
    ...old('async arguments', call('fetch', string('a'), string('b')), { options: { asyncFunctions: ['fetch'] } }),
    ...old('async arguments, resumed', call('fetch', string('a'), string('b')), { options: { asyncFunctions: ['fetch'], resume: true } }),
    ...old('local arguments', [...string('a'), ...string('b'), ...lambda(2, [...local(0), ...local(1), OP.ARRAY, 2]), OP.CALL_LOCAL, 2]),
    ...old('a native by a closure', [...string('a'), ...string('b'), ...string('concat'), OP.GET_GLOBAL, 1, OP.CALL_LOCAL, 2]),
    ...old('an async function by a closure', [...string('a'), ...string('b'), ...string('fetch'), OP.GET_GLOBAL, 1, OP.CALL_LOCAL, 2], { options: { asyncFunctions: ['fetch'] } }),
    ...old('declared', [...fn('f', 2, [...local(0), ...local(1), OP.ARRAY, 2, OP.RETURN]), ...call('f', number(1), number(2))]),
    ...old('arrayMap', call('arrayMap', lambda(1, call('concat', local(0), string('x'))), array(number(1), number(2)))),
    ...old('arrayReduce', call('arrayReduce', lambda(2, call('concat', local(0), local(1))), array(number(1), number(2)), string('i'))),
    ...old('import', call('import', string('x')), { options: { imports: { x: { bytecode: ['_H', 1, ...call('concat', string('a'), string('b')), OP.RETURN] } } } }),
    ...old('not enough on the stack', [...number(1), OP.CALL_GLOBAL, 'concat', 2]),
]
export default [...headers, ...unknown, ...alone, ...onOne, ...cut, ...wrong, ...jumps, ...tries, ...closures, ...stack, ...declared, ...versions]
