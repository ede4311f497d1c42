// exec, execSync and execAsync as @posthog/hogvm has them.
'use strict'

const native = require('./native')
const { addon, registers } = native
const { DEFAULT_MAX_ASYNC_STEPS, DEFAULT_MAX_MEMORY, DEFAULT_TIMEOUT_MS } = require('./constants')
const { asyncFunctionOf, unlessAborted } = require('./async')
const { HogVMException, asLoadError, exceptionOf } = require('./errors')
const { clearPool } = require('./cells')
const { hostOf } = require('./host')
const { programOf, programOfBundle } = require('./programs')
const { turn } = require('./slots')
const { rootGlobals, stateForResuming } = require('./states')

const invalid = () => new HogVMException("Invalid HogQL bytecode, must start with '_H'")

/** The chunks of the input by name, and its state, if it is one. */
function chunksOf(input) {
    if (Array.isArray(input)) return { root: { bytecode: input } }
    if (input === null || typeof input !== 'object') throw invalid()
    const bytecodes = input.bytecode ? { root: { bytecode: input.bytecode } } : input.bytecodes
    if (!Array.isArray(bytecodes?.root?.bytecode)) throw invalid()
    return bytecodes
}

function setLimits(options) {
    const { FLAG } = native
    let flags = FLAG.KEEP_STATE
    if (options?.telemetry) flags |= FLAG.TRACE
    if (options?.repl) flags |= FLAG.KEEP_STACK
    registers[native.TIMEOUT] = options?.timeout ?? DEFAULT_TIMEOUT_MS
    registers[native.MEMORY_LIMIT] = options?.memoryLimit ?? DEFAULT_MAX_MEMORY
    registers[native.MAX_ASYNC_STEPS] = options?.maxAsyncSteps ?? DEFAULT_MAX_ASYNC_STEPS
    registers[native.FLAGS] = flags
}

function stateAfter(bytecodes, out, options, returned = false) {
    const { state, trace } = out
    return {
        bytecodes: returned ? {} : bytecodes,
        stack: state ? state.stack : [],
        upvalues: state ? state.upvalues : [],
        callStack: state ? state.callStack : [],
        throwStack: state ? state.throwStack : [],
        declaredFunctions: state ? state.declaredFunctions : {},
        ops: registers[native.OPS],
        asyncSteps: registers[native.ASYNC_STEPS],
        syncDuration: Math.round(registers[native.DURATION]),
        maxMemUsed: registers[native.MAX_MEMORY],
        telemetry: options?.telemetry ? (trace ?? []) : undefined,
    }
}

function exec(input, options) {
    const bytecodes = chunksOf(input)
    const isState = !Array.isArray(input) && 'stack' in input
    const { root } = bytecodes
    const { program, paths } = Array.isArray(input) ? programOf(input) : programOfBundle(bytecodes)
    const out = {}
    let value
    try {
        options?.signal?.throwIfAborted()
        const globals = rootGlobals(root.globals, options?.globals)
        const host = hostOf(options, (name, chunk) => {
            bytecodes[name] = chunk
        })
        const { HOG } = native.MODE
        const found = isState || host !== undefined || paths === undefined ? undefined : paths.prefetch(globals)
        const waiting = isState ? stateForResuming(input) : undefined
        const mine = turn.count
        setLimits(options)
        registers[native.PREFETCHED] = found === undefined || mine !== turn.count ? 0 : paths.length
        value = isState
            ? addon.resume(program, waiting, globals, host, HOG, out)
            : addon.run(program, globals, host, HOG, out, found)
    } catch (error) {
        return { result: null, finished: false, error: asLoadError(error), state: stateAfter(bytecodes, out, options) }
    }
    const status = registers[native.STATUS]
    if (status >= native.CELLS) value = native.finishedWith(value, status)
    clearPool()
    const returned = registers[native.RETURNED] === 1
    const state = stateAfter(bytecodes, out, options, returned)
    const finished = status === native.FINISHED || status >= native.CELLS
    if (finished) return { result: options?.repl && !returned ? undefined : value, finished, state }
    if (status === native.FAILED) return { result: null, finished: false, error: exceptionOf(value), state }
    return { result: undefined, finished: false, asyncFunctionName: value.name, asyncFunctionArgs: value.args, state }
}

function execSync(bytecode, options) {
    const response = exec(bytecode, options)
    if (response.finished) return response.result
    if ('error' in response) throw response.error
    throw new HogVMException('Unexpected async function call: ' + response.asyncFunctionName)
}

async function execAsync(bytecode, options) {
    let input = bytecode
    for (;;) {
        const response = exec(input, options)
        if (response.finished) return response
        if ('error' in response) throw response.error
        const { asyncFunctionName: name, asyncFunctionArgs: args, state } = response
        const answer = asyncFunctionOf(name, args, options)
        state.stack.push(await unlessAborted(answer(), options?.signal))
        input = state
    }
}

module.exports = { exec, execSync, execAsync }
