// Async functions: the state at a suspension, and what is left of everything once it has been through JSON.
import { HEADER, OP } from '../opcodes.mjs'
import { array, call, lambda, NOW, number, string, VALUES } from '../values.mjs'

const local = (slot) => [OP.GET_LOCAL, slot]
const programs = {
    'an answer': 'let x := wait(5); return x + 1',
    'fetch and its answer': "let r := fetch('https://example.com', {'method': 'POST', 'body': {'b': 1, '2': [1, null]}}); print(r, r.status, r.args[2].method); return r",
    'sleep': 'let x := sleep(0); print(x, typeof(x)); return x',
    'in an expression': 'return [1, wait(2) + wait(3), wait(wait(4))]',
    'in a loop': 'let s := 0; for (let i in [1, 2, 3]) { s := s + wait(i) } return s',
    'in a function': 'fun f(a, b) { let c := wait(a); return [a, b, c] } let r := f(1, 2); return r',
    'in arrayMap': 'let f := 2; return arrayMap(x -> wait(x * f), [1, 2, 3])',
    'in nested arrayMap': 'return arrayMap(x -> arrayMap(y -> wait(x + y), [10, 20]), [1, 2])',
    'in arrayFilter, arrayExists, arrayCount, arrayReduce': 'print(arrayFilter(x -> wait(x > 1), [1, 2]), arrayExists(x -> wait(x == 2), [1, 2]), arrayCount(x -> wait(true), [1, 2]), arrayReduce((a, x) -> wait(a + x), [1, 2], 0))',
    'in a try': "try { let x := wait(1); throw Error('m', x) } catch (e) { print(e, wait(2)) } return 'done'",
    'in a catch': "try { throw Error('m') } catch (e) { wait(1); print(e, typeof(e)) }",
    'a caught error thrown again after a suspension': "try { throw Error('m') } catch (e) { wait(1); throw e }",
    'an error is a dict after it': "let e := Error('m', {'a': 1}); wait(1); print(e, typeof(e), e.message); throw e",
    'in a function inside a try': "fun f() { let a := wait(1); throw Error('in f') } try { f() } catch (e) { print('caught', e.message) }",
    'with an open upvalue': 'let n := 1; let inc := () -> { n := n + 1; return n }; inc(); wait(0); inc(); print(n); n := 10; print(inc())',
    'with a closed upvalue': 'fun make() { let n := 5; return () -> { n := n + 1; return n } } let f := make(); f(); wait(0); print(f(), f()); let g := f; print(g())',
    'inside a closure': 'let n := 1; let f := () -> { n := n + wait(10); return n }; print(f(), f(), n)',
    'two closures share a variable over it': 'fun make() { let n := 0; return [() -> { n := n + 1; return n }, () -> n] } let p := make(); wait(0); let a := p[1]; let b := p[2]; a(); a(); print(b())',
    'every kind of value survives': "let v := [null, true, 1.5, 'text', '😀', [1, [2]], {'k': {'b': null}}, (1, 2), toDate('2024-02-29'), toDateTime('2024-02-29T01:02:03.5', 'Asia/Kolkata'), x -> x, upper, toIntervalDay(1)]; print(v); wait(0); print(v); for (let x in v) { print(typeof(x), x) }",
    'numbers through JSON': 'let a := 0/0; let b := 1/0; let c := -0.0; let d := 1e300; wait(0); print(a, b, c, 1 / c, d)',
    'undefined through JSON': "let a := print('x'); let b := [print('y'), 1]; let c := {'k': print('z'), 'l': 1}; wait(0); print(a, b, c, keys(c))",
    'keys of a dict through JSON': "let d := {'b': 1, '2': 2, 1: 3, null: 4, true: 5, 1.5: 6, [1]: 7}; wait(0); print(d, d[1], d['1'])",
    'holes through JSON': 'let a := [1]; a[4] := 2; print(a); wait(0); print(a)',
    'references are no longer shared': "let a := [1]; let b := a; let c := [a, a]; wait(0); a[1] := 2; print(a, b, c)",
    'a cycle in the state': 'let a := [1]; a[2] := a; wait(0); return a',
    'a cycle as the argument': 'let a := [1]; a[2] := a; let b := fetch(a); return b',
    'lone surrogates': "let s := reverse('😀'); let r := wait(s); return [r == s, r, fetch(s)]",
    'a declared tail': "let x := wait('a'); let y := upper(x); let z := wait(y); return [x, y, z]",
    'arguments of every kind': "return fetch(null, print(), 0/0, -0.0, [1], (1, 2), {'a': 1}, toDate('2024-02-29'), toDateTime(5), Error('m', 1), x -> x, upper, toIntervalDay(1), {1: 2})",
    'printing before and after': "print('before'); wait(0); print('after'); wait(0); print('end')",
    'by a closure': 'let w := wait; print(w); let x := w(7); return x',
    'sleep by a closure': 'let s := sleep; print(s, s.callable.argCount); let x := s(1); return x',
    'by arrayMap': 'return arrayMap(wait, [1, 2])',
    'memory after it': "let a := ['some text', {'k': [1, 2, 3]}]; wait(0); let b := [a, a]; return 1",
    'a later throw': "let t := 'x'; fun f() { wait(0); throw HogError('Late', 'm', {'a': t}) } f()",
    'the clock': 'let a := now(); wait(0); return dateDiff(\'second\', a, now())',
    'not enough arguments': 'return wait()', 'sleep without arguments': 'return sleep()',
    'a global hides it': 'return [g, wait(g)]',
}
const options = { asyncFunctions: ['wait', 'fetch'], functions: ['echo'], now: NOW }
const tokens = {
    'arguments by a closure come reversed': [...number(1), ...number(2), ...string('fetch'), OP.GET_GLOBAL, 1, OP.CALL_LOCAL, 2],
    'a closure resumes on its operand': [...number(5), ...string('wait'), OP.GET_GLOBAL, 1, OP.CALL_LOCAL, 1, ...number(7), OP.ARRAY, 1],
    'declared functions in the state': [OP.DECLARE_FN, 'f', 1, 5, ...call('wait', local(0)), ...[OP.RETURN].slice(1), OP.RETURN, ...call('f', number(5)), ...call('f', number(6)), OP.ARRAY, 2],
    'running off the end after it': call('wait', number(5)),
    'a callable in the state': [OP.CALLABLE, 'f', 1, 0, 2, OP.NULL, OP.RETURN, ...call('wait', number(1)), OP.POP, OP.CLOSURE, 0],
    'a try in the state': [OP.TRY, 20, ...call('wait', number(1)), OP.POP, ...call('Error', string('m')), OP.THROW, OP.NULL],
    'values below the frame': [...array(number(1)), ...string('x'), ...lambda(1, [...call('wait', local(0)), ...local(0), OP.ARRAY, 2]), ...local(2), OP.SET_LOCAL, 1, OP.POP, ...number(3), ...local(1), OP.CALL_LOCAL, 1],
    'undefined on the stack': [...call('print'), ...call('wait', number(1)), OP.ARRAY, 2],
    ...Object.fromEntries(VALUES.fn1.map((value, i) => [`closure ${i + 1} in the state`, [...value, ...call('wait', number(1)), OP.POP]])),
}
const globals = { g: 'global' }
const entries = [...Object.entries(programs).map(([name, source]) => ({ name, source })), ...Object.entries(tokens).map(([name, bytecode]) => ({ name, bytecode: [...HEADER, ...bytecode] }))]

export default [
    ...entries.map((entry) => ({ ...entry, name: `stops: ${entry.name}`, globals, options })),
    ...entries.map((entry) => ({ ...entry, name: `resumes: ${entry.name}`, globals, options: { ...options, resume: true } })),
    { name: 'an async function that the host has not', source: 'return wait(1)' }, { name: 'a host function hides an async one', source: 'return echo(1)', options: { functions: ['echo'], asyncFunctions: ['wait'] } },
    { name: 'in an import', bundle: { root: "let a := import('lib'); print(a); let f := a.f; return f(2)", lib: "let base := wait(10); return {'f': x -> wait(x + base), 'base': base}" }, options: { ...options, resume: true } },
    { name: 'in an import, stops', bundle: { root: "let a := import('lib'); return a", lib: { source: 'let base := wait(10); return base + k', globals: { k: 1 } } }, options },
    { name: 'in an import of the host', source: "let a := import('lib'); let b := import('lib'); return [a, b, wait(3)]", options: { ...options, resume: true, imports: { lib: 'return wait(7)' } } },
]
