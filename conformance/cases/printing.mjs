// What print writes: every kind of value, console.log's formats, and the nodes of HogQL's syntax tree.
import { HEADER, OP } from '../opcodes.mjs'
import { anyValue, array, call, dict, lambda, NOW, number, string, tuple, VALUES } from '../values.mjs'

const options = { now: NOW }
const kinds = ['null', 'undefined', 'bool', 'int', 'float', 'strange', 'str', 'surrogate', 'arr', 'dict', 'dt', 'day', 'error', 'interval', 'fn1', 'fn2']
const printed = kinds.map((kind) => ({
    name: `every ${kind}`, options,
    bytecode: [...HEADER, ...VALUES[kind].flatMap((value) => [...call('print', value), OP.POP, ...call('print', array(value), tuple(value), dict([string('k'), value])), OP.POP, ...call('print', call('toString', value), call('concat', value, value)), OP.POP])],
}))
const formats = ['%s', '%d', '%i', '%f', '%j', '%o', '%O', '%c', '%%', '%', '%x', '%s %s', '%d-%i-%f', '100%', '%%s', 'a%sb%sc%s', '%s%', '😀%s', '%S', '%5d', '%-s', '%%%s']
const formatted = formats.map((format) => ({ name: `print ${format}`, bytecode: [...HEADER, ...[[], [string('5.7x')], [number(5.7)], [string("it's \"q\""), [OP.NULL]], [array(string('a')), dict([string('a'), number(1)]), string('more')], [string(''), string(' 12 '), string('0x1f')], [number(-0), [OP.TRUE]], [string('line\nbreak')], [string("'both' \"quotes\" `ticks`")], [string('1e3'), string('-Infinity')]].flatMap((args) => [...call('print', string(format), ...args), OP.POP])] }))
const notFirst = { name: 'a format that is not the first', source: "print('a', '%s', 'b'); print(5, '%s'); print(['%s'], 'x'); print(null, '%s'); print(); print(''); print('', ''); print(' ', 'x')" }

const field = (...chain) => ({ __hx_ast: 'Field', chain })
const constant = (value) => ({ __hx_ast: 'Constant', value })
const node = (type, fields = {}) => ({ __hx_ast: type, ...fields })
const select = (fields = {}) => node('SelectQuery', { select: [field('event'), constant(1)], ...fields })
const order = node('OrderExpr', { expr: field('t'), order: 'DESC' })
const window = node('WindowExpr', { partition_by: [field('a'), field('b')], order_by: [order], frame_method: 'ROWS', frame_start: node('WindowFrameExpr', { frame_type: 'PRECEDING', frame_value: 5 }), frame_end: node('WindowFrameExpr', { frame_type: 'CURRENT ROW' }) })
const join = node('JoinExpr', { table: field('events'), alias: 'e', next_join: node('JoinExpr', { join_type: 'LEFT JOIN', table: field('persons'), alias: 'p', constraint: node('JoinConstraint', { constraint_type: 'ON', expr: node('CompareOperation', { op: '==', left: field('e', 'id'), right: field('p', 'id') }) }), next_join: node('JoinExpr', { table: select(), alias: 'it`s' }) }) })
const trees = {
    'Constant': [constant(1), constant('it\'s'), constant(null), constant(true), constant([1, 'a']), constant({ a: 1 }), constant(1.5), constant({ __hogDate__: true, year: 2024, month: 1, day: 2 }), node('Constant'), constant(constant(5))],
    'Field': [field('a'), field('*'), field('a', '*'), field('a b', 'c`d', 1, -1, 1.5, '2', '$x', 'é', '_'), field(), node('Field', { chain: 'text' }), node('Field'), field(null), field(true), field('a\nb\\c')],
    'Call': [node('Call', { name: 'count', args: [] }), node('Call', { name: 'f', args: [field('a'), constant('x'), 5, 'text', null, [1]] }), node('Call', { name: 'f' }), node('Call', {}), node('Call', { name: 'f', args: 'text' })],
    'Alias': [node('Alias', { alias: 'a b', expr: constant(1) }), node('Alias', { alias: 'x', expr: node('Alias', { alias: 'y', hidden: true, expr: field('z') }) }), node('Alias', { alias: 'x', hidden: true, expr: field('z') }), node('Alias', { expr: field('z') }), node('Alias', { alias: 5, expr: 5 })],
    'And and Or': ['And', 'Or'].flatMap((type) => [node(type, { exprs: [] }), node(type, { exprs: [field('a')] }), node(type, { exprs: [field('a'), constant(true), node('Not', { expr: field('b') })] }), node(type)]),
    'Not': [node('Not', { expr: constant(1) }), node('Not')],
    'CompareOperation': ['==', '!=', '<', '>', '<=', '>=', 'in', 'not in', 'like', 'not like', 'ilike', 'not ilike', '=~', '!~', '=~*', '!~*', 'global in', ''].map((op) => node('CompareOperation', { op, left: field('a'), right: constant('b') })),
    'ArithmeticOperation': ['+', '-', '*', '/', '%'].map((op) => node('ArithmeticOperation', { op, left: field('a'), right: constant(2) })),
    'ArithmeticOperation of an unknown operator': [node('ArithmeticOperation', { op: '^', left: field('a'), right: constant(2) })],
    'Tuple and Array': ['Tuple', 'Array'].flatMap((type) => [node(type, { exprs: [] }), node(type, { exprs: [field('a'), constant('b')] }), node(type)]),
    'Lambda': [node('Lambda', { args: ['x'], expr: field('x') }), node('Lambda', { args: ['x', 'y z'], expr: node('ArithmeticOperation', { op: '+', left: field('x'), right: field('y z') }) })], 'Lambda without arguments': [node('Lambda', { args: [], expr: field('x') })],
    'OrderExpr': [order, node('OrderExpr', { expr: field('a') })], 'Asterisk': [node('Asterisk')], 'JoinExpr': [join, node('JoinExpr', { table: field('events'), alias: 'events' }), node('JoinExpr', { table: field('events') }), node('JoinExpr', { table: field('a'), next_join: node('JoinExpr', { join_type: 'CROSS JOIN', table: field('b'), alias: 'b' }) })],
    'JoinConstraint': [node('JoinConstraint', { constraint_type: 'USING', expr: field('id') })],
    'WindowExpr': [window, node('WindowExpr'), node('WindowExpr', { frame_method: 'RANGE', frame_start: node('WindowFrameExpr', { frame_type: 'FOLLOWING', frame_value: 0 }) }), node('WindowExpr', { frame_method: 'RANGE' })],
    'WindowFunction': [node('WindowFunction', { name: 'sum', exprs: [field('x')], args: [constant(1)], over_expr: window }), node('WindowFunction', { name: 'row_number', over_identifier: 'w w' }), node('WindowFunction', { name: 'f' })],
    'SampleExpr and RatioExpr': [node('SampleExpr', { sample_value: node('RatioExpr', { left: constant(1), right: constant(10) }), offset_value: node('RatioExpr', { left: constant(0.5) }) }), node('SampleExpr', { sample_value: node('RatioExpr', { left: constant(1) }) }), node('RatioExpr', { left: constant(1), right: constant(2) }), node('RatioExpr')],
    'HogQLXTag': [node('HogQLXTag', { kind: 'Sparkline', attributes: [{ __hx_ast: 'HogQLXAttribute', name: 'data', value: constant([1]) }, { name: 'a b', value: 'text' }, { name: 'n', value: 5 }] }), node('HogQLXTag', { kind: 'x' })],
    'SelectQuery': [
        select(), select({ distinct: true }), select({ select_from: join }), select({ select_from: field('t') }), select({ where: constant(true), prewhere: field('a'), group_by: [field('a'), field('b')], having: field('h'), order_by: [order], limit: constant(10), limit_with_ties: true, offset: constant(5) }), select({ limit: constant(1), offset: null }), select({ offset: constant(5) }), select({ where: null, group_by: [], order_by: [], limit: null }),
        select({ window_exprs: { 'my w': window, other: node('WindowExpr') } }), select({ window_exprs: {} }), node('SelectQuery'), node('SelectQuery', { select: [] }), select({ select: [select(), node('Alias', { alias: 'sub', expr: select() })] }), select({ where: node('CompareOperation', { op: 'in', left: field('a'), right: select() }) }), select({ select_from: node('JoinExpr', { table: select(), alias: 'sub' }) }),
    ],
    'SelectSetQuery': [node('SelectSetQuery', { initial_select_query: select(), subsequent_select_queries: [{ set_operator: 'UNION ALL', select_query: select() }, { set_operator: 'EXCEPT', select_query: select() }] }), node('SelectSetQuery', { initial_select_query: select() }), select({ select_from: node('JoinExpr', { table: node('SelectSetQuery', { initial_select_query: select() }) }) })],
    'of an unknown type': [node('Nonsense')], 'of no type': [{ __hx_ast: 5 }], 'of a dict inside': [node('Call', { name: 'f', args: [{ a: 1 }] })], 'in places': [[constant(1), { k: field('a') }], { a: select() }],
    'SelectSetQuery of dicts': [node('SelectSetQuery', { initial_select_query: select(), subsequent_select_queries: [{ set_operator: 'UNION ALL', select_query: select() }] })],
}
const sql = Object.entries(trees).flatMap(([title, values]) => values.map((value, i) => ({ name: `sql: ${title}${values.length > 1 ? ` ${i + 1}` : ''}`, source: 'print(tree); print(typeof(tree), [tree]); return tree', globals: { tree: value } })))
const literalNode = { name: 'sql: a dict of the program', source: "let c := {'__hx_ast': 'Constant', 'value': toDateTime(5)}; print(c, {'__hx_ast': 'Tuple', 'exprs': [c, (1, 2), Error('m')]}, {'__hx_ast': ''}, {'__hx_ast': null}); let f := {'__hx_ast': 'Call', 'name': 'f'}; f.args := [f]; print(jsonStringify({'__hx_ast': 'Constant', 'value': 1})); return {'__hx_ast': 'Field', 'chain': ['a', (1, 2)]}" }

export default [
    ...printed, ...formatted, notFirst, ...sql, literalNode,
    { name: 'an AST that holds itself', source: "let f := {'__hx_ast': 'Call', 'name': 'f'}; f.args := [f]; print(f)" },
    { name: 'escapes', source: "print(['\\b\\f\\r\\n\\t\\0\\v\\\\\\'\"`', 'é', '\u2028', '\u0001\u007f']); print('\\b\\f\\r\\n\\t\\0\\v\\\\\\'')" }, { name: 'escapes in an error', source: "print(Error('a\\nb\\'c'), HogError('T\\n', 'm')); throw Error('a\\nb\\'c')" },
    { name: 'names of functions', bytecode: [...HEADER, ...['f', 'a b', 'é', '1x', '$', '_a', 'a`b', 'a\nb', "it's", ''].flatMap((name) => [...call('print', lambda(2, [OP.NULL], name)), OP.POP])] },
    { name: 'tuples', source: "print(tuple(), tuple(1), (1, 2), tuple((1, 2)), [tuple()], {'t': (1, null)}); return tuple('a')" },
    { name: 'payloads', source: "for (let p in [null, 0, '', false, [], {}, 5, 'x', [1], {'a': 1}, Error('inner'), 0/0]) { print(Error('m', p)) }" }, { name: 'a payload that holds its error', source: "let p := {}; let e := Error('m', p); p.e := e; print(p)" },
    { name: 'the same part twice', source: 'let a := [1]; let e := Error(\'m\', a); print([a, a], [e, e], {a: a})' }, { name: 'datetimes', source: "print(toDateTime(0), toDateTime(0.5), toDateTime(1e21), toDateTime(-5.25), toDateTime('x'), toDateTime(5, 'it''s'), toDateTime(1e-7), fromUnixTimestamp(null), fromUnixTimestamp('5'), fromUnixTimestamp([1, 2]))" },
    ...VALUES.strange.map((value, i) => ({ name: `a strange number ${i + 1} as the result`, bytecode: [...HEADER, ...value] })), { name: 'every value in one list', bytecode: [...HEADER, ...array(...anyValue)], options },
]
