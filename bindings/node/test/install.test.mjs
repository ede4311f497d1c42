// A project outside the repository that installs the package with npm, and in it the examples of README.md: from the
// package's folder, and from a packed one that has a prebuilt addon and nothing that it could be built from.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'node:test'

import { examplesOf } from './examples.mjs'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const hasNpm = spawnSync('npm', ['--version']).status === 0
const skip = hasNpm ? false : 'there is no npm'

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'hogvm-install-'))
test.after(() => fs.rmSync(home, { recursive: true }))

// npm runs scripts with the first node on the PATH.
const env = { ...process.env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}` }

function run(command, args, cwd) {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
    assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`)
    return stdout
}

/** A new project that has installed what `what` names. */
function projectWith(name, what) {
    const project = path.join(home, name)
    fs.mkdirSync(project)
    fs.writeFileSync(path.join(project, 'package.json'), '{"private": true}')
    run('npm', ['install', '--no-audit', '--no-fund', '--foreground-scripts', what], project)
    return project
}

function checkExamples(project) {
    const examples = examplesOf(path.join(PACKAGE, 'README.md'))
    assert.ok(examples.length > 5)
    for (const { code, printed, extension } of examples) {
        const script = path.join(project, `example${extension}`)
        fs.writeFileSync(script, code)
        assert.equal(execFileSync(process.execPath, [script], { cwd: project, encoding: 'utf8' }), printed)
    }
}

/** The file of the addon that the project's package loads. */
const addonOf = (project) =>
    run(process.execPath, ['-p', `require('hogvm'); process.report.getReport().sharedObjects.find((file) => file.endsWith('.node'))`], project).trim()

test('npm install PATH', { skip }, () => {
    const project = projectWith('path', PACKAGE)
    checkExamples(project)
    assert.equal(addonOf(project), path.join(PACKAGE, 'build/Release/hogvm.node'))
})

test('npm install of a package with a prebuilt addon', { skip }, () => {
    const stage = path.join(home, 'stage')
    fs.mkdirSync(stage)
    for (const name of ['index.js', 'index.mjs', 'index.d.ts', 'lib', 'scripts', 'package.json', 'README.md'])
        fs.cpSync(path.join(PACKAGE, name), path.join(stage, name), { recursive: true })
    const prebuilt = run(process.execPath, [path.join(PACKAGE, 'scripts/prebuildify.js'), stage]).trim()
    const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
    assert.equal(path.relative(stage, prebuilt), `prebuilds/${process.platform}-${process.arch}/node.napi.${libc}.node`)

    const [{ filename, files }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts'], stage))
    assert.ok(files.some(({ path: file }) => file === path.relative(stage, prebuilt)))
    assert.ok(!files.some(({ path: file }) => file.endsWith('.cpp')))

    const project = projectWith('prebuilt', path.join(stage, filename))
    checkExamples(project)
    assert.equal(addonOf(project), path.join(project, 'node_modules/hogvm', path.relative(stage, prebuilt)))
})

test('a package that can neither load nor build an addon says what it misses', { skip }, () => {
    const stage = path.join(home, 'stage')
    const bare = path.join(home, 'bare')
    fs.cpSync(stage, bare, { recursive: true, filter: (file) => !file.includes('prebuilds') })
    const { status, stderr } = spawnSync(process.execPath, ['scripts/install.js'], { cwd: bare, env, encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(stderr, /there is no prebuilt addon for .* that loads, and it can't be built/)
    assert.match(stderr, /The engine's source is not there/)
    assert.match(stderr, /apt-get install cmake/)
})

test('what npm packs has all that the addon is built from, and leaves nothing behind', { skip }, () => {
    const [{ files }] = JSON.parse(run('npm', ['pack', '--json', '--dry-run'], PACKAGE).replace(/^[^[]*/, ''))
    const packed = new Set(files.map(({ path: file }) => file))
    const root = path.join(PACKAGE, '../..')
    const wanted = ['vm', 'stdlib', 'rules', 'cmake'].flatMap((name) =>
        fs.readdirSync(path.join(root, name), { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile() && !entry.name.endsWith('_test.cpp'))
            .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    )
    assert.ok(wanted.length > 100)
    for (const file of [...wanted, 'CMakeLists.txt', 'LICENSE', 'bindings/node/CMakeLists.txt']) assert.ok(packed.has(`source/${file}`), file)
    for (const name of fs.readdirSync(path.join(PACKAGE, 'src'))) assert.ok(packed.has(`src/${name}`), name)
    assert.ok(packed.has('sbom.cdx.json'))
    for (const name of ['source', 'sbom.cdx.json']) assert.ok(!fs.existsSync(path.join(PACKAGE, name)), name)
})
