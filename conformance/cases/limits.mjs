// Memory, time, depth, steps: what each limit says, and what each value costs.
import { HEADER, OP } from '../opcodes.mjs'
import { array, call, lambda, NOW, string, VALUES } from '../values.mjs'

const local = (slot) => [OP.GET_LOCAL, slot]
const shapes = Object.entries(VALUES).filter(([kind]) => ['strange', 'arr', 'dict', 'surrogate', 'dt', 'day', 'error', 'interval', 'fn1', 'fn2', 'undefined', 'bool', 'null'].includes(kind))
const costs = shapes.flatMap(([kind, values]) => values.map((value, i) => ({ name: `the cost of ${kind} ${i + 1}`, bytecode: [...HEADER, ...value, ...local(0), ...local(0), OP.ARRAY, 2], options: { now: NOW } })))
const grow = 'let a := []; while (true) { a := arrayPushBack(a, 1) }'
const limited = [1, 8, 16, 20, 100, 1000, 5000].map((memoryLimit) => ({ name: `memory ${memoryLimit}`, source: grow, options: { memoryLimit } }))

export default [
    ...costs, ...limited,
    { name: 'no limit of memory', expression: "length(concat('a', 'b'))", options: { memoryLimit: 0 } }, { name: 'a negative limit of memory', expression: "[1, 2, 3]", options: { memoryLimit: -5 } }, { name: 'a limit of memory met exactly', expression: "'abcdefgh'", options: { memoryLimit: 16 } }, { name: 'a limit of memory passed by a byte', expression: "'abcdefghi'", options: { memoryLimit: 16 } },
    { name: 'the default limit of memory', source: "let s := 'abcdefgh'; while (true) { s := concat(s, s) }" },
    { name: 'memory: SET_LOCAL does not check', source: "let a := []; let b := 1; b := [[[[[[[[1]]]]]]]]; a[1] := b; print(1)", options: { memoryLimit: 90 } },
    { name: 'memory: a growing dict is charged at its next push', source: "let d := {}; for (let i := 0; i < 20; i := i + 1) { d[i] := 'some text' } return 1" },
    { name: 'memory: a container shared', source: "let a := ['some text']; let b := [a, a, a]; let c := [b, b]; a[2] := 'more'; let d := c; return 0" },
    { name: 'memory: upvalues are free when closed', source: "let f := null; { let big := 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; f := () -> big } let a := 1; return length(f())" },
    { name: 'memory: written through an open upvalue', source: "let s := ''; let f := () -> { s := 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; return 1 }; f(); let t := s; return 1" },
    { name: 'memory: a cycle', source: 'let a := [1]; a[2] := a; let b := [a]; b[2] := b; a[3] := b; let c := a; let d := b; return 1' },
    { name: 'memory: globals', expression: 'g', globals: { g: { list: ['a', { b: null }], text: '😀', date: { __hogDate__: true, year: 2024, month: 1, day: 1 } } } },
    { name: 'memory: a call with arguments', source: "fun f(a, b, c) { let x := concat(a, b); return [x, c] } return f('aa', 'bb', 'cc')" },
    { name: 'memory: throw and catch', source: "let a := [1, 2]; try { let b := ['text']; let c := 'text'; throw Error('m', b) } catch (e) { print(e) } return a" },
    ...[24, 30, 40, 56, 200].map((memoryLimit) => ({ name: `memory ${memoryLimit}: a global by its path`, source: 'let a := 1; return [a, p.list, p.list.b]', globals: { p: { list: { a: 'xxxxxxxxxxxx', b: 'yy' } } }, options: { memoryLimit } })),
    { name: 'time: an endless loop', source: 'while (true) {}', options: { timeout: 20 } }, { name: 'time: with calls', source: "while (true) { upper('a') }", options: { timeout: 1.5 } }, { name: 'time: a jump to itself', bytecode: [...HEADER, OP.JUMP, -2], options: { timeout: 10 } },
    { name: 'time: not even once', bytecode: [...HEADER, OP.JUMP, -2], options: { timeout: -1 } }, { name: 'time: nothing that looks at the clock', expression: '1 + 1', options: { timeout: -1 } }, { name: 'time: a call looks at the clock', expression: "upper('a')", options: { timeout: -1 } },
    { name: 'time: a closure called looks at the clock', bytecode: [...HEADER, ...lambda(0, [OP.TRUE]), OP.CALL_LOCAL, 0], options: { timeout: -1 } },
    { name: 'depth: recursion without end', source: 'fun f(n) { return f(n + 1) } return f(0)' }, { name: 'depth: 999 calls', source: 'fun f(n) { if (n == 0) { return 0 } return f(n - 1) + 1 } return f(998)' }, { name: 'depth: 1000 calls', source: 'fun f(n) { if (n == 0) { return 0 } return f(n - 1) + 1 } return f(999)' },
    { name: 'depth: recursion through arrayMap', source: 'fun f(n) { return arrayMap(x -> f(x + 1), [n]) } return f(0)' }, { name: 'depth: tries left behind', source: 'let i := 0; fun f() { try { return 1 } catch (e) { return 2 } } while (i < 50) { f(); i := i + 1 } return i' },
    { name: 'depth: a deep array', source: 'let a := []; for (let i := 0; i < 200; i := i + 1) { a := [a] } return length(toString(a))' },
    ...[0, 1, 3].map((maxAsyncSteps) => ({ name: `steps: ${maxAsyncSteps}`, source: 'let out := []; for (let i := 0; i < 5; i := i + 1) { out := arrayPushBack(out, wait(i)) } return out', options: { maxAsyncSteps, asyncFunctions: ['wait'], resume: true } })),
    { name: 'steps: the default', source: 'let i := 0; while (true) { i := wait(i + 1) }', options: { asyncFunctions: ['wait'], resume: true } }, { name: 'steps: by a closure', source: 'let w := wait; let x := w(1); return x', options: { asyncFunctions: ['wait'], maxAsyncSteps: 0 } },
    { name: 'ops: 31, 32 and 33', source: 'let a := 1; a := a + 1; a := a + 1; a := a + 1; a := a + 1; a := a + 1; a := a + 1; a := a + 1; return a' }, { name: 'ops: in callbacks', source: 'arrayMap(x -> x + 1, range(20)); return 1' },
]
