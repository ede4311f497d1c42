// Hog's values in JavaScript: Maps for dicts, arrays (a tuple has the property __isHogTuple), plain objects by their keys.
'use strict'

const { isHogDate, isHogDateTime } = require('./objects')
const { callLibrary } = require('./library')
const { like } = require('./like')
const { addon } = require('./native')

const isObject = (value) => typeof value === 'object' && value !== null
const STARTS_AT_1 = 'Hog arrays start from index 1'

/** What lies at `chain` below `obj`: null where that leads nowhere. With `nullish`, null on the way ends it. */
function getNestedValue(obj, chain, nullish = false) {
    if (!isObject(obj)) return null
    let at = obj
    for (const key of chain) {
        if (nullish && at === null) return null
        at = step(at, key) ?? null
    }
    return at
}

function step(at, key) {
    if (at instanceof Map) return at.get(key)
    if (typeof key !== 'number') return Object.prototype.hasOwnProperty.call(at, key) ? at[key] : null
    if (key === 0) throw new Error(STARTS_AT_1)
    return at[key > 0 ? key - 1 : at.length + key]
}

/** Writes what lies at `chain` below `obj`, which must be Maps and arrays all the way. */
function setNestedValue(obj, chain, value) {
    if (!isObject(obj)) throw new Error(`Can not set ${chain} on non-object: ${typeof obj}`)
    let at = obj
    for (const key of chain.slice(0, -1)) {
        if (at instanceof Map) at = at.get(key) ?? null
        else at = at[indexIn(at, key, 'get', chain)]
    }
    const last = chain.at(-1)
    if (at instanceof Map) at.set(last, value)
    else at[indexIn(at, last, 'set', chain)] = value
}

function indexIn(at, key, deed, chain) {
    if (!Array.isArray(at) || typeof key !== 'number') {
        throw new Error(`Can not ${deed} ${chain} on element of type ${typeof at}`)
    }
    if (key <= 0) throw new Error(STARTS_AT_1)
    return key - 1
}

const isFunctionObject = (x) => x.__hogClosure__ || x.__hogCallable__

/** Plain objects to Maps, deeply. What lies in itself does so in the copy. */
function convertJSToHog(x, found = new Map()) {
    if (!isObject(x)) return x
    if (found.has(x)) return found.get(x)
    if (Array.isArray(x)) {
        return within(found, x, [], (copy) => x.forEach((item) => copy.push(convertJSToHog(item, found))))
    }
    if (x.__hogDateTime__) return newDateTime(x.dt, x.zone)
    if (x.__hogDate__) return { __hogDate__: true, year: x.year, month: x.month, day: x.day }
    if (isFunctionObject(x)) return x
    return within(found, x, new Map(), (copy) => {
        for (const key in x) copy.set(key, convertJSToHog(x[key], found))
    })
}

/** Maps to plain objects, deeply; dates, datetimes and functions stay as they are. */
function convertHogToJS(x, found = new Map()) {
    if (!isObject(x)) return x
    if (found.has(x)) return found.get(x)
    if (Array.isArray(x)) {
        return within(found, x, [], (copy) => x.forEach((item) => copy.push(convertHogToJS(item, found))))
    }
    if (x instanceof Map) {
        return within(found, x, {}, (copy) => x.forEach((value, key) => setOwn(copy, key, convertHogToJS(value, found))))
    }
    if (x.__hogDateTime__ || x.__hogDate__ || isFunctionObject(x)) return x
    return within(found, x, {}, (copy) => {
        for (const key in x) setOwn(copy, key, convertHogToJS(x[key], found))
    })
}

/** `copy` of `original`, filled while a mention of the original inside it is the copy. */
function within(found, original, copy, fill) {
    found.set(original, copy)
    fill(copy)
    found.delete(original)
    return copy
}

/** Never the prototype: what is called __proto__ is left out, as the engine does. */
function setOwn(object, key, value) {
    if (key !== '__proto__') object[key] = value
}

function newDateTime(timestamp, zone) {
    if (!isHogDate(timestamp)) return { __hogDateTime__: true, dt: timestamp, zone: zone || 'UTC' }
    return {
        __hogDateTime__: true,
        dt: callLibrary('toUnixTimestamp', [timestamp, zone || 'UTC']),
        zone: zone || 'UTC',
    }
}

const COST = 8 // bytes of anything; a string costs one more for each UTF-16 unit

/** What a value costs in the accounting of memory, deeply. */
function calculateCost(object, marked = new Set()) {
    if (typeof object === 'string') return COST + object.length
    if (!isObject(object) || marked.has(object)) return COST
    marked.add(object)
    let cost = COST
    const add = (value) => {
        cost += calculateCost(value, marked)
    }
    try {
        if (Array.isArray(object)) object.forEach(add)
        else for (const entry of object instanceof Map ? object : Object.entries(object)) entry.forEach(add)
    } finally {
        marked.delete(object)
    }
    return cost
}

/** The epoch seconds of a date or datetime; of a text beside one, as toDateTime reads it; else null. */
function secondsOf(value, isBesideOne) {
    if (isHogDateTime(value)) return value.dt
    if (isHogDate(value)) return newDateTime(value).dt
    if (!isBesideOne || typeof value !== 'string') return null
    return addon.dateSeconds(value) ?? null
}

/** The two sides of a comparison, made of one type where the language compares across types. */
function unifyComparisonTypes(left, right) {
    const isTemporal = (value) => isHogDateTime(value) || isHogDate(value)
    if (isTemporal(left) || isTemporal(right)) {
        const seconds = [secondsOf(left, true), secondsOf(right, true)]
        if (!seconds.includes(null)) return seconds
    }
    const types = `${typeof left} ${typeof right}`
    switch (types) {
        case 'number string':
            return [left, Number(right)]
        case 'string number':
            return [Number(left), right]
        case 'boolean string':
            return [left, right === 'true']
        case 'string boolean':
            return [left === 'true', right]
        case 'boolean number':
            return [left ? 1 : 0, right]
        case 'number boolean':
            return [left, right ? 1 : 0]
        default:
            return [left, right]
    }
}

module.exports = {
    like, getNestedValue, setNestedValue, convertJSToHog, convertHogToJS, calculateCost, unifyComparisonTypes,
}
