// The programs that arrays of tokens spell, decoded once.
//
// An array is known by its identity, with a copy of its tokens: comparing them all costs about a nanosecond each, and
// notices any change. Arrays that spell the same share a program, through a bounded table by JSON text, in which those
// go first that were not used for longest.
'use strict'

const { addon } = require('./native')
const { asLoadError } = require('./errors')
const { pathsOf } = require('./prefetch')

const MOST_SPELLINGS = 1000
const MOST_SPELLED = 16 * 1024 * 1024 // UTF-16 units of all texts
const LONGEST_SPELLING = 1024 * 1024

const known = new WeakMap() // array → { copy, program }
const bundles = new WeakMap() // the `bytecodes` of a bundle → { chunks: Map of name → { array, copy }, program }
const spellings = new Map() // JSON text → program, the one used last at the end
let spelled = 0

/** A program, with the paths that it reads whatever happens, if it is so simple (prefetch.js). */
class Loaded {
    constructor(input, tokens, paths) {
        try {
            this.program = addon.load(input, tokens)
        } catch (error) {
            throw asLoadError(error)
        }
        this.paths = paths
    }
}

function same(copy, tokens) {
    if (copy.length !== tokens.length) return false
    for (let i = 0; i < copy.length; i++) if (!Object.is(copy[i], tokens[i])) return false
    return true
}

/** Whether the tokens' JSON text tells them apart from any others. */
function isSpellable(tokens) {
    for (let i = 0; i < tokens.length; i++) {
        const token = tokens[i]
        switch (typeof token) {
            case 'string':
            case 'boolean':
                continue
            case 'number':
                if (Number.isFinite(token) && !Object.is(token, -0)) continue
                return false
            default:
                if (token === null) continue
                return false
        }
    }
    return true
}

function spell(tokens) {
    const text = JSON.stringify(tokens)
    let program = spellings.get(text)
    if (program !== undefined) {
        spellings.delete(text) // to the end
        spellings.set(text, program)
        return program
    }
    program = new Loaded(tokens, tokens.length, pathsOf(tokens))
    if (text.length > LONGEST_SPELLING) return program
    spellings.set(text, program)
    spelled += text.length
    for (const oldest of spellings.keys()) {
        if (spellings.size <= MOST_SPELLINGS && spelled <= MOST_SPELLED) break
        spellings.delete(oldest)
        spelled -= oldest.length
    }
    return program
}

/** The program of an array of tokens, a Loaded. */
function programOf(tokens) {
    const found = known.get(tokens)
    if (found !== undefined && same(found.copy, tokens)) return found.program
    // What an object among the tokens holds may change without being noticed: such an array is loaded each time.
    const hasObjects = tokens.some((token) => (typeof token === 'object' && token !== null) || typeof token === 'function')
    if (hasObjects) return new Loaded(tokens, tokens.length)
    const copy = tokens.slice()
    const program = isSpellable(copy) ? spell(copy) : new Loaded(copy, copy.length, pathsOf(copy))
    known.set(tokens, { copy, program })
    return program
}

const chunksOf = (bytecodes) =>
    Object.keys(bytecodes).filter((name) => Array.isArray(bytecodes[name]?.bytecode))

function isKnownBundle(found, bytecodes, names) {
    if (found === undefined || found.chunks.size !== names.length) return false
    return names.every((name) => {
        const chunk = found.chunks.get(name)
        const { bytecode, globals } = bytecodes[name]
        return chunk?.array === bytecode && same(chunk.copy, bytecode) && (name === 'root' || globals === undefined)
    })
}

/** The program of a bundle's chunks. The root's globals are not in it: they are given to each run. */
function programOfBundle(bytecodes) {
    const names = chunksOf(bytecodes)
    if (names.length === 1) return programOf(bytecodes.root.bytecode)
    const found = bundles.get(bytecodes)
    if (isKnownBundle(found, bytecodes, names)) return found.program
    const given = {}
    const chunks = new Map()
    let tokens = 0
    for (const name of names) {
        const { bytecode, globals } = bytecodes[name]
        const entry = name === 'root' || globals === undefined ? { bytecode } : { bytecode, globals }
        Object.defineProperty(given, name, { value: entry, enumerable: true })
        chunks.set(name, { array: bytecode, copy: bytecode.slice() })
        tokens += bytecode.length
    }
    const program = new Loaded({ bytecodes: given }, tokens)
    bundles.set(bytecodes, { chunks, program })
    return program
}

module.exports = { programOf, programOfBundle }
