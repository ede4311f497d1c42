// States, and the globals of runs, on their way to the engine.
'use strict'

// Where a state without frames begins: that of a run that ended, with `repl`.
const ROOT_FRAME = {
    ip: 0,
    chunk: 'root',
    stackStart: 0,
    argCount: 0,
    closure: {
        __hogClosure__: true,
        callable: { __hogCallable__: 'local', name: '', chunk: 'root', argCount: 0, upvalueCount: 0, ip: 1 },
        upvalues: [],
    },
}

/** A state without what the engine has in the program. */
function stateForResuming(state) {
    const { stack, upvalues, callStack, throwStack, declaredFunctions, ops, asyncSteps, syncDuration, maxMemUsed } = state
    const frames = callStack?.length ? callStack : [ROOT_FRAME]
    const needed = { stack, upvalues, callStack: frames, throwStack, declaredFunctions, ops, asyncSteps, syncDuration, maxMemUsed }
    return state.exact === undefined ? needed : { ...needed, exact: state.exact }
}

/** What the engine gives, as the reference has it: with the program. An exact state comes as JSON text. */
function stateFromRun(given, bytecodes) {
    return typeof given === 'string' ? { ...JSON.parse(given), bytecodes } : { bytecodes, ...given }
}

/** What the root sees: the bundle's globals, and before them those of the run. */
const rootGlobals = (bundled, given) => (bundled && given ? { ...bundled, ...given } : (bundled ?? given))

module.exports = { stateForResuming, stateFromRun, rootGlobals }
