// Filters and rule sets.
'use strict'

const native = require('./native')
const { addon, registers } = native
const { DEFAULT_MAX_ASYNC_STEPS, DEFAULT_MAX_MEMORY, DEFAULT_TIMEOUT_MS } = require('./constants')
const { isText, textOf, tooDeepAt } = require('./documents')
const { exceptionOf, FilterError, RuleError, told } = require('./errors')
const { clearPool } = require('./cells')
const { hostOf } = require('./host')

const filterError = (message, pointer) => new FilterError(message, pointer)
const ruleError = (message, pointer) => new RuleError(message, '', pointer)

/** The tokens of a filter. */
function compileFilter(filter, options = {}) {
    const text = textOf(filter, 'filter', filterError)
    const given = textOf(options, 'options', filterError)
    return JSON.parse(toldOf(filter, () => addon.compileFilter(text, given)))
}

/** Does what calls the addon with `value` as text. Text that is nested too deep is refused before there are places. */
function toldOf(value, work) {
    try {
        return told(work)
    } catch (error) {
        if (error.pointer === '') error.pointer = placeOfDepth(value)
        throw error
    }
}

function placeOfDepth(value) {
    try {
        return tooDeepAt(isText(value) ? JSON.parse(value) : value) ?? ''
    } catch {
        return ''
    }
}

/** Gives each failure its exception. Theirs are no places in JavaScript, and many rules may fail at once: no stacks. */
function giveExceptions(failures) {
    if (failures.length === 0) return
    const limit = Error.stackTraceLimit
    const isOurs = Reflect.set(Error, 'stackTraceLimit', 0)
    try {
        for (const failure of failures) failure.error = failureOf(failure.error)
    } finally {
        if (isOurs) Error.stackTraceLimit = limit
    }
}

/** The exception for a rule's failure. */
function failureOf(error) {
    if (error.payload !== undefined) error.payload = JSON.parse(error.payload)
    return exceptionOf(error)
}

const ruleErrors = (rows) => rows.map(({ message, id, pointer }) => new RuleError(message, id, pointer))

class RuleSet {
    #set
    #host // what rules may call

    /** Of an array of rules, or JSON text of one. What can't be loaded is left out, and is in `errors`. */
    constructor(rules = [], options = {}) {
        const { functions, external, print, timeout, memoryLimit, ...filters } = options
        this.#host = hostOf({ functions, external, print: print ?? (() => {}) })
        const text = textOf(rules, 'rules', ruleError)
        const given = textOf(filters, 'options', filterError)
        registers[native.TIMEOUT] = timeout ?? DEFAULT_TIMEOUT_MS
        registers[native.MEMORY_LIMIT] = memoryLimit ?? DEFAULT_MAX_MEMORY
        registers[native.MAX_ASYNC_STEPS] = DEFAULT_MAX_ASYNC_STEPS
        registers[native.FLAGS] = 0
        this.#set = toldOf(rules, () => addon.openRuleSet(text, given, this.#host))
    }

    /** What is wrong with the constructor's rules, a RuleError each. */
    get errors() {
        return ruleErrors(addon.ruleSetErrors(this.#set))
    }

    /** How many rules there are, disabled ones included. */
    get size() {
        return addon.ruleSetSize(this.#set)
    }

    /** The ids of the rules that match an event, and those that failed. */
    match(globals) {
        let matches
        try {
            matches = addon.matchRules(this.#set, globals, this.#host)
        } catch (error) {
            told(() => { throw error })
        }
        clearPool()
        giveExceptions(matches.failures)
        return matches
    }

    /** Why a rule matches an event or does not; undefined if there is no such rule. */
    explain(id, globals) {
        const explanation = told(() => addon.explainRule(this.#set, `${id}`, globals, this.#host))
        clearPool()
        if (explanation === undefined) return undefined
        explanation.values = explanation.values.map(({ path, json }) => ({ path, value: JSON.parse(json) }))
        if (explanation.error !== undefined) explanation.error = failureOf(explanation.error)
        return explanation
    }

    /** Adds a rule, or replaces the one of its id. Throws RuleError, and leaves the set as it was. */
    set(rule) {
        const text = textOf(rule, 'rule', ruleError)
        toldOf(rule, () => addon.setRule(this.#set, text))
        return this
    }

    /** All rules of an array in one step. Those that can't be loaded are left out and returned, a RuleError each. */
    setAll(rules) {
        const text = textOf(rules, 'rules', ruleError)
        return ruleErrors(toldOf(rules, () => addon.setRules(this.#set, text)))
    }

    /** Whether there was such a rule. */
    remove(id) {
        return addon.removeRule(this.#set, `${id}`)
    }
}

module.exports = { compileFilter, RuleSet }
