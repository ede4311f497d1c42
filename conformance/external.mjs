// What a host gives the reference beside the program: digests and patterns. Any engine of patterns will do; what it
// compiled is kept.
import crypto from 'node:crypto'

const MOST = 2000

/** `compile(source)` gives an object with RegExp's `test` and `exec`; `release(pattern)` is told what is forgotten. */
export function external(compile, release = () => {}) {
    const patterns = new Map()
    function pattern(source) {
        let compiled = patterns.get(source)
        if (!compiled) {
            if (patterns.size >= MOST) {
                patterns.forEach(release)
                patterns.clear()
            }
            patterns.set(source, (compiled = compile(source)))
        }
        return compiled
    }
    return {
        crypto,
        regex: {
            match: (source, value) => pattern(source).test(value),
            extract: (source, value) => {
                const match = pattern(source).exec(value)
                return match ? (match[1] ?? match[0]) : ''
            },
        },
    }
}
