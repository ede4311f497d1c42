'use strict'

/** What the engine says of a program: a limit, bytecode that makes no sense, a function that is not there. */
class HogVMException extends Error {
    constructor(message) {
        super(message)
        this.name = 'HogVMException'
    }
}

/** An error that the program threw and nothing in it caught. */
class UncaughtHogVMException extends HogVMException {
    constructor(type, message, payload = null) {
        super(message)
        this.name = 'UncaughtHogVMException'
        this.type = type
        this.payload = payload
    }

    toString() {
        return `${this.type}('${this.message.replaceAll("'", "\\'")}')`
    }
}

/** The exception for what src/runs.h tells of a failed run. `kind`, `chunk` and `ip` say more where they are asked. */
function exceptionOf(told) {
    if ('thrown' in told) return told.thrown
    const { kind, message, chunk, ip } = told
    let error
    if (kind === 'uncaught') {
        error = new UncaughtHogVMException(told.type, message, told.payload)
    } else if (kind === 'argument' || kind === 'host') {
        error = new Error(message)
    } else {
        error = new HogVMException(message)
    }
    return Object.defineProperties(error, { kind: hidden(kind), chunk: hidden(chunk), ip: hidden(ip) })
}
const hidden = (value) => ({ value, configurable: true, writable: true })

/** What the addon throws of a program or a state that it can't load. */
function asLoadError(error) {
    return error?.code === 'load' ? new HogVMException(error.message) : error
}

module.exports = { HogVMException, UncaughtHogVMException, exceptionOf, asLoadError }
