// The fast way: Program.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)
const { exec, HogVMException, Operation: op, Program, UncaughtHogVMException } = require('..')

const read = (...keys) => ['_H', 1, ...keys.reverse().flatMap((key) => [op.STRING, key]), op.GET_GLOBAL, keys.length]
const call = (name, ...args) => ['_H', 1, ...args.flatMap((text) => [op.STRING, text]), op.CALL_GLOBAL, name, args.length]

test('run gives plain objects, with what the run took', () => {
    const ran = new Program(['_H', 1, op.STRING, 'k', op.INTEGER, 1, op.INTEGER, 2, op.TUPLE, 2, op.DICT, 1, op.RETURN]).run()
    assert.deepEqual(ran.result, { k: [1, 2] })
    assert.deepEqual([ran.finished, ran.ops, ran.maxMemory, ran.asyncSteps, ran.printed], [true, 6, 41, 0, []])
    assert.ok(ran.duration >= 0 && ran.duration < 5000)
})

test('texts of any length and alphabet come as they are, however many there are', () => {
    const names = Array.from({ length: 24 }, (_, i) => `text${i}`)
    const program = new Program(['_H', 1, ...names.flatMap((name) => [op.STRING, name, op.GET_GLOBAL, 1]), op.ARRAY, names.length, op.RETURN])
    for (const text of ['', 'a', 'é', 'x'.repeat(100), 'x'.repeat(101), `${'x'.repeat(50)}\0\x7f\x80`, 'half \ud83d', '😀'.repeat(40)]) {
        const globals = Object.fromEntries(names.map((name, i) => [name, `${text}${i}`]))
        assert.deepEqual(program.run(globals).result, Object.values(globals))
        assert.deepEqual(exec(['_H', 1, op.STRING, 'text0', op.GET_GLOBAL, 1], { globals }).result, `${text}0`)
    }
})

test('a getter that runs a program does not disturb what was read before it', () => {
    const inner = new Program(['_H', 1, op.STRING, 'a', op.GET_GLOBAL, 1, op.STRING, 'b', op.GET_GLOBAL, 1, op.ARRAY, 2, op.RETURN])
    const globals = {
        a: 'outer',
        get b() {
            return inner.run({ a: 'inner a', b: 'inner b' }).result.join()
        },
    }
    assert.deepEqual(inner.run(globals).result, ['outer', 'inner a,inner b'])
})

test('small and large results are the same', () => {
    const values = [1, 'text', null, true, [], {}, [1, [2, { a: null }]], { a: { b: 'ü\ud83d\ude00' } }]
    const program = new Program(read('a'))
    for (const value of values) {
        assert.deepEqual(program.run({ a: value }).result, value)
        const large = Array.from({ length: 20 }, () => value)
        assert.deepEqual(program.run({ a: large }).result, large)
    }
    const odd = Array.from({ length: 20 }, () => [undefined, NaN, -0, { a: undefined }])
    assert.deepEqual(program.run({ a: odd }).result, odd)
})

test('dates and functions in results are the objects that the reference has', () => {
    const ran = new Program(['_H', 1, op.INTEGER, 5, op.CALL_GLOBAL, 'fromUnixTimestamp', 1]).run()
    assert.deepEqual(ran.result, { __hogDateTime__: true, dt: 5, zone: 'UTC' })
    const f = new Program(['_H', 1, op.STRING, 'upper', op.GET_GLOBAL, 1]).run().result
    assert.deepEqual(f, exec(['_H', 1, op.STRING, 'upper', op.GET_GLOBAL, 1]).result)
})

test('run throws what ends a run', () => {
    const failing = (tokens, options) => {
        try {
            new Program(tokens).run(undefined, options)
        } catch (error) {
            return error
        }
    }
    const uncaught = failing(['_H', 1, op.STRING, 'T', op.STRING, 'm', op.STRING, 'k', op.INTEGER, 1, op.DICT, 1, op.CALL_GLOBAL, 'HogError', 3, op.THROW])
    assert.ok(uncaught instanceof UncaughtHogVMException)
    assert.deepEqual([uncaught.type, uncaught.message, uncaught.payload, uncaught.kind], ['T', 'm', { k: 1 }, 'uncaught'])
    assert.ok(failing(call('nothing')) instanceof HogVMException)
    const mine = new Error('mine')
    assert.equal(failing(call('f'), { functions: { f() { throw mine } } }), mine)
    assert.deepEqual(failing([...call('print', 'before'), op.POP, ...call('nothing').slice(2)]).printed, ['before'])
})

test('printed lines come with the result, or go where the caller wants', () => {
    const program = new Program([...call('print', 'one'), op.POP, ...call('print', 'two').slice(2)])
    assert.deepEqual(program.run().printed, ['one', 'two'])
    const lines = []
    assert.deepEqual(program.run(undefined, { print: (line) => lines.push(line) }).printed, [])
    assert.deepEqual(lines, ['one', 'two'])
})

test('runJson takes text or bytes and gives text', () => {
    const program = new Program(read('a'))
    assert.equal(program.runJson('{"a": {"b": [1, "ü"]}}').result, '{"b":[1,"ü"]}')
    assert.equal(program.runJson(Buffer.from('{"a": "ü"}')).result, '"ü"')
    assert.equal(program.runJson('{"a": 12345678901234567}').result, '12345678901234567')
    assert.equal(program.runJson('{"a": "\ud800"}').result, '"\\ud800"')
    assert.throws(() => program.runJson('{'), /globals: not JSON/)
    assert.throws(() => program.runJson('[1]'), /globals: expected a JSON object/)
    assert.throws(() => program.runJson(Buffer.from([0x7b, 0xff, 0x7d])), /globals: not JSON/)
    assert.equal(new Program({ bytecodes: { root: { bytecode: read('b'), globals: { b: 2 } } } }).runJson('{"a": 1}').result, '2')
})

test('a program is a copy of its tokens', () => {
    const tokens = ['_H', 1, op.INTEGER, 1]
    const program = new Program(tokens)
    tokens[3] = 2
    assert.equal(program.run().result, 1)
})

test('programs come from arrays, bundles and text, or are refused', () => {
    assert.equal(new Program('["_H", 1, 33, 7]').run().result, 7)
    assert.equal(new Program('{"bytecodes": {"root": {"bytecode": ["_H", 1, 33, 8]}}}').run().result, 8)
    for (const wrong of ['[', 'null', '[1]', [], {}, null, undefined, 5]) assert.throws(() => new Program(wrong), HogVMException)
})

test('reads, check and disassemble tell of the program', () => {
    const program = new Program([...read('properties', '$browser'), ...read('event').slice(2), op.CALL_GLOBAL, 'nothing', 0])
    assert.deepEqual(program.reads, ['event', 'properties.$browser'])
    assert.match(program.check()[0].message, /Unsupported function call: nothing/)
    assert.match(program.disassemble(), /GET_GLOBAL/)
})

test('only what is read is touched', () => {
    const touched = []
    const globals = new Proxy({ event: 'a', properties: { b: 1 } }, {
        get: (target, key) => (touched.push(key), target[key]),
        getOwnPropertyDescriptor: (target, key) => (touched.push(key), Reflect.getOwnPropertyDescriptor(target, key)),
        ownKeys: () => assert.fail('listed'),
    })
    assert.equal(new Program(read('event')).run(globals).result, 'a')
    assert.deepEqual([...new Set(touched)], ['event'])
    const once = { n: 0, get a() { return ++this.n } }
    assert.equal(new Program([...read('a'), op.JUMP, 0]).run(once).result, 1)
})

test('a path that is reached only sometimes is read only then', () => {
    const tokens = ['_H', 1, op.FALSE, op.JUMP_IF_FALSE, 6, ...read('a').slice(2), op.JUMP, 2, op.INTEGER, 5]
    assert.equal(new Program(tokens).run({ get a() { return assert.fail('read') } }).result, 5)
})

test('exact states keep what JSON loses, and are resumed elsewhere all the same', () => {
    // let t := (1, 2); let a := [1]; let b := a; fetch(); a[1] := 5; return [typeof(t), b[1]]
    const program = new Program(['_H', 1, 33, 1, 33, 2, 44, 2, 33, 1, 43, 1, 36, 1, 2, 'fetch', 0, 35, 36, 1, 33, 1, 33, 5, 46,
        36, 0, 2, 'typeof', 1, 36, 2, 33, 1, 45, 43, 2, 38])
    const asyncFunctions = { fetch: async () => null }
    const after = (options) => {
        const { state } = program.run({}, options)
        return program.resume(JSON.parse(JSON.stringify(state)), null, {}, options).result
    }
    assert.deepEqual(after({ asyncFunctions }), ['array', 1])
    assert.deepEqual(after({ asyncFunctions, exactStates: true }), ['tuple', 5])
    const plain = program.run({}, { asyncFunctions }).state
    const { exact, ...others } = program.run({}, { asyncFunctions, exactStates: true }).state
    assert.equal(exact.height, 3)
    const { syncDuration: _, ...expected } = plain
    const { syncDuration: __, ...got } = others
    assert.deepEqual(got, expected)
    assert.deepEqual(Object.keys(others), Object.keys(plain))
})

test('a suspended run is resumed with an answer', () => {
    const program = new Program(['_H', 1, op.INTEGER, 40, op.STRING, 'x', op.CALL_GLOBAL, 'fetch', 1, op.PLUS, op.RETURN])
    const options = { asyncFunctions: { fetch() {} } }
    const waiting = program.run({}, options)
    assert.deepEqual([waiting.finished, waiting.call, waiting.result], [false, { name: 'fetch', args: ['x'] }, undefined])
    assert.equal(program.resume(waiting.state, 2, {}, options).result, 42)
    assert.equal(program.resume(JSON.parse(JSON.stringify(waiting.state)), 3, {}, options).result, 43)
    const handed = JSON.parse(JSON.stringify(waiting.state))
    handed.stack.push(4)
    assert.equal(exec(handed, options).result, 44)
})

test('runAsync awaits asynchronous functions', async () => {
    const program = new Program([...call('print', 'a'), op.POP, ...call('fetch', 'x').slice(2), ...call('print', 'b').slice(2), op.POP, op.RETURN])
    const ran = await program.runAsync({}, { asyncFunctions: { fetch: async (x) => ({ got: x }) } })
    assert.deepEqual([ran.result, ran.printed], [{ got: 'x' }, ['a', 'b']])
    await assert.rejects(program.runAsync({}, { asyncFunctions: { fetch: async () => { throw new Error('mine') } } }), /mine/)
    await assert.rejects(program.runAsync({}), /Unsupported function call: fetch/)
})

test('limits are the caller\'s', () => {
    const loop = new Program(['_H', 1, op.TRUE, op.JUMP_IF_FALSE, 2, op.JUMP, -5])
    assert.throws(() => loop.run({}, { timeout: 10 }), /timed out after 0.01 seconds/)
    assert.throws(() => new Program(call('upper', 'x'.repeat(1000))).run({}, { memoryLimit: 500 }), /Memory limit of 500 bytes exceeded/)
})

test('an aborted signal stops a run before it begins', () => {
    assert.throws(() => new Program(read('a')).run({ a: 1 }, { signal: AbortSignal.abort() }), { name: 'AbortError' })
})
