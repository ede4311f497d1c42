'use strict'

module.exports = {
    ...require('./lib/constants'),
    ...require('./lib/errors'),
    ...require('./lib/exec'),
    ...require('./lib/objects'),
    ...require('./lib/operation'),
    ...require('./lib/stl'),
}
