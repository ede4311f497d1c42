#!/usr/bin/env node
// Sends the states of suspended programs to and fro between the reference and an engine, and compares how the programs
// end with how they end on the reference alone:
//
//   node travel.mjs --exe PATH [--count N] [--seed S] [--first I] [--show N] [topic ...]
//
// The programs are the recorded ones that resume, and those of N random ones that suspend. At every suspension the state
// goes through JSON text: from ours to ours, from ours to the reference for the rest, from the reference to ours for the
// rest, and from each to the other in turn. The states of the two are compared, too. Exact states, which lose nothing, are
// compared with the same program when its calls are answered at once.
import { parseArgs } from 'node:util'

import { describe, difference, mismatches } from './answers.mjs'
import { Exchange } from './exchange.mjs'
import { generate } from './generate.mjs'
import { travel, Trip } from './journeys.mjs'
import { answer, TooHeavy } from './oracle.mjs'
import { read } from './recorded.mjs'

const PATIENCE = 200 // ms
const AT_MOST = 12 // suspensions at which a program changes over for good; of more, the first, the last and some between
const TOGETHER = 16

const { values: given, positionals: topics } = parseArgs({
    allowPositionals: true,
    options: { exe: { type: 'string' }, count: { type: 'string', default: '3000' }, seed: { type: 'string', default: '1' }, first: { type: 'string', default: '0' }, show: { type: 'string', default: '10' } },
})
if (!given.exe) {
    console.error('usage: travel.mjs --exe PATH [--count N] [--seed S] [--first I] [--show N] [topic ...]')
    process.exit(2)
}
const [count, seed, first, show] = [given.count, given.seed, given.first, given.show].map(Number)

const ours = new Exchange(given.exe)
const reference = { ask: async (text) => answer(JSON.parse(text), PATIENCE) }
const tally = { programs: 0, suspensions: 0, journeys: 0, 'states compared': 0, 'exact states': 0, 'too heavy': 0, 'not written by the reference': 0 }
const excused = new Map()
let wrong = 0

// Without what no two runs share.
const comparable = (text) => {
    const { syncDuration, ...state } = JSON.parse(text)
    return JSON.stringify(state)
}

const excuse = (reasons) => reasons.forEach((reason) => excused.set(reason, (excused.get(reason) ?? 0) + 1))
function report(name, route, trip, found) {
    if (wrong++ < show) console.log(`${name}, ${route}\n${found.map((one) => describe(one)).join('\n')}\n    ${trip.text}`)
}

function compareStates(name, trip, alone, journey) {
    for (const [i, { state, ops, printed, async }] of journey.stops.entries()) {
        const expected = alone.stops[i]
        if (!expected) return
        tally['states compared']++
        const told = (stop) => ({ status: 'suspended', state: comparable(stop.state), ops: stop.ops, maxMemUsed: stop.maxMemUsed, asyncSteps: stop.asyncSteps, printed: stop.printed, async: stop.async })
        const [wanted, got] = [told(expected), told(journey.stops[i])]
        const found = mismatches(wanted, got)
        if (!found.length) continue
        const differs = difference(trip.text, wanted, got)
        if (differs) return excuse(differs.reasons)
        return report(name, `the state at suspension ${i + 1}`, trip, found)
    }
}

function compareEnds(name, route, trip, alone, { end, unwritten }) {
    if (unwritten) return // a cycle again
    tally.journeys++
    const found = end ? mismatches(alone.end, end) : [{ field: 'status', expected: alone.end.status, ours: 'no end' }]
    if (!found.length) return
    const differs = end && difference(trip.text, alone.end, end)
    if (differs) return excuse(differs.reasons)
    report(name, route, trip, found)
}

/** The same program when nothing waits: its calls are answered at once, by functions of the host. */
function compareExact(name, text) {
    // A closure of an async function goes on elsewhere than one of another does.
    if (/"(wait|fetch|sleep)",1(\.0)?,1\b/.test(text)) return
    const request = JSON.parse(text)
    if (request.options.maxAsyncSteps !== undefined) return
    const started = text.slice(0, text.lastIndexOf(',"options":'))
    const asked = (options) => ours.ask(`${started},"options":${JSON.stringify({ ...request.options, telemetry: undefined, ...options })}}`)
    const { functions = [], asyncFunctions = [] } = request.options
    return Promise.all([
        asked({ resume: undefined, asyncFunctions: [], functions: [...functions, ...asyncFunctions, ...(asyncFunctions.includes('sleep') ? [] : ['sleep'])] }),
        asked({ exactStates: true }),
    ]).then(([atOnce, exact]) => {
        // A resumed run takes its answer in without a look at the limit.
        if (/timed out|^Memory limit/.test(atOnce.error?.message)) return
        tally['exact states']++
        const kept = ({ status, printed, result, json, error, ops }) => ({ status, printed, result, json, error, ops })
        const found = mismatches(kept(atOnce), kept(exact))
        if (found.length) report(name, 'exact states', { text }, found)
    })
}

function turns(stops) {
    const all = Array.from({ length: stops }, (_, i) => i + 1)
    if (stops <= AT_MOST) return all
    return all.filter((i) => i <= 4 || i > stops - 4 || i % Math.ceil(stops / 4) === 0)
}

async function follow(name, text) {
    const trip = new Trip(text)
    let alone
    try {
        alone = await travel(trip, () => reference)
        if (!alone.stops.length && !alone.unwritten) return
        const home = await travel(trip, () => ours)
        tally.programs++
        tally.suspensions += home.stops.length
        await compareExact(name, text)
        if (alone.unwritten) {
            // Its states are ours then, in which a node inside itself is null.
            tally['not written by the reference']++
            alone = await travel(trip, () => reference, home, alone.stops.length + 1)
            if (!alone.end) return
        }
        if (alone.tooLong) return
        compareStates(name, trip, alone, home)
        compareEnds(name, 'ours to ours', trip, alone, home)
        for (const step of turns(home.stops.length))
            compareEnds(name, `ours to the reference at suspension ${step}`, trip, alone, await travel(trip, () => reference, home, step))
        for (const step of turns(alone.stops.length))
            compareEnds(name, `the reference to ours at suspension ${step}`, trip, alone, await travel(trip, () => ours, alone, step))
        for (const odd of [0, 1]) {
            const journey = await travel(trip, (step) => (step % 2 === odd ? ours : reference))
            compareStates(name, trip, alone, journey)
            compareEnds(name, `alternating, ${odd ? 'the reference' : 'ours'} first`, trip, alone, journey)
        }
    } catch (error) {
        if (!(error instanceof TooHeavy)) throw new Error(`${name}: ${error.message}\n${text}`, { cause: error })
        tally['too heavy']++
    }
}

async function followAll(programs) {
    const waiting = programs[Symbol.iterator]()
    const worker = async () => {
        for (const [name, text] of waiting) await follow(name, text)
    }
    await Promise.all(Array.from({ length: TOGETHER }, worker))
}

function* recorded() {
    for (const { topic, name, request } of read(topics)) if (/"resume":true/.test(request)) yield [`${topic}: ${name}`, request]
}
function* random() {
    for (let index = first; index < first + count; index++) {
        const request = generate(seed, index)
        if (/"resume":true/.test(request)) yield [`program ${index} of seed ${seed}`, request]
    }
}
await followAll(recorded())
await followAll(random())
ours.close()
for (const [reason, n] of [...excused].sort((a, b) => b[1] - a[1])) console.log(`differs on purpose: ${String(n).padStart(6)}  ${reason}`)
console.log(`${Object.entries(tally).map(([name, n]) => `${n} ${name}`).join(', ')}; ${wrong} wrong`)
process.exitCode = wrong ? 1 : 0
