// How values print.
'use strict'

const { addon } = require('./native')
const { isHogAST } = require('./objects')
const { convertJSToHog } = require('./values')

/** A text in single quotes, with Hog's escapes. */
const escapeString = (value) => addon.quote(String(value))

/** A name as it is, or in backquotes where it must be. */
const escapeIdentifier = (identifier) =>
    typeof identifier === 'number' ? String(identifier) : addon.identifier(String(identifier))

/** A value as it prints inside another: texts quoted. */
const printHogValue = (obj) => {
    const isHogs = !['function', 'symbol', 'bigint'].includes(typeof obj)
    return isHogs ? addon.printValue(obj) : obj.toString()
}

/** A value as `print` writes it: a text is itself. */
const printHogStringOutput = (obj) => (typeof obj === 'string' ? obj : printHogValue(obj))

/** Prints HogQL's syntax trees as SQL; with `pretty`, queries on lines of their own. */
class HogQLPrinter {
    #pretty

    constructor(pretty = false) {
        this.#pretty = !!pretty
    }

    print(node) {
        if (!node) return ''
        if (!isHogAST(node)) throw new Error('Node type is missing or undefined.')
        return addon.printSyntax(node instanceof Map ? node : convertJSToHog(node), this.#pretty)
    }
}

module.exports = { escapeString, escapeIdentifier, printHogValue, printHogStringOutput, HogQLPrinter }
