// Bundles, imports, globals of chunks, and the host's functions.
import { HEADER, OP } from '../opcodes.mjs'
import { literal } from '../text.mjs'
import { call, string } from '../values.mjs'

const echo = { functions: ['echo'] }
const every = { functions: ['echo', 'first', 'add', 'nothing', 'boom', 'object'] }
const globals = {
    event: 'e', n: 5, zero: 0, no: false, nil: null, text: 'a😀b', list: [10, [20], { k: 'v' }], p: { a: { b: { c: 1 } }, 1: 'one', s: 'text', empty: {}, list: [1, 2], date: { __hogDate__: true, year: 2024, month: 2, day: 29 } },
    when: { __hogDateTime__: true, dt: 1709210096.5, zone: 'UTC' }, err: { __hogError__: true, type: 'T', message: 'm' }, upper: 'hidden', __proto__x: 1, length: 3,
}
const paths = [
    ['event'], ['n'], ['zero'], ['no'], ['nil'], ['nil', 'x'], ['nil', 'x', 'y'], ['text', 'length'], ['text', 1], ['text', 2], ['text', '0'], ['text', -1], ['n', 'x'], ['list', 1], ['list', 2, 1], ['list', 3, 'k'], ['list', 0], ['list', -1], ['list', -9], ['list', '0'], ['list', 'length'], ['list', 1.5], ['list', 9, 'x'],
    ['p', 'a', 'b', 'c'], ['p', 'a', 'b', 'c', 'd'], ['p', 'a', 'x', 'c'], ['p', '1'], ['p', 1], ['p', 2], ['p', 's', 'length'], ['p', 's', 1], ['p', 's', 'x'], ['p', 'empty'], ['p', 'toString'], ['p', 'constructor'], ['p', '__proto__'], ['p', 'list', 2], ['p', 'date'], ['p', 'date', 'year'], ['p', null], ['when'], ['when', 'dt'], ['err'], ['err', 'message'], ['upper'], ['lower'], ['lower', 'x'],
    ['nowhere'], ['nowhere', 'a', 'b'], ['toString'], ['constructor'], ['__proto__'], ['hasOwnProperty'], ['print'], ['arrayMap'], ['arrayMap', 'x'], ['sleep'], ['sleep', 'x'], ['wait'], ['echo'], ['import'], ['length'], ['nowhere', 1, null],
]
const push = (key) => (key === null ? [OP.NULL] : typeof key === 'string' ? string(key) : [Number.isInteger(key) ? OP.INTEGER : OP.FLOAT, key])
const reached = paths.map((path) => ({ name: `the global ${JSON.stringify(path)}`, bytecode: [...HEADER, ...path.toReversed().flatMap(push), OP.GET_GLOBAL, path.length, ...call('print', call('typeof', [OP.GET_LOCAL, 0])), OP.POP], globals, options: { functions: ['echo'], asyncFunctions: ['wait'] } }))
const host = [
    'echo()', 'echo(1, null)', 'nothing()', 'typeof(nothing())', '[nothing()]', 'object()', 'keys(object())', "boom('m')", 'add(1, 2.5)', "add('a', 1)", 'first()', 'first((1, 2))', 'typeof(first((1, 2)))', 'echo(print())', 'echo(0/0, -0.0, 1/0)', "echo({'b': 1, '2': 2, 1: 3, null: 4})", "first(Error('m', {'a': 1}))", "typeof(first(Error('m')))", "first(toIntervalDay(1))", 'first(toDateTime(5))', "typeof(first(toDate('2024-01-01')))", 'first(x -> x)', 'typeof(first(upper))', "first({'__proto__': 1})", "first([[1, (2, 3)], {'k': (4, 5)}])", "first(reverse('😀'))", 'unknown()', 'first', 'echo(first(first(1)))', 'arrayMap(first, [1])', 'first({(1, 2): 3})',
].map((expression) => ({ expression, options: every }))

export default [
    ...reached, ...host,
    { name: 'a path without globals', bytecode: [...HEADER, ...string('x'), ...string('event'), OP.GET_GLOBAL, 2] },
    { name: 'globals are copied', source: 'let a := p; a.a := 1; let l := list; l[1] := 99; print(a, p, l, list); return p.a.b.c', globals },
    { name: 'references inside a global are not shared', source: 'let a := p; let b := p; b.s := 5; print(a.s, b.s, a == b)', globals },
    { name: 'a host function hides a native', expression: "upper('a')", options: { functions: ['echo'] } }, { name: 'a host function throws inside a try', source: "try { boom('x') } catch (e) { print('no') }", options: every }, { name: 'the host adds', source: "let d := echo({'a': 1}); d[1].a := 2; return d", options: echo },
    { name: 'a host result with cycles', source: 'let a := [1]; a[2] := a; let b := echo(a); print(b); return length(b)', options: echo }, { name: 'a host result with shared parts', source: 'let a := [1]; let b := echo(a, a); b[1][1] := 2; return [a, b]', options: echo },
    { name: 'an import', bundle: { root: "let lib := import('lib'); return lib.double(4)", lib: "return {'double': x -> x * 2}" } },
    { name: 'an import runs again', bundle: { root: "print(import('a'), import('a'))", a: "print('running'); return 1" } }, { name: 'an import without a return', bundle: { root: "return [import('a'), 1]", a: "print('x')" } }, { name: 'an import of an import', bundle: { root: "return import('a')", a: "return [import('b'), 'a']", b: "return 'b'" } },
    { name: 'an unknown import', source: "return import('x')" }, { name: 'an unknown import, caught?', source: "try { import('x') } catch (e) { print('no') }" }, { name: 'an import of no name', source: "let n := 0; return import()" }, { name: 'an import of two names', source: "return import('a', 'b')" }, { name: 'an import by a closure', source: 'return import' },
    { name: 'an import of the host', source: "return [import('x'), import('y')]", options: { imports: { x: 'return 1', y: { source: 'return g', globals: { g: 'own' } } } } }, { name: 'the bundle comes before the host', bundle: { root: "return import('x')", x: "return 'bundle'" }, options: { imports: { x: "return 'host'" } } }, { name: 'the host does not know it', source: "return import('z')", options: { imports: { x: 'return 1' } } },
    { name: 'globals of the root are overlaid', bundle: { root: { source: 'return [a, b, c, o]', globals: { a: 'bundle', b: 'bundle', o: { x: 1 } } } }, globals: { b: 'caller', c: 'caller', o: { y: 2 } } }, { name: 'globals of the root alone', bundle: { root: { source: 'return a', globals: { a: 1 } } } },
    { name: 'a chunk does not see the globals of the root', bundle: { root: { source: "return import('x')", globals: { a: 1 } }, x: 'return a' }, globals: { a: 2 } }, { name: 'a chunk sees its own globals', bundle: { root: "return [a, import('x'), a]", x: { source: 'return a', globals: { a: 'own' } } }, globals: { a: 'caller' } },
    { name: 'a closure of a chunk sees the globals of its chunk', bundle: { root: "let f := import('x'); return [f(), a]", x: { source: 'return () -> a', globals: { a: 'own' } } }, globals: { a: 'caller' } },
    { name: 'a closure given to a chunk', bundle: { root: "let f := import('x'); return f(() -> a)", x: { source: 'return g -> [g(), a]', globals: { a: 'own' } } }, globals: { a: 'caller' } },
    { name: 'a throw out of a chunk', bundle: { root: "try { import('x') } catch (e) { print('caught', e) } return 'done'", x: "throw Error('in x')" } }, { name: 'uncaught in a chunk', bundle: { root: "import('x')", x: "throw HogError('T', 'in x')" } }, { name: 'a stray token in a chunk', bundle: { root: "import('x')", x: { bytecode: [...HEADER, OP.NULL, 99] } } },
    { name: 'a chunk of the old version', bundle: { root: "return import('x')", x: { bytecode: ['_h', ...call('concat', string('a'), string('b')), OP.RETURN] } } }, { name: 'a chunk without a header', bundle: { root: "return import('x')", x: { bytecode: [OP.TRUE, OP.RETURN] } } }, { name: 'an empty chunk', bundle: { root: "return [import('x'), 5]", x: { bytecode: [] } } }, { name: 'a chunk of a header', bundle: { root: "return [import('x'), 5]", x: { bytecode: HEADER } } },
    { name: 'a bundle without a root', bundle: { x: 'return 1' } }, { name: 'a bundle with an empty root', bundle: { root: { bytecode: [] } } }, { name: 'a chunk named as the library is', bundle: { root: "return [import('stl/arrayMap'), arrayMap(x -> x, [1])]", 'stl/arrayMap': "return 'mine'" } }, { name: 'a chunk named as the library might be', bundle: { root: "return import('stl/mine')", 'stl/mine': "return 'mine'" } }, { name: 'the library imported', source: "return import('stl/inCohort')" },
    ...[['null', [OP.NULL]], ["''", string('')], ["'root'", string('root')], ['5', [OP.INTEGER, 5]], ['a list', [OP.ARRAY, 0]]].map(([name, value]) => ({ name: `an import of ${name}`, bundle: { root: { bytecode: [...HEADER, OP.INTEGER, 1, ...call('import', value)] } }, options: { memoryLimit: 10000 } })),
    { name: 'a chunk of the host keeps -0', source: "return 1 / import('x')", options: { imports: { x: { bytecode: [...HEADER, OP.FLOAT, literal('-0.0'), OP.RETURN] } } } },
    ...[['a list', [...string('print'), OP.ARRAY, 1]], ['a list in a list', [...string('arrayMap'), OP.ARRAY, 1, OP.ARRAY, 1]], ['a list of an asynchronous one', [...string('sleep'), OP.ARRAY, 1]]].map(([name, tokens]) => ({ name: `a function by ${name}`, bytecode: [...HEADER, ...tokens, OP.GET_GLOBAL, 1, OP.RETURN] })),
    { name: 'a function of a chunk printed', bundle: { root: "let f := import('x'); print(f, f.callable.chunk, f.callable.ip); return f", x: 'fun named(a) { return a } return named' } },
]
