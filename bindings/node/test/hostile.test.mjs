// Inputs that are made to break things: each gives the reference's answer or a clear error, and never ends the process.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)
const { exec, execSync, Operation: op, Program, RuleSet } = require('..')

const read = (...keys) => ['_H', 1, ...keys.reverse().flatMap((key) => [op.STRING, key]), op.GET_GLOBAL, keys.length]
const result = (globals, ...keys) => execSync(read(...keys), { globals })
const failure = (globals, ...keys) => exec(read(...keys), { globals }).error

test('a getter that throws ends the run with what it threw', () => {
    const thrown = new TypeError('mine')
    const globals = { get a() { throw thrown }, b: { get c() { throw thrown } } }
    assert.equal(failure(globals, 'a'), thrown)
    assert.equal(failure(globals, 'b'), thrown)
    assert.equal(failure(globals, 'b', 'c'), thrown)
    assert.throws(() => new Program(read('a')).run(globals), (error) => error === thrown)
    assert.equal(failure({ get a() { throw undefined } }, 'a'), undefined)
    assert.equal(failure({ get a() { throw 'text' } }, 'a'), 'text')
})

test('a getter that is not read is not called', () => {
    const globals = { a: 1, get b() { throw new Error('read') }, c: { d: 2, get e() { throw new Error('read') } } }
    assert.equal(result(globals, 'a'), 1)
    assert.equal(result(globals, 'c', 'd'), 2)
})

test('a Proxy is asked for what is read, and its errors arrive', () => {
    const asked = []
    const proxy = new Proxy({ a: 1, b: 2 }, { get: (target, key) => (asked.push(key), target[key]) })
    assert.equal(result(proxy, 'a'), 1)
    assert.deepEqual([...new Set(asked)], ['a'])
    const { proxy: revoked, revoke } = Proxy.revocable({}, {})
    revoke()
    assert.ok(failure({ a: revoked }, 'a') instanceof TypeError)
    assert.ok(failure({ a: revoked }, 'a', 'b') instanceof TypeError)
    const lying = new Proxy([], { get: (target, key) => (key === 'length' ? 4294967295 : target[key]) })
    assert.equal(failure({ a: lying }, 'a') instanceof Error, true)
    const keys = new Proxy({}, { ownKeys() { throw new RangeError('keys') } })
    assert.ok(failure({ a: keys }, 'a') instanceof RangeError)
})

test('what lies in itself does so in the program, too', () => {
    const a = { b: 1 }
    a.self = a
    const map = result({ a }, 'a')
    assert.equal(map.get('self'), map)
    const list = [1]
    list.push(list)
    const copy = result({ a: list }, 'a')
    assert.equal(copy[1], copy)
    assert.equal(new Program(read('a', 'self', 'b')).run({ a }).result, 1)
    const plain = new Program(read('a')).run({ a }).result
    assert.equal(plain.self, plain)
})

test('bigints keep 64 bits, and more are refused by their place', () => {
    assert.equal(result({ a: 12n }, 'a'), 12)
    assert.match(failure({ a: { b: 1n << 70n } }, 'a').message, /b: a bigint beyond 64 bits can't be a value of Hog/)
})

test('functions and symbols are refused by their place', () => {
    assert.match(failure({ a: { b: () => 1 } }, 'a').message, /b: a function can't be a value of Hog/)
    assert.match(failure({ a: [1, Symbol('x')] }, 'a').message, /1: a symbol can't be a value of Hog/)
    assert.match(failure({ a: Symbol('x') }, 'a').message, /a symbol/)
    assert.deepEqual(result({ a: { [Symbol('x')]: 1, b: 2 } }, 'a'), new Map([['b', 2]]))
})

test('dates, maps, sets and class instances have the members that `for in` finds', () => {
    class Point {
        x = 1
        y() {}
    }
    assert.deepEqual(result({ a: new Date(0) }, 'a'), new Map())
    assert.deepEqual(result({ a: new Set([1]) }, 'a'), new Map())
    assert.deepEqual(result({ a: new Map([['k', 1]]) }, 'a'), new Map())
    assert.equal(result({ a: new Map([['k', { v: 7 }]]) }, 'a', 'k', 'v'), 7)
    assert.deepEqual(result({ a: new Point() }, 'a'), new Map([['x', 1]]))
    assert.deepEqual(result({ a: Object.create({ inherited: 1 }) }, 'a'), new Map([['inherited', 1]]))
    assert.deepEqual(result({ a: Object.create(null) }, 'a'), new Map())
    assert.deepEqual(result({ a: new Uint8Array([5, 6]) }, 'a'), new Map([['0', 5], ['1', 6]]))
    assert.equal(result({ a: Object('text') }, 'a').get('3'), 't')
    assert.deepEqual(result({ a: new Proxy([1, [2]], {}) }, 'a'), [1, [2]])
    assert.deepEqual(result({ a: new Proxy([1, undefined], {}) }, 'a'), [1, undefined])
})

test('inherited names are no globals', () => {
    for (const name of ['constructor', '__proto__', 'hasOwnProperty', 'toString'])
        assert.match(String(exec(read(name), { globals: {} }).error ?? 'a function'), /not found|function/)
    assert.equal(result({ a: {} }, 'a', 'constructor'), null)
    assert.equal(result({ a: 'text' }, 'a', 'length'), 4)
})

test('a key named __proto__ never becomes a prototype', () => {
    const a = JSON.parse('{"__proto__": {"polluted": true}, "b": 1}')
    const back = new Program(read('a')).run({ a }).result
    assert.equal(back.polluted, undefined)
    assert.equal({}.polluted, undefined)
    assert.equal(result({ a }, 'a').get('b'), 1)
})

test('odd numbers, undefined, holes and lone surrogates pass unchanged', () => {
    const a = [NaN, Infinity, -0, 1e300, 2 ** 53 + 2, undefined, null, 'a\ud800b', '\u{1F600}', '\ufffd', '\0']
    assert.deepEqual(result({ a }, 'a'), a)
    assert.deepEqual(new Program(read('a')).run({ a }).result, a)
    assert.deepEqual(result({ a: [1, , 3] }, 'a'), [1, 3])
    assert.equal(result({ 'k\ud800': 1 }, 'k\ud800'), 1)
})

test('an array of four billion places with an element in one is read by what it has', () => {
    const a = [1]
    a[4294967294] = 'last'
    assert.deepEqual(result({ a }, 'a'), [1, 'last'])
    assert.deepEqual(new Program(read('a')).run({ a: { a } }).result, { a: [1, 'last'] })
    assert.deepEqual(new RuleSet([{ id: 'r', bytecode: read('a') }]).match({ a }).failures, [])
})

test('a Proxy whose length is no length is an error or a value, at once', () => {
    const program = new Program(read('a'))
    for (const length of [undefined, null, -1, -0, 0.5, NaN, Infinity, 2 ** 32, 2 ** 40, 2 ** 53, 'x', '3', {}, [], true, 1n, Symbol('s'), () => 1]) {
        const lying = new Proxy([1, 2, 3], { get: (target, key) => (key === 'length' ? length : target[key]) })
        for (const a of [lying, [lying], { b: lying }]) {
            for (const run of [() => exec(read('a'), { globals: { a } }), () => program.run({ a })]) {
                let outcome
                try {
                    outcome = run()
                } catch (error) {
                    outcome = error
                }
                assert.ok(outcome instanceof Error || 'finished' in outcome || 'status' in outcome, String(outcome))
            }
        }
    }
    assert.deepEqual(program.run({ a: [1, 2, 3] }).result, [1, 2, 3])
})

test('strings of 100 MB pass, and beyond the memory limit are an error', () => {
    const long = 'x'.repeat(100e6)
    const program = new Program(['_H', 1, ...read('a').slice(2), op.CALL_GLOBAL, 'length', 1])
    assert.equal(program.run({ a: long }, { memoryLimit: 0 }).result, 100e6)
    assert.match(exec(read('a'), { globals: { a: long } }).error.message, /Memory limit of 67108864 bytes exceeded/)
    assert.equal(new Program(read('a')).run({ a: long }, { memoryLimit: 0 }).result.length, 100e6)
    assert.equal(program.runJson(JSON.stringify({ a: long }), { memoryLimit: 0 }).result, '100000000')
})

test('objects 100,000 deep are an error, as globals, results of functions, states and bytecode', () => {
    let deep = {}
    for (let i = 0; i < 100_000; i++) deep = i % 2 ? [deep] : { deep }
    assert.match(failure({ a: deep }, 'a').message, /nested too deeply/)
    assert.equal(result({ a: deep }, 'a', 'nothing'), null)
    const call = ['_H', 1, op.CALL_GLOBAL, 'f', 0]
    assert.match(exec(call, { functions: { f: () => deep } }).error.message, /nested too deeply/)
    assert.throws(() => execSync(['_H', 1, op.STRING, deep]), /nested too deeply/)
    const suspended = exec(['_H', 1, op.CALL_GLOBAL, 'g', 0], { asyncFunctions: { g() {} } })
    suspended.state.stack.push(deep)
    assert.match(exec(suspended.state).error.message, /nested too deeply/)
    assert.throws(() => new Program(read('a')).runJson('['.repeat(100_000)), /./)
})

test('a value 1,900 deep passes both ways, in the main thread and from a full stack', () => {
    let deep = 1
    for (let i = 0; i < 1900; i++) deep = [deep]
    const program = new Program(read('a'))
    const levels = (value) => {
        let count = 0
        for (; Array.isArray(value); value = value[0]) count++
        return count
    }
    assert.equal(levels(program.run({ a: deep }).result), 1900)
    assert.equal(levels(result({ a: deep }, 'a')), 1900)
    const atTheEnd = (f) => {
        try {
            return atTheEnd(f)
        } catch {
            try {
                return f()
            } catch (error) {
                return error
            }
        }
    }
    const end = atTheEnd(() => exec(read('a'), { globals: { a: deep } }))
    assert.ok(end instanceof RangeError || end.finished || end.error)
})

test('recursion through host functions ends with JavaScript\'s own error', () => {
    const program = ['_H', 1, op.CALL_GLOBAL, 'again', 0]
    const functions = { again: () => execSync(program, { functions }) }
    assert.throws(() => execSync(program, { functions }), RangeError)
    assert.equal(execSync(['_H', 1, op.INTEGER, 7]), 7)
})

test('states and programs that make no sense are errors', () => {
    for (const input of [undefined, null, 1, 'text', {}, { bytecodes: {} }, { bytecodes: { root: {} } }, [], ['_X'], [null]])
        assert.throws(() => exec(input), (error) => error instanceof Error)
    const suspended = exec(['_H', 1, op.CALL_GLOBAL, 'g', 0], { asyncFunctions: { g() {} } }).state
    for (const [key, value] of [
        ['stack', null], ['stack', 5], ['callStack', [{}]], ['callStack', [5]], ['upvalues', [{ id: 9 }]], ['ops', -1],
        ['ops', 'x'], ['throwStack', [{}]], ['declaredFunctions', { f: 1 }], ['asyncSteps', 1e300],
        ['callStack', [{ ip: 1e9, chunk: 'root', stackStart: 1e9, argCount: 5, closure: null }]],
    ]) {
        const { error } = exec({ ...suspended, [key]: value })
        assert.ok(error instanceof Error, `${key} ${value}`)
    }
    assert.ok(exec({ ...suspended, callStack: [{ ...suspended.callStack[0], ip: 1e9 }] }).finished !== undefined)
    assert.ok(exec(['_H', 1, op.INTEGER, Symbol('x')].slice(0, 3)).finished !== undefined)
    assert.throws(() => exec(['_H', 1, op.STRING, Symbol('x')]), /symbol/)
})

test('options that make no sense do not crash', () => {
    const tokens = ['_H', 1, op.INTEGER, 1]
    for (const options of [{ timeout: NaN }, { timeout: 'x' }, { memoryLimit: Infinity }, { memoryLimit: NaN }, { maxAsyncSteps: 1e300 },
        { globals: 5 }, { globals: 'text' }, { globals: [] }, { functions: 5 }, { functions: null }, { asyncFunctions: [] }, { external: {} }])
        assert.ok('finished' in exec(tokens, options), JSON.stringify(options))
    assert.throws(() => exec(read('a'), { globals: 5 }).error && execSync(read('a'), { globals: 5 }), /not found/)
    const getter = { get functions() { throw new Error('getter') } }
    assert.match(exec(tokens, getter).error.message, /getter/)
})

test('a program without end stops at its limits of time, memory and output', () => {
    const loop = ['_H', 1, op.TRUE, op.JUMP_IF_FALSE, 2, op.JUMP, -5]
    assert.match(exec(loop, { timeout: 20 }).error.message, /^Execution timed out after 0.02 seconds/)
    const range = ['_H', 1, op.INTEGER, 1e9, op.CALL_GLOBAL, 'range', 1]
    assert.ok(exec(range, { memoryLimit: 0 }).error instanceof Error)
})

test('keys that all objects inherit are seen from the first run on', () => {
    Object.prototype.inherited = 1
    try {
        const globals = { inheriting: { once: [{ met: 2 }] } }
        const seen = new Map([['once', [new Map([['met', 2], ['inherited', 1]])]], ['inherited', 1]])
        for (let run = 0; run < 20; run++) assert.deepEqual(result(globals, 'inheriting'), seen)
    } finally {
        delete Object.prototype.inherited
    }
})

test('what is shared so often that its text has no end fails by the limits of the run', () => {
    const shared = (value) => {
        for (let level = 0; level < 40; level++) value = [value, value]
        return value
    }
    for (const value of [shared(1), shared({ a: 1 }), shared('x'.repeat(100_000))]) {
        assert.match(exec(read('a'), { globals: { a: value }, timeout: 200 }).error.message, /timed out|memory/)
        assert.match(exec(read('a'), { globals: { a: value }, memoryLimit: 100_000 }).error.message, /memory/i)
    }
})
