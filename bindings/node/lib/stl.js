'use strict'
const ASYNC_STL = {
    sleep: {
        fn: ([seconds]) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
        minArgs: 1,
        maxArgs: 1,
    },
}
const STL = {}
module.exports = { STL, ASYNC_STL }
