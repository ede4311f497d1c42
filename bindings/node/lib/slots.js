// Memory that both sides of the addon see: what is written here costs no call of Node-API.
//
// A look-up ahead of a run (prefetch.js, flags.js) tells of each thing it found by a tag, a number or a short text in the
// same place of each array. What it calls, such as a getter, may look up things of its own: then `turn.count` has moved on.
'use strict'

const registers = new Float64Array(32) // as the list in src/environment.h; lib/native.js and lib/flags.js name them
const tags = new Uint8Array(32)
const numbers = new Float64Array(32)
const bytes = new Uint8Array(1024)
const turn = { count: 0 }

// Registers of what is told here, in lib/prefetch.js and in lib/cells.js.
const RUNS = 24
const NUMBER = 25
const SIMPLE = 26
const PATH = 27
const FOUND_AS = 28
const TEXT_BYTES = 12 // how much of `bytes` is used
const POOLED = 20
const POOLED_UNITS = 21
const PLACES_FROM = 22
const PLACES = 23
const LONGEST = 100

/** Writes a short ASCII text at `at`; gives where it ends, or -1 if it is none or there is no room. */
function writeAscii(text, at) {
    const { length } = text
    if (length > LONGEST || at + length > bytes.length) return -1
    for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i)
        if (unit > 127) return -1
        bytes[at + i] = unit
    }
    return at + length
}

module.exports = {
    registers, tags, numbers, bytes, turn, writeAscii, LONGEST, NUMBER, SIMPLE, TEXT_BYTES, POOLED, POOLED_UNITS,
    PLACES_FROM, PLACES, RUNS, PATH, FOUND_AS,
}
