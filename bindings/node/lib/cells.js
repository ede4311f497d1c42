// Plain data on its way between JavaScript and the engine, without text of JSON and without a call for each value.
//
// A value is a row of cells in memory that both sides see, in the order of a walk over it: a code each, and in `numbers` the
// number that a code may need. What text there is crosses as one string, all of it joined; JavaScript flattens it in one go.
// An object's keys cross once: objects with the same keys in the same order have a shape, which has a number from when it
// has been met a few times. So an object is a cell with its shape's number, and then its values.
//
// On the way in, shapes are told by a tree of keys (`Shapes`), and the addon keeps the keys of those that have a number. On
// the way out the addon tells them, and JavaScript has a function made for each: an object literal that reads its values
// from the cells, which is what V8 makes objects by fastest. Where code can't be made of text (Node's option
// --disallow-code-generation-from-strings), and of whatever else has no cells, values go through JSON text.
//
// Strings of JavaScript that a run has read lie in `pool`. Where its result has them, it has their places, and the strings
// themselves are what is given; the texts that the program made follow them.
'use strict'

const { PLACES, PLACES_FROM, POOLED, POOLED_UNITS, registers, FOUND_AS, PATH, RUNS } = require('./slots')

// As in src/cells.h. A code from 0 on is a string: coming in its length, going out its place in the pool.
const CODE = { NUMBER: -1, NULL: -2, TRUE: -3, FALSE: -4, UNDEFINED: -5, ARRAY: -6, SHAPES: -16 }
const MOST = 4096
const codes = new Int32Array(MOST)
const numbers = new Float64Array(MOST)
const lengths = new Int32Array(MOST) // in UTF-16 units, of the texts that a result brings
const pool = []

const DEEPEST = 64
const LONGEST = 1024 * 1024 // UTF-16 units of an object's text
const MOST_KEYS = 250 // of a shape; V8 makes hash tables of larger literals
const LONGEST_KEY = 1000
const MOST_SHAPES = 1024
const MOST_NODES = 20_000
const WARM = 8 // objects of a shape before it gets a number

/** A tree of keys: who follows an object's keys from its root comes to the node of its shape. */
class Node {
    key = undefined // of the child that came first
    child = undefined
    others = undefined // Map of key → child
    shape = -1
    met = 0

    constructor(parent, name) {
        this.parent = parent
        this.name = name
    }

    /** The keys on the way here. An object is not to be asked again: a Proxy may give others. */
    get keys() {
        const keys = []
        for (let node = this; node.parent !== undefined; node = node.parent) keys.push(node.name)
        return keys.reverse()
    }
}

class Shapes {
    #root = new Node(undefined, '')
    #nodes = 0
    #numbered = 0 // nodes, when they were pruned last
    #keys = [] // of the shapes by their numbers

    get root() {
        return this.#root
    }

    /** The child for a key that is not the first child's. */
    next(node, key) {
        if (node.child === undefined) {
            node.key = key
            return (node.child = this.#grown(node, key))
        }
        node.others ??= new Map()
        let child = node.others.get(key)
        if (child === undefined) node.others.set(key, (child = this.#grown(node, key)))
        return child
    }

    /** The number of the shape at a node, where an object is met; -1 if it has none. */
    numbered(node) {
        if (++node.met < WARM || this.#keys.length === MOST_SHAPES) return -1
        const { keys } = node
        // A Proxy may repeat keys. What marks Hog's own objects is looked at elsewhere.
        const isRepeated = new Set(keys).size < keys.length
        if (isRepeated || keys.length > MOST_KEYS || keys.some((key) => key.startsWith('__') || key.length > LONGEST_KEY)) {
            node.met = -Infinity
            return -1
        }
        define(this.#keys.length, keys)
        node.shape = this.#keys.length
        this.#keys.push(keys)
        return node.shape
    }

    /** Forgets what has no number when there is too much of it. */
    prune() {
        if (this.#nodes < this.#numbered + MOST_NODES) return
        this.#nodes = 0
        this.#root = new Node(undefined, '')
        for (const [shape, keys] of this.#keys.entries()) {
            let node = this.#root
            for (const key of keys) node = node.key === key ? node.child : this.next(node, key)
            node.shape = shape
        }
        this.#numbered = this.#nodes
    }

    #grown(parent, key) {
        this.#nodes++
        return new Node(parent, key)
    }
}

const shapes = new Shapes()
const { getPrototypeOf, prototype: objectPrototype } = Object
const arrayPrototype = Array.prototype

// Of the walk that is under way. A getter may run a program, which has the cells then: this walk is given up.
let at = 0
let pooled = 0
let text = ''
let isKnown = true // all shapes so far have numbers
let define // tells the addon of a shape

function readAny(value, depth) {
    switch (typeof value) {
        case 'string':
            if (text.length + value.length > LONGEST) return false
            codes[at++] = value.length
            pool[pooled++] = value
            text += value
            return true
        case 'number':
            numbers[at] = value
            codes[at++] = CODE.NUMBER
            return true
        case 'boolean':
            codes[at++] = value ? CODE.TRUE : CODE.FALSE
            return true
        case 'undefined':
            codes[at++] = CODE.UNDEFINED
            return true
        case 'object':
            if (value === null) {
                codes[at++] = CODE.NULL
                return true
            }
            return readObject(value, depth)
        default:
            return false
    }
}

function readObject(object, depth) {
    if (depth > DEEPEST) return false
    const prototype = getPrototypeOf(object)
    if (prototype === arrayPrototype) return readArray(object, depth)
    if (prototype !== objectPrototype && prototype !== null) return false
    const head = at++
    let node = shapes.root
    for (const key in object) {
        if (at >= MOST) return false
        node = node.key === key ? node.child : shapes.next(node, key)
        if (!readAny(object[key], depth + 1)) return false
    }
    let { shape } = node
    if (shape < 0) {
        shape = shapes.numbered(node)
        if (shape < 0) isKnown = false // the rest is walked all the same, and its shapes counted
    }
    codes[head] = CODE.SHAPES - shape
    return true
}

function readArray(array, depth) {
    if (!Array.isArray(array)) return false
    const { length } = array
    if (length >>> 0 !== length) return false // a Proxy's may be anything
    numbers[at] = length
    codes[at++] = CODE.ARRAY
    for (let i = 0; i < length; i++) {
        const item = array[i]
        if (item === undefined || at >= MOST || !readAny(item, depth + 1)) return false // it may be a hole
    }
    return true
}

// Where nothing has had cells for a while, only some of the next are tried.
const PATIENCE = 32
const TRIED = 8
let failures = 0

/** Writes data into the cells and gives its text, all strings joined; undefined of what has no cells. */
function toCells(value) {
    const isObject = typeof value === 'object' && value !== null
    if (isObject && failures > PATIENCE && ++failures % TRIED !== 0) return undefined
    const run = registers[RUNS]
    at = 0
    pooled = registers[POOLED]
    text = ''
    isKnown = true
    shapes.prune()
    const isWhole = readAny(value, 0) && isKnown && run === registers[RUNS] && at <= MOST && pooled <= MOST && text.length <= LONGEST
    const joined = text
    text = ''
    if (!isWhole) {
        if (isObject) failures++
        return undefined
    }
    if (isObject) failures = 0
    registers[POOLED] = pooled
    registers[POOLED_UNITS] = joined.length
    return joined
}

const paths = [] // by the numbers that the addon gives them
const FOUND = { MISSING: 0, LAZY: 1, IN_CELLS: 2, VALUE: 3 } // as in src/cells.h
const hasOwn = Object.prototype.hasOwnProperty

/**
 * Follows a path, whose number is in a register, below an object. By another register what is there lies in the cells and is
 * its text, or is what this gives; or it is the addon that must look; or there is no such global.
 */
function follow(globals) {
    const path = paths[registers[PATH]]
    if (!hasOwn.call(globals, path[0])) {
        registers[FOUND_AS] = FOUND.MISSING // set last: a Proxy may have run a program
        return undefined
    }
    let value = globals[path[0]]
    for (let k = 1; k < path.length && value !== null && value !== undefined; k++) {
        const isOwn = typeof value === 'object' && hasOwn.call(value, path[k])
        if (!isOwn && (typeof value !== 'object' || value instanceof Map)) {
            registers[FOUND_AS] = FOUND.LAZY
            return undefined
        }
        value = isOwn ? value[path[k]] : null
    }
    const text = toCells(value ?? null)
    registers[FOUND_AS] = text === undefined ? FOUND.VALUE : FOUND.IN_CELLS
    return text ?? value ?? null
}

function addPath(number, keys) {
    paths[number] = keys
}

const builders = [] // of a shape's objects, and after them of its Maps

function next() {
    const code = codes[at++]
    if (code >= 0) return pool[code]
    switch (code) {
        case CODE.NUMBER:
            return numbers[at - 1]
        case CODE.NULL:
            return null
        case CODE.TRUE:
            return true
        case CODE.FALSE:
            return false
        case CODE.UNDEFINED:
            return undefined
        case CODE.ARRAY: {
            const list = []
            for (let left = numbers[at - 1]; left > 0; left--) list.push(next())
            return list
        }
        default:
            return builders[CODE.SHAPES - code]()
    }
}

const functionOf = (code) => new Function('next', `return () => ${code}`)(next)

function mapBuilder(keys) {
    const steps = keys.map((key) => `map.set(${JSON.stringify(key)}, next());`)
    return functionOf(`{ const map = new Map(); ${steps.join(' ')} return map }`)
}

/** Makes what gives objects of these keys, and Maps; false if it can't. */
function addBuilder(shape, keys) {
    try {
        const members = keys.map((key) => `${JSON.stringify(key)}: next()`)
        builders[2 * shape] = functionOf(`({ ${members.join(', ')} })`)
        builders[2 * shape + 1] = () => (builders[2 * shape + 1] = mapBuilder(keys))()
        return true
    } catch {
        return false
    }
}

/** The result of the run that has ended. `made` are the texts, joined, that were not in the pool. */
function fromCells(made) {
    const from = registers[PLACES_FROM]
    const count = registers[PLACES]
    let begin = 0
    for (let i = 0; i < count; i++) pool[from + i] = made.substring(begin, (begin += lengths[i]))
    at = 0
    const result = next()
    registers[POOLED] = from + count
    clearPool()
    return result
}

/** Lets go of the pool's strings. */
function clearPool() {
    // A walk that was given up has filled it further than the register says.
    for (let i = Math.max(pooled, registers[POOLED]); i > 0; ) pool[--i] = ''
    registers[POOLED] = pooled = 0
    text = ''
}

module.exports = {
    codes, numbers, lengths, pool, toCells, follow, addPath, fromCells, addBuilder, clearPool,
    onShape: (tell) => {
        define = tell
    },
}
