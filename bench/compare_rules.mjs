// A rule set through Node and each filter by itself on the reference VM: 1,000 filters, and events that are ordinary
// objects. Both must find the same matches; they take turns in three rounds. Prints nothing where the addon is not built.
//
//     node bench/compare_rules.mjs
//
// Filters and events are of the kinds that bench/rules.cpp has.
import fs from 'node:fs'
import { createRequire } from 'node:module'

import { external } from '../conformance/external.mjs'
import { Random } from '../conformance/random.mjs'

const RULES = 1000
const EVENT_NAMES = 200
const EVENTS = 400
const ROUNDS = 3
const BATCHES = 5
const BATCH_MS = 50

if (!fs.existsSync(new URL('../bindings/node/build/Release/hogvm.node', import.meta.url))) process.exit(0)
process.env.TZ = 'UTC'
const reference = createRequire(new URL('../conformance/package.json', import.meta.url))('@posthog/hogvm')
const { compileFilter, Program, RuleSet } = createRequire(import.meta.url)('../bindings/node')

const random = new Random(1)
const below = (n) => random.below(n)
const oneOf = (list) => random.pick(list)
const BROWSERS = ['Chrome', 'Firefox', 'Safari', 'Edge', 'Mobile Safari']
const SYSTEMS = ['Mac OS X', 'Windows', 'Linux', 'iOS', 'Android']
const DEVICES = ['Desktop', 'Mobile', 'Tablet']
const COUNTRIES = ['US', 'DE', 'FR', 'GB', 'JP', 'BR', 'IN', 'NG']
const PLANS = ['free', 'pro', 'business']
const WORDS = ('pricing docs blog login signup checkout cart search help about careers press api download account billing settings ' +
    'team projects reports alerts jobs store gifts sale shoes hats coats socks bags').split(' ')

const TESTS = [
    () => ['$browser', 'exact', [oneOf(BROWSERS), oneOf(BROWSERS)]],
    () => ['$os', 'exact', oneOf(SYSTEMS)],
    () => ['country', 'exact', [oneOf(COUNTRIES), oneOf(COUNTRIES)]],
    () => ['plan', 'exact', oneOf(PLANS), 'person'],
    () => ['$current_url', 'icontains', oneOf(WORDS)],
    () => ['$pathname', 'regex', `^/${oneOf(WORDS)}(/|$)`],
    () => ['amount', 'gt', below(1000)],
    () => ['email', 'not_icontains', oneOf(WORDS), 'person'],
    () => ['$lib_version', 'semver_gte', `1.${below(20)}.0`],
    () => ['$device_type', 'is_not', oneOf(DEVICES)],
]
function test() {
    const [key, operator, value, type = 'event'] = oneOf(TESTS)()
    return { key, operator, value, type }
}
const rules = Array.from({ length: RULES }, (_, i) => ({
    id: `rule-${i}`,
    filter: { events: [{ id: `event ${i % EVENT_NAMES}`, type: 'events' }], properties: Array.from({ length: 1 + below(3) }, test) },
}))
const events = Array.from({ length: EVENTS }, () => ({
    uuid: '9531985d-5d9d-49f8-9818-e811892f902b',
    event: `event ${below(EVENT_NAMES)}`,
    distinct_id: `user_${below(100000)}`,
    timestamp: '2024-09-17T00:11:09.404Z',
    properties: {
        $browser: oneOf(BROWSERS), $browser_version: 100 + below(40), $os: oneOf(SYSTEMS), $device_type: oneOf(DEVICES),
        $current_url: `https://shop.example/${oneOf(WORDS)}/${oneOf(WORDS)}?utm_source=${oneOf(WORDS)}`,
        $host: 'shop.example', $pathname: `/${oneOf(WORDS)}`, $referring_domain: `${oneOf(WORDS)}.example`, $lib: 'web',
        $lib_version: `1.${below(200)}.${below(9)}`, $screen_width: 800 + 40 * below(40), amount: below(1000),
        country: oneOf(COUNTRIES), title: `${oneOf(WORDS)} – Example Shop`,
        ...Object.fromEntries(Array.from({ length: 12 }, (_, k) => [`extra_${k}`, below(1000)])),
    },
    person: { properties: { email: `${oneOf(WORDS)}@${oneOf(WORDS)}.example`, plan: oneOf(PLANS), is_admin: below(2) === 0 } },
}))
const texts = events.map((event) => JSON.stringify(event))

const set = new RuleSet(rules)
const compiled = rules.map(({ id, filter }) => ({ id, bytecode: compileFilter(filter) }))
const programs = compiled.map(({ id, bytecode }) => ({ id, program: new Program(bytecode) }))
// Node's own patterns, compiled once: the fastest that a host can give the reference.
const patterns = new Map()
const host = external((source) => {
    let pattern = patterns.get(source)
    if (pattern === undefined) patterns.set(source, (pattern = source.startsWith('(?i)') ? new RegExp(source.slice(4), 'i') : new RegExp(source)))
    return pattern
})

const idsWhere = (list, matches) => list.filter(matches).map(({ id }) => id)
const WAYS = {
    'RuleSet.match, objects': (i) => set.match(events[i]).ids,
    'RuleSet.match, JSON text': (i) => set.match(texts[i]).ids,
    'each by Program.run': (i) => idsWhere(programs, ({ program }) => program.run(events[i]).result === true),
    'each by the reference VM': (i) =>
        idsWhere(compiled, ({ bytecode }) => reference.exec(bytecode, { globals: events[i], external: host }).result === true),
}

for (let i = 0; i < 20; i++) {
    const wanted = WAYS['each by the reference VM'](i)
    for (const [way, match] of Object.entries(WAYS))
        if (`${match(i)}` !== `${wanted}`) throw new Error(`event ${i}: ${way} gives ${match(i)}, the reference ${wanted}`)
}

/** Nanoseconds an event: by the wall clock or the process's CPU time, whichever is less. */
let next = 0
function batch(match) {
    const started = performance.now()
    const cpu = process.cpuUsage()
    let count = 0
    do {
        match(next++ % EVENTS)
        count++
    } while (performance.now() - started < BATCH_MS)
    const { user, system } = process.cpuUsage(cpu)
    return (Math.min((performance.now() - started) * 1e3, user + system) * 1e3) / count
}

const batches = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]))
for (let round = 0; round < ROUNDS; round++)
    for (const [way, match] of Object.entries(WAYS)) {
        batch(match) // to warm up
        for (let i = 0; i < BATCHES; i++) batches[way].push(batch(match))
    }

fs.mkdirSync(new URL('../build/', import.meta.url), { recursive: true })
fs.writeFileSync(new URL('../build/bench-rules.json', import.meta.url), JSON.stringify({ batches }) + '\n')

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]
const slowest = median(batches['each by the reference VM'])
console.log(`\n| 1,000 filters, an event through Node | ${'time'.padStart(9)} | reference ÷ it |\n| ------------------------------------ | --------: | -------------: |`)
for (const [way, list] of Object.entries(batches)) {
    const ns = median(list)
    const time = ns < 1e6 ? `${(ns / 1e3).toFixed(1)} µs` : `${(ns / 1e6).toFixed(2)} ms`
    console.log(`| ${way.padEnd(36)} | ${time.padStart(9)} | ${`${(slowest / ns).toFixed(ns === slowest ? 0 : 1)} ×`.padStart(14)} |`)
}
