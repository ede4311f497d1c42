// Arrays, tuples, dicts and the fields of other things: reading, writing, holes, references, cycles.
import { HEADER, OP } from '../opcodes.mjs'
import { array, call, dict, lambda, number, string, tuple, VALUES } from '../values.mjs'

const objects = {
    null: [OP.NULL], undefined: call('print'), true: [OP.TRUE], 5: number(5), "'text'": string('text'), '[10, 20, 30]': array(...[10, 20, 30].map(number)), '(1, 2)': tuple(number(1), number(2)), '[]': array(),
    dict: dict([string('a'), number(1)], [number(1), string('one')], [[OP.NULL], string('nothing')], [string('length'), number(9)], [number(1.5), string('x')]), date: VALUES.day[0], datetime: VALUES.dt[0], error: VALUES.error[1], interval: VALUES.interval[0],
    function: lambda(1, [OP.GET_LOCAL, 0], 'f'), native: [...string('upper'), OP.GET_GLOBAL, 1], array_of_holes: [...array(number(1)), OP.GET_LOCAL, 0, ...number(3), ...number(9), OP.SET_PROPERTY],
}
const keys = {
    1: number(1), 2: number(2), 4: number(4), 0: number(0), '-0': number(-0), '-1': number(-1), '-4': number(-4), '1.5': number(1.5), NaN: [OP.FLOAT, 0, OP.FLOAT, 0, OP.DIVIDE], 1e10: number(1e10), null: [OP.NULL], undefined: call('print'), true: [OP.TRUE],
    "'a'": string('a'), "'0'": string('0'), "'1'": string('1'), "'length'": string('length'), "'push'": string('push'), "'constructor'": string('constructor'), "'__proto__'": string('__proto__'), "'type'": string('type'), "'message'": string('message'), "'payload'": string('payload'),
    "'year'": string('year'), "'dt'": string('dt'), "'zone'": string('zone'), "'callable'": string('callable'), "'upvalues'": string('upvalues'), "'__isHogTuple'": string('__isHogTuple'), "'__hogError__'": string('__hogError__'), "'unit'": string('unit'), '[1]': array(number(1)), dict: dict(),
}
const isZero = (key) => key === '0' || key === '-0'
const read = Object.entries(objects).flatMap(([title, object]) => [
    {
        name: `reading from ${title}`,
        bytecode: [...HEADER, ...object, ...Object.entries(keys).filter(([key]) => !isZero(key)).flatMap(([key, value]) => [...call('print', string(key), [OP.GET_LOCAL, 0, ...value, OP.GET_PROPERTY], call('typeof', [OP.GET_LOCAL, 0, ...value, OP.GET_PROPERTY_NULLISH])), OP.POP])],
    },
    ...['0', '-0'].map((zero) => ({ name: `reading ${zero} from ${title}`, bytecode: [...HEADER, ...object, OP.GET_LOCAL, 0, ...keys[zero], OP.GET_PROPERTY] })),
])
const written = Object.entries(objects).flatMap(([title, object]) =>
    Object.entries(keys).filter(([key]) => key !== '1e10' && key !== 'NaN' && (title.startsWith('[10') || title === 'dict' || ['1', "'a'", 'null', '0'].includes(key))).map(([key, value]) => ({
        name: `writing ${key} of ${title}`, bytecode: [...HEADER, ...object, OP.GET_LOCAL, 0, ...value, ...string('new'), OP.SET_PROPERTY, OP.GET_LOCAL, 0],
    })),
)
const spliced = [OP.ARRAY, OP.TUPLE, OP.DICT].flatMap((op) => [0, 1, 2, 3, 4, 5, 6, 7, -1, 1.5].map((n) => ({ name: `opcode ${op} of ${n} with three values`, bytecode: [...HEADER, ...number(1), ...number(2), ...number(3), op, n] })))

export default [
    ...read, ...written, ...spliced,
    '[1, 2, 3].1', '[1, 2, 3][-1]', "{'a': {'b': 1}}.a.b", "{'a': null}.a?.b", "{'a': 1}?.b?.c", "'abc'.length", "'abc'[1]", "[1, 2].length", "(1, 2, 3).2", 'tuple()', 'tuple(1)', '(1, 2)', '[[], {}, tuple()]', "{}", "{'a': 1, 'a': 2}", "{1: 1, '1': 2, 1.0: 3, true: 4}", "{null: 1}[null]", "{'x': 1}['y']",
    "(1, 2) = (1, 2)", "(1, 'a') = (1, 'a')", '[] = []', "[1, 2] = (1, 2)", "[1] < [1, 2]", "['a'] < ['b']", "[2] > '10'", '[1, 0/0] = [1, 0/0]', '[1, [2]] = [1, [2]]', '{} = {}',
    'keys([5, 6])', "keys({'b': 1, 'a': 2})", "values({'b': 1, 'a': 2})", "keys(Error('m'))", "values(Error('m', 1))", 'keys(x -> x)', "keys('abc')", 'keys(5)', 'keys(null)', 'keys((1, 2))', "length({'a': 1})", "length((1, 2))", 'length(5)', 'has([0/0], 0/0)', 'indexOf([0/0], 0/0)', 'indexOf([1, 2], 2)', "indexOf('abc', 'b')", "has('abc', 'b')",
    'arraySort([10, 9, 1])', "arraySort(['b', null, 'a', 3, [1]])", 'arrayReverseSort([3, 20, 1])', 'arraySort([print(), 1, null, print()])', "arraySort(['😀', '\uffee', 'z'])", 'arrayReverse((1, 2))', 'typeof(arrayReverse((1, 2)))', 'arrayPushBack((1, 2), 3)', 'arrayPopBack([])', 'arrayPopFront([1])', "arrayPushFront('x', 1)", "arrayStringConcat([1, null, [2, [3]], {'a': 1}], '-')", 'arrayStringConcat([print(), true])', "arrayStringConcat(['a', 'b'], null)", "in(1, (1, 2))", "in('a', 'abc')", 'range(3)', 'range(2, 5)', 'range(5, 2)', 'range(2.5)', "range('3')", 'range(-1)', 'range(0.5, 3)', "range(1, '4')",
    { name: 'containers are references', source: "let a := [1]; let b := a; b[1] := 2; let d := {'l': a}; d.l[2] := 3; print(a, b, d, a == b); return d" },
    { name: 'holes', source: 'let a := [1]; a[3] := 3; print(a, length(a), a[2], a == [1, null, 3], arrayPushBack(a, 4), arrayReverse(a), arraySort(a), keys(a), values(a), has(a, null)); for (let x in a) { print(x) } return a' },
    { name: 'holes copied', source: "let a := []; a[3] := 'x'; print(arrayMap(x -> typeof(x), a), arrayStringConcat(a, ','), arrayPopFront(a), arrayPopBack(a), tuple(a)); return echo(a)", options: { functions: ['echo'] } },
    { name: 'a hole is not there', source: 'let a := []; a[2] := 1; print(indexOf(a, null), a[1] == null, a[1] ?? 5); return jsonStringify(a)' },
    { name: 'a cycle printed and compared', source: "let a := [1]; a[2] := a; let b := {'a': a}; b.b := b; print(a, b, a == a, a == b, a[2] == a, a < b); print(toString(a), concat('x', b), arrayStringConcat(a)); return a" },
    { name: 'a cycle through a tuple', source: 'let a := [1]; let t := (a, 2); a[2] := t; print(t, a); return t' },
    { name: 'a cycle costs', source: 'let a := [1, 2, 3]; a[1] := a; let b := [a, a]; let c := b; return 1' },
    { name: 'a cyclic result', source: "let d := {}; d.self := d; return d" },
    { name: 'shared parts printed', source: 'let a := [1]; return [a, a, [a]]' },
    { name: 'assignment through a path', source: "let d := {'a': {'b': [1, {'c': 2}]}}; d.a.b[2].c := 5; d.a.x := 'y'; d['a']['z'] := null; return d" },
    { name: 'assignment past the end', source: 'let a := []; a[1] := 1; a[2] := 2; a[5] := 5; return a' },
    { name: 'a key of any type', source: "let l := [1]; let d := {l: 'list', 1: 'int', '1': 'string', true: 'bool', null: 'null'}; print(d[l], d[[1]], d[1], d['1'], d[true], d[null], d); return d" },
    { name: 'NaN and -0 as keys', source: "let n := 0/0; let z := 0; let d := {n: 1}; d[0/0] := 2; d[-0.0] := 3; print(d[z], d[n]); return d" },
    { name: 'a dict keeps its order', source: "let d := {'b': 1, 'a': 2}; d.c := 3; d.b := 4; d['0'] := 5; print(keys(d), values(d)); for (let k, v in d) { print(k, v) } return d" },
    { name: 'a dict of many keys', source: "let d := {}; for (let i := 0; i < 100; i := i + 1) { d[concat('k', i)] := i } let sum := 0; for (let k, v in d) { sum := sum + v } print(length(keys(d)), sum, d.k57); return d" },
    { name: 'pushing leaves the old array', source: 'let a := [1]; let b := arrayPushBack(a, 2); let c := arrayPushBack(a, 3); b[1] := 9; let d := arrayPushBack(b, 4); print(a, b, c, d); return arrayPushFront(d, 0)' },
    { name: 'pushing many', source: 'let a := []; for (let i := 0; i < 200; i := i + 1) { a := arrayPushBack(a, i) } return length(a)' },
    { name: 'a tuple written', source: 'let t := (1, 2); t[1] := 5; t[4] := 6; print(t, typeof(t)); return t' },
    { name: 'values of an error', source: "let e := Error('m', {'a': 1}); e.payload.a := 2; print(e.payload, e.payload.a); e.payload := 3" },
    { name: 'setting on a string', source: "let s := 'abc'; s[1] := 'x'" }, { name: 'setting on null', source: 'let s := null; s.a := 1' }, { name: 'setting on a number', source: 'let s := 5; s.a := 1' }, { name: 'setting on undefined', source: 'let s := print(); s.a := 1' }, { name: 'setting a tuple as the key', source: 'let s := 5; s[(1, [2])] := 1' }, { name: 'setting on a date', source: 'let s := today(); s.year := 1' },
    { name: 'setting a name on an array', source: "let a := [1]; a['x'] := 1" }, { name: 'setting index 0', source: 'let a := [1]; a[-0.0] := 1' }, { name: 'setting a negative index', source: 'let a := [1]; a[-1] := 1' }, { name: 'setting a fraction', source: 'let a := [1]; a[1.5] := 1; return [a, length(a), a[1.5]]' }, { name: 'setting a NaN index', source: 'let a := [1]; a[0/0] := 1; return a' },
]
