// Asynchronous functions: who answers a suspended call.
'use strict'

const { HogVMException } = require('./errors')
const { ASYNC_STL } = require('./stl')

/** The function that a call is for, the caller's or the library's own, ready to be called. */
function asyncFunctionOf(name, args, options) {
    const asyncFunctions = options?.asyncFunctions
    if (asyncFunctions && Object.hasOwn(asyncFunctions, name)) return () => asyncFunctions[name](...args)
    if (Object.hasOwn(ASYNC_STL, name)) return () => ASYNC_STL[name].fn(args, name, options)
    throw new HogVMException('Invalid async function call: ' + name)
}

/** The promise, or the signal's reason as soon as it is raised. */
function unlessAborted(promise, signal) {
    if (!signal) return promise
    return new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason)
        if (signal.aborted) abort()
        signal.addEventListener('abort', abort, { once: true })
        const settle = (done) => (value) => {
            signal.removeEventListener('abort', abort)
            done(value)
        }
        Promise.resolve(promise).then(settle(resolve), settle(reject))
    })
}

module.exports = { asyncFunctionOf, unlessAborted }
