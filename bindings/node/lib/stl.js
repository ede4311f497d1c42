// The tables of the standard library.
'use strict'

const { addon } = require('./native')
const { callLibrary } = require('./library')

/** `name($1, $2)`, with as many places as the function takes, or wants. */
function exampleOf({ name, minArgs, maxArgs }) {
    const places = Array.from({ length: maxArgs ?? Math.max(minArgs, 1) }, (_, i) => `$${i + 1}`)
    return `${name}(${places.join(', ')})`
}

/** The functions that are not written in Hog, by name. `fn` takes Hog's values (see convertJSToHog). */
const STL = {}
for (const row of addon.library()) {
    const { name, kind, minArgs, maxArgs, description } = row
    if (kind !== 'native') continue
    STL[name] = {
        fn: (args, _name, options) => callLibrary(name, args, options),
        description,
        example: exampleOf(row),
        minArgs,
        maxArgs,
    }
}

/** The functions that suspend a program where no host function is by their name. */
const ASYNC_STL = {
    sleep: {
        fn: ([seconds]) => new Promise((resolve) => setTimeout(() => resolve(undefined), seconds * 1000)),
        minArgs: 1,
        maxArgs: 1,
    },
}

module.exports = { STL, ASYNC_STL }
