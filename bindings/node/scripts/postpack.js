// After `npm pack`: takes away what prepack.js brought. A stale copy would be built instead of the repository.
'use strict'

const fs = require('node:fs')
const path = require('node:path')

fs.rmSync(path.join(__dirname, '../source'), { recursive: true, force: true })
fs.rmSync(path.join(__dirname, '../sbom.cdx.json'), { force: true })
