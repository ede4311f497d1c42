// The drop-in, where the reference's own tests don't look.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)
const hogvm = require('..')
const { exec, execAsync, execSync, HogVMException, Operation: op, UncaughtHogVMException } = hogvm

const add = () => ['_H', 1, op.INTEGER, 2, op.INTEGER, 1, op.PLUS, op.RETURN]
const call = (name, ...args) => ['_H', 1, ...args.flatMap((text) => [op.STRING, text]), op.CALL_GLOBAL, name, args.length]

test('a changed array is noticed', () => {
    const tokens = add()
    assert.equal(execSync(tokens), 3)
    assert.equal(execSync(tokens), 3)
    tokens[3] = 40
    assert.equal(execSync(tokens), 41)
    tokens.splice(-1, 0, op.INTEGER, 2, op.MULTIPLY)
    assert.equal(execSync(tokens), 82)
    tokens[3] = 2
    tokens.length = 8
    tokens[7] = op.RETURN
    assert.equal(execSync(tokens), 3)
})

test('a token 0 that becomes -0 is noticed', () => {
    const tokens = ['_H', 1, op.FLOAT, 0]
    assert.ok(Object.is(execSync(tokens), 0))
    tokens[3] = -0
    assert.ok(Object.is(execSync(tokens), -0))
})

test('an object among the tokens may change', () => {
    const tokens = ['_H', 1, op.STRING, { a: 1 }]
    assert.deepEqual(execSync(tokens), { a: 1 })
    tokens[3].a = 2
    assert.deepEqual(execSync(tokens), { a: 2 })
})

test('many programs, each once, and arrays that spell alike', () => {
    for (let i = 0; i < 3000; i++) assert.equal(execSync(['_H', 1, op.INTEGER, i]), i)
    for (let i = 0; i < 3000; i++) assert.equal(execSync(add()), 3)
})

test('the exceptions are the package\'s classes', () => {
    const { error } = exec([...call('Error', 'boom'), op.THROW])
    assert.ok(error instanceof UncaughtHogVMException && error instanceof HogVMException && error instanceof Error)
    assert.deepEqual([error.name, error.type, error.message, error.payload, String(error)],
        ['UncaughtHogVMException', 'Error', 'boom', null, "Error('boom')"])
    const payload = exec(['_H', 1, op.STRING, 'RetryError', op.STRING, 'm', op.STRING, 'k', op.INTEGER, 1, op.DICT, 1,
        op.CALL_GLOBAL, 'HogError', 3, op.THROW]).error
    assert.deepEqual([payload.type, payload.payload], ['RetryError', new Map([['k', 1]])])
    assert.equal(exec(call('nothing')).error.constructor, HogVMException)
    assert.equal(exec(call('lower')).error.constructor, HogVMException)
    assert.equal(exec(call('md5', 'a', 'rot13')).error.constructor, Error)
})

test('errors say where they happened', () => {
    const { error } = exec([...add().slice(0, -1), ...call('nothing').slice(2)])
    assert.deepEqual([error.kind, error.chunk, error.ip], ['function', 'root', 7])
})

test('a host function\'s exception arrives as itself', () => {
    for (const thrown of [new TypeError('mine'), 'text', 5, { a: 1 }]) {
        const { error } = exec(call('f'), { functions: { f() { throw thrown } } })
        assert.equal(error, thrown)
    }
})

test('host functions get plain values, and give them', () => {
    const seen = []
    const functions = { f: (...args) => (seen.push(args), { a: [1, { b: null }], m: undefined }) }
    const tokens = ['_H', 1, op.STRING, 'k', op.INTEGER, 1, op.DICT, 1, op.INTEGER, 1, op.TUPLE, 1, op.CALL_GLOBAL, 'f', 2]
    const result = execSync(tokens, { functions })
    assert.deepEqual(seen, [[{ k: 1 }, [1]]])
    assert.deepEqual(result, new Map([['a', [1, new Map([['b', null]])]], ['m', undefined]]))
})

test('host functions are called as methods of their table, and looked up when called', () => {
    const functions = { n: 5, f() { return this.n }, g() { functions.h = () => 2 }, h: () => 1 }
    assert.equal(execSync(call('f'), { functions }), 5)
    assert.equal(execSync([...call('g'), op.POP, ...call('h').slice(2)], { functions }), 2)
    assert.throws(() => execSync(call('toFixed'), { functions: Object.create({ toFixed: () => 1 }) }), /Unsupported function call/)
})

test('a host function may run programs', () => {
    const functions = { inner: (n) => (n === 0 ? 'end' : execSync(['_H', 1, op.INTEGER, n - 1, op.CALL_GLOBAL, 'inner', 1], { functions }) + n) }
    assert.equal(execSync(['_H', 1, op.INTEGER, 20, op.CALL_GLOBAL, 'inner', 1], { functions }),
        'end' + Array.from({ length: 20 }, (_, i) => i + 1).join(''))
})

test('a getter of the globals may run programs', () => {
    const globals = { get a() { return execSync(add()) } }
    assert.equal(execSync(['_H', 1, op.STRING, 'a', op.GET_GLOBAL, 1, op.INTEGER, 1, op.PLUS], { globals }), 4)
})

test('importBytecode is asked once for a chunk, and the state has it', () => {
    const asked = []
    const importBytecode = (name) => (asked.push(name), { bytecode: ['_H', 1, op.STRING, 'g', op.GET_GLOBAL, 1, op.RETURN], globals: { g: 7 } })
    const tokens = [...call('import', 'x'), op.POP, ...call('import', 'x').slice(2), op.RETURN]
    assert.equal(execSync(tokens, { importBytecode }), 7)
    assert.deepEqual(asked, ['x'])
    const suspended = exec([...call('import', 'x'), op.POP, ...call('wait').slice(2)], { importBytecode, asyncFunctions: { wait() {} } })
    assert.deepEqual(Object.keys(suspended.state.bytecodes), ['root', 'x'])
    assert.match(exec(call('import', 'y'), { importBytecode: () => undefined }).error.message, /Unknown chunk: y/)
    const thrown = new Error('mine')
    assert.equal(exec(call('import', 'y'), { importBytecode() { throw thrown } }).error, thrown)
})

test('a bundle has its own globals, before those of the options', () => {
    const read = (name) => ['_H', 1, op.STRING, name, op.GET_GLOBAL, 1]
    const bundle = { bytecodes: { root: { bytecode: read('a'), globals: { a: 1, b: 2 } } } }
    assert.equal(execSync(bundle), 1)
    assert.equal(execSync(bundle, { globals: { a: 5 } }), 5)
    bundle.bytecodes.root.globals.a = 3
    assert.equal(execSync(bundle), 3)
    const several = { bytecodes: { root: { bytecode: call('import', 'x') }, x: { bytecode: [...read('c'), op.RETURN], globals: { c: 9 } } } }
    assert.equal(execSync(several), 9)
    several.bytecodes.x.globals.c = 10
    assert.equal(execSync(several), 10)
})

test('external patterns and digests are honoured', () => {
    const asked = []
    const regex = {
        match: (pattern, text) => (asked.push([pattern, text]), true),
        extract: (pattern, text) => `${pattern}/${text}`,
    }
    const external = { regex, crypto: { createHash: (name) => ({ update: (data) => ({ digest: (as) => `${name} ${data} ${as}` }) }) } }
    const match = (code, pattern, text) => execSync(['_H', 1, op.STRING, pattern, op.STRING, text, code], { external })
    assert.equal(match(op.REGEX, 'a', 'b'), true)
    assert.equal(match(op.NOT_REGEX, 'a', 'b'), false)
    assert.equal(match(op.IREGEX, 'a', 'b'), true)
    assert.equal(match(op.LIKE, 'a.%_', 'b'), true)
    assert.equal(match(op.NOT_ILIKE, 'c', 'b'), false)
    assert.equal(match(op.REGEX, '', 'b'), false)
    assert.equal(execSync(call('match', 'b', 'a'), { external }), true)
    assert.deepEqual(asked, [['a', 'b'], ['a', 'b'], ['(?i)a', 'b'], ['a\\..*.', 'b'], ['(?i)c', 'b'], ['a', 'b']])
    assert.equal(execSync(call('extractRegex', 'b', 'a'), { external }), 'a/b')
    assert.equal(execSync(call('sha256Hex', 'x'), { external }), 'sha256 x hex')
    assert.equal(execSync(call('md5Hex', 'x'), { external: { crypto: require('node:crypto') } }), '9dd4e461268c8034f5c8564e155c67a6')
    const thrown = new Error('pattern')
    assert.equal(exec(['_H', 1, op.STRING, 'a', op.STRING, 'b', op.REGEX], { external: { regex: { match() { throw thrown } } } }).error, thrown)
})

test('digests are the same as Node\'s', () => {
    const crypto = require('node:crypto')
    for (const name of ['md5', 'sha1', 'sha256'])
        assert.equal(execSync(call(`${name}Hex`, 'text')), crypto.createHash(name).update('text').digest('hex'))
    const hmac = execSync(['_H', 1, op.STRING, 'key', op.STRING, 'text', op.ARRAY, 2, op.CALL_GLOBAL, 'sha256HmacChainHex', 1])
    assert.equal(hmac, crypto.createHmac('sha256', 'key').update('text').digest('hex'))
})

test('execAsync awaits what the program calls, and keeps what JSON would not', async () => {
    const asyncFunctions = { f: async (x) => x, nothing: async () => undefined, nan: async () => NaN }
    const program = (name) => ['_H', 1, op.STRING, 'x', op.CALL_GLOBAL, name, 1, op.RETURN]
    assert.equal((await execAsync(program('f'), { asyncFunctions })).result, 'x')
    assert.equal((await execAsync(program('nothing'), { asyncFunctions })).result, undefined)
    assert.ok(Number.isNaN((await execAsync(program('nan'), { asyncFunctions })).result))
    const thrown = new Error('rejected')
    await assert.rejects(execAsync(program('f'), { asyncFunctions: { f: () => Promise.reject(thrown) } }), (error) => error === thrown)
    await assert.rejects(execAsync([...call('f'), op.POP, op.JUMP, -6], { asyncFunctions, maxAsyncSteps: 5 }), /maximum number of async steps: 5/)
    assert.equal((await execAsync(['_H', 1, op.FLOAT, 0.001, op.CALL_GLOBAL, 'sleep', 1, op.RETURN])).finished, true)
})

test('a state goes on after JSON, in another process or here', () => {
    const asyncFunctions = { wait() {} }
    const program = ['_H', 1, op.INTEGER, 40, op.CALL_GLOBAL, 'wait', 0, op.PLUS, op.RETURN]
    const { state } = exec(program, { asyncFunctions })
    const later = JSON.parse(JSON.stringify(state))
    later.stack.push(2)
    assert.equal(exec(later, { asyncFunctions }).result, 42)
    state.stack.push(3)
    assert.equal(exec(state, { asyncFunctions }).result, 43)
})

test('a REPL keeps its stack from program to program', () => {
    let bytecode = ['_H', 1, op.INTEGER, 5]
    const first = exec(bytecode, { repl: true })
    assert.deepEqual(first.state.stack, [5])
    const next = { ...first.state, bytecodes: { root: { bytecode: ['_H', 1, op.GET_LOCAL, 0, op.INTEGER, 1, op.PLUS] } } }
    assert.deepEqual(exec(next, { repl: true }).state.stack, [5, 6])
})

test('an AbortSignal ends a run between its steps', async () => {
    const reason = new Error('enough')
    const aborted = AbortSignal.abort(reason)
    assert.equal(exec(add(), { signal: aborted }).error, reason)
    await assert.rejects(execAsync(add(), { signal: aborted }), (error) => error === reason)
    const controller = new AbortController()
    const functions = { stop: () => controller.abort(reason), after: () => assert.fail('went on') }
    const tokens = [...call('stop'), op.POP, ...call('after').slice(2)]
    assert.equal(exec(tokens, { functions, signal: controller.signal }).error, reason)
    const waiting = new AbortController()
    const forever = execAsync(call('wait'), { asyncFunctions: { wait: () => new Promise(() => {}) }, signal: waiting.signal })
    waiting.abort(reason)
    await assert.rejects(forever, (error) => error === reason)
})

test('telemetry has a row an instruction', () => {
    const { state } = exec(add(), { telemetry: true })
    assert.deepEqual(state.telemetry.map((row) => row.slice(1)), [
        ['root', 0, 'START', ''], ['', 2, '33/INTEGER', '2'], ['', 4, '33/INTEGER', '1'], ['', 6, '6/PLUS', ''], ['', 7, '38/RETURN', ''],
    ])
    assert.ok(Math.abs(state.telemetry[0][0] - Date.now()) < 60_000)
    assert.equal(exec(add()).state.telemetry, undefined)
})

test('print goes to console.log, looked up at each call', () => {
    const { log } = console
    const lines = []
    console.log = (...args) => lines.push(require('node:util').format(...args))
    try {
        execSync(call('print', 'a %s', 'b'))
    } finally {
        console.log = log
    }
    assert.deepEqual(lines, ['a b']) // console.log's own format
})

test('the clock is Date.now, mocked or not', () => {
    const { now } = Date
    Date.now = () => 5000
    try {
        assert.equal(execSync([...call('now'), op.CALL_GLOBAL, 'toUnixTimestamp', 1]), 5)
    } finally {
        Date.now = now
    }
})

test('ESM has the same names as CommonJS', async () => {
    const esm = await import('../index.mjs')
    assert.deepEqual(Object.keys(esm).filter((name) => name !== 'default').sort(), Object.keys(hogvm).sort())
    for (const [name, value] of Object.entries(hogvm)) assert.equal(esm[name], value)
})
