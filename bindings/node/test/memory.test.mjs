// Resident memory over many runs: flat, whatever the way to run; over a million of those that take a microsecond or two.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'

const require = createRequire(import.meta.url)
const { compileFilter, exec, FlagSet, Operation: op, Program, RuleSet } = require('..')

const MOST_GROWTH = 25e6 // bytes: the allocator's and the garbage collector's own ups and downs
const tokens = ['_H', 1, op.STRING, 'b', op.STRING, 'a', op.GET_GLOBAL, 2, op.STRING, 'k', op.STRING, 'a', op.GET_GLOBAL, 1, op.DICT, 1, op.ARRAY, 2]
const globals = { a: { b: 'x'.repeat(50), c: [1, 2, { d: null }] } }
const text = JSON.stringify(globals)
const program = new Program(tokens)
const failing = ['_H', 1, op.CALL_GLOBAL, 'f', 0]
const functions = { f() { throw new Error('mine') } }
const rules = new RuleSet([{ id: 'a', bytecode: tokens }, { id: 'b', filter: {} }])
const definitions = { flags: [{ key: 'f', active: true, filters: { groups: [{ properties: [{ key: 'a', value: 'x' }] }] } }] }
const flags = new FlagSet(definitions)

const ways = {
    'exec of one array': [1_000_000, () => exec(tokens, { globals })],
    'exec of ever new arrays': [30_000, () => exec([...tokens], { globals })],
    'exec of ever new programs': [20_000, (i) => exec([...tokens, op.POP, op.INTEGER, i], { globals })],
    'run': [1_000_000, () => program.run(globals)],
    'runJson': [60_000, () => program.runJson(text)],
    'host functions that throw': [20_000, () => exec(failing, { functions })],
    'suspensions': [20_000, () => exec(['_H', 1, op.CALL_GLOBAL, 'g', 0], { asyncFunctions: { g() {} } })],
    'rules, matched': [60_000, () => rules.match(globals)],
    'rules, replaced': [3000, (i) => rules.set({ id: 'c', bytecode: ['_H', 1, op.INTEGER, i] })],
    'ever new rule sets': [1000, () => new RuleSet([{ id: 'a', filter: {} }])],
    'filters': [10_000, () => compileFilter({ events: [{ id: '$pageview', type: 'events' }] })],
    'flags, evaluated': [200_000, (i) => flags.evaluate('f', { distinctId: `${i}`, personProperties: { a: i % 2 ? 'x' : { y: i } } })],
    'flags, unknown ones': [20_000, (i) => flags.evaluate(`unknown ${i}`, { distinctId: 'ann' })],
    'flags, replaced': [2000, (i) => (flags.replace(definitions), flags.evaluate('f', { distinctId: 'ann', personProperties: { a: 'x' } }))],
    'getters that throw': [20_000, () => exec(tokens, { globals: { get a() { throw 1 } } })],
}

for (const [name, [count, run]] of Object.entries(ways)) {
    test(`${name}: memory is flat`, async () => {
        const round = async (runs) => {
            for (let i = 0; i < runs; i++) {
                run(i)
                if (i % 5000 === 0) await setImmediate() // for finalizers
            }
            for (let i = 0; i < 3; i++) globalThis.gc?.(), await setImmediate()
            return process.memoryUsage().rss
        }
        const warm = Math.min(count, 100_000)
        await round(warm)
        await round(warm)
        const before = await round(warm)
        const after = await round(count)
        assert.ok(after - before < MOST_GROWTH, `${((after - before) / 1e6).toFixed(1)} MB more after ${count} runs`)
    })
}

test('batches: memory is flat', async () => {
    const events = Array.from({ length: 2000 }, () => text)
    const round = async () => {
        for (let i = 0; i < 10; i++) await program.runBatch(events, { threads: 2 })
        for (let i = 0; i < 3; i++) globalThis.gc?.(), await setImmediate()
        return process.memoryUsage().rss
    }
    await round()
    const before = await round()
    assert.ok((await round()) - before < 2 * MOST_GROWTH)
})
