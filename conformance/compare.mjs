#!/usr/bin/env node
// Runs the recorded cases on an engine and compares:
//
//   node compare.mjs EXECUTABLE [topic ...]     the engine behind the exchange, with what is recorded
//   node compare.mjs --recorded [topic ...]     the installed reference, with what is recorded
import { describe, expected, mismatches } from './answers.mjs'
import { Exchange } from './exchange.mjs'
import { read } from './recorded.mjs'

const [engine, ...topics] = process.argv.slice(2)
if (!engine) {
    console.error('usage: compare.mjs EXECUTABLE|--recorded [topic ...]')
    process.exit(2)
}
async function installedReference() {
    const { answer } = await import('./oracle.mjs')
    return { ask: async (text) => answer(JSON.parse(text)), close() {} }
}

const isReference = engine === '--recorded'
const exchange = isReference ? await installedReference() : new Exchange(engine)
const cases = read(topics)
const answers = await Promise.all(cases.map(({ request }) => exchange.ask(request)))
exchange.close()

let failed = 0
for (const [i, { topic, name, expect, differs }] of cases.entries()) {
    const found = mismatches(isReference ? expect : expected(expect, differs), answers[i])
    if (!found.length) continue
    failed++
    console.log(`${topic}: ${name}\n${found.map((mismatch) => describe(mismatch)).join('\n')}`)
}
console.log(`${cases.length - failed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
