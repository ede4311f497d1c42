#!/usr/bin/env node
// Runs random programs on the reference and on an engine, and compares everything:
//
//   node differential.mjs --exe PATH [--seed S] [--count N] [--first I] [--show N] [--json FILE] [--pairs FILE]
//
// A mismatch is told with the seed and the index that make its program again: --first I --count 1. With --json every
// mismatch is written to FILE. A quarter of the programs are made for a pair of operations each; with --pairs how often each
// pair was reached is written to FILE, a row for each first one, a column for each second one. Programs that are too heavy for the reference are left out, and counted.
import fs from 'node:fs'
import { parseArgs } from 'node:util'

import { describe, difference, mismatches } from './answers.mjs'
import { Exchange } from './exchange.mjs'
import { generated } from './generate.mjs'
import { OP, NAMES } from './opcodes.mjs'
import { answer, TooHeavy } from './oracle.mjs'
import { DEAD_ENDS, ITEMS } from './pairs.mjs'
import { SIGNATURES } from './values.mjs'

const PATIENCE = 50 // ms
const BATCH = 500

const { values: given } = parseArgs({
    options: { exe: { type: 'string' }, seed: { type: 'string', default: '1' }, count: { type: 'string', default: '10000' }, first: { type: 'string', default: '0' }, show: { type: 'string', default: '10' }, json: { type: 'string' }, pairs: { type: 'string' } },
})
if (!given.exe) {
    console.error('usage: differential.mjs --exe PATH [--seed S] [--count N] [--first I] [--show N] [--json FILE] [--pairs FILE]')
    process.exit(2)
}
const [seed, first, count, show] = [given.seed, given.first, given.count, given.show].map(Number)

const exchange = new Exchange(given.exe)
const tally = { finished: 0, failed: 0, suspended: 0, 'too heavy': 0 }
const opcodes = new Map()
const functions = new Map()
const pairs = new Map()
const kinds = new Map()
const excused = new Map()
const mismatched = []
let traced = 0

function ask(index) {
    const { request, pair } = generated(seed, index)
    try {
        return { index, request, pair, reference: answer(JSON.parse(request), PATIENCE) }
    } catch (error) {
        if (!(error instanceof TooHeavy)) throw new Error(`program ${index} of seed ${seed}: ${error.message}`, { cause: error })
        return { index, request }
    }
}

// Whether the two operations of a pair were run, the second as the last one maybe.
function reachPair({ names, at: [first, second] }, { trace }) {
    let chunk
    let hasFirst = false
    for (const [entered, ip] of trace ?? []) {
        chunk = entered || chunk
        if (chunk !== 'root') continue
        if (ip === second && hasFirst) return pairs.set(`${names}`, (pairs.get(`${names}`) ?? 0) + 1)
        hasFirst ||= ip === first
    }
}

// What a traced program reached, less the operation that it failed in.
function reach({ trace, status }) {
    if (!trace) return
    traced++
    for (const [, , op, debug] of status === 'failed' ? trace.slice(0, -1) : trace) {
        opcodes.set(op, (opcodes.get(op) ?? 0) + 1)
        if (op === `${OP.CALL_GLOBAL}/CALL_GLOBAL`) functions.set(debug, (functions.get(debug) ?? 0) + 1)
    }
}

function settle({ index, request, pair, reference }, ours) {
    tally[reference.status]++
    if (pair) reachPair(pair, reference)
    reach(reference)
    const found = mismatches(reference, ours)
    if (!found.length) return
    const differs = difference(request, reference, ours)
    if (differs) return differs.reasons.forEach((reason) => excused.set(reason, (excused.get(reason) ?? 0) + 1))
    mismatched.push({ seed, index, request, found })
    const kind = found.map(({ field }) => field).join(', ')
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    if (mismatched.length <= show) console.log(`program ${index} of seed ${seed}\n${found.map((one) => describe(one)).join('\n')}\n    ${request}`)
}

let waiting = []
async function drain() {
    for (const [asked, ours] of await Promise.all(waiting)) settle(asked, ours)
}
function tellPairs() {
    const firsts = ITEMS.filter((name) => !DEAD_ENDS.includes(name))
    const all = firsts.flatMap((first) => ITEMS.map((second) => `${first},${second}`))
    const missing = all.filter((pair) => !pairs.has(pair))
    console.log(`ordered pairs of opcodes and functions: ${all.length - missing.length} of ${all.length} reached`)
    if (missing.length && missing.length <= 200) console.log(`pairs never reached: ${missing.join(' ')}`)
    if (!given.pairs) return
    const rows = firsts.map((first) => [first, ...ITEMS.map((second) => pairs.get(`${first},${second}`) ?? 0)])
    fs.writeFileSync(given.pairs, [['', ...ITEMS], ...rows].map((cells) => cells.join('\t')).join('\n') + '\n')
}

const started = Date.now()
for (let from = first; from < first + count; from += BATCH) {
    const asked = Array.from({ length: Math.min(BATCH, first + count - from) }, (_, i) => ask(from + i))
    await drain()
    const light = asked.filter(({ reference }) => reference)
    tally['too heavy'] += asked.length - light.length
    waiting = light.map(async (one) => [one, await exchange.ask(one.request)])
    await new Promise(setImmediate)
    if (((from - first) / BATCH) % 20 === 19) console.log(`${from + BATCH - first} programs, ${mismatched.length} mismatched, ${Math.round((Date.now() - started) / 1000)} s`)
}
await drain()
exchange.close()

const row = (names, found) => names.map((name) => `${name} ${found.get(name) ?? 0}`).join(', ')
const table = (title, names, found) => {
    if (!traced) return
    const missing = names.filter((name) => !found.has(name))
    console.log(`${title}, in ${traced} traced programs: ${row([...names].sort((a, b) => (found.get(b) ?? 0) - (found.get(a) ?? 0)), found)}`)
    if (missing.length) console.log(`${title} never reached: ${missing.join(', ')}`)
}
table('opcodes', Object.entries(NAMES).map(([code, name]) => `${code}/${name}`), opcodes)
table('functions', [...Object.keys(SIGNATURES), 'sleep'], functions)
tellPairs()
for (const [reason, n] of [...excused].sort((a, b) => b[1] - a[1])) console.log(`differs on purpose: ${String(n).padStart(6)}  ${reason}`)
if (kinds.size) console.log(`mismatches by field: ${[...kinds].sort((a, b) => b[1] - a[1]).map(([kind, n]) => `${kind}: ${n}`).join('; ')}`)
if (given.json) fs.writeFileSync(given.json, mismatched.map((one) => JSON.stringify(one)).join('\n') + '\n')
console.log(`${count} programs of seed ${seed}: ${Object.entries(tally).map(([name, n]) => `${n} ${name}`).join(', ')}; ${mismatched.length} mismatched`)
process.exitCode = mismatched.length ? 1 : 0
