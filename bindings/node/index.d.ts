// hogvm: the drop-in for @posthog/hogvm, Program, rules and flags.

// ---------------------------------------------------------------------------------------------------------------------
// Programs

/** A chunk of a program: its tokens, and globals of its own. */
export interface BytecodeEntry {
    bytecode: any[]
    globals?: Record<string, any>
}

/** A program of several chunks; it begins in the one called `root`, and the others are there to be imported. */
export interface Bytecodes {
    bytecodes: Record<string, BytecodeEntry>
}

/** The limits of a run, and what it may call. */
export interface RunOptions {
    /** Functions that the program may call, before the library's of the same name. They get and give plain values. */
    functions?: Record<string, (...args: any[]) => any>
    /** Functions whose call suspends the program. `runAsync` and `execAsync` await them and go on. */
    asyncFunctions?: Record<string, (...args: any[]) => any>
    /** Asked for chunks that the program imports and does not carry. */
    importBytecode?: (module: string) => BytecodeEntry | undefined
    /** Milliseconds of running time, suspensions not counted. Default: 5000. */
    timeout?: number
    /** Bytes, as the reference counts what a program's values cost; 0 for no limit. Default: 64 MiB. */
    memoryLimit?: number
    /** Suspensions at most. Default: 100. */
    maxAsyncSteps?: number
    /** Patterns and a crypto module in place of the engine's own, which are RE2 and the same digests. */
    external?: {
        regex?: {
            match?: (regex: string, value: string) => boolean
            /** The first group, or the whole match if the pattern has none; '' if nothing matches. */
            extract?: (regex: string, value: string) => string
        }
        crypto?: any
    }
    /** Record each instruction. */
    telemetry?: boolean
    /** Ends the run before it begins, after a host function, or while an asynchronous one is awaited. */
    signal?: AbortSignal
}

export interface ProgramOptions extends RunOptions {
    /** Called with each printed line as it is printed; without it they are in `printed` of the result. */
    print?: (line: string) => void
    /** A captured variable is always the one that is there; see docs/differences.md. */
    freshUpvalues?: boolean
    /**
     * States keep what JSON loses: tuples, errors, keys that are no strings, what is shared. Give it to `resume`, too, for the
     * states after it.
     */
    exactStates?: boolean
}

/** What a run gave. */
export interface RunResult<T = any> {
    /** What the program returned; undefined while it waits for an answer. */
    result: T
    /** Whether the program has ended. Otherwise `call` and `state` say what it waits for. */
    readonly finished: boolean
    /** Printed lines. */
    printed: readonly string[]
    /** Instructions executed. */
    ops: number
    /** The peak of memory in bytes, as the reference counts. */
    maxMemory: number
    /** Suspensions so far. */
    asyncSteps: number
    /** Milliseconds of running time. */
    duration: number
    /** The call of an asynchronous function that waits for an answer. */
    call?: { name: string; args: any[] }
    /** What it takes to go on, here or, as JSON, elsewhere. */
    state?: VMState
    /** With the option `telemetry`. */
    telemetry?: Telemetry[]
}

export interface BatchOptions {
    /** Threads that run the program. Default: as many as the machine has cores. */
    threads?: number
    /**
     * Results as JSON text, which spares the main thread parsing them; with "bytes" as Buffers of UTF-8, which spares it
     * making strings of them, too.
     */
    json?: boolean | 'bytes'
    timeout?: number
    memoryLimit?: number
    freshUpvalues?: boolean
    /** Ends the batch; its Promise is rejected with the signal's reason. */
    signal?: AbortSignal
}

/** What one event of a batch gave: a result, or an error. */
export interface BatchResult<T = any> {
    result: T | undefined
    error?: Error
    printed: string[]
    ops: number
    maxMemory: number
    duration: number
}

/** An event: an object that JSON can hold, or JSON text as a string or UTF-8 bytes. */
export type Event = Record<string, any> | string | Uint8Array

/**
 * A program, loaded once and run often.
 *
 *     const program = new Program(bytecode)
 *     const { result } = program.run({ event: '$pageview' })
 *
 * `run` and its like throw what ends a run: UncaughtHogVMException for an error of the program's own, HogVMException for
 * limits and broken bytecode, and what a host function threw as itself. Such errors have `printed` lines, too.
 */
export class Program {
    /** Loads tokens, a bundle, or JSON text of either. Throws HogVMException for what is no program. */
    constructor(bytecode: any[] | Bytecodes | string)
    /** The paths of globals that the program reads with constant keys, sorted, such as "properties.$browser". */
    readonly reads: string[]
    /** What would fail if it were reached: unknown opcodes and functions, wrong numbers of arguments, ... */
    check(): { chunk: string; ip: number; message: string }[]
    /** The instructions, a line each. */
    disassemble(): string
    /** Runs on an object, of which no more is looked at than the program reads. */
    run<T = any>(globals?: Record<string, any>, options?: ProgramOptions): RunResult<T>
    /** Runs on JSON text of an object; the result is JSON text. */
    runJson(text: string | Uint8Array, options?: ProgramOptions): RunResult<string>
    /** Runs, and awaits the asynchronous functions that it calls. */
    runAsync<T = any>(globals?: Record<string, any>, options?: ProgramOptions): Promise<RunResult<T>>
    /** Goes on where `state` waits, with `answer` as what the call gives. */
    resume<T = any>(state: VMState, answer: any, globals?: Record<string, any>, options?: ProgramOptions): RunResult<T>
    /**
     * Runs on many events, on threads without JavaScript, while the event loop goes on. The results are in the events'
     * order; an event that fails has an `error` and does not touch the others. Events that are objects are written as
     * JSON on the main thread; text and bytes cost it less.
     */
    runBatch<T = any>(events: Iterable<Event> | AsyncIterable<Event>, options?: BatchOptions): Promise<BatchResult<T>[]>
}

// ---------------------------------------------------------------------------------------------------------------------
// Filters and rule sets

/** What a filter's meaning depends on beside the filter itself. */
export interface FilterOptions {
    /** What a filter with `filter_test_accounts` demands first: properties and groups. */
    testAccountProperties?: any[]
    /** Definitions by id, or a list of them with ids. They are inlined. */
    cohorts?: Record<string, any> | any[]
    /** Keys of properties whose values are booleans, as `is_admin` or `person.is_admin`, or lists of keys by type. */
    booleanProperties?: string[] | Record<string, string[]>
    /** Events whose properties are nested: a dot in a key leads into the object before it. */
    nestedPropertyEvents?: string[]
    /** For the operator is_cleaned_path_exact: patterns of RE2 and what replaces them, applied in this order. */
    pathCleaning?: { regex: string; alias?: string }[]
}

/** A filter that can't be compiled, or options that are none. The message names the property and the operator. */
export class FilterError extends HogVMException {
    constructor(message: string, pointer?: string)
    /** Where in the filter, or in the options, as a JSON pointer (RFC 6901). */
    pointer: string
}

/**
 * Compiles a property filter, an object or JSON text, to tokens that any HogVM runs.
 *
 *     compileFilter({ events: [{ id: '$pageview', type: 'events' }] })
 */
export function compileFilter(filter: Record<string, any> | string | Uint8Array, options?: FilterOptions | string): any[]

/** A rule matches an event if its program's result is `true`. */
export interface Rule {
    /** Its own, and not empty. */
    id: string
    /** Either what `compileFilter` takes ... */
    filter?: Record<string, any>
    /** ... or a compiled program. */
    bytecode?: any[] | Bytecodes
    /** False for a rule that is kept but never matches. Default: true. */
    enabled?: boolean
}

export interface RuleSetOptions extends FilterOptions {
    /** Functions that rules may call. A rule that does is run for every event. */
    functions?: Record<string, (...args: any[]) => any>
    external?: RunOptions['external']
    /** Called with each line that a rule prints; without it they are dropped. */
    print?: (line: string) => void
    /** Milliseconds of one rule's run. Default: 5000. */
    timeout?: number
    /** Bytes of one rule's run. Default: 64 MiB. */
    memoryLimit?: number
}

/** A rule that can't be loaded. */
export class RuleError extends HogVMException {
    constructor(message: string, id?: string, pointer?: string)
    /** Empty if the rule has none. */
    id: string
    /** Where in what was given, as a JSON pointer (RFC 6901). */
    pointer: string
}

/** What an event gives. Both lists are in the order in which rules were added; one that is replaced keeps its place. */
export interface Matches {
    ids: string[]
    /** Rules that failed, each with the error of its own run; of what a getter or a function of yours threw, its message. */
    failures: { id: string; error: Error }[]
}

/** Why a rule matches an event or does not. */
export interface Explanation {
    outcome: 'matched' | 'not_matched' | 'failed' | 'disabled'
    /** The first condition that does not hold, as Hog; of a rule that matches all of it. May be empty. */
    condition: string
    /** What the event has where the condition looks. */
    values: { path: string; value: any }[]
    /** Of a rule that failed. */
    error?: Error
    /** The token at which the condition begins, or where the program ended. */
    ip: number
    /** All of this in a sentence. */
    text: string
}

/**
 * Which of many rules match an event: an index, not a loop.
 *
 *     const rules = new RuleSet([{ id: 'views', filter: { events: [{ id: '$pageview', type: 'events' }] } }])
 *     rules.match({ event: '$pageview' }).ids // ['views']
 *
 * Events are objects, or JSON text as a string or UTF-8 bytes. Of an object each global that rules read is read once, as a
 * whole. What is neither is a HogVMException of the kind 'input'.
 */
export class RuleSet {
    /** Throws RuleError for what is no list of rules, and FilterError for options that are none. */
    constructor(rules?: Rule[] | string | Uint8Array, options?: RuleSetOptions)
    /** What is wrong with those of the constructor's rules that are left out. */
    readonly errors: RuleError[]
    /** How many rules there are, disabled ones included. */
    readonly size: number
    match(globals: Event): Matches
    /** Runs one rule by itself; undefined if there is none of that id. */
    explain(id: string, globals: Event): Explanation | undefined
    /** Adds a rule, or replaces the one of its id. Throws RuleError, and leaves the set as it was. */
    set(rule: Rule | string | Uint8Array): this
    /** All of a list in one step, which costs far less than one by one. Those left out are returned. */
    setAll(rules: Rule[] | string | Uint8Array): RuleError[]
    /** False if there is no such rule. */
    remove(id: string): boolean
}

// ---------------------------------------------------------------------------------------------------------------------
// Feature flags

/** Whom to evaluate for. */
export interface FlagContext {
    distinctId: string
    /** Own properties are looked at, those that conditions read. Values are what JSON.stringify makes of them. */
    personProperties?: Record<string, any>
    /** The keys of the groups that the person belongs to, by their types. */
    groups?: Record<string, any>
    /** The groups' properties, by their types. */
    groupProperties?: Record<string, Record<string, any>>
    /** A Date or epoch milliseconds, for relative dates. Default: now. */
    now?: Date | number
}

export interface FlagAnswer {
    /**
     * 'needs_server': a cohort is not among the definitions. 'inconclusive': see `reason`. 'unknown': there is no flag of
     * that key.
     */
    outcome: 'decided' | 'inconclusive' | 'needs_server' | 'unknown'
    /** Of a decided flag: false, true, or the key of a variant. */
    value: boolean | string | null
    /** The value's payload, parsed. */
    payload: any
    reason: 'experience_continuity' | 'unsupported_definition' | 'unresolved_dependency' | 'missing_context' | null
    /** The condition that decided, counted from 0, if one did. */
    conditionIndex: number | null
}

/** Something wrong with the definitions. The flag is inconclusive; all else works. */
export interface FlagProblem {
    /** Its key; null for a cohort, or where the key itself is at fault. */
    flag: string | null
    /** Where in the definitions, as a JSON pointer (RFC 6901). */
    pointer: string
    message: string
}

/**
 * What flags are for a person, decided from the definitions that PostHog's servers hand out for local evaluation, as
 * posthog-node decides.
 *
 *     const flags = new FlagSet({ flags, group_type_mapping, cohorts })
 *     const { outcome, value } = flags.evaluate('new-checkout', { distinctId: 'ann', personProperties: { plan: 'pro' } })
 *
 * Whom to evaluate for may also be JSON text of a FlagContext. What a getter throws that is read is thrown.
 */
export class FlagSet {
    /**
     * Of definitions, or JSON text of them. Throws HogVMException for what is no object with a list of flags. `localZone` is
     * that of date-times without an offset, by default the process's.
     */
    constructor(definitions: Record<string, any> | string | Uint8Array, options?: { localZone?: string })
    evaluate(key: string, context: FlagContext | string | Uint8Array): FlagAnswer
    /** Every flag's answer by its key. */
    evaluateAll(context: FlagContext | string | Uint8Array): Record<string, FlagAnswer>
    /** Other definitions from now on. Where the constructor throws this throws, and the old ones stay. */
    replace(definitions: Record<string, any> | string | Uint8Array): void
    /** In the order of the definitions. */
    readonly keys: string[]
    readonly problems: FlagProblem[]
    /** The bytecode of a flag's conditions, for people; empty for an unknown key. */
    disassemble(key: string): string
}

// ---------------------------------------------------------------------------------------------------------------------
// As in @posthog/hogvm

export const DEFAULT_MAX_ASYNC_STEPS: number
export const DEFAULT_MAX_MEMORY: number
export const DEFAULT_TIMEOUT_MS: number
export const MAX_FUNCTION_ARGS_LENGTH: number
export const CALLSTACK_LENGTH: number

/** A suspended or ended run: plain data, which JSON holds. To go on, push the answer on `stack` and give it to `exec`. */
export interface VMState {
    bytecodes: Record<string, BytecodeEntry>
    /** The tokens, in states of old. */
    bytecode?: any[]
    stack: any[]
    upvalues: HogUpValue[]
    callStack: CallFrame[]
    throwStack: ThrowFrame[]
    declaredFunctions: Record<string, [number, number]>
    ops: number
    asyncSteps: number
    /** Milliseconds. */
    syncDuration: number
    maxMemUsed: number
    telemetry?: Telemetry[]
}

export interface ExecOptions extends RunOptions {
    /** What the program sees as its globals. */
    globals?: Record<string, any>
    /** Leave the last value on the stack; the state goes on with other tokens. */
    repl?: boolean
}

/** Milliseconds since the row before (epoch milliseconds in the first), chunk if it changed, position, opcode, detail. */
export type Telemetry = [number, string, number, string, string]

export interface ExecResult {
    /** As the program has it: dicts are Maps, tuples arrays with the property `__isHogTuple`. */
    result: any
    finished: boolean
    error?: any
    asyncFunctionName?: string
    asyncFunctionArgs?: any[]
    state?: VMState
    telemetry?: Telemetry[]
}

/** Runs a program, or goes on with a state, to its end, its first asynchronous call or its error. */
export function exec(input: any[] | VMState | Bytecodes, options?: ExecOptions): ExecResult
/** Gives the result, or throws. */
export function execSync(bytecode: any[] | VMState | Bytecodes, options?: ExecOptions): any
/** Awaits asynchronous functions. */
export function execAsync(bytecode: any[] | VMState | Bytecodes, options?: ExecOptions): Promise<ExecResult>

/** What the engine says of a program: a limit, bytecode that makes no sense, a function that is not there. */
export class HogVMException extends Error {
    constructor(message: string)
    /** 'timeout', 'memory', 'depth', 'async_steps', 'cancelled', 'bytecode', 'function', 'input', ... */
    readonly kind?: string
    /** Where the program was. */
    readonly chunk?: string
    readonly ip?: number
}

/** An error that the program threw and nothing in it caught. */
export class UncaughtHogVMException extends HogVMException {
    constructor(type: string, message: string, payload?: any)
    type: any
    payload: any
    toString(): string
}

export interface CallFrame {
    closure: HogClosure
    ip: number
    chunk: string
    stackStart: number
    argCount: number
}
export interface ThrowFrame {
    callStackLen: number
    stackLen: number
    catchIp: number
}
export interface HogDate {
    __hogDate__: true
    year: number
    month: number
    day: number
}
export interface HogDateTime {
    __hogDateTime__: true
    /** Epoch seconds. */
    dt: number
    zone: string
}
export interface HogError {
    __hogError__: true
    type: string
    message: string
    payload?: Record<string, any>
}
export interface HogCallable {
    __hogCallable__: 'local' | 'stl' | 'async'
    name?: string
    argCount: number
    upvalueCount: number
    ip: number
    chunk: string
}
export interface HogUpValue {
    __hogUpValue__: true
    id: number
    location: number
    closed: boolean
    value: any
}
export interface HogClosure {
    __hogClosure__: true
    callable: HogCallable
    upvalues: number[]
}
export interface HogInterval {
    __hogInterval__: true
    value: number
    unit: string
}

export function isHogDate(obj: any): obj is HogDate
export function isHogDateTime(obj: any): obj is HogDateTime
export function isHogError(obj: any): obj is HogError
export function isHogCallable(obj: any): obj is HogCallable
export function isHogClosure(obj: any): obj is HogClosure
export function isHogUpValue(obj: any): obj is HogUpValue
export function isHogAST(obj: any): boolean
export function newHogError(type: string, message: string, payload?: Record<string, any>): HogError
export function newHogClosure(callable: HogCallable, upvalues?: number[]): HogClosure
export function newHogCallable(
    type: HogCallable['__hogCallable__'],
    callable: { name: string; chunk: string; argCount: number; upvalueCount: number; ip: number }
): HogCallable

/** The opcodes, by name and by number. */
export const Operation: {
    readonly GET_GLOBAL: 1
    readonly CALL_GLOBAL: 2
    readonly AND: 3
    readonly OR: 4
    readonly NOT: 5
    readonly PLUS: 6
    readonly MINUS: 7
    readonly MULTIPLY: 8
    readonly DIVIDE: 9
    readonly MOD: 10
    readonly EQ: 11
    readonly NOT_EQ: 12
    readonly GT: 13
    readonly GT_EQ: 14
    readonly LT: 15
    readonly LT_EQ: 16
    readonly LIKE: 17
    readonly ILIKE: 18
    readonly NOT_LIKE: 19
    readonly NOT_ILIKE: 20
    readonly IN: 21
    readonly NOT_IN: 22
    readonly REGEX: 23
    readonly NOT_REGEX: 24
    readonly IREGEX: 25
    readonly NOT_IREGEX: 26
    readonly IN_COHORT: 27
    readonly NOT_IN_COHORT: 28
    readonly TRUE: 29
    readonly FALSE: 30
    readonly NULL: 31
    readonly STRING: 32
    readonly INTEGER: 33
    readonly FLOAT: 34
    readonly POP: 35
    readonly GET_LOCAL: 36
    readonly SET_LOCAL: 37
    readonly RETURN: 38
    readonly JUMP: 39
    readonly JUMP_IF_FALSE: 40
    readonly DECLARE_FN: 41
    readonly DICT: 42
    readonly ARRAY: 43
    readonly TUPLE: 44
    readonly GET_PROPERTY: 45
    readonly SET_PROPERTY: 46
    readonly JUMP_IF_STACK_NOT_NULL: 47
    readonly GET_PROPERTY_NULLISH: 48
    readonly THROW: 49
    readonly TRY: 50
    readonly POP_TRY: 51
    readonly CALLABLE: 52
    readonly CLOSURE: 53
    readonly CALL_LOCAL: 54
    readonly GET_UPVALUE: 55
    readonly SET_UPVALUE: 56
    readonly CLOSE_UPVALUE: 57
} & Record<number, string>
/** Their names, by number. */
export const operations: string[]

export interface STLFunction {
    /** Takes and gives values as `exec` gives them. */
    fn: (args: any[], name: string, options?: ExecOptions) => any
    description: string
    /** A call, with places as in `upper($1)`. */
    example: string
    minArgs?: number
    maxArgs?: number
}
export interface AsyncSTLFunction {
    fn: (args: any[], name: string, options?: ExecOptions) => Promise<any>
    minArgs?: number
    maxArgs?: number
}
/** The library's functions. They are told here and can be called; replacing one does not change what programs call. */
export const STL: Record<string, STLFunction>
export const ASYNC_STL: Record<string, AsyncSTLFunction>

/** What lies at a path; null where it leads nowhere. Arrays count from 1. */
export function getNestedValue(obj: any, chain: any[], nullish?: boolean): any
export function setNestedValue(obj: any, chain: any[], value: any): void
/** Plain objects to Maps, deeply. */
export function convertJSToHog(x: any, found?: Map<any, any>): any
/** Maps to plain objects, deeply. */
export function convertHogToJS(x: any, found?: Map<any, any>): any
/** Bytes, as the accounting of memory counts. */
export function calculateCost(object: any, marked?: Set<any>): any
/** Both sides of a comparison, made of one type where the language compares across types. */
export function unifyComparisonTypes(left: any, right: any): [any, any]
export function like(
    string: string,
    pattern: string,
    caseInsensitive?: boolean,
    match?: (regex: string, value: string) => boolean
): boolean

/** A text in single quotes. */
export function escapeString(value: string): string
/** A name, in backquotes where it must be. */
export function escapeIdentifier(identifier: string | number): string
/** A value as it prints inside another. */
export function printHogValue(obj: any, marked?: Set<any>): string
/** A value as `print` writes it. */
export function printHogStringOutput(obj: any): string
/** HogQL's syntax trees as SQL. */
export class HogQLPrinter {
    constructor(pretty?: boolean, marked?: Set<any>)
    print(node: Map<string, any> | null): string
}
