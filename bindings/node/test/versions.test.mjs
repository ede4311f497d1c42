// The binding on the other versions of Node that it is for: those that scripts/setup.sh node-versions has installed.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'node:test'

const here = (file) => fileURLToPath(new URL(file, import.meta.url))
const FILES = ['exec', 'program', 'cells', 'batch', 'workers', 'hostile'].map((name) => here(`${name}.test.mjs`))

for (const version of [18, 22]) {
    const node = here(`../../../build/node${version}/node_modules/.bin/node`)
    const skip = fs.existsSync(node) ? false : `there is no Node ${version} in build/ ("make setup" installs it)`
    test(`Node ${version}`, { skip }, () => {
        assert.match(execFileSync(node, ['-p', 'process.version'], { encoding: 'utf8' }), new RegExp(`^v${version}\\.`))
        const env = { ...process.env }
        delete env.NODE_TEST_CONTEXT // else it reports to this process
        const { status, stdout } = spawnSync(node, ['--max-old-space-size=2000', '--test', ...FILES], { encoding: 'utf8', env })
        assert.equal(status, 0, stdout.split('\n').filter((line) => /not ok|error:|# (pass|fail)/.test(line)).join('\n'))
    })
}
