// Programs to keep: what is decoded once and run often, with plain objects in and out.
'use strict'

const native = require('./native')
const { addon, registers } = native
const { DEFAULT_MAX_ASYNC_STEPS, DEFAULT_MAX_MEMORY, DEFAULT_TIMEOUT_MS } = require('./constants')
const { asLoadError, exceptionOf, HogVMException } = require('./errors')
const { asyncFunctionOf, unlessAborted } = require('./async')
const { runBatch } = require('./batch')
const { clearPool } = require('./cells')
const { hostOf } = require('./host')
const { programOfBundle } = require('./programs')
const { turn } = require('./slots')
const { rootGlobals, stateForResuming, stateFromRun } = require('./states')

const { MODE, FLAG } = native

function setLimits(options) {
    let flags = FLAG.COLLECT
    if (options === undefined || options === null) {
        registers[native.TIMEOUT] = DEFAULT_TIMEOUT_MS
        registers[native.MEMORY_LIMIT] = DEFAULT_MAX_MEMORY
        registers[native.MAX_ASYNC_STEPS] = DEFAULT_MAX_ASYNC_STEPS
    } else {
        registers[native.TIMEOUT] = options.timeout ?? DEFAULT_TIMEOUT_MS
        registers[native.MEMORY_LIMIT] = options.memoryLimit ?? DEFAULT_MAX_MEMORY
        registers[native.MAX_ASYNC_STEPS] = options.maxAsyncSteps ?? DEFAULT_MAX_ASYNC_STEPS
        if (options.telemetry) flags |= FLAG.TRACE
        if (options.exactStates) flags |= FLAG.EXACT_STATES
        if (options.freshUpvalues) flags |= FLAG.FRESH_UPVALUES
        if (options.print) flags &= ~FLAG.COLLECT
    }
    registers[native.FLAGS] = flags
}

const NOTHING = Object.freeze([])

/** What a run gave. */
class RunResult {
    constructor(result, call, out) {
        this.result = result
        this.printed = out.printed ?? NOTHING
        this.ops = registers[native.OPS]
        this.maxMemory = registers[native.MAX_MEMORY]
        this.asyncSteps = registers[native.ASYNC_STEPS]
        this.duration = registers[native.DURATION]
        if (call !== undefined) this.call = call
        if (out.state !== undefined) this.state = out.state
        if (out.trace !== undefined) this.telemetry = out.trace
    }

    /** Whether the program has ended; otherwise it waits for the answer to `call`. */
    get finished() {
        return this.call === undefined
    }
}

class Program {
    #program
    #paths // that it reads whatever happens (prefetch.js), or undefined
    #bytecodes // as states have them
    #globals // of the root of a bundle

    /** Loads an array of tokens, a bundle `{ bytecodes: { root: { bytecode, globals }, ... } }`, or JSON text of either. */
    constructor(bytecode) {
        let source = bytecode
        if (typeof bytecode === 'string') {
            try {
                source = JSON.parse(bytecode)
            } catch (error) {
                throw new HogVMException(`program: not JSON: ${error.message}`)
            }
        }
        const isArray = Array.isArray(source)
        if (!isArray && !Array.isArray(source?.bytecodes?.root?.bytecode)) {
            throw new HogVMException('program: expected an array of tokens or an object with "bytecodes"')
        }
        // A copy, since states refer to it.
        this.#bytecodes = isArray ? { root: { bytecode: source.slice() } } : { ...source.bytecodes }
        const { program, paths } = programOfBundle(this.#bytecodes)
        this.#program = program
        this.#paths = paths
        this.#globals = this.#bytecodes.root.globals
    }

    /** The paths of globals that the program reads with constant keys, sorted, as "properties.$browser". */
    get reads() {
        return addon.reads(this.#program)
    }

    /** What would fail if it were reached: `[{ chunk, ip, message }]`. */
    check() {
        return addon.check(this.#program)
    }

    /** The instructions, a line each. */
    disassemble() {
        return addon.disassemble(this.#program)
    }

    /** Runs the program on an object. Throws what ends the run; a suspended one is a result that is not `finished`. */
    run(globals, options) {
        return this.#run(rootGlobals(this.#globals, globals), options, MODE.PLAIN)
    }

    /** Runs the program on JSON text (a string, or UTF-8 bytes); the result is JSON text. */
    runJson(text, options) {
        return this.#run(this.#globals ? rootGlobals(this.#globals, JSON.parse(text)) : text, options, MODE.TEXT)
    }

    /** Runs the program and awaits its asynchronous functions, which `options.asyncFunctions` has by name. */
    async runAsync(globals, options) {
        let ran = this.run(globals, options)
        const printed = [...ran.printed]
        while (!ran.finished) {
            const { name, args } = ran.call
            const answer = await unlessAborted(asyncFunctionOf(name, args, options)(), options?.signal)
            ran = this.resume(ran.state, answer, globals, options)
            printed.push(...ran.printed)
        }
        ran.printed = printed
        return ran
    }

    /** Goes on where `state` waits, with `answer` as what the call gives. */
    resume(state, answer, globals, options) {
        options?.signal?.throwIfAborted()
        const waiting = stateForResuming({ ...state, stack: [...state.stack, answer] })
        const host = hostOf(options)
        setLimits(options)
        const out = {}
        return this.#told(
            attempt(() => addon.resume(this.#program, waiting, rootGlobals(this.#globals, globals), host, MODE.PLAIN, out)),
            out
        )
    }

    /** Runs the program on many events on threads of its own; see index.d.ts. */
    runBatch(events, options) {
        return runBatch(this.#program, this.#globals, events, options)
    }

    #run(globals, options, mode) {
        let host
        if (options !== undefined) {
            options?.signal?.throwIfAborted()
            host = hostOf(options)
        }
        const paths = this.#paths
        const isObject = paths !== undefined && host === undefined && mode === MODE.PLAIN
        const found = isObject ? paths.prefetch(globals) : undefined
        const mine = turn.count
        setLimits(options) // whose getters may look things up themselves
        registers[native.PREFETCHED] = found === undefined || mine !== turn.count ? 0 : paths.length
        const out = {}
        return this.#told(addon.run(this.#program, globals, host, mode, out, found), out, mode)
    }

    #told(value, out, mode = MODE.PLAIN) {
        const status = registers[native.STATUS]
        if (status >= native.CELLS) return new RunResult(native.finishedWith(value, status), undefined, out)
        clearPool()
        switch (status) {
            case native.FINISHED:
                return new RunResult(value, undefined, out)
            case native.TEXT:
                return new RunResult(mode === MODE.TEXT ? value : JSON.parse(value), undefined, out)
            case native.SUSPENDED:
                out.state = stateFromRun(out.state, this.#bytecodes)
                return new RunResult(undefined, value, out)
            default:
                throw Object.defineProperty(exceptionOf(value), 'printed', { value: out.printed ?? [], configurable: true })
        }
    }
}

function attempt(work) {
    try {
        return work()
    } catch (error) {
        throw asLoadError(error)
    }
}

module.exports = { Program }
