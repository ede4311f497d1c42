// Programs in which one operation follows another, for every ordered pair of opcodes and functions. Pair number N names
// the two; what they work on is random. They follow each other in one of two ways: the second takes what the first gives as
// its last operand, or they stand beside each other, with nothing between but reads of variables that were set before.
import { OP } from './opcodes.mjs'
import { anyValue, call, number, RANDOM, SIGNATURES, string, VALUES } from './values.mjs'

const FUNCTIONS = [...Object.keys(SIGNATURES), 'sleep']
/** The names of all opcodes and functions; an opcode's is as in OP. */
export const ITEMS = [...Object.keys(OP), ...FUNCTIONS]
export const PAIRS = ITEMS.length ** 2
/** What always fails: nothing follows these. */
export const DEAD_ENDS = ['IN_COHORT', 'NOT_IN_COHORT']

export const pairOf = (pair) => [ITEMS[Math.floor(pair / ITEMS.length)], ITEMS[pair % ITEMS.length]]

// What an operation takes (the tokens that push each operand, the last on top) and its tokens; `at` is where among them
// the operation itself stands, `gives` how many values it leaves.
const unit = (takes, code, { gives = 1, at = 0 } = {}) => ({ takes, code, gives, at })

const BINARY = {
    LIKE: ['like', 'str'], ILIKE: ['like', 'str'], NOT_LIKE: ['like', 'str'], NOT_ILIKE: ['like', 'str'], IN: ['arr', 'any'], NOT_IN: ['arr', 'any'],
    REGEX: ['pattern', 'str'], NOT_REGEX: ['pattern', 'str'], IREGEX: ['pattern', 'str'], NOT_IREGEX: ['pattern', 'str'], IN_COHORT: ['any', 'any'], NOT_IN_COHORT: ['any', 'any'],
}
const ARITHMETIC = ['PLUS', 'MINUS', 'MULTIPLY', 'DIVIDE', 'MOD']
const COMPARISON = ['EQ', 'NOT_EQ', 'GT', 'GT_EQ', 'LT', 'LT_EQ']
const identity = [OP.GET_LOCAL, 0, OP.RETURN]
const callable = (argCount) => [OP.CALLABLE, 'f', argCount, 0, identity.length, ...identity]

function opcode(name, random, value) {
    const code = OP[name]
    const some = (kind, count) => Array.from({ length: count }, () => value(kind))
    if (BINARY[name]) return unit(BINARY[name].map(value), [code])
    if (ARITHMETIC.includes(name)) return unit(some(random.chance(0.8) ? 'num' : 'any', 2), [code])
    if (COMPARISON.includes(name)) return unit(some(random.pick(['num', 'str', 'arr', 'temporal', 'dateText', 'bool', 'any']), 2), [code])
    switch (name) {
        case 'GET_GLOBAL': {
            const path = random.pick([['event'], ['p', 'a', 'b'], ['list', 3, 2], ['p', 's', 1], ['nowhere'], ['upper'], ['arrayMap'], ['wait'], ['nil', 'x']])
            return unit(path.toReversed().map((key) => (typeof key === 'number' ? number(key) : string(key))), [code, path.length])
        }
        case 'CALL_GLOBAL': return unit(some('any', 2), [code, random.pick(['echo', 'first', 'add', 'fetch', 'object', 'unknown']), 2])
        case 'AND': case 'OR': {
            const count = random.between(1, 3)
            return unit(some('bool', count), [code, count])
        }
        case 'NOT': return unit(some('any', 1), [code])
        case 'TRUE': case 'FALSE': case 'NULL': return unit([], [code])
        case 'STRING': case 'INTEGER': case 'FLOAT': return unit([], random.pick(VALUES[{ STRING: 'str', INTEGER: 'int', FLOAT: 'float' }[name]]))
        case 'POP': case 'CLOSE_UPVALUE': return unit(some('any', 1), [code], { gives: 0 })
        case 'GET_LOCAL': return unit([], [code, random.between(0, 2)])
        case 'SET_LOCAL': return unit(some('any', 1), [code, 0], { gives: 0 })
        case 'GET_UPVALUE': return unit([], [code, 0])
        case 'SET_UPVALUE': return unit(some('any', 1), [code, 0], { gives: 0 })
        case 'RETURN': {
            const body = [...value('any'), OP.RETURN]
            const before = [OP.CALLABLE, 'g', 0, 0, body.length, ...body.slice(0, -1)]
            return unit([], [...before, OP.RETURN, OP.CLOSURE, 0, OP.CALL_LOCAL, 0], { at: before.length })
        }
        case 'JUMP': {
            const over = Array.from({ length: random.below(3) }, () => random.below(60))
            return unit([], [code, over.length, ...over], { gives: 0 })
        }
        case 'JUMP_IF_FALSE': return unit(some('bool', 1), [code, 0], { gives: 0 })
        case 'JUMP_IF_STACK_NOT_NULL': return unit(some('any', 1), [code, 0])
        case 'DECLARE_FN': return unit([], [code, 'declared', 1, identity.length, ...identity], { gives: 0 })
        case 'DICT': {
            const count = random.below(3)
            return unit(Array.from({ length: count }, () => [value('key'), value('any')]).flat(), [code, count])
        }
        case 'ARRAY': case 'TUPLE': {
            const count = random.below(4)
            return unit(some('any', count), [code, count])
        }
        case 'GET_PROPERTY': case 'GET_PROPERTY_NULLISH': return unit([value(random.pick(['arr', 'dict', 'error', 'temporal', 'fn1', 'any'])), value('key')], [code])
        case 'SET_PROPERTY': return unit([value(random.pick(['arr', 'dict'])), value('key'), value('any')], [code], { gives: 0 })
        case 'THROW': {
            const error = value('error')
            return unit([], [OP.TRY, 2 + error.length, ...error, code], { at: 2 + error.length })
        }
        case 'TRY': return unit([], [code, 1], { gives: 0 })
        case 'POP_TRY': return unit([], [OP.TRY, 2, code], { gives: 0, at: 2 })
        case 'CALLABLE': return unit([], callable(1))
        case 'CLOSURE': return unit([callable(random.below(2))], [code, 0])
        case 'CALL_LOCAL': return unit([value('any'), value('fn1')], [code, 1])
        default: throw new Error(`no unit for ${name}`)
    }
}

/** As the second of the two: what ends or catches the first one's doings does so, and not something of its own. */
function ending(name, random, value) {
    switch (name) {
        case 'RETURN': return unit([value('any')], [OP.RETURN])
        case 'THROW': return unit([value('error')], [OP.THROW])
        case 'POP_TRY': return unit([], [OP.POP_TRY], { gives: 0 })
        default: return undefined
    }
}

function native(name, random, value) {
    if (name === 'sleep') return unit([number(0)], [OP.CALL_GLOBAL, name, 1])
    const { required, kinds, repeated } = SIGNATURES[name]
    const wanted = kinds.slice(0, random.between(required, kinds.length))
    while (repeated && random.chance(0.4)) wanted.push(repeated)
    return unit(wanted.map(value), [OP.CALL_GLOBAL, name, wanted.length])
}

/**
 * The tokens of a program with that pair in it, without a header, and where the two stand: `{tokens, names, at: [a, b]}`.
 * `value(kind)` gives tokens that push one.
 */
export function pairProgram(random, pair, expression) {
    const value = (kind) => (random.chance(0.8) ? random.pick(kind === 'any' ? anyValue : VALUES[kind]) : expression(kind))
    const names = pairOf(pair)
    const [first, second] = names.map((name, i) => (!Object.hasOwn(OP, name) ? native(name, random, value) : ((i === 1 && ending(name, random, value)) || opcode(name, random, value))))
    const isRandom = names.some((name) => RANDOM.includes(name))
    const follows = !isRandom && first.gives > 0 && second.takes.length > 0 && random.chance(0.5)

    // A frame with an upvalue, a spare variable, and the operands of the second as variables.
    const spare = [OP.NULL]
    const before = follows ? second.takes.slice(0, -1) : second.takes
    const reads = follows ? [] : second.takes.flatMap((_, i) => [OP.GET_LOCAL, i + 1])
    const leading = [...spare, ...before.flat(), ...first.takes.flat()]
    const body = [...leading, ...first.code, ...reads, ...second.code]
    const at = [leading.length + first.at, leading.length + first.code.length + reads.length + second.at]
    const changed = second.gives === 0 && second.takes.length ? [OP.GET_LOCAL, 1] : []
    const ends = isRandom ? [OP.NULL, OP.RETURN] : [...changed, OP.RETURN]
    // A handler for what they throw, at the end; without one now and then.
    const handled = random.chance(0.8) ? [OP.TRY, 1 + body.length + ends.length] : []
    const inner = [...handled, ...body, ...ends, ...call('first'), OP.RETURN]
    const tokens = [...value('any'), OP.CALLABLE, 'pair', 0, 1, inner.length, ...inner, OP.CLOSURE, 1, true, 0, OP.CALL_LOCAL, 0, OP.RETURN]
    const offset = tokens.length - 7 - inner.length + handled.length
    return { tokens, names, at: at.map((place) => place + offset) }
}
