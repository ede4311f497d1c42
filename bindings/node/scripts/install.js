// Makes the addon available: a prebuilt one that loads, or one that is built here with CMake.
//
// Prebuilt addons lie as prebuildify lays them out, in prebuilds/<platform>-<arch>/. Building needs what the engine's own
// build needs; this says what of it is missing. HOGVM_BUILD=1 builds even where a prebuilt one loads.
'use strict'

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const folder = path.join(__dirname, '..')

function loads() {
    // In a process of its own: one that crashes while it is loaded is none, either.
    const script = `require('node-gyp-build')(${JSON.stringify(folder)})`
    return spawnSync(process.execPath, ['-e', script], { cwd: folder, stdio: 'ignore' }).status === 0
}

/** The engine's source: the repository that this package lies in, or what `npm pack` took along. */
function sourceFolder() {
    const places = [path.join(folder, 'source'), path.join(folder, '../..')]
    return places.find((place) => fs.existsSync(path.join(place, 'vm/CMakeLists.txt')))
}

function fail(reason) {
    console.error(
        `\nhogvm: there is no prebuilt addon for ${process.platform}-${process.arch} that loads, and it can't be built:\n` +
            `${reason.trim()}\n\n` +
            'It needs CMake 3.25, Ninja or make, GCC 12 or Clang 14, and the libraries. On Debian 12, all of it:\n' +
            '  apt-get install cmake ninja-build g++ pkg-config libabsl-dev libboost-json1.81-dev libre2-dev libssl-dev \\\n' +
            '      libutf8proc-dev tzdata\n'
    )
    process.exit(1)
}

/** Runs a command with what it says on the terminal only if it fails. */
function run(command, args, env = process.env) {
    const { error, status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8', maxBuffer: 1 << 28 })
    if (error?.code === 'ENOENT') fail(`There is no ${command}.`)
    if (error) fail(error.message)
    if (status !== 0) fail(`${command} ${args.join(' ')}\n${(stdout + stderr).trimEnd().split('\n').slice(-40).join('\n')}`)
}

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0

const DEPENDENCIES = ['node-gyp-build', 'node-addon-api', 'node-api-headers']

/** npm links a package that is given as a folder, and leaves its dependencies to that folder. */
function installDependencies() {
    const isThere = (name) => {
        try {
            return !!moduleFolder(name)
        } catch {
            return false
        }
    }
    if (DEPENDENCIES.every(isThere)) return
    // Not with the settings of the npm that runs this, which are the other project's.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(config_local_prefix|config_prefix|package_|lifecycle_)/.test(name)))
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
    run(npm[0], [...npm.slice(1), 'install', '--prefix', folder, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save'], env)
}

/** Where a dependency of this package lies: in its own node_modules, or in those of the project that installs it. */
const moduleFolder = (name) => path.dirname(require.resolve(`${name}/package.json`, { paths: [folder] }))

function build() {
    const source = sourceFolder()
    if (!source) fail(`The engine's source is not there: neither ${folder}/source nor ${folder}/../../vm.`)
    if (!has('cmake')) fail('There is no cmake.')
    const tree = path.join(folder, 'build/cmake')
    const generator = has('ninja') ? ['-G', 'Ninja'] : []
    fs.rmSync(tree, { recursive: true, force: true })
    run('cmake', [
        '-S', source, '-B', tree, ...generator,
        '-DCMAKE_BUILD_TYPE=Release', '-DHOGVM_NODE=ON', '-DHOGVM_NODE_REQUIRED=ON', '-DHOGVM_WERROR=OFF',
        '-DHOGVM_TOOL=OFF', '-DHOGVM_TESTS=OFF', '-DHOGVM_BENCH=OFF',
        `-DHOGVM_NODE_FOLDER=${folder}`,
        `-DHOGVM_NODE_ADDON_API=${moduleFolder('node-addon-api')}`,
        `-DHOGVM_NODE_API_HEADERS=${path.join(moduleFolder('node-api-headers'), 'include')}`,
    ])
    const jobs = Math.max(1, Math.min(os.cpus().length, Math.floor(os.freemem() / 1e9)))
    run('cmake', ['--build', tree, '--target', 'hogvm_node', '--parallel', String(jobs)])
    fs.rmSync(tree, { recursive: true, force: true })
    if (!loads()) fail(`The addon was built, but it can't be loaded: ${folder}/build/Release/hogvm.node`)
}

installDependencies()
if (process.env.HOGVM_BUILD || !loads()) build()
