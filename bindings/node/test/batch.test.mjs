// Program.runBatch.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)
const { HogVMException, Operation: op, Program } = require('..')

const read = (...keys) => ['_H', 1, ...keys.reverse().flatMap((key) => [op.STRING, key]), op.GET_GLOBAL, keys.length]
const program = new Program(read('a'))

test('results come in the order of the events, whatever their form', async () => {
    const events = Array.from({ length: 1000 }, (_, a) => [{ a }, `{"a":${a}}`, Buffer.from(`{"a":${a}}`)][a % 3])
    for (const threads of [1, 2, 5]) {
        const results = await program.runBatch(events, { threads })
        assert.deepEqual(results.map(({ result }) => result), events.map((_, a) => a))
        assert.ok(results.every(({ ops, printed }) => ops === 2 && printed.length === 0))
    }
})

test('a failed event fails alone', async () => {
    const results = await program.runBatch([{ a: 1 }, {}, '{', { a: 2n }, null, { a: 3 }, Buffer.from([255])], { threads: 2 })
    assert.deepEqual(results.map(({ result, error }) => result ?? error.name),
        [1, 'HogVMException', 'HogVMException', 'TypeError', 'TypeError', 3, 'HogVMException'])
    assert.match(results[1].error.message, /Global variable not found: a/)
})

test('uncaught errors, printed lines and odd results arrive', async () => {
    const tokens = [...read('a'), op.CALL_GLOBAL, 'print', 1, op.POP, ...read('a').slice(2), op.STRING, 'T', op.STRING, 'm',
        ...read('a').slice(2), op.CALL_GLOBAL, 'HogError', 3, op.THROW]
    const [{ error, printed }] = await new Program(tokens).runBatch([{ a: [1] }])
    assert.deepEqual([error.type, error.payload, printed], ['T', [1], ['[1]']])
    const odd = new Program(['_H', 1, op.FLOAT, 0, op.FLOAT, 0, op.DIVIDE, op.CALL_GLOBAL, 'print', 0, op.ARRAY, 2])
    assert.deepEqual((await odd.runBatch([{}, {}])).map(({ result }) => result), [[NaN, undefined], [NaN, undefined]])
})

test('results as text', async () => {
    const results = await program.runBatch([{ a: { b: ['ü', 1] } }, { a: null }, { a: 'x' }], { json: true })
    assert.deepEqual(results.map(({ result }) => result), ['{"b":["ü",1]}', 'null', '"x"'])
})

test('results as bytes', async () => {
    const events = [{ a: { b: ['ü', '\ud800', 1] } }, { a: null }, {}, { a: '' }]
    const texts = await program.runBatch(events, { json: true })
    const results = await program.runBatch(events, { json: 'bytes' })
    assert.ok(results.every(({ result, error }) => Buffer.isBuffer(result) || error !== undefined))
    assert.deepEqual(results.map(({ result }) => result?.toString()), texts.map(({ result }) => result))
    assert.equal(results[2].result, undefined)
    const odd = new Program(['_H', 1, op.FLOAT, 0, op.FLOAT, 0, op.DIVIDE])
    assert.deepEqual((await odd.runBatch([{}, {}], { json: 'bytes' })).map(({ result }) => String(result)), ['null', 'null'])
    await assert.rejects(program.runBatch([{}], { json: 'text' }), /json: expected true, false or "bytes", got text/)
})

test('texts are whole, whatever their letters', async () => {
    const values = ['a', 'ü', 'ж'.repeat(300), '😀', '\ud800', 'a\u0000b', 'x'.repeat(5000), '', '\u2028"\\']
    for (const json of [false, true, 'bytes']) {
        const results = await program.runBatch(values.map((a) => ({ a })), { json, threads: 2 })
        const told = results.map(({ result }) => (json ? JSON.parse(result) : result))
        assert.deepEqual(told, values)
        const alone = await program.runBatch([{ a: 'ascii' }, { a: values }], { json })
        assert.deepEqual(alone.map(({ result }) => (json ? JSON.parse(result) : result)), ['ascii', values])
    }
})

test('promises of events are awaited', async () => {
    const results = await program.runBatch([Promise.resolve({ a: 1 }), { a: 2 }])
    assert.deepEqual(results.map(({ result }) => result), [1, 2])
})

test('events may be any iterable, also an asynchronous one, and none', async () => {
    async function* events() {
        for (let a = 0; a < 300; a++) yield { a }
    }
    assert.equal((await program.runBatch(events())).length, 300)
    assert.equal((await program.runBatch(new Set([{ a: 1 }]))).length, 1)
    assert.deepEqual(await program.runBatch([]), [])
    const broken = (function* () {
        yield { a: 1 }
        throw new Error('mine')
    })()
    await assert.rejects(program.runBatch(broken), /mine/)
})

test('the event loop goes on meanwhile', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    await new Program(['_H', 1, op.INTEGER, 20000, op.CALL_GLOBAL, 'range', 1, op.CALL_GLOBAL, 'length', 1]).runBatch(
        Array.from({ length: 500 }, () => ({})), { threads: 2 })
    clearInterval(timer)
    assert.ok(turns > 0)
})

test('a signal ends the batch', async () => {
    const reason = new Error('enough')
    await assert.rejects(program.runBatch([{ a: 1 }], { signal: AbortSignal.abort(reason) }), (error) => error === reason)
    const loop = new Program(['_H', 1, op.TRUE, op.JUMP_IF_FALSE, 2, op.JUMP, -5])
    const controller = new AbortController()
    const batch = loop.runBatch(Array.from({ length: 100 }, () => ({})), { threads: 2, timeout: 100_000, signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await assert.rejects(batch, (error) => error === reason)
})

test('what needs JavaScript on a thread is refused by name', async () => {
    await assert.rejects(program.runBatch([], { functions: {} }), /can't use the option "functions"/)
    await assert.rejects(program.runBatch([], { threads: 0 }), /threads: expected an integer from 1 to 256, got 0/)
    const sleeping = new Program(['_H', 1, op.INTEGER, 1, op.CALL_GLOBAL, 'sleep', 1])
    const [{ error }] = await sleeping.runBatch([{}])
    assert.ok(error instanceof HogVMException)
    assert.equal(error.message, 'Unexpected async function call: sleep')
})

test('a bundle\'s globals are seen', async () => {
    const bundle = new Program({ bytecodes: { root: { bytecode: read('b'), globals: { b: 7 } } } })
    assert.deepEqual((await bundle.runBatch([{ a: 1 }, '{"b": 8}'])).map(({ result }) => result), [7, 8])
})

test('long texts are searched in as by a run', async () => {
    // return text =~ '(?:[a-z]+ )+[0-9]$', which might take more than a moment in so long a text, and does not
    const program = new Program(['_H', 1, 32, '(?:[a-z]+ )+[0-9]$', 32, 'text', 1, 1, 23, 38])
    const event = { text: 'words and '.repeat(30_000) + '1' }
    const [{ result }] = await program.runBatch([event])
    assert.deepEqual([result, program.run(event).result], [true, true])
})
