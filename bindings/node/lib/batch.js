// Program.runBatch: events to chunks of JSON text, which the addon's threads work on, and its answers to results.
//
// A chunk is made while others are being worked on, and the event loop gets a turn between chunks. No more of them are
// under way than keep the threads busy, so a long iterable costs no memory but its results'.
'use strict'

const os = require('node:os')

const native = require('./native')
const { addon, registers } = native
const { DEFAULT_MAX_MEMORY, DEFAULT_TIMEOUT_MS } = require('./constants')
const { exceptionOf } = require('./errors')
const { rootGlobals } = require('./states')

const CHUNK_EVENTS = 64
const CHUNK_UNITS = 256 * 1024
const CHUNKS_PER_THREAD = 4
const MOST_THREADS = 256

const REFUSED = ['functions', 'asyncFunctions', 'importBytecode', 'external', 'print', 'telemetry']

function threadsOf({ threads = Math.max(1, os.cpus().length) }) {
    if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
        throw new RangeError(`runBatch: threads: expected an integer from 1 to ${MOST_THREADS}, got ${String(threads)}`)
    }
    return threads
}

function setLimits(options) {
    registers[native.TIMEOUT] = options.timeout ?? DEFAULT_TIMEOUT_MS
    registers[native.MEMORY_LIMIT] = options.memoryLimit ?? DEFAULT_MAX_MEMORY
    registers[native.MAX_ASYNC_STEPS] = 1
    registers[native.FLAGS] = options.freshUpvalues ? native.FLAG.FRESH_UPVALUES : 0
}

/** An event's JSON text. */
function textOf(event, bundled) {
    if (typeof event === 'string' || event instanceof Uint8Array) {
        return bundled ? JSON.stringify(rootGlobals(bundled, JSON.parse(event))) : event
    }
    if (event === null || typeof event !== 'object') throw new TypeError(`runBatch: an event is an object, or JSON text, not ${String(event)}`)
    return JSON.stringify(rootGlobals(bundled, event))
}

/** What one event gave: the members of a RunResult, or its `error`. */
class BatchResult {
    constructor(result, ops, maxMemory, duration) {
        this.result = result
        this.printed = []
        this.ops = ops
        this.maxMemory = maxMemory
        this.duration = duration
    }
}

function failed(error, entry = new BatchResult(undefined, 0, 0, 0)) {
    entry.result = undefined
    entry.error = error
    return entry
}

// In what form results come, as in src/batch.cpp.
const OBJECTS = 0
const TEXTS = 1
const BYTES = 2

function formOf({ json = false }) {
    if (json === 'bytes') return BYTES
    if (typeof json !== 'boolean') throw new TypeError(`runBatch: json: expected true, false or "bytes", got ${String(json)}`)
    return json ? TEXTS : OBJECTS
}

/** A value that the addon could not tell as text. */
function inForm(form, value) {
    if (form === OBJECTS) return value
    const text = JSON.stringify(value) ?? 'null'
    return form === TEXTS ? text : Buffer.from(text)
}

/** The parts of the bytes of a JSON array; `ends` are those of its elements. */
function* elementsOf(bytes, ends) {
    let start = 1
    for (const end of ends) {
        yield bytes.subarray(start, end)
        start = end + 1 // past the comma
    }
}

const NUMBERS = 4 // of an answer

/** A chunk's answers, as src/batch.h tells them. */
function resultsOf(form, told, numbers, others) {
    let given = told
    if (form === OBJECTS) given = JSON.parse(told)
    else if (form === BYTES) given = [...elementsOf(told, numbers.filter((_, i) => i % NUMBERS === 3))]
    const results = given.map(
        (result, i) => new BatchResult(result, numbers[i * NUMBERS], numbers[i * NUMBERS + 1], numbers[i * NUMBERS + 2])
    )
    for (const [at, more, printed] of others) {
        const entry = results[at]
        entry.printed = printed
        if (more === undefined) continue
        if ('value' in more) entry.result = inForm(form, more.value)
        else failed(exceptionOf({ ...more.error, payload: JSON.parse(more.error.payload) }), entry)
    }
    return results
}

async function runBatch(program, bundled, events, options = {}) {
    const refused = REFUSED.find((name) => options[name] !== undefined)
    if (refused) throw new TypeError(`runBatch: it runs on threads without JavaScript, which can't use the option "${refused}"`)
    const { signal } = options
    signal?.throwIfAborted()
    const threads = threadsOf(options)
    const form = formOf(options)
    const chunks = [] // of results, by index
    let pending = 0
    let wake
    const wanted = () => new Promise((resolve) => (wake = resolve))
    let fault

    setLimits(options)
    const batch = addon.openBatch(program, threads, native.zone, form, (index, told, numbers, others) => {
        try {
            const { positions } = chunks[index]
            resultsOf(form, told, numbers, others).forEach((result, i) => (chunks[index].results[positions[i]] = result))
        } catch (error) {
            fault ??= error
        }
        pending--
        wake?.()
    })
    const abort = () => {
        addon.cancelBatch(batch)
        wake?.()
    }
    signal?.addEventListener('abort', abort, { once: true })
    try {
        let chunk = newChunk()
        const submit = async () => {
            chunks.push(chunk)
            if (chunk.texts.length) {
                pending++
                addon.submit(batch, chunks.length - 1, chunk.texts)
            }
            chunk.texts = undefined
            chunk = newChunk()
            await new Promise(setImmediate)
            while (pending >= threads * CHUNKS_PER_THREAD && !signal?.aborted) await wanted()
            signal?.throwIfAborted()
        }
        const add = (event) => {
            try {
                const text = textOf(event, bundled)
                chunk.positions.push(chunk.results.length)
                chunk.results.push(undefined)
                chunk.texts.push(text)
                chunk.units += text.length
            } catch (error) {
                chunk.results.push(failed(error))
            }
            return chunk.results.length >= CHUNK_EVENTS || chunk.units >= CHUNK_UNITS
        }
        // `for await` takes as long for an event of an array as the event itself.
        if (events[Symbol.asyncIterator]) {
            for await (const event of events) if (add(event)) await submit()
        } else {
            for (const event of events) if (add(event instanceof Promise ? await event : event)) await submit()
        }
        if (chunk.results.length) await submit()
        while (pending > 0 && !signal?.aborted) await wanted()
        signal?.throwIfAborted()
        if (fault) throw fault
        return chunks.flatMap(({ results }) => results)
    } catch (error) {
        addon.cancelBatch(batch)
        throw error
    } finally {
        signal?.removeEventListener('abort', abort)
        addon.closeBatch(batch)
    }
}

/** `positions`: where in `results` the answers to `texts` belong; the others' events were no JSON. */
const newChunk = () => ({ texts: [], positions: [], results: [], units: 0 })

module.exports = { runBatch }
