// The tests of `exec` that the reference package publishes (src/__tests__/execute.test.ts), with its imports turned to
// this package; HOGVM_PUBLISHED_FOR=FOLDER runs them against the package there.
//
// The file is written for Jest; describe, test and expect are what it uses of it.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import test from 'node:test'
import vm from 'node:vm'

const require = createRequire(import.meta.url)
const conformance = createRequire(new URL('../../../conformance/package.json', import.meta.url))
const typescript = require('typescript')
const { expect } = require('expect')

const folder = path.resolve(process.env.HOGVM_PUBLISHED_FOR ?? path.join(import.meta.dirname, '..'))
const published = path.dirname(conformance.resolve('@posthog/hogvm/package.json'))
const file = path.join(published, 'src/__tests__/execute.test.ts')
const { outputText } = typescript.transpileModule(fs.readFileSync(file, 'utf8'), {
    compilerOptions: { module: 'commonjs', target: 'es2022', esModuleInterop: true },
})

const tested = require(folder)
function imported(name) {
    if (name.startsWith('../')) return tested
    return name === 're2' ? { __esModule: true, default: patterns() } : conformance(name)
}

/** re2-wasm wants the flag u, and keeps what it compiled for ever. */
function patterns() {
    const { RE2 } = conformance('re2-wasm')
    const compiled = new Map()
    return class {
        constructor(source) {
            if (!compiled.has(source)) compiled.set(source, new RE2(source, 'u'))
            return compiled.get(source)
        }
    }
}

const describe = (_, body) => body()
const each = (table) => (name, body) => table.forEach((row, i) => test(`${name} ${i}`, () => body(...(Array.isArray(row) ? row : [row]))))
const globals = { require: imported, exports: {}, describe, test: Object.assign(test, { each }), it: test, expect }
vm.runInThisContext(`((${Object.keys(globals)}) => {${outputText}\n})`, { filename: file })(...Object.values(globals))
