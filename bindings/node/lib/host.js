// What a run may call of JavaScript, in the form that src/host.h describes.
'use strict'

const { functionsOf } = require('./external')

/** The names that `table` has for calling, a line each. */
function namesIn(table, letter) {
    let key = ''
    for (const name of Object.getOwnPropertyNames(table)) {
        if (table[name] && !name.includes('\n')) key += `${letter} ${name}\n`
    }
    return key
}

/**
 * The host of a run with these options; undefined if it calls nothing of theirs. `imported` is told each chunk that
 * importBytecode gave.
 */
function hostOf(options, imported) {
    if (!options) return undefined
    const { functions, asyncFunctions, importBytecode, external, signal, print } = options
    if (!(functions || asyncFunctions || importBytecode || external || signal || print)) return undefined
    const host = { key: '', functions, print, importBytecode: undefined, match: undefined, signal }
    const own = external && functionsOf(external)
    if (own) {
        host.functions = functions ? { ...own } : own
        for (const name of Object.getOwnPropertyNames(functions ?? {})) {
            if (functions[name]) host.functions[name] = (...args) => functions[name](...args)
        }
    }
    if (host.functions) host.key += namesIn(host.functions, 'f')
    if (asyncFunctions) host.key += namesIn(asyncFunctions, 'a')
    if (importBytecode) {
        host.importBytecode = (name) => {
            const chunk = options.importBytecode(name)
            if (!chunk) return undefined
            imported?.(name, chunk)
            return chunk
        }
    }
    if (external?.regex?.match) host.match = (pattern, text) => !!external.regex.match(pattern, text)
    return host
}

module.exports = { hostOf }
