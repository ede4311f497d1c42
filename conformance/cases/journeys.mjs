// Programs that suspend in the middle of things: their states are sent from one implementation to the other (travel.mjs).
import { HEADER, OP } from '../opcodes.mjs'
import { call, lambda, NOW, number, string, VALUES } from '../values.mjs'

const local = (slot) => [OP.GET_LOCAL, slot]
const programs = {
    'callbacks of every function that has some': "let xs := [3, 1, 2]; let m := arrayMap(x -> wait(x) * 2, xs); let f := arrayFilter(x -> wait(x > 1), xs); let e := arrayExists(x -> wait(x == 1), xs); let c := arrayCount(x -> wait(x != 2), xs); let r := arrayReduce((a, x) -> a + wait(x), xs, 10); return [m, f, e, c, r]",
    'a callback in a callback in a callback': 'let out := arrayMap(a -> arrayFilter(b -> arrayExists(c -> wait(c == a + b), [2, 3, 4]), [1, 2]), [1, 2]); return out',
    'a callback that throws out of arrayMap after a suspension': "let seen := []; try { arrayMap(x -> { seen := arrayPushBack(seen, wait(x)); if (x == 2) { throw Error('enough', x) } return x }, [1, 2, 3]) } catch (e) { print(e.message, e.payload, wait('caught')) } return seen",
    'a try in a callback': "return arrayMap(x -> { try { let y := wait(x); if (y % 2 == 0) { throw HogError('Even', 'even', y) } return y } catch (e) { return f'{e.message} {wait(e.payload)}' } }, [1, 2, 3, 4])",
    'tries within tries': "fun f(n) { try { try { wait(n); throw HogError('A', 'a', n) } catch (e: B) { return 'B' } } catch (e) { wait(e.type); return e.type } } let r := [f(1), f(2)]; return r",
    'a try left behind by a return': "fun f() { try { let a := wait(1); return a } catch (e) { return 2 } } let r := f(); wait(r); return r",
    'an error on its way, rethrown inside a callback': "try { arrayMap(x -> { try { throw Error('in', [x]) } catch (e) { let w := wait(x); throw HogError('Out', e.message, w) } }, [7, 8]) } catch (e) { wait(0); print(e.type, e.message, e.payload) }",
    'shared upvalues, open': 'let n := 0; let inc := () -> { n := n + 1; return n }; let twice := () -> { inc(); return wait(inc()) }; print(twice(), n); n := n * 10; print(twice(), inc(), n)',
    'shared upvalues, closed': 'fun pair() { let n := wait(5); let get := () -> n; let add := x -> { n := n + wait(x); return n }; return [get, add] } let p := pair(); let q := pair(); let add := p[2]; let get := p[1]; add(1); wait(0); add(2); let other := q[1]; print(get(), other())',
    'an upvalue of an upvalue': 'fun outer(a) { return b -> { let inner := c -> { a := a + wait(b) + c; return a }; inner(1); return inner } } let o := outer(100); let f := o(10); print(f(1), f(2)); wait(null); print(f(3))',
    'closures of a loop': 'let fs := []; for (let i in [1, 2, 3]) { let v := wait(i * i); let f := x -> v + x; fs := arrayPushBack(fs, f) } wait(0); let out := []; for (let f in fs) { out := arrayPushBack(out, f(wait(10))) } return out',
    'a closure in a dict in an array': "let o := [{'f': x -> wait(x + 1), 'n': 1}]; wait(0); let f := o[1].f; let r := f(o[1].n); return r",
    'a library function as a value': "let f := upper; let g := concat; wait(0); print(f('a'), g('a', 'b'), f, g); let h := [f, g]; wait(1); let u := h[1]; print(u('z'))",
    'an async function as a value': 'let w := [wait]; sleep(0); let f := w[1]; print(f)',
    'recursion': 'fun fact(n) { if (wait(n) <= 1) { return 1 } return n * fact(n - 1) } return fact(8)',
    'mutual recursion with state': 'let depth := 0; let even := n -> n == 0; let odd := null; even := n -> { depth := depth + 1; if (n == 0) { return wait(true) } return odd(n - 1) }; odd := n -> { depth := depth + 1; if (n == 0) { return false } return even(wait(n - 1)) }; let r := even(6); return [r, depth]',
    'loops within loops': "let s := ''; for (let i in [1, 2]) { for (let k, v in {'a': 1, 'b': 2}) { let j := 0; while (j < 2) { s := concat(s, toString(wait(i)), k, toString(v), ' '); j := j + 1 } } } return s",
    'an argument among others': "return [1, concat('a', wait('b'), 'c'), {'k': wait(2), 'l': [wait(3), wait(4)]}, (wait(5), 6)]",
    'a condition': "return wait(true) and not wait(false) ? (wait(null) ?? wait('other')) : wait('no')",
    'dates': "let d := toDate('2024-02-29'); let t := toDateTime('2024-03-31T01:30:00', 'Europe/Brussels'); let i := toIntervalMonth(1); wait(0); print(d, t, d < t, t.zone, d.day, dateAdd('month', 1, d), formatDateTime(t, '%Y-%m-%d %H:%i:%S')); let l := [d, {'t': t}]; let back := wait(l); print(back, typeof(back[1]), typeof(back[2].t), l == back); return toUnixTimestamp(t) - toUnixTimestamp(d)",
    'the edges of dates': "let a := toDateTime('0001-01-01T00:00:00Z'); let b := toDateTime('9999-12-31T23:59:59.999Z'); let c := fromUnixTimestampMilli(-1); let d := toDate('9999-12-31'); wait(0); print(a, b, c, d, toYear(a), toUnixTimestampMilli(b))",
    'errors': "let e := Error('m', {'a': [1]}); let h := HogError('T', 'h'); let l := [e, {'h': h}]; print(l, typeof(e)); wait(0); print(l, typeof(l[1]), l[1].payload.a, e == l[1], typeof(h)); return e.message",
    'an error kept by a closure': "let e := Error('kept'); let f := () -> typeof(e); print(f()); wait(0); print(f())",
    'intervals': 'let i := toIntervalDay(3); wait(0); print(i, i.value, i.unit, typeof(i))',
    'tuples': "let t := (1, 'a', (2, [3])); let o := {'t': t, 'l': [t]}; print(t, typeof(t), t == o.t); wait(0); print(t, typeof(t), t[3], t == o.t, o); return (t, wait(t), (1,))",
    'a tuple as a key': "let d := {(1, 2): 'pair', [3]: 'list'}; print(d, keys(d)); wait(0); print(d, keys(d))",
    'keys of any type': "let d := {1: 'one', '1': 'text', 1.5: 'half', true: 'yes', null: 'none', 'z': 'z', '10': 'ten', '9': 'nine'}; wait(0); print(d, d[1], d['1'], d[true], d[null], length(d))",
    'a dict in a dict in a dict, written to after': "let d := {'a': {'b': {'c': 1}}}; let b := d.a.b; wait(0); b.c := 2; d.a.b.d := 3; print(d, b)",
    'references shared between slots': 'let a := [1, [2]]; let b := a; let c := {\'a\': a, \'b\': b}; wait(0); a[1] := 9; b[2][1] := 8; print(a, b, c); wait(0); c.a[1] := 7; print(a, b, c)',
    'holes': 'let a := [1]; a[5] := 2; let b := [a]; print(a, length(a)); wait(0); print(a, length(a), a[2], b)',
    'numbers': 'let l := [0/0, 1/0, -1/0, -0.0, 1e300, 5e-324, 9007199254740991, 0.1 + 0.2, 1e21, 123456789012345680000]; print(l); wait(0); print(l, l[1] == l[1], 1 / -0.0); return wait(l)',
    'undefined': "let u := print('u'); let l := [u, {'u': u}, (u, 1)]; wait(0); print(u, l, u ?? 'other', l[2].u ?? 'gone', keys(l[2]))",
    'texts': "let l := ['', 'tab\\t \\n \\0', '\\'\"\\\\', 'ß日本😀', reverse('a😀'), '__hogDate__', 'constructor']; wait(0); print(l); return wait(l)",
    'keys that mean something to JavaScript': "let d := {'constructor': 1, 'toString': 2, 'length': 3, '__proto__': 4, 'hasOwnProperty': 5}; wait(0); print(d, d.length, d.constructor, keys(d))",
    'tags that are not what they say': "let a := {'__hogDateTime__': true, 'dt': 5, 'zone': 'UTC'}; let b := {'__hogDate__': false, 'year': 1}; let c := {'__hogError__': true, 'type': 'T', 'message': 'm'}; let d := {'__hogUpValue__': true, 'id': 1}; wait(0); print(a, b, c, d, typeof(a), typeof(b), typeof(c))",
    'parsed JSON': "let p := jsonParse('{\"b\":[1,{\"2\":null,\"1\":true}],\"a\":1.50}'); wait(p); print(p, jsonStringify(p)); let q := wait(p); print(q, q == p, q.b[2])",
    'syntax trees': "let t := {'__hx_ast': 'Field', 'chain': ['a', 'b']}; print(t); wait(0); print(t)",
    'a cycle in an argument': "let a := {'n': 1}; a.self := a; let r := fetch(a.n, 2); print(r)",
    'a cycle through a closure': "let o := {'n': 1}; let f := () -> { o.n := o.n + 1; return o.n }; o.f := f; f(); wait(0); print(f(), o.n); let g := o.f; print(g())",
    'a cycle': "let a := [1]; a[2] := {'a': a}; wait(0); print(a)",
    'memory that grows before, and not after': "let big := []; for (let i in range(50)) { big := arrayPushBack(big, concat('text ', toString(i))) } wait(length(big)); big := null; wait(0); return 1",
    'memory that grows in an upvalue': "let t := ''; let grow := () -> { t := concat(t, 'xxxxxxxxxxxxxxxxxxxx'); return wait(length(t)) }; grow(); grow(); let copy := t; grow(); return [copy, t]",
    'ends with an error': "let a := wait(1); throw HogError('Mine', 'said', [a, (2, 3), toDate('2024-02-29')])",
    'ends with a fault': 'let a := wait(1); upper(null)',
    'prints as it goes': "print('a', wait(1)); for (let i in [1, 2]) { print('%d of %s', wait(i), 'two') } print(wait(print('nothing')))",
    'answers with structure': "let r := fetch('u', {'a': [1, {'b': (1, 2)}], 'd': toDate('2024-02-29'), 'f': x -> x}); print(r, typeof(r.args[2].d), typeof(r.args[2].f), typeof(r.args[2].a[2].b)); let s := fetch(r); return s.args[1].args[1]",
    'a global and a state': 'let a := g; wait(0); let b := g; a.k := 1; wait(1); return [a, b, g, g.list[1]]',
    'many upvalues': `${Array.from({ length: 20 }, (_, i) => `let v${i} := ${i}; let f${i} := () -> { v${i} := v${i} + wait(1); return v${i} };`).join(' ')} return [${Array.from({ length: 20 }, (_, i) => `f${i}()`).join(', ')}]`,
}
const options = { asyncFunctions: ['wait', 'fetch'], functions: ['echo', 'add'], now: NOW, resume: true }
const globals = { g: { list: [1, { k: 'v' }], text: 'ß', when: { __hogDateTime__: true, dt: 5.5, zone: 'Asia/Kolkata' } } }
const of = (lib) => ({ root: "let lib := import('lib'); print(lib); let f := lib.f; let a := f(1); let again := import('lib'); let g := again.f; return [a, f(2), g(3), lib.k, wait(lib.k)]", lib })
const chunks = {
    'a chunk whose function suspends': of("let n := wait(10); return {'f': x -> { n := n + wait(x); return n }, 'k': 'k'}"),
    'a chunk with globals of its own': of({ source: "let n := own; return {'f': x -> wait([x, n, own]), 'k': own}", globals: { own: { a: [1, 2] } } }),
    'a chunk that maps': of("return {'f': x -> arrayMap(y -> wait(x * y), [1, 2]), 'k': arrayMap(y -> wait(y), ['a', 'b'])}"),
    'a chunk that throws': { root: "try { import('lib') } catch (e) { print(e, wait(e.payload)) } let r := wait('end'); return r", lib: "try { wait(1); throw Error('inner') } catch (e) { wait(2); throw HogError('Lib', 'from lib', [e.message]) }" },
    'chunks within chunks': { root: "let a := import('a'); return [a, wait('root')]", a: "let b := import('b'); return [b, wait('a'), import('b')]", b: "return wait('b')" },
    'a chunk that takes a function of the root': { root: "let n := 1; let inc := x -> { n := n + wait(x); return n }; let lib := import('lib'); let f := lib.apply; print(f(inc, 5), n); wait(0); print(f(inc, 6), n)", lib: "return {'apply': (g, x) -> g(wait(x))}" },
}
const functionBody = [...call('wait', local(0)), OP.RETURN]
const declared = (name, argCount, body) => [OP.DECLARE_FN, name, argCount, body.length, ...body]
const tokens = {
    'declared functions, one calling the other': [...declared('f', 1, functionBody), ...declared('g', 1, [...call('f', local(0)), ...call('f', local(0)), OP.ARRAY, 2, OP.RETURN]), ...call('g', number(5)), ...call('wait', string('end')), OP.ARRAY, 2],
    'a declared function that takes another\'s name': [...declared('upper', 1, functionBody), ...call('upper', string('a')), ...call('lower', string('B')), OP.ARRAY, 2],
    'version 0': ['_h', ...call('fetch', number(1), number(2)), ...call('wait', number(3)), OP.ARRAY, 2],
    'a stack that runs off the end': [...number(1), ...call('wait', number(2)), ...number(3)],
    'a callable that is no closure yet': [OP.CALLABLE, 'f', 1, 0, functionBody.length, ...functionBody, ...call('wait', number(1)), OP.POP, OP.CLOSURE, 0, ...number(9), ...local(0), OP.CALL_LOCAL, 1],
    'values below the frame of a closure': [...string('below'), ...lambda(1, [...call('wait', local(0)), ...local(0), OP.TUPLE, 2]), ...number(3), ...local(1), OP.CALL_LOCAL, 1, OP.ARRAY, 2],
    'a token that is an array': [OP.STRING, [1, [2]], ...call('wait', number(1)), OP.ARRAY, 2],
    ...Object.fromEntries(['dt', 'day', 'error', 'interval', 'arr', 'dict', 'fn1', 'fn2', 'strange', 'surrogate', 'undefined'].flatMap((kind) => VALUES[kind].map((value, i) => [`${kind} ${i + 1}`, [...value, ...local(0), ...call('wait', local(0)), OP.ARRAY, 3]]))),
}
const withHeader = (list) => (list[0] === '_h' ? list : [...HEADER, ...list])

export default [
    ...Object.entries(programs).map(([name, source]) => ({ name, source, globals, options })),
    ...Object.entries(tokens).map(([name, list]) => ({ name, bytecode: withHeader(list), globals, options })),
    ...Object.entries(chunks).map(([name, bundle]) => ({ name, bundle, globals, options })),
    ...Object.entries(chunks).map(([name, { root, ...imports }]) => ({ name: `${name}, of the host`, source: root, globals, options: { ...options, imports } })),
    ...['callbacks of every function that has some', 'tries within tries', 'shared upvalues, closed'].map((name) => ({ name: `${name}, traced`, source: programs[name], globals, options: { ...options, telemetry: true } })),
    ...[300, 700, 2000].map((memoryLimit) => ({ name: `a memory limit of ${memoryLimit} met after a suspension`, source: "let s := wait('text'); while (true) { s := concat(s, wait(s)) }", options: { ...options, memoryLimit } })),
    ...[1, 3].map((maxAsyncSteps) => ({ name: `at most ${maxAsyncSteps} suspensions`, source: 'let i := 0; while (true) { i := wait(i + 1) }', options: { ...options, maxAsyncSteps } })),
]
