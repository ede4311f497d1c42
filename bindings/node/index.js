// hogvm: what @posthog/hogvm exports, Program, rules and flags.
'use strict'

const { FilterError, HogVMException, RuleError, UncaughtHogVMException } = require('./lib/errors')
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
    FilterError,
    RuleError,
    ...require('./lib/rules'),
    ...require('./lib/flags'),
}
