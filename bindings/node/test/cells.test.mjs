// Data crosses in cells once its shapes are known (lib/cells.js): it must be what it is on the way through JSON text, which the
// first runs take.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)
const { exec, Operation: op, Program } = require('..')
const native = require('../lib/native')

const RUNS = 200 // more than it takes to know a shape, on the way in and on the way out, after what has no cells
const identity = new Program(['_H', 1, op.STRING, 'a', op.GET_GLOBAL, 1, op.RETURN])
const crossedInCells = () => native.registers[native.STATUS] === native.CELLS

/** What the identity gives at first and at last, and whether that came in cells. */
function firstAndLast(make) {
    const first = identity.run({ a: make() }).result
    let last
    for (let i = 0; i < RUNS; i++) last = identity.run({ a: make() }).result
    return { first, last, inCells: crossedInCells() }
}

const same = (make) => {
    const { first, last, inCells } = firstAndLast(make)
    assert.deepEqual(last, first)
    assert.equal(JSON.stringify(last), JSON.stringify(first))
    return inCells
}

const DATA = {
    'an event': { event: 'x', properties: { $a: 1, b: [1, 'two', null, true, false, { c: 0.1 }], $c: '' }, person: {} },
    'a wide object': Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`key ${i}`, `value ${i}`])),
    'texts beyond ASCII': { é: 'é', 'ключ': ['значение', '😀', 'a😀b', '\u2028', 'ÿ'], plain: 'text', dash: 'a – b' },
    'keys that look like code': { '"': 1, '\\': 2, '\n': 3, '`${x}`': 4, '*/': 5, 'a"]: next(), ["b': 6, '\u2029': 7, '': 8 },
    'keys that are indices': { b: 1, 2: 'two', 1: 'one', a: 2, 4294967295: 3 },
    'keys that Object.prototype has': { constructor: 1, toString: 2, hasOwnProperty: 3, valueOf: null },
    'numbers': { a: [1.5, -1, 2 ** 31, 1e300, 5e-324, 2 ** 53 - 1] },
    'arrays of arrays': [[], [[]], [1, [2, [3]]]],
    'long texts': { a: 'x'.repeat(20_000), b: 'é'.repeat(20_000) },
}
for (const [name, value] of Object.entries(DATA)) {
    test(`in cells: ${name}`, () => {
        assert.ok(same(() => JSON.parse(JSON.stringify(value))))
        assert.deepEqual(identity.run({ a: value }).result, value)
    })
}

const nested = (depth) => (depth === 0 ? 1 : { a: nested(depth - 1) })
const OTHERS = {
    'what JSON has not': () => ({ a: NaN, b: -0, c: undefined, d: Infinity, e: 2 ** 64, f: 2 ** 53 + 2 }),
    'surrogates that would join': () => ({ a: 'x\ud83d', b: '\ude00y' }),
    'a surrogate alone': () => ({ a: '\ud83d', b: '�' }),
    'holes': () => ({ a: [1, , 3] }),
    'a __proto__ of its own': () => JSON.parse('{"a": 1, "__proto__": {"b": 2}}'),
    'a date': () => ({ a: { __hogDate__: true, year: 2024, month: 2, day: 29 } }),
    'a datetime': () => ({ a: { __hogDateTime__: true, dt: 1, zone: 'UTC' } }),
    'no prototype': () => Object.assign(Object.create(null), { a: 1, b: { c: 2 } }),
    'a Map': () => new Map([['a', 1]]),
    'a prototype': () => Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }),
    'too many keys': () => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i])),
    'too many cells': () => Array.from({ length: 5000 }, (_, i) => i),
    'cells to the last': () => Array.from({ length: 4095 }, (_, i) => `${i}`),
    'deep': () => nested(63),
    'too deep': () => nested(100),
    'what lies in itself': () => {
        const a = { b: 1, c: [] }
        a.c.push(a)
        return { b: 1, c: a.c.length }
    },
    'what is there twice': () => {
        const b = { c: 1 }
        return { b, again: b, list: [b, b] }
    },
}
for (const [name, make] of Object.entries(OTHERS)) test(`as through text: ${name}`, () => void same(make))

test('texts that lie in one another, and equal ones, keep their own lengths', () => {
    const cut = (size) => [op.STRING, 't', op.GET_GLOBAL, 1, op.INTEGER, 1, op.INTEGER, size, op.CALL_GLOBAL, 'substring', 3]
    const tokens = ['_H', 1, op.STRING, 'a', op.STRING, 'o', op.GET_GLOBAL, 1, op.STRING, 'b', ...cut(3), op.STRING, 'c', ...cut(2), op.DICT, 3, op.RETURN]
    const program = new Program(tokens)
    for (let i = 0; i < RUNS; i++) {
        const { result } = program.run({ t: `pét${i}`, o: { same: 'one', other: 'one' } })
        assert.deepEqual(result, { a: { same: 'one', other: 'one' }, b: 'pét', c: 'pé' })
    }
    assert.ok(crossedInCells())
})

test('exec gives Maps, of which one that is there twice is one', () => {
    const convert = (value) => (value instanceof Map ? { map: [...value].map(([key, item]) => [key, convert(item)]) } : Array.isArray(value) ? value.map(convert) : value)
    const read = ['_H', 1, op.STRING, 'a', op.GET_GLOBAL, 1]
    const twice = [...read, op.GET_LOCAL, 0, op.GET_LOCAL, 0, op.ARRAY, 2, op.RETURN]
    const tuple = [...read, op.INTEGER, 1, op.TUPLE, 2, op.RETURN]
    const make = () => ({ b: [1, { c: 'é' }, {}], d: 'x', e: null })
    const first = exec([...read, op.RETURN], { globals: { a: make() } }).result
    for (let i = 0; i < RUNS; i++) assert.deepEqual(convert(exec([...read, op.RETURN], { globals: { a: make() } }).result), convert(first))
    assert.ok(crossedInCells())
    for (let i = 0; i < RUNS; i++) {
        const [one, other] = exec(twice, { globals: { a: make() } }).result
        assert.equal(one, other)
        assert.ok(exec(tuple, { globals: { a: make() } }).result.__isHogTuple)
    }
})

test('results are the caller’s own', () => {
    const value = { a: { b: [1] } }
    for (let i = 0; i < RUNS; i++) {
        const { result } = identity.run({ a: value })
        assert.deepEqual(result, value)
        result.a.b.push(i)
        result.a.c = i
    }
    assert.deepEqual(value, { a: { b: [1] } })
})

test('an object that is another each time it is looked at breaks nothing', () => {
    let turn = 0
    const changing = () => {
        const object = { a: 1, b: 2, get c() { return turn % 2 ? delete this.b : (this.d = 'more') }, e: 'x' }
        return ++turn % 3 ? object : new Proxy(object, { ownKeys: (target) => Reflect.ownKeys(target).slice(0, ++turn % 4) })
    }
    for (let i = 0; i < 200; i++) {
        const { result } = identity.run({ a: changing() })
        assert.ok(Object.keys(result).length <= 5)
    }
})

test('a program that runs inside another, by a getter or a host function, takes nothing of its texts', () => {
    const inner = () => identity.run({ a: { x: 'inner', y: ['texts'] } }).result
    const getter = () => ({ before: 'outer', get at() { return inner().x }, after: 'end' })
    const functions = { f: inner }
    const tokens = ['_H', 1, op.STRING, 'g', op.STRING, 'a', op.GET_GLOBAL, 1, op.STRING, 'f', op.CALL_GLOBAL, 'f', 0, op.DICT, 2, op.RETURN]
    const program = new Program(tokens)
    for (let i = 0; i < RUNS; i++) {
        assert.deepEqual(identity.run({ a: getter() }).result, { before: 'outer', at: 'inner', after: 'end' })
        const { result } = program.run({ a: { s: 'outer', t: 'other' } }, { functions })
        assert.deepEqual(result, { g: { s: 'outer', t: 'other' }, f: { x: 'inner', y: ['texts'] } })
    }
})

test('a global that a Proxy says is missing is missing, whatever runs meanwhile', () => {
    const functions = { f: () => 1 }
    for (const read of [{ z: 1, q: 'text' }, true, new Date(0)]) {
        const globals = new Proxy({}, { getOwnPropertyDescriptor: () => void identity.run({ a: read }, { functions }) })
        for (let i = 0; i < RUNS; i++) identity.run({ a: read }, { functions })
        assert.throws(() => identity.run(globals, { functions }), /Global variable not found: a/)
    }
})

test('an undefined global is null, also after much that had no cells', () => {
    class Other {
        field = 1
    }
    const functions = { f: () => 1 }
    const isNull = ['_H', 1, op.STRING, 'k', op.STRING, 'a', op.GET_GLOBAL, 2, op.NULL, op.EQ, op.RETURN]
    const other = ['_H', 1, op.STRING, 'a', op.GET_GLOBAL, 1, op.RETURN]
    for (let more = 0; more < 8; more++) { // one of eight is tried all the same
        for (let i = 0; i < 40 + more; i++) exec(other, { globals: { a: new Other() }, functions })
        assert.equal(exec(isNull, { globals: { a: { k: undefined } }, functions }).result, true)
    }
})

test('strings of a walk that was given up are let go of by the next run', () => {
    const { pool } = require('../lib/cells')
    const functions = { f: () => 1 }
    const texts = Array.from({ length: 100 }, (_, i) => `text ${i}`)
    const throwing = { get a() { throw new Error('no') } }
    for (const last of [new Date(0), throwing]) {
        try {
            identity.run({ a: [...texts, last] }, { functions })
        } catch {
            // as it should
        }
        identity.run({ a: 'x' }, { functions })
        assert.deepEqual(pool.filter((text) => text !== ''), [])
    }
})

test('setters of Object.prototype are not called by results', () => {
    const value = { polluted: 1 }
    for (let i = 0; i < RUNS; i++) identity.run({ a: value })
    Object.defineProperty(Object.prototype, 'polluted', { set() { assert.fail() }, get: () => 2, configurable: true })
    try {
        assert.deepEqual(Object.entries(identity.run({ a: value }).result), [['polluted', 1]])
    } finally {
        delete Object.prototype.polluted
    }
})

test('ever new shapes cross all the same, and known ones among them', () => {
    for (let i = 0; i < 60_000; i++) {
        const value = i % 10 ? { [`k${i}`]: 1 } : { known: i }
        const { result } = identity.run({ a: value })
        assert.deepEqual(Object.entries(result), Object.entries(value))
    }
})

test('where no code is made of text, results come through JSON', () => {
    const code = `
        const { Program } = require(${JSON.stringify(require.resolve('..'))})
        const program = new Program(['_H', 1, 32, 'a', 1, 1, 38])
        const value = { b: [1, 'two', { c: null }], d: 'é' }
        for (let i = 0; i < 40; i++) require('node:assert').deepEqual(program.run({ a: value }).result, value)
        console.log('done')`
    const out = execFileSync(process.execPath, ['--disallow-code-generation-from-strings', '-e', code], { encoding: 'utf8' })
    assert.equal(out, 'done\n')
})
