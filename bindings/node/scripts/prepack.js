// Before `npm pack`: takes the engine's source along, so that the package can be built where there is no repository, and
// the bill of materials.
'use strict'

const fs = require('node:fs')
const path = require('node:path')

const folder = path.join(__dirname, '..')
const repository = path.join(folder, '../..')
const source = path.join(folder, 'source')

fs.rmSync(source, { recursive: true, force: true })
for (const name of ['CMakeLists.txt', 'LICENSE', 'cmake', 'vm', 'stdlib', 'rules', 'bindings/node/CMakeLists.txt']) {
    fs.cpSync(path.join(repository, name), path.join(source, name), {
        recursive: true,
        filter: (file) => !file.endsWith('_test.cpp'),
    })
}
fs.copyFileSync(path.join(repository, 'sbom.cdx.json'), path.join(folder, 'sbom.cdx.json'))
