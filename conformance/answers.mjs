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

/** The fields in which `ours` is not what the reference answered: `[{field, reference, ours}]`, texts of JSON. */
export function mismatches(request, reference, ours) {
    const found = []
    const check = (field) => {
        const [expected, got] = [view(reference, field), view(ours, field)]
        if (expected !== got && !excuse(field, request, reference, ours)) found.push({ field, reference: expected, ours: got })
    }
    check('status')
    if (found.length) {
        const told = (answer) => JSON.stringify(answer.error ?? answer.result ?? answer.async ?? answer.how ?? answer.line ?? null)
        found.push({ field: 'outcome', reference: told(reference), ours: told(ours) })
    } else if (ours.status === reference.status) {
        fieldsToCompare(reference).forEach(check)
    }
    return found
}

const shorten = (text, length) => (text?.length > length ? text.slice(0, length) + '…' : text)

/** A mismatch in three lines, long values cut around the place where they part. */
export function describe({ field, reference, ours }, length = 160) {
    let at = 0
    while (at < reference.length && reference[at] === ours[at]) at++
    const from = Math.max(0, at - 60)
    const part = (text) => (from ? '…' : '') + shorten(text.slice(from), length)
    return `    ${field}\n      reference ${part(reference)}\n      ours      ${part(ours)}`
}
