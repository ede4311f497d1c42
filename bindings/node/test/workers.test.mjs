// Worker threads: each has an environment of its own, may end at any time, and may have a small stack.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import test from 'node:test'
import { Worker } from 'node:worker_threads'

const require = createRequire(import.meta.url)
const path = require.resolve('..')
const start = (code, options) => new Worker(`const hogvm = require(${JSON.stringify(path)});
    const { parentPort } = require('node:worker_threads');
    const read = ['_H', 1, 32, 'a', 1, 1];
    ${code}`, { eval: true, ...options })
const answerOf = async (code, options) => {
    const worker = start(code, options)
    const [answer] = await once(worker, 'message')
    await worker.terminate()
    return answer
}

test('workers run programs at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, (_, i) => answerOf(`
        let sum = 0
        for (let n = 0; n < 2000; n++) sum += hogvm.execSync(read, { globals: { a: n % 10 + ${i} } })
        parentPort.postMessage(sum)`)))
    assert.deepEqual(answers, [9000, 11000, 13000, 15000])
})

test('a worker has host functions and batches of its own', async () => {
    assert.deepEqual(await answerOf(`
        new hogvm.Program(read).runBatch([{ a: 1 }, { a: 2 }]).then((results) => parentPort.postMessage(
            [...results.map(({ result }) => result), hogvm.execSync(['_H', 1, 2, 'f', 0], { functions: { f: () => 3 } })]))`), [1, 2, 3])
})

test('a worker has rules and flags of its own', async () => {
    const code = `
        const rules = new hogvm.RuleSet([{ id: 'one', filter: {} }, { id: 'two', bytecode: ['_H', 1, 2, 'f', 0] }], { functions: { f: () => true } })
        const flags = new hogvm.FlagSet({ flags: [{ key: 'f', active: true, filters: { groups: [{ properties: [{ key: 'a', value: 'b' }] }] } }] })
        const sums = [0, 0]
        for (let i = 0; i < 2000; i++) {
            sums[0] += rules.match({ event: 'e' }).ids.length
            sums[1] += flags.evaluate('f', { distinctId: 'ann', personProperties: { a: i % 2 ? 'b' : 'c' } }).value ? 1 : 0
        }
        parentPort.postMessage(sums)`
    assert.deepEqual(await Promise.all(Array.from({ length: 4 }, () => answerOf(code))), Array(4).fill([2000 * 2, 1000]))
})

test('a worker may end in the middle of a run, of a host function, of a batch', async () => {
    const loop = `['_H', 1, 29, 40, 2, 39, -5]`
    for (const code of [
        `parentPort.postMessage(0); hogvm.exec(['_H', 1, 2, 'f', 0, 35, 39, -6], { timeout: 1e9, functions: { f() {} } })`,
        `parentPort.postMessage(0); hogvm.exec(['_H', 1, 2, 'f', 0], { functions: { f() { for (;;); } } })`,
        `parentPort.postMessage(0); new hogvm.Program(${loop}).runBatch([{}, {}, {}], { timeout: 1e9, threads: 2 })`,
        `const rules = new hogvm.RuleSet([{ id: 'a', bytecode: ['_H', 1, 2, 'f', 0] }, { id: 'b', bytecode: read }], { functions: { f() { for (;;); } } })
        parentPort.postMessage(0); rules.match({})`,
        `const flags = new hogvm.FlagSet({ flags: [{ key: 'f', active: true, filters: { groups: [{ properties: [{ key: 'a', value: 'b' }] }] } }] })
        parentPort.postMessage(0); flags.evaluate('f', { distinctId: 'ann', personProperties: { get a() { for (;;); } } })`,
        `parentPort.postMessage(0); new hogvm.Program(read).runBatch((function* () { for (;;) yield { a: 1 } })())`,
    ]) {
        const worker = start(code)
        await once(worker, 'message')
        await worker.terminate()
    }
})

test('deep values on a worker\'s stack, small or used up, end in an answer or an error', async () => {
    const code = `
        let deep = 1
        for (let i = 0; i < 1990; i++) deep = i % 2 ? [deep] : { deep }
        deep = { a: deep, b: undefined }
        const run = () => { const { error } = hogvm.exec(read, { globals: { a: deep } }); return error ? error.message : 'finished' }
        const atTheEnd = () => { try { return atTheEnd() } catch { try { return run() } catch (error) { return error.message } } }
        parentPort.postMessage([run(), atTheEnd()])`
    for (const resourceLimits of [undefined, { stackSizeMb: 2 }, { stackSizeMb: 1 }, { stackSizeMb: 16 }])
        for (const answer of await answerOf(code, { resourceLimits }))
            assert.match(answer, /^finished$|Maximum call stack size exceeded/)
})
