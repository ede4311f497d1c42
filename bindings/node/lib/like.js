'use strict'

/** LIKE: a search, in which '%' is any run of characters and '_' any one. `match` finds a regular expression in a text. */
function like(string, pattern, caseInsensitive = false, match = undefined) {
    const source = String(pattern)
        .replace(/[-/\\^$*+?.()|[\]{}]/g, '\\$&')
        .replaceAll('%', '.*')
        .replaceAll('_', '.')
    if (match) return match(caseInsensitive ? `(?i)${source}` : source, string)
    return new RegExp(source, caseInsensitive ? 'i' : '').test(string)
}

module.exports = { like }
