// The reference VM as an oracle: `answer(request)` runs one request of the exchange (README.md) on the npm package
// @posthog/hogvm and gives the answer that ours must give. Everything that asks the reference asks it here.
import { createRequire } from 'node:module'

import { answererOf, TooHeavy } from './answering.mjs'
import { external } from './external.mjs'

process.env.TZ = 'UTC'
const require = createRequire(import.meta.url)
const vm = require('@posthog/hogvm')
const { RE2 } = require('re2-wasm')

export const VERSION = `@posthog/hogvm ${require('@posthog/hogvm/package.json').version}`

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
const ask = answererOf(vm, external(compile, (pattern) => pattern.free()))

const LONGEST_RANGE = 1e5
let patient = true
const { range } = vm.STL
const rangeOf = range.fn
range.fn = (args, ...rest) => {
    if (!patient && (args.length === 1 ? args[0] : args[1] - args[0]) > LONGEST_RANGE) throw new TooHeavy()
    return rangeOf(args, ...rest)
}

/** `patience`: milliseconds after which a run is given up as TooHeavy, whatever its own limit of time. */
export function answer(request, patience = Infinity) {
    patient = patience === Infinity
    return ask(request, patience)
}
export { TooHeavy }
