// The digests by a crypto module that a caller passed. Node's own gives what the engine gives, so it is not asked.
'use strict'

const crypto = require('node:crypto')

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

module.exports = { digestsOf }
