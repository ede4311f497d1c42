// Random programs. `generate(seed, index)` gives the text of a request: bytecode that a compiler might have emitted, the
// stack kept in order, values mostly of the kinds that are expected; now and then with tokens mutated afterwards.
import { OP } from './opcodes.mjs'
import { pairProgram, PAIRS } from './pairs.mjs'
import { Random } from './random.mjs'
import { literal, toText } from './text.mjs'
import { anyValue, array, call, dict, NOW, number, RANDOM, SIGNATURES, string, tuple, VALUES } from './values.mjs'

const PAIR_EVERY = 4 // programs, of which the last is one of a pair
const HOST = ['echo', 'first', 'add', 'nothing', 'boom', 'object']
const ASYNC = ['fetch', 'wait', 'sleep']
const GLOBALS = {
    event: '$pageview', n: 5, f: 2.5, nil: null, yes: true, text: 'Hello 😀', list: [3, 'b', [1, { k: 'v' }], null], when: { __hogDateTime__: true, dt: 1709210096.5, zone: 'Europe/Brussels' },
    p: { a: { b: { c: 'deep' } }, 2: 'two', 1: 'one', s: 'text', n: '42', list: [10, 9, 1], empty: {}, day: { __hogDate__: true, year: 2024, month: 2, day: 29 }, url: 'https://example.com/docs?q=a%20b' },
}
const PATHS = [
    ['event'], ['n'], ['f'], ['nil'], ['nil', 'x'], ['yes'], ['text'], ['text', 'length'], ['list'], ['list', 1], ['list', 3, 2, 'k'], ['list', -1], ['list', 0], ['when'], ['p'], ['p', 'a', 'b', 'c'], ['p', 'a', 'x', 'c'], ['p', 1], ['p', 's', 1], ['p', 'n'], ['p', 'list'], ['p', 'list', 2], ['p', 'empty'], ['p', 'day'],
    ['p', 'url'], ['nowhere'], ['p', 'toString'], ['upper'], ['arrayMap'], ['wait'], ['concat'],
]
const ALIKE = {
    any: Object.keys(VALUES), num: ['int', 'float', 'num', 'small'], int: ['int', 'small'], small: ['small'], str: ['str', 'surrogate', 'dateText', 'separator', 'url'], temporal: ['dt', 'day', 'temporal'], arr: ['arr', 'chain', 'cohorts'],
}
const FUNCTIONS = Object.keys(SIGNATURES).filter((name) => !RANDOM.includes(name))
const returning = Object.fromEntries([...Object.keys(VALUES), 'any'].map((kind) => [kind, FUNCTIONS.filter((name) => kind === 'any' || (ALIKE[kind] ?? [kind]).includes(SIGNATURES[name].result) || SIGNATURES[name].result === kind)]))
const LOCAL_KINDS = ['num', 'num', 'small', 'str', 'str', 'bool', 'bool', 'bool', 'arr', 'arr', 'dict', 'dict', 'temporal', 'fn1', 'fn1', 'fn1', 'fn2', 'error', 'any', 'any', 'json']
const COMPARISONS = [OP.EQ, OP.NOT_EQ, OP.GT, OP.GT_EQ, OP.LT, OP.LT_EQ]
const LIKES = [OP.LIKE, OP.ILIKE, OP.NOT_LIKE, OP.NOT_ILIKE]
const REGEXES = [OP.REGEX, OP.NOT_REGEX, OP.IREGEX, OP.NOT_IREGEX]

/** One function's body, or a chunk's. Every method that gives an expression gives tokens that push one value. */
class Body {
    constructor(random, { enclosing, params = [], chunks = [] } = {}) {
        Object.assign(this, { random, enclosing, chunks, scope: 0, upvalues: [], loops: enclosing?.loops ?? 0, tries: 0 })
        this.declared = enclosing?.declared ?? []
        this.locals = params.map((kind) => ({ kind, scope: 0, writable: true }))
    }

    // variables
    declare(kind, writable = true) {
        this.locals.push({ kind, scope: this.scope, writable })
        return this.locals.length - 1
    }
    /** How to reach a variable for which `fits` holds, as [get, set, variable], own ones first. */
    variable(fits) {
        const own = this.locals.flatMap((local, slot) => (fits(local) ? [slot] : []))
        if (own.length && (!this.enclosing || this.random.chance(0.7))) {
            const slot = this.random.pick(own)
            return [[OP.GET_LOCAL, slot], [OP.SET_LOCAL, slot], this.locals[slot]]
        }
        const outer = this.capture(fits)
        return outer && [[OP.GET_UPVALUE, outer.index], [OP.SET_UPVALUE, outer.index], outer.variable]
    }
    capture(fits) {
        if (!this.enclosing) return undefined
        const slots = this.enclosing.locals.flatMap((local, slot) => (fits(local) ? [slot] : []))
        let source
        if (slots.length && (!this.enclosing.enclosing || this.random.chance(0.8))) {
            const slot = this.random.pick(slots)
            this.enclosing.locals[slot].captured = true
            source = { isLocal: true, at: slot, variable: this.enclosing.locals[slot] }
        } else {
            const outer = this.enclosing.capture(fits)
            if (!outer) return undefined
            source = { isLocal: false, at: outer.index, variable: outer.variable }
        }
        const found = this.upvalues.findIndex(({ isLocal, at }) => isLocal === source.isLocal && at === source.at)
        return { index: found >= 0 ? found : this.upvalues.push(source) - 1, variable: source.variable }
    }
    end() {
        this.scope--
        const out = []
        while (this.locals.length && this.locals.at(-1).scope > this.scope) out.push(this.locals.pop().captured ? OP.CLOSE_UPVALUE : OP.POP)
        return out
    }

    // expressions
    value(kind) {
        return this.random.pick(kind === 'any' ? anyValue : VALUES[kind])
    }
    expression(kind, depth) {
        const { random } = this
        if (random.chance(0.03)) kind = 'any'
        if (depth <= 0) return this.leaf(kind)
        if (kind === 'fn1' || kind === 'fn2') return random.chance(0.75) ? this.operator(kind, depth) : this.leaf(kind)
        switch (random.weighted({ leaf: 25, call: 25, operator: 35, other: 15 })) {
            case 'leaf': return this.leaf(kind)
            case 'call': return returning[kind].length ? this.native(random.pick(returning[kind]), depth) : this.leaf(kind)
            case 'operator': return this.operator(kind, depth)
            default: return this.other(depth)
        }
    }
    leaf(kind) {
        if (this.random.chance(0.5)) {
            const found = this.variable((variable) => kind === 'any' || variable.kind === kind || ALIKE[kind]?.includes(variable.kind))
            if (found) return found[0]
        }
        return this.value(kind)
    }
    operator(kind, depth) {
        const { random } = this
        const binary = (right, left, ops) => [...this.expression(right, depth - 1), ...this.expression(left, depth - 1), random.pick(ops)]
        const several = (itemKind) => Array.from({ length: random.below(4) }, () => this.expression(itemKind, depth - 1))
        switch (kind) {
            case 'bool':
                switch (random.weighted({ compare: 6, logic: 3, not: 1, like: 2, regex: 2, in: 2 })) {
                    case 'compare': {
                        const both = random.chance(0.6) ? random.pick(['num', 'str', 'arr', 'temporal', 'dateText', 'bool']) : 'any'
                        return binary(both, both, COMPARISONS)
                    }
                    case 'logic': return this.logic(depth)
                    case 'not': return [...this.expression('any', depth - 1), OP.NOT]
                    case 'like': return binary('like', 'str', LIKES)
                    case 'regex': return binary('pattern', 'str', REGEXES)
                    default: return binary('arr', 'any', [OP.IN, OP.NOT_IN])
                }
            case 'num': case 'int': case 'float': case 'small':
                return binary('num', 'num', [OP.PLUS, OP.MINUS, OP.MULTIPLY, OP.DIVIDE, OP.MOD])
            case 'arr': return random.chance(0.3) ? tuple(...several('any')) : array(...several(random.pick(['num', 'str', 'any'])))
            case 'dict': return dict(...several('any').map((value) => [this.value('key'), value]))
            case 'fn1': return this.closure(1, depth - 1)
            case 'fn2': return this.closure(2, depth - 1)
            case 'any': return this.expression(random.pick(LOCAL_KINDS), depth - 1)
            default: return this.leaf(kind)
        }
    }
    logic(depth) {
        const count = this.random.between(1, 3)
        return [...Array.from({ length: count }, () => this.expression('bool', depth - 1)).flat(), this.random.pick([OP.AND, OP.OR]), count]
    }
    /** What may give a value of any kind. */
    other(depth) {
        const { random } = this
        const some = (kind = 'any') => this.expression(kind, depth - 1)
        switch (random.weighted({ property: 6, global: 4, choice: 3, nullish: 2, host: 3, async: 2, call: 8, declared: 2, chunk: 2, byClosure: 3 })) {
            case 'property': return [...some(random.pick(['arr', 'dict', 'dict', 'error', 'temporal', 'any'])), ...(random.chance(0.2) ? this.fieldName() : this.value(random.chance(0.9) ? 'key' : 'any')), random.pick([OP.GET_PROPERTY, OP.GET_PROPERTY_NULLISH])]
            case 'global': {
                const path = random.pick(PATHS)
                return [...path.toReversed().flatMap((key) => (typeof key === 'number' ? number(key) : string(key))), OP.GET_GLOBAL, path.length]
            }
            case 'choice': {
                const [then, otherwise] = [some(), some()]
                return [...some('bool'), OP.JUMP_IF_FALSE, then.length + 2, ...then, OP.JUMP, otherwise.length, ...otherwise]
            }
            case 'nullish': {
                const otherwise = some()
                return [...some(), OP.JUMP_IF_STACK_NOT_NULL, otherwise.length + 1, OP.POP, ...otherwise]
            }
            case 'host': {
                const name = random.pick(random.chance(0.1) ? HOST : HOST.filter((one) => one !== 'boom'))
                const args = { add: ['num', 'num'], boom: ['str'], nothing: [], object: [], first: ['any'] }[name] ?? ['any', 'any']
                return call(name, ...args.map((kind) => some(kind)))
            }
            case 'async': {
                const name = random.pick(ASYNC)
                return call(name, ...(name === 'sleep' ? [number(0)] : name === 'wait' ? [some()] : [some(), some()]))
            }
            case 'call': {
                const found = random.chance(0.7) && this.variable(({ kind }) => kind === 'fn1' || kind === 'fn2')
                const [code, argCount] = found ? [found[0], found[2].kind === 'fn1' ? 1 : 2] : [this.closure(1, depth - 1), 1]
                const count = random.chance(0.05) ? random.below(4) : argCount
                return [...Array.from({ length: count }, () => some()).flat(), ...code, OP.CALL_LOCAL, count]
            }
            case 'declared': {
                if (!this.declared.length) return some()
                const { name, argCount } = random.pick(this.declared)
                return call(name, ...Array.from({ length: random.chance(0.1) ? random.below(3) : argCount }, () => some()))
            }
            case 'chunk': return this.chunks.length ? call('import', string(random.pick(this.chunks))) : some()
            default: {
                const name = random.chance(0.1) ? random.pick(ASYNC) : random.pick(FUNCTIONS)
                const args = SIGNATURES[name] ? this.arguments(SIGNATURES[name], depth) : [some()]
                return [...args.flat(), ...string(name), OP.GET_GLOBAL, 1, OP.CALL_LOCAL, args.length]
            }
        }
    }
    fieldName() {
        return string(this.random.pick(['type', 'message', 'payload', 'year', 'month', 'dt', 'zone', 'callable', 'upvalues', '__isHogTuple', '0', 'value', 'unit']))
    }
    native(name, depth) {
        return call(name, ...this.arguments(SIGNATURES[name], depth))
    }
    arguments({ required, kinds, repeated }, depth) {
        const { random } = this
        const wanted = kinds.slice(0, random.between(required, kinds.length))
        while (repeated && random.chance(0.4)) wanted.push(repeated)
        if (random.chance(0.01)) wanted.pop()
        if (random.chance(0.01)) wanted.push('any')
        return wanted.map((kind) => this.expression(random.chance(0.03) ? 'any' : kind, depth - 1))
    }
    closure(argCount, depth) {
        const { random } = this
        const params = Array.from({ length: random.chance(0.05) ? random.below(4) : argCount }, () => random.pick(['any', 'num', 'str']))
        const inner = new Body(random, { enclosing: this, params, chunks: this.chunks })
        const code = [...(random.chance(0.3) ? inner.block(random.between(1, 2), depth) : []), ...inner.expression(random.pick(['any', 'num', 'bool']), depth), OP.RETURN]
        return [OP.CALLABLE, random.pick(['lambda', 'f', 'a b', 'lambda']), params.length, inner.upvalues.length, code.length, ...code, OP.CLOSURE, inner.upvalues.length, ...inner.upvalues.flatMap(({ isLocal, at }) => [this.random.chance(0.1) ? Number(isLocal) : isLocal, at])]
    }

    // statements
    block(count, depth) {
        this.scope++
        const code = Array.from({ length: count }, () => this.statement(depth)).flat()
        return [...code, ...this.end()]
    }
    statement(depth) {
        const { random } = this
        const kind = random.pick(LOCAL_KINDS)
        const inner = () => this.block(random.between(1, 3), depth - 1)
        const weights = depth > 0 ? { let: 8, set: 5, print: 6, setProperty: 5, if: 3, while: 2, forIn: 2, try: 3, throw: this.tries ? 3 : 0.1, return: 0.2, call: 4 } : { let: 4, set: 3, print: 4, setProperty: 3 }
        switch (random.weighted(Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, weight * 10])))) {
            case 'let': {
                const code = this.expression(kind, depth + 1)
                this.declare(kind)
                return code
            }
            case 'set': {
                const found = this.variable(({ writable }) => writable)
                return found ? [...this.expression(found[2].kind, depth + 1), ...found[1]] : []
            }
            case 'print': return [...call('print', ...Array.from({ length: random.between(1, 3) }, () => this.expression('any', depth))), OP.POP]
            case 'setProperty': {
                const found = this.variable((variable) => variable.kind === 'dict' || variable.kind === 'arr')
                if (!found) return []
                const key = found[2].kind === 'arr' && random.chance(0.9) ? number(random.between(1, 6)) : this.value('key')
                return [...found[0], ...key, ...this.expression('any', depth), OP.SET_PROPERTY]
            }
            case 'if': {
                const [condition, then] = [this.expression('bool', depth), inner()]
                if (random.chance(0.5)) return [...condition, OP.JUMP_IF_FALSE, then.length, ...then]
                const otherwise = inner()
                return [...condition, OP.JUMP_IF_FALSE, then.length + 2, ...then, OP.JUMP, otherwise.length, ...otherwise]
            }
            case 'while': return this.loops < 2 ? this.loop(() => number(random.between(1, 4)), () => [], depth) : inner()
            case 'forIn': {
                if (this.loops >= 2) return inner()
                this.scope++
                const items = this.expression('arr', depth)
                const slot = this.declare('arr')
                const code = this.loop(
                    () => call('length', [OP.GET_LOCAL, slot]),
                    (index) => {
                        this.declare('any')
                        return [OP.GET_LOCAL, slot, OP.GET_LOCAL, index, OP.GET_PROPERTY]
                    },
                    depth,
                )
                return [...items, ...code, ...this.end()]
            }
            case 'try': {
                this.tries++
                const body = inner()
                this.tries--
                this.scope++
                this.declare('error', false)
                const handler = [...inner(), ...this.end()]
                return [OP.TRY, body.length + 4, ...body, OP.POP_TRY, OP.JUMP, handler.length, ...handler]
            }
            case 'throw': return [...this.expression(random.chance(0.95) ? 'error' : 'any', depth), OP.THROW]
            case 'return': return [...this.expression('any', depth), OP.RETURN]
            default: return [...this.other(depth), OP.POP]
        }
    }
    /** Counts from 1 to `limit`, which is pushed once, and runs a block each time, after what `first` declares. */
    loop(limit, first, depth) {
        this.scope++
        this.loops++
        const index = this.declare('small', false)
        const begin = [...number(1), ...limit()]
        const last = this.declare('small', false)
        const test = [OP.GET_LOCAL, last, OP.GET_LOCAL, index, OP.LT_EQ]
        this.scope++
        const body = [...first(index), ...this.block(this.random.between(1, 3), depth - 1), ...this.end()]
        const step = [OP.INTEGER, 1, OP.GET_LOCAL, index, OP.PLUS, OP.SET_LOCAL, index]
        const turn = [...body, ...step]
        this.loops--
        return [...begin, ...test, OP.JUMP_IF_FALSE, turn.length + 2, ...turn, OP.JUMP, -(test.length + 2 + turn.length + 2), ...this.end()]
    }
    /** A function of the old kind, called by its name from here on. */
    declareFunction(depth) {
        const argCount = this.random.below(3)
        const name = this.random.chance(0.1) ? 'upper' : `f${this.declared.length}`
        const inner = new Body(this.random, { params: Array(argCount).fill('any'), chunks: this.chunks })
        const code = [...inner.block(this.random.below(2), depth), ...inner.expression('any', depth), OP.RETURN]
        this.declared.push({ name, argCount })
        return [OP.DECLARE_FN, name, argCount, code.length, ...code]
    }
}

function chunk(random, chunks) {
    const body = new Body(random, { chunks })
    const depth = random.between(1, 3)
    const declared = random.chance(0.1) ? body.declareFunction(depth) : []
    body.scope++
    const code = Array.from({ length: random.between(3, 12) }, () => body.statement(depth)).flat()
    const result = random.chance(0.9) ? [...body.expression(random.pick(['any', 'arr', 'dict']), depth), OP.RETURN] : body.end()
    const header = random.chance(0.95) ? ['_H', 1] : random.pick([['_h'], ['_H', 0]])
    return [...header, ...declared, ...code, ...result]
}

const STRAY = [null, true, false, 'x', 'upper', 'concat', '_H', 1.5, -1, -3, 0.5, 99]
function mutate(random, tokens) {
    const at = () => Math.min(random.below(tokens.length) + (random.chance(0.98) ? 1 : 0), tokens.length - 1)
    const stray = () => (random.chance(0.5) ? random.below(59) : random.chance(0.5) ? random.pick(STRAY) : random.pick(tokens))
    for (let n = random.between(1, 4); n > 0; n--) {
        switch (random.below(5)) {
            case 0: tokens[at()] = stray(); break
            case 1: tokens.splice(at(), 0, stray()); break
            case 2: tokens.splice(at(), random.between(1, 3)); break
            case 3: tokens.splice(at(), 0, ...tokens.slice(at()).slice(0, random.between(1, 6))); break
            default: {
                const [a, b] = [at(), at()];
                [tokens[a], tokens[b]] = [tokens[b], tokens[a]]
            }
        }
        if (!tokens.length) tokens.push('_H', 1)
    }
    // A list that gets a length of a billion by chance is nothing to compare.
    return tokens.map((token) => (Math.abs(token) > 1e5 ? 7 : token))
}

/** A program of a pair of operations (pairs.mjs), every one in its turn. */
function generatePair(seed, index) {
    const random = new Random(seed, index)
    const pair = (Math.floor(index / PAIR_EVERY) + seed * 9973) % PAIRS
    const { tokens, names, at } = pairProgram(random, pair, (kind) => new Body(random).expression(kind, 1))
    const header = random.chance(0.95) ? ['_H', 1] : ['_H', 0]
    const options = { now: NOW, functions: HOST, asyncFunctions: ASYNC, resume: true, telemetry: true, memoryLimit: 2 ** 20 }
    const request = toText({ program: [...header, ...tokens], globals: GLOBALS, options })
    return { request, pair: { names, at: at.map((place) => place + header.length) } }
}

/**
 * What `seed` and `index` name: the text of the request, and of a program that was made for a pair of operations their
 * names and where in the root's tokens they stand.
 */
export function generated(seed, index) {
    return index % PAIR_EVERY === PAIR_EVERY - 1 ? generatePair(seed, index) : { request: generateWhole(seed, index) }
}
/** The text of the request alone. */
export const generate = (seed, index) => generated(seed, index).request

function generateWhole(seed, index) {
    const random = new Random(seed, index)
    const names = random.chance(0.15) ? ['lib', 'other'].slice(0, random.between(1, 2)) : []
    const imported = random.chance(0.02) ? [...names, 'unknown'] : names
    const soup = random.chance(0.25)
    const tokens = (chunks) => (soup ? mutate(random, chunk(random, chunks)) : chunk(random, chunks)).map((token) => (Number.isSafeInteger(token) && random.chance(0.01) ? literal(`${token}.0`) : token))
    const root = tokens(imported)
    const others = names.map((name, i) => [name, { bytecode: tokens(names.slice(i + 1)), globals: random.chance(0.5) ? { n: 7, own: [1] } : undefined }])
    const asImports = names.length && random.chance(0.3)
    const bundle = names.length && !asImports ? { bytecodes: Object.fromEntries([['root', { bytecode: root, globals: random.chance(0.3) ? { n: 'bundle', event: 1 } : undefined }], ...others]) } : root
    return toText({
        program: bundle,
        globals: random.chance(0.95) ? GLOBALS : undefined,
        options: {
            now: NOW, functions: HOST, asyncFunctions: random.chance(0.95) ? ASYNC : undefined, resume: random.chance(0.75), telemetry: random.chance(0.125) || undefined,
            memoryLimit: random.chance(0.05) ? random.between(20, 3000) : 2 ** 20, maxAsyncSteps: random.chance(0.05) ? random.below(4) : undefined, imports: asImports ? Object.fromEntries(others) : undefined,
        },
    })
}
