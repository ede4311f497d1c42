// Reading globals before a run.
//
// Many programs, filters above all, are straight: without jumps and functions of their own, they read the same paths in
// the same order whatever they are given. JavaScript follows a path in a tenth of the time that Node-API takes, so what
// such a program will read is found before it runs and handed over in the order of its instructions: a tag each, numbers
// and short ASCII texts in the slots (slots.js), other texts and objects in an array. What is not simple (a Map, a number
// as a key, a global that is not there) is left to the addon, which looks as the program gets there; so it is where a getter
// throws.
//
// Of a program that runs often, a function is made that looks its paths up: where V8 sees one key at a place, it knows where
// that lies in objects like the last, and takes half the time. Where code can't be made of text, one loop does for all.
'use strict'

const { Operation: op } = require('./operation')
const { registers, tags, numbers, turn, writeAscii, LONGEST, SIMPLE, TEXT_BYTES } = require('./slots')

const MOST_READS = tags.length
const TAG = { LAZY: 0, NULL: 1, FALSE: 2, TRUE: 3, NUMBER: 4, VALUE: 5, TEXT: 6 } // as in src/globals.h
const NO_VALUES = Object.freeze([])
const LARGEST = 16 + LONGEST // what an instruction adds at most to a program's memory, beside its own constant, if all is short
const WARM = 200 // runs before a function is made

/** The operands of the instructions that a straight program may have. */
const OPERANDS = new Map()
const straight = (operands, names) => names.split(' ').forEach((name) => OPERANDS.set(op[name], operands))
straight(0, 'NOT PLUS MINUS MULTIPLY DIVIDE MOD EQ NOT_EQ GT GT_EQ LT LT_EQ LIKE ILIKE NOT_LIKE NOT_ILIKE IN NOT_IN')
straight(0, 'REGEX NOT_REGEX IREGEX NOT_IREGEX TRUE FALSE NULL POP RETURN GET_PROPERTY GET_PROPERTY_NULLISH')
straight(1, 'AND OR STRING INTEGER FLOAT DICT ARRAY TUPLE GET_GLOBAL')
straight(2, 'CALL_GLOBAL')

/** What a constant may take of a program's memory, in bytes, beside the least. */
function sizeOf(token) {
    if (typeof token === 'string') return token.length
    return typeof token === 'object' && token !== null ? Infinity : 0
}

/** The paths that a program reads, in the order in which it does, as Paths; undefined if that depends on anything. */
function pathsOf(tokens) {
    const paths = []
    let most = 0
    let constants = [] // pushed right before
    for (let at = tokens[0] === '_H' ? 2 : 1; at < tokens.length; ) {
        const code = tokens[at]
        const operands = OPERANDS.get(code)
        if (operands === undefined || at + operands >= tokens.length) return undefined
        if (code === op.CALL_GLOBAL && tokens[at + 1] === 'import') return undefined
        most += code === op.CALL_GLOBAL ? Infinity : LARGEST + (operands > 0 ? sizeOf(tokens[at + 1]) : 0)
        if (code === op.GET_GLOBAL) {
            const count = tokens[at + 1]
            if (!(count >= 1 && count <= constants.length) || paths.length === MOST_READS) return undefined
            const path = constants.slice(-count).reverse()
            if (typeof path[0] !== 'string') return undefined
            paths.push(path.every((key) => typeof key === 'string') ? path : undefined)
        }
        if (code === op.STRING || code === op.INTEGER) constants.push(tokens[at + 1])
        else constants = []
        at += 1 + operands
    }
    return paths.length ? new Paths(paths, most) : undefined
}

const hasOwn = Object.prototype.hasOwnProperty

// Of the look-up that is under way. A getter may begin another: then `turn.count` has moved on, and this one is given up.
let used = 0 // of the slots' bytes
let isSimple = true // all is in the slots
let values = NO_VALUES

/** Tells of what lies at path `i`. */
function tell(i, value) {
    switch (typeof value) {
        case 'number':
            tags[i] = TAG.NUMBER
            numbers[i] = value
            return
        case 'boolean':
            tags[i] = value ? TAG.TRUE : TAG.FALSE
            return
        case 'undefined':
            tags[i] = TAG.NULL
            return
        case 'string': {
            const end = writeAscii(value, used)
            if (end >= 0) {
                tags[i] = TAG.TEXT
                numbers[i] = value.length * 65536 + used
                used = end
                return
            }
        }
        // falls through
        default:
            if (value === null) {
                tags[i] = TAG.NULL
                return
            }
            isSimple = false
            tags[i] = TAG.VALUE
            if (values === NO_VALUES) values = []
            values[i] = value
    }
}

function leave(i) {
    isSimple = false
    tags[i] = TAG.LAZY
}

/** Looks all paths up, whatever they are. */
function followAll(globals, paths) {
    for (let i = 0; i < paths.length; i++) {
        const path = paths[i]
        if (path === undefined || !hasOwn.call(globals, path[0])) {
            leave(i)
            continue
        }
        let value = globals[path[0]]
        let isLazy = false
        for (let k = 1; k < path.length && value !== null && value !== undefined; k++) {
            isLazy = typeof value !== 'object'
            if (isLazy) break
            if (hasOwn.call(value, path[k])) {
                value = value[path[k]]
            } else {
                isLazy = value instanceof Map
                value = null
            }
        }
        if (isLazy) leave(i)
        else tell(i, value)
    }
}

/** The code that does the same for one path. */
function codeOf(path, i) {
    const below = (k) => {
        if (k === path.length) return ''
        const key = JSON.stringify(path[k])
        return `
            if (value !== null && value !== undefined) {
                if (typeof value !== 'object') { leave(${i}); break at${i} }
                if (hasOwn.call(value, ${key})) {
                    value = value[${key}]
                    ${below(k + 1)}
                } else {
                    if (value instanceof Map) { leave(${i}); break at${i} }
                    value = null
                }
            }`
    }
    if (path === undefined) return `leave(${i})`
    const key = JSON.stringify(path[0])
    return `
        at${i}: {
            if (!hasOwn.call(globals, ${key})) { leave(${i}); break at${i} }
            let value = globals[${key}]
            ${below(1)}
            tell(${i}, value)
        }`
}

function followerOf(paths) {
    try {
        const code = paths.map(codeOf).join('\n')
        return new Function('hasOwn', 'tell', 'leave', `return (globals) => { ${code} }`)(hasOwn, tell, leave)
    } catch {
        return (globals) => followAll(globals, paths)
    }
}

class Paths {
    #paths
    #most // bytes that the program's memory takes at most if all that it reads is in the slots
    #runs = 0
    #follow = undefined

    constructor(paths, most) {
        this.#paths = paths
        this.#most = most
    }

    get length() {
        return this.#paths.length
    }

    /**
     * Tells the addon what lies at the paths below `globals`, by the slots and the result; undefined if a run must look
     * itself.
     */
    prefetch(globals) {
        if (typeof globals !== 'object' || globals === null) return undefined
        const mine = ++turn.count
        used = 0
        isSimple = true
        values = NO_VALUES
        try {
            if (this.#follow !== undefined) this.#follow(globals)
            else this.#followAtFirst(globals)
        } catch {
            return undefined // the run will get there
        }
        if (mine !== turn.count) return undefined
        registers[TEXT_BYTES] = used
        registers[SIMPLE] = isSimple ? this.#most : Infinity
        const found = values
        values = NO_VALUES
        return found
    }

    #followAtFirst(globals) {
        if (++this.#runs === WARM) this.#follow = followerOf(this.#paths)
        followAll(globals, this.#paths)
    }
}

module.exports = { pathsOf }
