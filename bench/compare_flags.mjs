// Flags on this engine and on posthog-node: one flag with two conditions, a cohort, a version test, a rollout and two
// variants, for a thousand people in turn. Both must give the same values; they take turns in three rounds.
//
//     node bench/compare_flags.mjs [--bin FOLDER]
//
// posthog-node is asked in two ways: by its client, as a service asks, and by its evaluator alone. Where the Node addon is
// built, this engine is asked through it, too, with people that are ordinary objects.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROUNDS = 3
const BATCHES = 5
const SYNCHRONOUS = 20 // times all people, in a batch through Node
const KEY = 'new-checkout'

const folder = path.dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({ options: { bin: { type: 'string', default: path.join(folder, '../build/release/bin') } } })
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, 'flags', name), 'utf8'))
const engine = (...args) => execFileSync(path.join(options.bin, 'hogvm_flags_bench'), args, { encoding: 'utf8' })

const require = createRequire(new URL('../conformance/package.json', import.meta.url))
const { PostHog } = require('posthog-node')
const version = read('../../conformance/node_modules/posthog-node/package.json').version
const definitions = read('definitions.json')
const person = read('person.json')
const ids = Array.from({ length: 1000 }, (_, i) => `user-${i}`)
console.warn = () => {}
const client = new PostHog('project', {
    host: 'http://localhost', personalApiKey: 'key', featureFlagsPollingInterval: 2 ** 30,
    fetch: async () => ({ status: 200, headers: { get() {} }, json: async () => definitions, text: async () => JSON.stringify(definitions) }),
})
await client.reloadFeatureFlags()
const addon = path.join(folder, '../bindings/node')
const FlagSet = fs.existsSync(path.join(addon, 'build/Release/hogvm.node')) ? require(addon).FlagSet : undefined
const throughNode = FlagSet && new FlagSet(definitions)
const poller = client.featureFlagsPoller
const flag = poller.featureFlagsByKey[KEY]

const ask = {
    client: async (id) => (await client.evaluateFlags(id, { flagKeys: [KEY], personProperties: person, onlyEvaluateLocally: true })).getFlag(KEY),
    evaluator: async (id) =>
        (await poller.computeFlagAndPayloadLocally(flag, { distinctId: id, groups: {}, personProperties: person, groupProperties: {}, evaluationCache: {} })).value,
}
if (throughNode) ask.throughNode = (id) => throughNode.evaluate(KEY, { distinctId: id, personProperties: person }).value
// getFlag tells of its use by an event; none is to be sent, or timed.
client.capture = () => {}

const ours = engine('--values').trim().split('\n').map((line) => JSON.parse(line).value)
for (const [i, id] of ids.entries())
    for (const [way, evaluate] of Object.entries(ask)) {
        const theirs = await evaluate(id)
        if (theirs !== ours[i]) throw new Error(`${id}: this engine gives ${ours[i]}, posthog-node's ${way} ${theirs}`)
    }

/** Nanoseconds per evaluation: by the wall clock or the process's CPU time, whichever is less, as for the engine. */
async function batch(evaluate) {
    const started = performance.now()
    const cpu = process.cpuUsage()
    // What is no Promise is not awaited: that would be most of the time.
    if (evaluate === ask.throughNode) for (let i = 0; i < SYNCHRONOUS; i++) for (const id of ids) evaluate(id)
    else for (const id of ids) await evaluate(id)
    const { user, system } = process.cpuUsage(cpu)
    return (Math.min((performance.now() - started) * 1e3, user + system) * 1e3) / ids.length / (evaluate === ask.throughNode ? SYNCHRONOUS : 1)
}

const batches = { hogvm: [], client: [], evaluator: [], ...(throughNode && { throughNode: [] }) }
for (let round = 0; round < ROUNDS; round++) {
    const measured = JSON.parse(engine('--benchmark_filter=^evaluate', '--benchmark_format=json')).benchmarks
    batches.hogvm.push(...measured.filter(({ run_type }) => run_type === 'iteration').map(({ real_time, cpu_time }) => Math.min(real_time, cpu_time)))
    for (const way of Object.keys(ask)) for (let i = 0; i < BATCHES; i++) batches[way].push(await batch(ask[way]))
}
await client.shutdown()

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1]
const ns = Object.fromEntries(Object.entries(batches).map(([name, list]) => [name, median(list)]))
const row = (name, time) => `| ${name.padEnd(24)} | ${(time < 1e4 ? `${time.toFixed(0)} ns` : `${(time / 1e3).toFixed(1)} µs`).padStart(9)} | ${`${(time / ns.hogvm).toFixed(0)} ×`.padStart(7)} |`
console.log(`| A flag for a person      |      time |  ÷ hogvm |\n| ------------------------ | --------: | -------: |`)
console.log([row('hogvm', ns.hogvm), ...(throughNode ? [row('hogvm, through Node', ns.throughNode)] : []), row(`posthog-node, evaluator`, ns.evaluator), row(`posthog-node, client`, ns.client)].join('\n'))
if (throughNode) console.log(`\nThrough Node, posthog-node's client takes ${(ns.client / ns.throughNode).toFixed(1)} times as long, its evaluator ${(ns.evaluator / ns.throughNode).toFixed(1)} times.`)
console.log(`\nMedians; posthog-node ${version} on Node ${process.version}.`)
fs.mkdirSync(path.join(folder, '../build'), { recursive: true })
fs.writeFileSync(path.join(folder, '../build/bench-flags.json'), JSON.stringify(batches) + '\n')
process.exit(0)
