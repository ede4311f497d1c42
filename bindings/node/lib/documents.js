// What is handed to the engine as JSON: filters, rules, definitions, given as plain data or as JSON text.
'use strict'

const DEEPEST = 2000 // as the engine reads JSON

const isText = (value) => typeof value === 'string' || value instanceof Uint8Array

/** A JSON pointer to where `value` is nested too deep; undefined if nothing is. */
function tooDeepAt(value) {
    const rows = [{ value, keys: undefined, at: 0 }]
    while (rows.length) {
        const row = rows.at(-1)
        if (row.keys === undefined) {
            if (typeof row.value !== 'object' || row.value === null) {
                rows.pop()
                continue
            }
            row.keys = Object.keys(row.value)
        }
        if (row.at === row.keys.length) {
            rows.pop()
            continue
        }
        if (rows.length > DEEPEST) return rows.slice(0, -1).map(({ keys, at }) => `/${escaped(keys[at - 1])}`).join('')
        rows.push({ value: row.value[row.keys[row.at++]], keys: undefined, at: 0 })
    }
    return undefined
}
const escaped = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1')

/**
 * JSON text of `value`. What has none is told by `refuse(message, pointer)`, which gives the error; `what` names it.
 * What a getter or a toJSON throws arrives as itself.
 */
function textOf(value, what, refuse) {
    if (isText(value)) return value
    let text
    try {
        text = JSON.stringify(value)
    } catch (error) {
        if (error instanceof RangeError) {
            const pointer = tooDeepAt(value)
            if (pointer !== undefined) throw refuse(`${what}: nested more than ${DEEPEST} levels deep`, pointer)
        }
        throw error
    }
    if (text === undefined) throw refuse(`${what}: ${typeof value} is no JSON`, '')
    return text
}

module.exports = { isText, textOf, tooDeepAt }
