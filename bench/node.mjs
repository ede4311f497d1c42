// The ways to run a program from Node, timed in turns: the reference's exec, the drop-in's, and Program's; and the same in
// plain JavaScript and by libraries for JavaScript (plain.mjs).
//
//     node bench/node.mjs PROGRAM       prints {"program", "ways": {way: [nanoseconds per event, ...]}}
//
// A batch of runs counts with its wall time or the process's CPU time, whichever is less; of runBatch, which has threads of
// its own, with its wall time.
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'

import { WAYS as PLAIN } from './plain.mjs'

process.env.TZ = 'UTC'
const require = createRequire(new URL('../conformance/package.json', import.meta.url))
const reference = require('@posthog/hogvm')
const { exec, Program } = createRequire(import.meta.url)('../bindings/node')

const BATCHES = 15
const BATCH_NS = 20e6
const WARM_UP_NS = 500e6
const EVENTS = 512 // of a batch of runBatch

const read = (path) => fs.readFileSync(new URL(path, import.meta.url), 'utf8')
const name = process.argv[2]
const bytecode = JSON.parse(read(`programs/${name}.hoge`))
const wanted = JSON.parse(read(`programs/${name}.wanted.json`))
const text = read('programs/event.json').trim()
const globals = Array.from({ length: 8 }, () => JSON.parse(text)) // in turn, so that nothing is the same in all of a loop
let turn = 0
const event = () => globals[(turn = (turn + 1) & 7)]
let last // what a loop keeps of its results
const external = { crypto, regex: { match: (source, value) => new RegExp(source).test(value) } }
const program = new Program(bytecode)
const bytes = Array.from({ length: EVENTS }, () => Buffer.from(text))
const objects = Array.from({ length: EVENTS }, (_, i) => globals[i % globals.length])

const batch = (events, options) => async () => (await program.runBatch(events, options)).at(-1).result

// Each gives the result of its last event, and how many events it ran.
const WAYS = {
    ...Object.fromEntries(Object.entries(PLAIN[name]).map(([way, run]) => [way, [1, () => run(event())]])),
    'reference exec': [1, () => reference.convertHogToJS(reference.exec(bytecode, { globals: event(), external }).result)],
    'exec': [1, () => exec(bytecode, { globals: event() }).result, (result) => reference.convertHogToJS(result)],
    'Program.run': [1, () => program.run(event()).result],
    'Program.runJson': [1, () => program.runJson(text).result, JSON.parse],
    'runBatch, objects, 1 thread': [EVENTS, batch(objects, { threads: 1 })],
    'runBatch, objects, 2 threads': [EVENTS, batch(objects, { threads: 2 })],
    'runBatch, bytes to text, 1 thread': [EVENTS, batch(bytes, { threads: 1, json: true }), JSON.parse],
    'runBatch, bytes to text, 2 threads': [EVENTS, batch(bytes, { threads: 2, json: true }), JSON.parse],
    'runBatch, bytes to bytes, 1 thread': [EVENTS, batch(bytes, { threads: 1, json: 'bytes' }), JSON.parse],
    'runBatch, bytes to bytes, 2 threads': [EVENTS, batch(bytes, { threads: 2, json: 'bytes' }), JSON.parse],
}

async function timeRuns(run, count, isBatch) {
    const cpu = process.cpuUsage()
    const wall = process.hrtime.bigint()
    if (isBatch) for (let i = 0; i < count; i++) await run()
    else for (let i = 0; i < count; i++) last = run()
    const wallNs = Number(process.hrtime.bigint() - wall)
    const { user, system } = process.cpuUsage(cpu)
    return isBatch ? wallNs : Math.min(wallNs, (user + system) * 1000)
}

const ways = {}
for (const [way, [events, run, parse = (result) => result]] of Object.entries(WAYS)) {
    assert.deepEqual(parse(await run()), wanted, `${name}: ${way}: not the wanted result`)
    const isBatch = events > 1
    let count = 1
    let ns = 0
    for (let spent = 0; spent < WARM_UP_NS; count *= 2) spent += ns = await timeRuns(run, count, isBatch)
    const runs = Math.max(1, Math.ceil((BATCH_NS * count) / 2 / ns))
    ways[way] = []
    for (let i = 0; i < BATCHES; i++) ways[way].push((await timeRuns(run, runs, isBatch)) / runs / events)
}
assert.ok(last !== undefined)
console.log(JSON.stringify({ program: name, ways }))
