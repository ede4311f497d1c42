// How two answers to one request compare.
import { excuse } from './differences.mjs'

const TIMED_OUT = /^(Execution timed out after \S+ seconds\.).*$/s
const COUNTS = ['ops', 'maxMemUsed', 'asyncSteps', 'trace']
const FIELDS = {
    finished: ['printed', 'result', 'json', ...COUNTS],
    suspended: ['printed', 'async', 'state', ...COUNTS],
    failed: ['printed', 'error', ...COUNTS],
}

const timedOut = (answer) => TIMED_OUT.test(answer.error?.message ?? '')

/** What of an answer no second run would change: a limit of time is met at another op each time. */
export function lasting({ id, ...answer }) {
    if (!timedOut(answer)) return answer
    const { status, error } = answer
    return { status, error: { ...error, message: error.message.replace(TIMED_OUT, '$1') } }
}

// An error of the engine's has words of its own on either side, and has come at some point of an operation's accounting.
function fieldsToCompare(reference) {
    if (reference.error?.engine) return ['printed', 'ops']
    if (timedOut(reference)) return ['error']
    return FIELDS[reference.status]
}

function view(answer, field) {
    const value = answer[field] ?? null
    if (field !== 'error') return JSON.stringify(value)
    const { type, message = '', hogType, payload } = value ?? {}
    return JSON.stringify([type, message.replace(TIMED_OUT, '$1'), hogType, payload])
}

const differing = (reference, ours) =>
    (ours.status === reference.status ? fieldsToCompare(reference) : ['status']).filter((field) => view(reference, field) !== view(ours, field))

/** The fields in which `ours` is not what was expected: `[{field, expected, ours}]`, texts of JSON. */
export function mismatches(expected, ours) {
    const told = (answer) => JSON.stringify(answer.error ?? answer.result ?? answer.async ?? answer.how ?? answer.line ?? null)
    return differing(expected, ours).flatMap((field) => {
        const found = { field, expected: view(expected, field), ours: view(ours, field) }
        return field === 'status' ? [found, { field: 'outcome', expected: told(expected), ours: told(ours) }] : [found]
    })
}

/**
 * Where `ours` differs from the reference on purpose: `{reasons, answer}`, the answer of ours in those fields, or all of
 * it where the two end differently. Undefined where it does not differ, or differs where nothing excuses it.
 */
export function difference(request, reference, ours) {
    const fields = differing(reference, ours)
    const excuses = fields.map((field) => excuse(field, request, reference, ours))
    if (!fields.length || excuses.includes(undefined)) return undefined
    const reasons = [...new Set(excuses.map(({ reason }) => reason))]
    const answer = lasting(ours)
    return { reasons, answer: fields[0] === 'status' ? answer : Object.fromEntries(fields.map((field) => [field, answer[field] ?? null])) }
}

/** What an engine is to answer: what the reference does, but for a difference on purpose. */
export const expected = (reference, differs) => (differs?.answer.status ? differs.answer : { ...reference, ...differs?.answer })

const shorten = (text, length) => (text?.length > length ? text.slice(0, length) + '…' : text)

/** A mismatch in three lines, long values cut around the place where they part. */
export function describe({ field, expected, ours }, length = 160) {
    let at = 0
    while (at < expected.length && expected[at] === ours[at]) at++
    const from = Math.max(0, at - 60)
    const part = (text) => (from ? '…' : '') + shorten(text.slice(from), length)
    return `    ${field}\n      expected ${part(expected)}\n      ours     ${part(ours)}`
}
