// hogvm: what @posthog/hogvm exports, and Program.
'use strict'

const { HogVMException, UncaughtHogVMException } = require('./lib/errors')
const { exec, execSync, execAsync } = require('./lib/exec')

module.exports = {
    ...require('./lib/constants'),
    exec,
    execSync,
    execAsync,
    ...require('./lib/objects'),
    ...require('./lib/operation'),
    ...require('./lib/stl'),
    ...require('./lib/print'),
    HogVMException,
    UncaughtHogVMException,
    ...require('./lib/values'),
    ...require('./lib/program'),
}
