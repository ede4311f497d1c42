// Feature flags: what a flag is for a person, from definitions and ordinary objects.
//
// src/flag_sets.h says how objects cross.
'use strict'

const { addon, zone } = require('./native')
const { HogVMException, told } = require('./errors')
const { isText, textOf } = require('./documents')
const { numbers, registers, tags, turn, TEXT_BYTES, writeAscii } = require('./slots')

// As the list in src/environment.h.
const PREFETCHED = 4
const NOW = 11
const ID_AT = 13
const OUTCOME = 14
const REASON = 15
const CONDITION = 16
const ENABLED = 17
const ANSWER_TEXTS = 18
const NAMES = 19

const DECIDED = 0
const UNKNOWN = 3
const OUTCOMES = ['decided', 'inconclusive', 'needs_server', 'unknown']
const REASONS = [null, 'experience_continuity', 'unsupported_definition', 'unresolved_dependency', 'missing_context']

const TAG = { LAZY: 0, NULL: 1, FALSE: 2, TRUE: 3, NUMBER: 4, TEXT: 5, MISSING: 6, UNDEFINED: 7 } // as in src/flag_sets.cpp

const hasOwn = Object.prototype.hasOwnProperty

/** Looks properties up; gives how many bytes of text they take, or -1 where a look-up failed or disturbed another. */
function prefetch(person, names) {
    const mine = ++turn.count
    let used = 0
    try {
        for (let i = 0; i < names.length; i++) {
            const name = names[i]
            if (!hasOwn.call(person, name)) {
                tags[i] = TAG.MISSING
                continue
            }
            const value = person[name]
            switch (typeof value) {
                case 'string': {
                    const end = writeAscii(value, used)
                    tags[i] = end < 0 ? TAG.LAZY : TAG.TEXT
                    if (end < 0) break
                    numbers[i] = value.length * 65536 + used
                    used = end
                    break
                }
                case 'number':
                    tags[i] = TAG.NUMBER
                    numbers[i] = value
                    break
                case 'boolean':
                    tags[i] = value ? TAG.TRUE : TAG.FALSE
                    break
                case 'object':
                    tags[i] = value === null ? TAG.NULL : TAG.LAZY
                    break
                case 'bigint':
                    tags[i] = TAG.LAZY
                    break
                default:
                    tags[i] = TAG.UNDEFINED
            }
        }
    } catch {
        return -1 // the evaluation will get there, if it reads that
    }
    return mine === turn.count ? used : -1
}

/** What is known of a flag. */
class Known {
    constructor(key) {
        this.reads = addon.flagReads(key)
        this.names = [] // of properties that it reads
        this.values = [] // of its answers by their numbers: variants, or ''
        this.payloads = [] // likewise: { text, value }
    }
}

function objectOr(value, name) {
    if (value === undefined || value === null) return undefined
    if (typeof value === 'object') return value
    throw new TypeError(`flags: ${name} must be an object, got ${typeof value}`)
}

function millisecondsOf(now) {
    if (now === undefined || now === null) return Date.now()
    const ms = now instanceof Date ? now.getTime() : now
    if (typeof ms !== 'number' || Number.isNaN(ms)) throw new TypeError('flags: now must be a Date or epoch milliseconds')
    return ms
}

/** Calls `evaluate` of the addon for a person. */
function ask(evaluate, set, known, context) {
    if (typeof context !== 'object' || context === null) {
        throw new TypeError('flags: whom to evaluate for is told by an object with a distinctId')
    }
    const { distinctId } = context
    if (typeof distinctId !== 'string') throw new TypeError(`flags: distinctId must be a string, got ${typeof distinctId}`)
    const person = objectOr(context.personProperties, 'personProperties')
    const groups = objectOr(context.groups, 'groups')
    const groupProperties = objectOr(context.groupProperties, 'groupProperties')
    const now = millisecondsOf(context.now)
    let used = person === undefined ? -1 : prefetch(person, known.names)
    registers[PREFETCHED] = used < 0 ? 0 : known.names.length
    if (used < 0) used = 0
    const end = writeAscii(distinctId, used)
    registers[ID_AT] = end < 0 ? -1 : used
    registers[TEXT_BYTES] = end < 0 ? used : end
    registers[NOW] = now
    try {
        return evaluate(set, known.reads, person, groups, groupProperties, distinctId)
    } catch (error) {
        return told(() => { throw error })
    }
}

function payloadOf(payload) {
    // An object is its receiver's own.
    return typeof payload.value === 'object' && payload.value !== null ? JSON.parse(payload.text) : payload.value
}

const withoutKey = ({ key, ...answer }) => answer

class FlagSet {
    #set
    #known = new Map() // by key
    #all = new Known('')

    /** Of definitions, or JSON text of them. Throws HogVMException for what is no object with a list of flags. */
    constructor(definitions, { localZone = zone } = {}) {
        const text = textOf(definitions, 'definitions', (message) => new HogVMException(message))
        this.#set = told(() => addon.openFlagSet(text, localZone))
    }

    /** What a flag is for a person. */
    evaluate(key, context) {
        if (isText(context)) {
            registers[NOW] = Date.now()
            return withoutKey(JSON.parse(told(() => addon.evaluateFlagText(this.#set, `${key}`, context))))
        }
        let known = this.#known.get(key)
        const isNew = known === undefined
        if (isNew) known = new Known(`${key}`)
        const texts = ask(addon.evaluateFlag, this.#set, known, context)
        const outcome = registers[OUTCOME]
        const number = registers[ANSWER_TEXTS]
        const condition = registers[CONDITION]
        if (texts !== undefined) {
            known.values[number] = texts[0]
            known.payloads[number] = { text: texts[1], value: texts[1] === '' ? null : JSON.parse(texts[1]) }
        }
        if (registers[NAMES] > known.names.length) known.names = addon.namesRead(known.reads)
        if (isNew && outcome !== UNKNOWN) this.#known.set(key, known)
        return {
            outcome: OUTCOMES[outcome],
            value: outcome !== DECIDED ? null : (number >= 0 && known.values[number]) || registers[ENABLED] === 1,
            payload: number < 0 ? null : payloadOf(known.payloads[number]),
            reason: REASONS[registers[REASON]],
            conditionIndex: condition < 0 ? null : condition,
        }
    }

    /** What every flag is for a person, by key, in the order of the definitions. */
    evaluateAll(context) {
        let text
        if (isText(context)) {
            registers[NOW] = Date.now()
            text = told(() => addon.evaluateFlagText(this.#set, undefined, context))
        } else {
            text = ask(addon.evaluateFlags, this.#set, this.#all, context)
            if (registers[NAMES] > this.#all.names.length) this.#all.names = addon.namesRead(this.#all.reads)
        }
        const answers = {}
        for (const answer of JSON.parse(text)) {
            Object.defineProperty(answers, answer.key, {
                value: withoutKey(answer), enumerable: true, configurable: true, writable: true,
            })
        }
        return answers
    }

    /** Other definitions from now on. Where the constructor throws this throws, and the old ones stay. */
    replace(definitions) {
        const text = textOf(definitions, 'definitions', (message) => new HogVMException(message))
        told(() => addon.replaceFlags(this.#set, text))
        this.#known = new Map()
        this.#all = new Known('')
    }

    /** The flags' keys in the order of the definitions. */
    get keys() {
        return addon.flagKeys(this.#set)
    }

    /** What is wrong with the definitions. A flag that is at fault is inconclusive; all else works. */
    get problems() {
        return addon.flagProblems(this.#set).map(({ flag, pointer, message }) => ({ flag: flag || null, pointer, message }))
    }

    /** The bytecode of a flag's conditions, for people; '' for an unknown key. */
    disassemble(key) {
        return addon.disassembleFlag(this.#set, `${key}`)
    }
}

module.exports = { FlagSet }
