// What a caller passed as options.external: patterns and a crypto module, in place of the engine's own. They are host
// functions by the names of the library's. Node's own crypto gives what the engine gives, so it is not asked.
'use strict'

const crypto = require('node:crypto')

const { like } = require('./like')

const hash = (by, algorithm) => (data, encoding = 'hex') =>
    data === null ? null : by.createHash(algorithm).update(data).digest(encoding)

const chain = (by, algorithm) => (data, encoding = 'hex') => {
    if (data.length < 2) throw new Error('Data array must contain at least two elements.')
    const [key, ...texts] = data
    return texts
        .reduce((secret, text) => by.createHmac(algorithm, secret.digest?.() ?? secret).update(text), key)
        .digest(encoding)
}

/** The functions of the library that take digests, by name; undefined where the engine's own do the same. */
function digestsOf(by) {
    if (by === crypto || by === crypto.default || by.createHash === crypto.createHash) return undefined
    return {
        md5: hash(by, 'md5'),
        md5Hex: (data) => hash(by, 'md5')(data),
        sha1: hash(by, 'sha1'),
        sha1Hex: (data) => hash(by, 'sha1')(data),
        sha256: hash(by, 'sha256'),
        sha256Hex: (data) => hash(by, 'sha256')(data),
        sha1HmacChain: chain(by, 'sha1'),
        sha1HmacChainHex: (data) => chain(by, 'sha1')(data),
        sha256HmacChain: chain(by, 'sha256'),
        sha256HmacChainHex: (data) => chain(by, 'sha256')(data),
    }
}

function patternsOf(regex) {
    const functions = {}
    const match = (pattern, text) => regex.match(pattern, text)
    if (regex.match) {
        functions.match = (text, pattern) => (text && pattern ? match(pattern, text) : false)
        functions.like = (text, pattern) => like(text, pattern, false, match)
        functions.ilike = (text, pattern) => like(text, pattern, true, match)
        functions.notLike = (text, pattern) => !like(text, pattern, false, match)
        functions.notILike = (text, pattern) => !like(text, pattern, true, match)
    }
    if (regex.extract) {
        functions.extractRegex = (text, pattern) =>
            text === null || text === undefined || pattern === null || pattern === undefined
                ? ''
                : regex.extract(String(pattern), String(text))
    }
    return functions
}

const known = new WeakMap() // options.external → { match, extract, by, functions }

/** The functions that replace the library's, by name; undefined if none do. */
function functionsOf(external) {
    const { regex, crypto: by } = external
    const match = regex?.match
    const extract = regex?.extract
    const found = known.get(external)
    if (found && found.match === match && found.extract === extract && found.by === by) return found.functions
    const digests = by && digestsOf(by)
    const functions = digests || match || extract ? { ...digests, ...(regex && patternsOf(regex)) } : undefined
    known.set(external, { match, extract, by, functions })
    return functions
}

module.exports = { functionsOf }
