// The addon, and what it needs of JavaScript.
'use strict'

const path = require('node:path')

const cells = require('./cells')
const { registers, tags, numbers, bytes, NUMBER: NUMBER_AT } = require('./slots')

function load() {
    const folder = path.join(__dirname, '..')
    try {
        return require('node-gyp-build')(folder)
    } catch (error) {
        throw new Error(
            `hogvm: there is no addon for ${process.platform}-${process.arch} in ${folder}. ` +
                `This builds it, or says what it misses: node ${path.join(folder, 'scripts/install.js')}`,
            { cause: error }
        )
    }
}
const addon = load()

// As the list in src/environment.h.
const TIMEOUT = 0
const MEMORY_LIMIT = 1
const MAX_ASYNC_STEPS = 2
const FLAGS = 3
const PREFETCHED = 4
const STATUS = 5
const OPS = 6
const MAX_MEMORY = 7
const ASYNC_STEPS = 8
const DURATION = 9
const RETURNED = 10

const FLAG = { TRACE: 1, KEEP_STACK: 2, KEEP_STATE: 4, FRESH_UPVALUES: 8, COLLECT: 16, EXACT_STATES: 32 }
const FINISHED = 0
const SUSPENDED = 1
const FAILED = 2
const TEXT = 3
const CELLS = 4
const NULL = 5
const FALSE = 6
const TRUE = 7
const NUMBER = 8
const MODE = { HOG: 0, PLAIN: 1, TEXT: 2 }

/** A Map of keys and values in turn; `map` if there is one already that is to hold them. */
function fillMap(flat, map = new Map()) {
    for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1])
    return map
}

const DEEPEST = 64
const MOST_VALUES = 2 ** 20
const LONGEST_TEXT = 2 ** 26 // UTF-16 units

// Of the walk that is under way. What is shared counts each time that it is met: its text would have it as often.
let values = 0
let units = 0

/** Whether JSON text says all that a program would see of `value`, and is no longer than it may be. */
function isPlain(value, depth) {
    if (++values > MOST_VALUES) return false
    switch (typeof value) {
        case 'string':
            units += value.length
            return units <= LONGEST_TEXT
        case 'boolean':
            return true
        case 'number':
            // JSON has no -0, and large integers would become exact.
            return value > -9007199254740992 && value < 9007199254740992 && (value !== 0 || 1 / value > 0)
        case 'object':
            break
        default:
            return false
    }
    if (value === null) return true
    if (depth > DEEPEST) return false
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Array.prototype) {
        if (!Array.isArray(value)) return false
        for (let i = 0; i < value.length; i++) if (!isPlain(value[i], depth + 1)) return false
        return true
    }
    if (prototype !== Object.prototype && prototype !== null) return false
    for (const key in value) {
        units += key.length
        if (!isPlain(value[key], depth + 1)) return false
    }
    return true
}

/** Whether all objects have more than their own keys, which programs see and JSON.stringify does not. */
function isInherited() {
    for (const _ in Object.prototype) return true
    return false
}

/** The JSON text of plain data; undefined of what has more to it, or is too large. */
function textOf(value) {
    values = units = 0
    if (isInherited() || {}.toJSON !== undefined || [].toJSON !== undefined || !isPlain(value, 0)) return undefined
    return JSON.stringify(value)
}

const LONGEST_LIST = 2 ** 24

/** What `forEach` finds in a Proxy of an array, as an array of its own; undefined of what only inherits from Array. */
function listOf(proxy) {
    if (!Array.isArray(proxy)) return undefined
    if (proxy.length > LONGEST_LIST) throw new RangeError(`A Proxy of an array is too long: ${proxy.length} elements`)
    const list = []
    proxy.forEach((item) => list.push(item))
    return list
}

/** The process's own zone. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC'

addon.setUp({
    registers,
    tags,
    numbers,
    bytes,
    fillMap,
    textOf,
    listOf,
    asJsonHasIt: (value) => {
        const text = JSON.stringify(value)
        return text === undefined ? undefined : JSON.parse(text)
    },
    entriesOf: (map) => [...Map.prototype.entries.call(map)],
    print: (line) => console.log('%s', line),
    now: () => Date.now(),
    Map,
    Array,
    cellCodes: cells.codes,
    cellNumbers: cells.numbers,
    cellLengths: cells.lengths,
    toCells: cells.toCells,
    follow: cells.follow,
    addPath: cells.addPath,
    addBuilder: cells.addBuilder,
    zone,
})

/** The result of a finished run whose status is not FINISHED or TEXT. */
function finishedWith(value, status) {
    switch (status) {
        case TRUE:
            return true
        case FALSE:
            return false
        case NULL:
            return null
        case NUMBER:
            return registers[NUMBER_AT]
        default:
            return cells.fromCells(value)
    }
}

cells.onShape((shape, keys) => addon.defineShape(shape, keys))

module.exports = {
    addon, zone, registers, FLAG, MODE,
    TIMEOUT, MEMORY_LIMIT, MAX_ASYNC_STEPS, FLAGS, PREFETCHED, STATUS, OPS, MAX_MEMORY, ASYNC_STEPS, DURATION, RETURNED,
    FINISHED, SUSPENDED, FAILED, TEXT, CELLS, NULL, FALSE, TRUE, NUMBER, finishedWith,
}
