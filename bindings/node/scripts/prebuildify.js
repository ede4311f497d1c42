// Puts the addon that was built here where the package looks for prebuilt ones, before it is packed: in
// prebuilds/<platform>-<arch>/, by the name that prebuildify gives an addon of Node-API for one C library.
//
//     node scripts/prebuildify.js [PACKAGE]     into another folder of the package
'use strict'

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const folder = path.join(__dirname, '..')
const built = path.join(folder, 'build/Release/hogvm.node')
if (!fs.existsSync(built)) {
    console.error(`There is no addon to take: ${built}. This builds it: node scripts/install.js`)
    process.exit(1)
}

const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
const target = path.join(process.argv[2] ?? folder, 'prebuilds', `${process.platform}-${process.arch}`, `node.napi.${libc}.node`)
fs.mkdirSync(path.dirname(target), { recursive: true })
fs.copyFileSync(built, target)
// Without its lines for profilers it is a fifth as large. Where there is no strip, it is as good.
spawnSync('strip', ['--strip-unneeded', target], { stdio: 'ignore' })
console.log(target)
