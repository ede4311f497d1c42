// The examples of README.md and docs/node.md: a js block prints what the text block after it says.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'node:test'

import { examplesOf } from './examples.mjs'

const here = (file) => fileURLToPath(new URL(file, import.meta.url))

// A project of its own, in which the package is installed.
const project = fs.mkdtempSync(path.join(os.tmpdir(), 'hogvm-examples-'))
fs.mkdirSync(path.join(project, 'node_modules'))
fs.symlinkSync(here('..'), path.join(project, 'node_modules/hogvm'))
test.after(() => fs.rmSync(project, { recursive: true }))

for (const file of ['../README.md', '../../../docs/node.md']) {
    for (const [i, { code, printed, extension }] of examplesOf(here(file)).entries()) {
        test(`${path.basename(file)}: example ${i + 1}`, () => {
            const script = path.join(project, `${i}${extension}`)
            fs.writeFileSync(script, code)
            assert.equal(execFileSync(process.execPath, [script], { encoding: 'utf8' }), printed)
        })
    }
}
