// The standard library's functions, called by name from JavaScript.
'use strict'

const native = require('./native')
const { addon, registers } = native
const { exceptionOf } = require('./errors')
const { hostOf } = require('./host')
const { Operation: op } = require('./operation')

const programs = new Map() // by name and number of arguments

/** A program that calls `name` with the globals 0, 1, ... */
function programFor(name, count) {
    const key = `${count} ${name}`
    let program = programs.get(key)
    if (program === undefined) {
        const args = Array.from({ length: count }, (_, i) => [op.STRING, String(i), op.GET_GLOBAL, 1]).flat()
        program = addon.load(['_H', 1, ...args, op.CALL_GLOBAL, name, count])
        programs.set(key, program)
    }
    return program
}

/** What the function gives for these values, which are Hog's (values.js); throws what a run would fail with. */
function callLibrary(name, args, options) {
    const program = programFor(name, args.length)
    const host = hostOf(options && { external: options.external })
    registers[native.TIMEOUT] = Infinity
    registers[native.MEMORY_LIMIT] = 0
    registers[native.MAX_ASYNC_STEPS] = 0
    registers[native.FLAGS] = 0
    const value = addon.call(program, args, host, native.MODE.HOG, {})
    const status = registers[native.STATUS]
    if (status === native.FAILED) throw exceptionOf(value)
    return status >= native.CELLS ? native.finishedWith(value, status) : value
}

module.exports = { callLibrary }
