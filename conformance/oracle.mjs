// The reference VM as an oracle: `answer(request)` runs one request of the exchange (README.md) on the npm package
// @posthog/hogvm and gives the answer that ours must give. Everything that asks the reference asks it here.
import { createRequire } from 'node:module'
import { format } from 'node:util'

import { external } from './external.mjs'

process.env.TZ = 'UTC'
const require = createRequire(import.meta.url)
const { exec, convertHogToJS, printHogStringOutput, printHogValue, HogVMException, STL } = require('@posthog/hogvm')
const { RE2 } = require('re2-wasm')

export const VERSION = `@posthog/hogvm ${require('@posthog/hogvm/package.json').version}`

// What the host functions named in a request do, here and in exchange.cpp alike.
const FUNCTIONS = {
    echo: (...args) => args,
    first: (value) => value,
    add: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a + b : null),
    nothing: () => undefined,
    boom: (message) => {
        throw new Error(typeof message === 'string' ? message : 'boom')
    },
    object: () => ({ b: 1, a: [1, { x: null }], 2: true }),
}
const ASYNC_FUNCTIONS = {
    fetch: (...args) => ({ status: 200, args }),
    wait: (value) => value,
    sleep: () => undefined,
}
const pick = (table, names) => names && Object.fromEntries(names.map((name) => [name, table[name]]))

// RE2 as Node's package `re2` has it, to which a lone surrogate is U+FFFD: this one's WebAssembly would join it with the
// unit that follows. Its heap is small and has no finalizers.
const wellFormed = (text) => (typeof text === 'string' ? text.toWellFormed() : text)
function compile(source) {
    const compiled = new RE2(wellFormed(source), 'u')
    return {
        test: (text) => compiled.test(wellFormed(text)),
        exec: (text) => compiled.exec(wellFormed(text)),
        free: () => compiled.wrapper.delete(),
    }
}
const host = external(compile, (pattern) => pattern.free())

/** Thrown by `answer` for a program that costs more than its caller has patience for. */
export class TooHeavy extends Error {}
const LONGEST_RANGE = 1e5
let patient = true
const range = STL.range.fn
STL.range.fn = (args, ...rest) => {
    if (!patient && (args.length === 1 ? args[0] : args[1] - args[0]) > LONGEST_RANGE) throw new TooHeavy()
    return range(args, ...rest)
}

/** `patience`: milliseconds after which a run is given up as TooHeavy, whatever its own limit of time. */
export function answer({ id, program, globals, options = {} }, patience = Infinity) {
    const printed = []
    const restore = replaceEnvironment(printed, options.now, patience)
    try {
        return { id, ...run(program, globals, options, printed) }
    } finally {
        restore()
    }
}

function replaceEnvironment(printed, now, patience) {
    const { log } = console
    const clock = Date.now
    const deadline = performance.now() + patience
    patient = patience === Infinity
    console.log = (...args) => printed.push(format(...args).toWellFormed())
    Date.now = () => {
        if (performance.now() > deadline) throw new TooHeavy()
        return now ?? clock()
    }
    return () => {
        console.log = log
        Date.now = clock
    }
}

function run(program, globals, request, printed) {
    const { timeout, memoryLimit, maxAsyncSteps, telemetry, functions, asyncFunctions, resume, imports } = request
    const options = {
        globals,
        functions: pick(FUNCTIONS, functions),
        asyncFunctions: pick(ASYNC_FUNCTIONS, asyncFunctions),
        importBytecode: imports && ((name) => (Object.hasOwn(imports, name) ? imports[name] : undefined)),
        external: host, timeout, memoryLimit, maxAsyncSteps, telemetry,
    }
    const trace = telemetry ? [] : undefined
    let input = program
    let state // the last one seen
    const counts = () => ({
        ops: state?.ops ?? 0,
        maxMemUsed: state && !Number.isFinite(state.maxMemUsed) ? null : (state?.maxMemUsed ?? 0),
        asyncSteps: state?.asyncSteps ?? 0,
        trace,
    })
    const failed = (error) => ({ status: 'failed', printed, error: describe(error), ...counts() })
    for (;;) {
        let response
        try {
            response = exec(input, options)
        } catch (error) {
            return failed(error)
        }
        state = response.state
        if (telemetry) trace.push(...state.telemetry.map(([, ...row]) => row))
        if (response.finished) return { status: 'finished', printed, ...printResult(response.result), ...counts() }
        if (response.error) return failed(response.error)

        const { asyncFunctionName: name, asyncFunctionArgs: args } = response
        if (!resume) {
            const { bytecodes, telemetry, syncDuration, ...rest } = state
            const async = { name, args: json(args) }
            return { status: 'suspended', printed, async, state: json(rest), ...counts() }
        }
        try {
            input = JSON.parse(JSON.stringify(state))
        } catch (error) {
            return failed(error)
        }
        input.stack.push(ASYNC_FUNCTIONS[name](...args))
    }
}

function printResult(result) {
    return { result: attempt(() => printHogValue(result)), json: attempt(() => JSON.stringify(convertHogToJS(result))) }
}
const json = (value) => attempt(() => JSON.parse(JSON.stringify(value)))
function attempt(make) {
    try {
        return make() ?? null
    } catch {
        return null
    }
}

// What the JavaScript engine, Node or Luxon says is theirs; what the reference or a host function says is the contract.
function describe(error) {
    if (error instanceof TooHeavy) throw error
    const name = error instanceof HogVMException ? error.name : error?.constructor?.name
    const ours = error instanceof HogVMException || (error?.constructor === Error && error.code === undefined)
    if (!ours) return { engine: true, type: name, stackOverflow: error?.message === 'Maximum call stack size exceeded' || undefined }
    if (name !== 'UncaughtHogVMException') return { type: name, message: error.message }
    const { message, type, payload } = error
    return { type: name, message, hogType: `${type}`, payload: attempt(() => printHogValue(payload)) }
}
