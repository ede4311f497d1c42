// Reading globals before a run.
//
// Many programs, filters above all, are straight: without jumps and functions of their own, they read the same paths in
// the same order whatever they are given. JavaScript follows a path in a tenth of the time that Node-API takes, so what
// such a program will read is found before it runs and handed over in the order of its instructions: a tag each, numbers
// and short ASCII texts in the slots (slots.js), other texts and objects in an array. What is not simple (a Map, a number as a key, a global that is
// not there) is left to the addon, which looks as the program gets there; so it is where a getter throws.
'use strict'

const { Operation: op } = require('./operation')
const { registers, tags, numbers, turn, TEXT_BYTES, writeAscii } = require('./slots')

const MOST_READS = tags.length
const TAG = { LAZY: 0, NULL: 1, FALSE: 2, TRUE: 3, NUMBER: 4, VALUE: 5, TEXT: 6 } // as in src/globals.h
const NO_VALUES = Object.freeze([])

/** The operands of the instructions that a straight program may have. */
const OPERANDS = new Map()
const straight = (operands, names) => names.split(' ').forEach((name) => OPERANDS.set(op[name], operands))
straight(0, 'NOT PLUS MINUS MULTIPLY DIVIDE MOD EQ NOT_EQ GT GT_EQ LT LT_EQ LIKE ILIKE NOT_LIKE NOT_ILIKE IN NOT_IN')
straight(0, 'REGEX NOT_REGEX IREGEX NOT_IREGEX TRUE FALSE NULL POP RETURN GET_PROPERTY GET_PROPERTY_NULLISH')
straight(1, 'AND OR STRING INTEGER FLOAT DICT ARRAY TUPLE GET_GLOBAL')
straight(2, 'CALL_GLOBAL')

/** The paths that a program reads, in the order in which it does; undefined if that depends on anything. */
function pathsOf(tokens) {
    const paths = []
    let constants = [] // pushed right before
    for (let at = tokens[0] === '_H' ? 2 : 1; at < tokens.length; ) {
        const code = tokens[at]
        const operands = OPERANDS.get(code)
        if (operands === undefined || at + operands >= tokens.length) return undefined
        if (code === op.CALL_GLOBAL && tokens[at + 1] === 'import') return undefined
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
    return paths.length ? paths : undefined
}

const hasOwn = Object.prototype.hasOwnProperty

/** What lies at the paths below `globals`, told by the slots and the result; undefined if a run must look itself. */
function prefetch(globals, paths) {
    if (typeof globals !== 'object' || globals === null) return undefined
    const mine = ++turn.count
    let values = NO_VALUES
    let used = 0
    try {
        for (let i = 0; i < paths.length; i++) {
            const path = paths[i]
            if (path === undefined || !hasOwn.call(globals, path[0])) {
                tags[i] = TAG.LAZY
                continue
            }
            let value = globals[path[0]]
            let tag = TAG.VALUE
            for (let k = 1; k < path.length; k++) {
                if (value === null || value === undefined) break
                if (typeof value !== 'object') {
                    tag = TAG.LAZY
                    break
                }
                if (hasOwn.call(value, path[k])) {
                    value = value[path[k]]
                } else {
                    if (value instanceof Map) tag = TAG.LAZY
                    value = null
                    break
                }
            }
            if (tag === TAG.LAZY) {
                tags[i] = tag
                continue
            }
            switch (typeof value) {
                case 'number':
                    tags[i] = TAG.NUMBER
                    numbers[i] = value
                    break
                case 'boolean':
                    tags[i] = value ? TAG.TRUE : TAG.FALSE
                    break
                case 'undefined':
                    tags[i] = TAG.NULL
                    break
                case 'string': {
                    const end = writeAscii(value, used)
                    if (end >= 0) {
                        tags[i] = TAG.TEXT
                        numbers[i] = value.length * 65536 + used
                        used = end
                        break
                    }
                }
                // falls through
                default:
                    if (value === null) {
                        tags[i] = TAG.NULL
                    } else {
                        tags[i] = TAG.VALUE
                        if (values === NO_VALUES) values = []
                        values[i] = value
                    }
            }
        }
    } catch {
        return undefined // the run will get there
    }
    registers[TEXT_BYTES] = used
    return mine === turn.count ? values : undefined
}

module.exports = { pathsOf, prefetch }
