#!/usr/bin/env node
// Keeps the states of the recorded programs that suspend, for this and later versions to resume (journeys_test.cpp):
//
//   node keep_states.mjs --exe PATH NAME       of an engine behind the exchange, into states/NAME.json
//   node keep_states.mjs --reference NAME      of the reference
//
// README.md says which are kept when.
//
// A case is a line, with the request last in it as it was written: the states in their order, each with what the call then
// gives (nothing where it gives undefined) and what had been printed, and how the program ends on the reference. An
// engine's states are kept twice, the second time as exact ones.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { Exchange } from './exchange.mjs'
import { travel, Trip } from './journeys.mjs'
import { answer, VERSION } from './oracle.mjs'
import { read } from './recorded.mjs'

const MOST = 6 // suspensions

const { values: given, positionals: [name] } = parseArgs({ allowPositionals: true, options: { exe: { type: 'string' }, reference: { type: 'boolean' } } })
if (!name || !given.exe === !given.reference) {
    console.error('usage: keep_states.mjs --exe PATH|--reference NAME')
    process.exit(2)
}
const reference = { ask: async (text) => answer(JSON.parse(text)) }
const engine = given.reference ? reference : new Exchange(given.exe)

const lines = []
async function keep(name, trip, writer, expected) {
    const { stops } = await travel(trip, () => writer)
    if (!stops.length || stops.length > MOST) return
    const kept = stops.map(({ state, answer, printed }) => ({ state, answer, printed }))
    lines.push(`${JSON.stringify({ name, stops: kept, end: expected }).slice(0, -1)},"request":${trip.start}}`)
}
for (const { topic, name, request } of read()) {
    if (!/"resume":true/.test(request)) continue
    const { end } = await travel(new Trip(request), () => reference)
    if (!end || end.error?.engine || /timed out/.test(end.error?.message)) continue
    await keep(`${topic}: ${name}`, new Trip(request), engine, end)
    // What an exact state keeps shows in how its program ends: as the program does when nothing waits.
    if (!given.reference) {
        const exact = new Trip(request.replace(/"resume":true(?!.*"resume":true)/, '"resume":true,"exactStates":true'))
        const { end: ours } = await travel(exact, () => engine)
        if (ours) await keep(`${topic}: ${name}, exact`, exact, engine, ours)
    }
}
engine.close?.()
const folder = path.join(import.meta.dirname, 'states')
fs.mkdirSync(folder, { recursive: true })
fs.writeFileSync(path.join(folder, `${name}.json`), `{"reference":${JSON.stringify(VERSION)},"cases":[\n${lines.join(',\n')}\n]}\n`)
console.log(`${lines.length} programs in states/${name}.json`)
