'use strict'
module.exports = { runBatch() { throw new Error('x') } }
