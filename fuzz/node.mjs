#!/usr/bin/env node
// Hostile JavaScript values through the Node package: as globals, as what host functions and awaited ones answer, as
// states, filters, rules, flags and options.
//
//   node fuzz/node.mjs [--seed S] [--first I] [--count N] [--seconds T] [--last FILE]
//
// T is of a processor. An act may throw. It must not end the process, take more than a few seconds, or change what a later one gives; and a
// plain value must come out of a program as it went in. `--seed S --first I --count 1` repeats an act; its number is in
// FILE if the process ends in it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { Random } from '../conformance/random.mjs'

const require = createRequire(import.meta.url)
const { compileFilter, exec, execAsync, FlagSet, Program, RuleSet } = require('../bindings/node')
const { values: given } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, first: { type: 'string', default: '0' }, count: { type: 'string' }, seconds: { type: 'string' }, last: { type: 'string' } },
})
const SLOWEST = 5000 // ms
const LIMITS = { timeout: 50, memoryLimit: 2 ** 20, maxAsyncSteps: 3 }
const read = (path) => JSON.parse(fs.readFileSync(fileURLToPath(new URL(path, import.meta.url))))
const FILTERS = read('../rules/filter_cases.json')
const FLAGS = read('../rules/flag_cases.json').map(({ definitions, cases }) => ({ definitions: JSON.parse(definitions), person: JSON.parse(cases[0].person) }))

const TEXTS = ['', 'a', 'Hello', 'é😀', '\ud83d', '\udc00x', '\0', '__proto__', 'constructor', 'length', 'toJSON', '$pageview', '1', '4294967295', 'x'.repeat(5000)]
const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 5e-324, 2 ** 53, -(2 ** 53) - 2, 2 ** 63, 1e308, 4294967296, 300]
const KEYS = ['a', 'b', 'event', 'properties', 'person', 'v', '1', '0', 'é', 'a.b', '$x y', '']
const MARKS = ['__hogDateTime__', '__hogDate__', '__hogError__', '__hogCallable__', '__hogClosure__', '__isHogTuple', '__hx_ast', 'dt', 'zone', 'year', 'month', 'day', 'type', 'callable', 'upvalues', 'argCount', 'ip', 'upvalueCount', 'toJSON', '__proto__', 'length']

/** A value that JSON holds, and Hog as it is. */
function plain(random, depth = 3) {
    switch (random.below(depth > 0 ? 7 : 5)) {
        case 0: return null
        case 1: return random.chance(0.5)
        case 2: return random.pick(NUMBERS.filter((n) => !Object.is(n, -0)))
        case 3: return random.pick(TEXTS)
        case 4: return random.below(1e6) / 8
        case 5: return Array.from({ length: random.below(5) }, () => plain(random, depth - 1))
        default: return Object.fromEntries(Array.from({ length: random.below(5) }, () => [random.pick(KEYS), plain(random, depth - 1)]))
    }
}

class Own {
    #secret = 1
    constructor(value) {
        this.value = value
    }
    get secret() {
        return this.#secret
    }
}

/** A value of which nothing can be relied on. */
function strange(random, depth = 3) {
    const inner = () => strange(random, depth - 1)
    if (depth <= 0 || random.chance(0.2)) return plain(random, 1)
    switch (random.below(30)) {
        case 0: return undefined
        case 1: return Symbol('s')
        case 2: return 10n ** 30n
        case 3: return NaN
        case 4: return random.pick([Infinity, -Infinity, -0])
        case 5: return () => 1
        case 6: return new Date(random.pick([0, NaN, 8.64e15, -62135596800000, 1709210096789]))
        case 7: return new Map([[inner(), inner()], [random.pick(KEYS), inner()]])
        case 8: return new Set([inner(), 1])
        case 9: return random.pick([new Uint8Array(9), new Float64Array([NaN, 1]), new ArrayBuffer(8), new DataView(new ArrayBuffer(4)), Buffer.from('x'), new BigInt64Array(2)])
        case 10: return { get [random.pick(KEYS)]() { throw new Error('getter') }, b: 1 }
        case 11: { const o = { a: 1 }; o.self = o; return o }
        case 12: { const a = [1]; a.push(a); return a }
        case 13: return new Proxy(random.chance(0.5) ? {} : [], traps(random))
        case 14: { const { proxy, revoke } = Proxy.revocable(random.chance(0.5) ? {} : [], {}); revoke(); return proxy }
        case 15: { const a = []; a[random.pick([3, 100, 2 ** 20])] = 1; return a }
        case 16: { const a = [1, 2, 3]; a.length = random.below(8); a.extra = inner(); return a }
        case 17: { const a = [1, 2, 3]; Object.defineProperty(a, 1, { get() { a.length = 0; return 'gone' } }); return a }
        case 18: return Object.create({ inherited: inner() }, { hidden: { value: 1 }, [random.pick(KEYS)]: { value: inner(), enumerable: true } })
        case 19: return Object.assign(Object.create(null), { a: inner(), b: inner() })
        case 20: return new Own(inner())
        case 21: return random.pick([new Number(5), new String('boxed'), new Boolean(false), Object(1n), Object(Symbol.iterator)])
        case 22: return { toJSON() { return random.chance(0.5) ? inner() : (() => { throw new Error('toJSON') })() }, a: 1 }
        case 23: return Object.fromEntries(Array.from({ length: 1 + random.below(5) }, () => [random.pick(MARKS), random.chance(0.5) ? true : inner()]))
        case 24: return random.pick([new Error('e'), /x/g, Promise.resolve(1), globalThis, Math, new WeakMap(), Object.freeze([1, [2]]), (function* () {})(), class {}])
        case 25: { let deep = 1; for (let n = random.pick([10, 1990, 2010, 20000]); n > 0; n--) deep = random.chance(0.5) ? [deep] : { d: deep }; return deep }
        case 26: { const o = {}; for (let n = random.below(200); n > 0; n--) o[`k${n}`] = n; return o }
        case 27: { const shared = { a: inner() }; return [shared, shared, { shared }] }
        case 28: { const o = { a: 1, b: { c: 2 } }; Object.defineProperty(o, 'a', { enumerable: true, get() { delete o.b; o.z = 1; return 1 } }); return o }
        default: return random.chance(0.5) ? [inner(), inner()] : { [random.pick(KEYS)]: inner(), [random.pick(KEYS)]: inner() }
    }
}

/** Handlers that lie, throw, or are not there. */
function traps(random) {
    const lie = random.pick([undefined, null, 'x', 1, [], {}, ['a', 'a'], [Symbol.iterator], -1, 2 ** 40])
    const all = {
        get: () => lie,
        has: () => true,
        ownKeys: () => lie,
        getOwnPropertyDescriptor: () => ({ value: lie, configurable: true, enumerable: true }),
        getPrototypeOf: () => lie,
    }
    const boom = () => { throw new RangeError('trap') }
    return Object.fromEntries(Object.entries(all).filter(() => random.chance(0.5)).map(([name, trap]) => [name, random.chance(0.3) ? boom : trap]))
}

/** A document with a few of its places taken by strange values. */
function spoilt(random, document) {
    const copy = structuredClone(document)
    for (let n = 1 + random.below(3); n > 0; n--) {
        let at = copy
        for (let steps = random.below(8); at && typeof at === 'object'; steps--) {
            const keys = Object.keys(at)
            const key = keys.length && random.chance(0.95) ? random.pick(keys) : random.pick(KEYS)
            if (steps <= 0 || !at[key] || typeof at[key] !== 'object') {
                try { at[key] = strange(random) } catch { /* it is frozen, or a proxy by now */ }
                break
            }
            at = at[key]
        }
    }
    return copy
}

const string = (text) => [32, text]
const IDENTITY = new Program(['_H', 1, ...string('v'), 1, 1, 38])
const ANSWER = new Program(['_H', 1, ...string('v'), 1, 1, 2, 'f', 1, 38])
const PARTS = new Program(['_H', 1, ...string('a'), ...string('v'), 1, 2, ...string('length'), ...string('v'), 1, 2, 33, 1, ...string('v'), 1, 2, ...string('b'), ...string('a'), ...string('v'), 1, 3, 43, 4, 2, 'jsonStringify', 1, 38])
const WAITS = ['_H', 1, ...string('v'), 1, 1, 2, 'wait', 1, 36, 0, 2, 'toString', 1, 2, 'print', 1, 35, 38]
const PRINTS = new Program(['_H', 1, ...string('v'), 1, 1, 2, 'print', 1, 35, ...string('v'), 1, 1, 2, 'typeof', 1, 38])
const TOKENS = [PARTS, PRINTS].length && [
    ['_H', 1, ...string('v'), 1, 1, 36, 0, 2, 'keys', 1, 38],
    ['_H', 1, 52, 'lambda', 1, 0, 3, 36, 0, 38, 53, 0, ...string('v'), 1, 1, 2, 'arrayMap', 2, 38],
    WAITS,
]
const FLAG_SETS = FLAGS.map(({ definitions }) => new FlagSet(definitions))

/** A state that waits, as plain data. */
function waiting() {
    return structuredClone(exec(WAITS, { globals: { v: [1, { a: 2 }] }, asyncFunctions: { wait: () => 1 } }).state)
}

/** What may be done; each is given the generator, and may throw whatever it likes but AssertionErrors. */
const ACTS = [
    (random) => {
        const v = plain(random)
        assert.deepStrictEqual(IDENTITY.run({ v }).result, v)
        assert.deepStrictEqual(JSON.parse(IDENTITY.runJson(JSON.stringify({ v })).result), JSON.parse(JSON.stringify(v)))
    },
    (random) => {
        const v = plain(random)
        assert.deepStrictEqual(ANSWER.run({ v: 1 }, { functions: { f: () => v } }).result, v)
        let seen
        ANSWER.run({ v }, { functions: { f: (arg) => { seen = arg } } })
        assert.deepStrictEqual(seen, v)
    },
    (random) => {
        const sparse = Array.from({ length: random.below(3) }, () => strange(random))
        sparse[random.pick([2 ** 24, 4294967294])] = strange(random)
        random.pick([IDENTITY, PARTS, PRINTS]).run({ v: sparse }, LIMITS)
    },
    (random) => random.pick([IDENTITY, PARTS, PRINTS]).run({ v: strange(random), get w() { throw new Error('not read') } }, LIMITS),
    (random) => random.pick([IDENTITY, PARTS, PRINTS]).run(strange(random), LIMITS),
    (random) => ANSWER.run({ v: strange(random) }, { ...LIMITS, functions: { f: (v) => (random.chance(0.5) ? v : strange(random)) } }),
    (random) => ANSWER.run({ v: 1 }, { ...LIMITS, functions: { f: () => { throw strange(random) } } }),
    (random) => ANSWER.run({ v: 1 }, spoilt(random, { ...LIMITS, functions: { f: null }, external: { regex: {} }, telemetry: true })),
    (random) => new Program(spoilt(random, random.pick(TOKENS))).run({ v: strange(random) }, LIMITS),
    (random) => new Program(strange(random)),
    (random) => exec(spoilt(random, random.pick(TOKENS)), { ...LIMITS, globals: { v: strange(random) }, asyncFunctions: { wait: () => 1 } }),
    (random) => exec(spoilt(random, waiting()), { ...LIMITS, asyncFunctions: { wait: () => 1 } }),
    (random) => exec(strange(random), strange(random)),
    (random) => IDENTITY.resume(random.chance(0.7) ? spoilt(random, waiting()) : waiting(), strange(random), { v: 1 }, LIMITS),
    (random) => execAsync(WAITS, { ...LIMITS, globals: { v: strange(random) }, asyncFunctions: { wait: async () => strange(random) } }),
    (random) => IDENTITY.runBatch(Array.from({ length: random.below(6) }, () => (random.chance(0.3) ? strange(random) : { v: strange(random) })), { ...LIMITS, threads: 2 }),
    (random) => IDENTITY.runJson(random.pick([strange(random), Buffer.from('{"v":\xff}', 'latin1'), '{"v":1', new Uint8Array(3)]), LIMITS),
    (random) => compileFilter(spoilt(random, random.pick(FILTERS.cases).filter), random.chance(0.3) ? spoilt(random, FILTERS.options) : undefined),
    (random) => {
        const rules = new RuleSet([{ id: 'a', filter: random.pick(FILTERS.cases).filter }, { id: 'b', bytecode: ['_H', 1, ...string('v'), 1, 1] }])
        rules.match(spoilt(random, FILTERS.events[0]))
        rules.setAll([spoilt(random, { id: 'c', filter: random.pick(FILTERS.cases).filter }), spoilt(random, { id: 'b', bytecode: random.pick(TOKENS), enabled: true })])
        rules.match({ v: strange(random), ...FILTERS.events[0] })
        rules.explain(random.chance(0.8) ? 'b' : strange(random), { v: strange(random) })
        rules.remove(strange(random))
    },
    (random) => {
        const flags = random.pick(FLAG_SETS)
        flags.evaluateAll(spoilt(random, random.pick(FLAGS).person))
        flags.evaluate(random.chance(0.5) ? random.pick(flags.keys) : strange(random), spoilt(random, random.pick(FLAGS).person))
    },
    (random) => {
        const flags = new FlagSet(spoilt(random, random.pick(FLAGS).definitions), random.chance(0.1) ? { localZone: strange(random) } : undefined)
        flags.evaluateAll(random.pick(FLAGS).person)
        flags.replace(strange(random))
    },
]

/** Of what an act threw, which may be a revoked Proxy. */
function isFinding(error) {
    try {
        return error instanceof assert.AssertionError
    } catch {
        return false
    }
}

const seed = Number(given.seed)
const first = Number(given.first)
const last = given.count ? first + Number(given.count) : Infinity
const until = given.seconds ? 1000 * Number(given.seconds) : Infinity
const ms = ({ user, system }) => (user + system) / 1000
if (last === Infinity && until === Infinity) {
    console.error('fuzz/node.mjs: how many? --count N or --seconds T')
    process.exit(2)
}
const place = given.last && fs.openSync(given.last, 'w')

console.log = () => {} // what programs print
process.on('unhandledRejection', () => {}) // an act's own
let slowest = 0
let index = first
for (; index < last && ms(process.cpuUsage()) < until; index++) {
    if (place) fs.writeSync(place, `--seed ${seed} --first ${index} --count 1`.padEnd(60), 0)
    const random = new Random(seed, index)
    const started = process.cpuUsage()
    try {
        await random.pick(ACTS)(random)
    } catch (error) {
        if (isFinding(error)) {
            console.error(`act ${index} of seed ${seed}: ${error.message}`)
            process.exit(1)
        }
    }
    const took = ms(process.cpuUsage(started))
    slowest = Math.max(slowest, took)
    assert(took < SLOWEST, `act ${index} of seed ${seed} took ${took} ms`)
    if (index % 64 === 0) {
        assert.deepStrictEqual(IDENTITY.run({ v: { a: [1, 'x', null] } }).result, { a: [1, 'x', null] })
        await nextTurn()
    }
}
const { rss } = process.memoryUsage()
assert(rss < 1.5e9, `the process has grown to ${rss} bytes`)
process.stdout.write(`node: ${index - first} acts of seed ${seed}, the slowest ${Math.round(slowest)} ms, ${Math.round(rss / 2 ** 20)} MiB at the end\n`)
process.exit(0)
