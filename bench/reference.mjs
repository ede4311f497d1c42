// The reference VM's half of the benchmarks: times one case of cases.json.
//
//     node bench/reference.mjs CASE      prints {"name", "batches": [nanoseconds per run, ...]}
//
// A batch counts with its wall time or the process's CPU time, whichever is less, so that neither other programs on the
// machine nor Node's helper threads count against the reference.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'

import { external } from '../conformance/external.mjs'

process.env.TZ = 'UTC'
const require = createRequire(new URL('../conformance/package.json', import.meta.url))
const { exec, convertHogToJS } = require('@posthog/hogvm')

const BATCHES = 15
const BATCH_NS = 20e6
const WARM_UP_NS = 500e6

const read = (path) => fs.readFileSync(new URL(path, import.meta.url), 'utf8')

// Node's own patterns: the fastest that a host can give the reference.
const host = external((source) => {
    const insensitive = source.startsWith('(?i)')
    return new RegExp(insensitive ? source.slice(4) : source, insensitive ? 'i' : '')
})

function runner({ program, event, result }) {
    const bytecode = JSON.parse(read(`programs/${program}.hoge`))
    const text = event ? read('programs/event.json') : ''
    const parsed = event ? JSON.parse(text) : {}
    const globals = event === 'text' ? () => JSON.parse(text) : () => parsed
    const run = () => exec(bytecode, { globals: globals(), external: host })
    return result === 'text' ? () => JSON.stringify(convertHogToJS(run().result)) : () => run().result
}

function check(test, run) {
    const answer = test.result === 'text' ? JSON.parse(run()) : convertHogToJS(run())
    assert.deepEqual(answer, JSON.parse(read(`programs/${test.program}.wanted.json`)), `${test.name}: not the wanted result`)
}

function timeRuns(run, count) {
    const cpu = process.cpuUsage()
    const wall = process.hrtime.bigint()
    for (let i = 0; i < count; i++) run()
    const wallNs = Number(process.hrtime.bigint() - wall)
    const { user, system } = process.cpuUsage(cpu)
    return Math.min(wallNs, (user + system) * 1000)
}

const test = JSON.parse(read('cases.json')).find(({ name }) => name === process.argv[2])
if (!test) throw new Error(`reference.mjs: no case ${process.argv[2]} in bench/cases.json`)
const run = runner(test)
check(test, run)

let runs = 0
let spent = 0
for (let count = 1; spent < WARM_UP_NS; count *= 2) {
    const ns = timeRuns(run, count)
    spent += ns
    runs = Math.ceil((BATCH_NS * count) / Math.max(ns, 1)) // by the last and longest, when all is warm
}
const batches = Array.from({ length: BATCHES }, () => timeRuns(run, runs) / runs)
console.log(JSON.stringify({ name: test.name, batches }))
