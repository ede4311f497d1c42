// Answers to requests of the exchange (README.md) by a package that has what @posthog/hogvm exports: the reference itself
// (oracle.mjs), or the one that takes its place.
import { format } from 'node:util'

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

/** Thrown by `answer` for a program that costs more than its caller has patience for. */
export class TooHeavy extends Error {}

/** `answer(request, patience)` by the package `vm`, whose runs get the options `external`. */
export function answererOf(vm, external) {
    /** `patience`: milliseconds after which a run is given up as TooHeavy, whatever its own limit of time. */
    return function answer({ id, program, state, globals, options = {}, ...given }, patience = Infinity) {
        const printed = []
        const restore = replaceEnvironment(printed, options.now, patience)
        try {
            const input = state === undefined ? program : answered(state, given.answer)
            return { id, ...run(vm, external, input, globals, options, printed) }
        } finally {
            restore()
        }
    }
}

// A suspended state with what the call gives, as a host of the reference resumes it.
function answered(text, result) {
    const state = JSON.parse(text)
    state.stack.push(result)
    return state
}

function replaceEnvironment(printed, now, patience) {
    const { log } = console
    const clock = Date.now
    const deadline = performance.now() + patience
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

function run(vm, external, input, globals, request, printed) {
    const { timeout, memoryLimit, maxAsyncSteps, telemetry, functions, asyncFunctions, resume, handOver, imports } = request
    const options = {
        globals,
        functions: pick(FUNCTIONS, functions),
        asyncFunctions: pick(ASYNC_FUNCTIONS, asyncFunctions),
        importBytecode: imports && ((name) => (Object.hasOwn(imports, name) ? imports[name] : undefined)),
        external, timeout, memoryLimit, maxAsyncSteps, telemetry,
    }
    const trace = telemetry ? [] : undefined
    let state // the last one seen
    const counts = () => ({
        ops: state?.ops ?? 0,
        maxMemUsed: state && !Number.isFinite(state.maxMemUsed) ? null : (state?.maxMemUsed ?? 0),
        asyncSteps: state?.asyncSteps ?? 0,
        trace,
    })
    const failed = (error) => ({ status: 'failed', printed, error: describe(vm, error), ...counts() })
    for (;;) {
        let response
        try {
            response = vm.exec(input, options)
        } catch (error) {
            return failed(error)
        }
        state = response.state
        if (telemetry) trace.push(...state.telemetry.map(([, ...row]) => row))
        if (response.finished) return { status: 'finished', printed, ...printResult(vm, response.result), ...counts() }
        if (response.error) return failed(response.error)

        const { asyncFunctionName: name, asyncFunctionArgs: args } = response
        if (!resume) {
            const { bytecodes, telemetry, syncDuration, ...rest } = state
            const async = { name, args: json(args) }
            if (handOver) return { status: 'suspended', printed, async, state: attempt(() => JSON.stringify({ ...state, telemetry: undefined })), ...counts() }
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

function printResult(vm, result) {
    return {
        result: attempt(() => vm.printHogValue(result)),
        json: attempt(() => JSON.stringify(vm.convertHogToJS(result))),
    }
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
function describe(vm, error) {
    if (error instanceof TooHeavy) throw error
    const name = error instanceof vm.HogVMException ? error.name : error?.constructor?.name
    const ours = error instanceof vm.HogVMException || (error?.constructor === Error && error.code === undefined)
    if (!ours) return { engine: true, type: name, stackOverflow: error?.message === 'Maximum call stack size exceeded' || undefined }
    if (name !== 'UncaughtHogVMException') return { type: name, message: error.message }
    const { message, type, payload } = error
    return { type: name, message, hogType: `${type}`, payload: attempt(() => vm.printHogValue(payload)) }
}
