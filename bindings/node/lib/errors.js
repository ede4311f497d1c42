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

/** A filter that can't be compiled, or options that are none. */
class FilterError extends HogVMException {
    constructor(message, pointer = '') {
        super(message)
        this.name = 'FilterError'
        this.pointer = pointer
    }
}

/** A rule that can't be loaded. */
class RuleError extends HogVMException {
    constructor(message, id = '', pointer = '') {
        super(message)
        this.name = 'RuleError'
        this.id = id
        this.pointer = pointer
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

/** What the addon throws of filters, rules, flags and what they are asked about. */
function asOwnError(error) {
    if (!ownErrors.has(error?.code)) return error
    const { code, message, id, pointer } = error
    if (code === 'filter') return new FilterError(message, pointer)
    if (code === 'rule') return new RuleError(message, id, pointer)
    return Object.defineProperty(new HogVMException(message), 'kind', hidden(code))
}
const ownErrors = new Set(['filter', 'rule', 'load', 'input', 'memory', 'depth'])

/** Does what calls the addon. */
function told(work) {
    try {
        return work()
    } catch (error) {
        throw asOwnError(error)
    }
}

module.exports = {
    HogVMException, UncaughtHogVMException, FilterError, RuleError, exceptionOf, asLoadError, told,
}
