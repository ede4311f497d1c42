// The benchmarks. Runs every case of cases.json on the engine and on its rivals, in rounds in which they take turns, so
// that a slow minute of the machine is everyone's; prints how many times as long each rival takes beside the goal, and
// what can be counted; and writes all that was measured to build/bench.json and its plots to build/.
//
//     node bench/compare.mjs [--bin FOLDER] [--rounds N] [CASE...]      of some cases, nothing but their times
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { duration, exponent, significant, summary, table } from './measure.mjs'
import { growthPlot, ratioPlot } from './plots.mjs'

const BATCHES = 15 // a round

const folder = path.dirname(fileURLToPath(import.meta.url))
const { values: options, positionals: wantedCases } = parseArgs({
    options: { bin: { type: 'string', default: path.join(folder, '../build/release/bin') }, rounds: { type: 'string', default: '3' } },
    allowPositionals: true,
})
const isWanted = (name) => !wantedCases.length || wantedCases.includes(name)
const cases = JSON.parse(fs.readFileSync(path.join(folder, 'cases.json'), 'utf8')).filter(({ name }) => isWanted(name))
const hasAddon = fs.existsSync(path.join(folder, '../bindings/node/build/Release/hogvm.node'))

const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const script = (name, ...args) => output(process.execPath, path.join(folder, name), ...args)

function progress(words) {
    if (process.stderr.isTTY) process.stderr.write(words ? `\r\x1b[K${words} ...` : '\r\x1b[K')
}

function firstLine(command, ...args) {
    try {
        return output(command, ...args).split('\n')[0].trim()
    } catch {
        return 'unknown'
    }
}

// What a rival is called. Lua programs are called by their files.
const TITLES = {
    reference: 'reference VM', 'enrich-parsed/reference': 'reference VM, event already parsed', 'c++': 'C++ by hand',
    'boost.json': 'Boost.JSON, parsing alone', 'reference exec': 'reference VM', javascript: 'plain JavaScript',
    'each by the reference VM': 'reference VM, each filter by itself', '1-thread': 'one thread',
}
const titleOf = (rival) => TITLES[rival] ?? (rival.endsWith('.lua') ? `Lua 5.4, ${rival}` : rival)

// Measured so far: nanoseconds by CASE/WAY, an entry a batch.
const measured = {}
const add = (id, batches) => (measured[id] ??= []).push(...batches)

/** All ways of the C++ benchmarks whose names match. */
function timeEngine(pattern) {
    const text = output(path.join(options.bin, 'hogvm_bench'), `--benchmark_filter=${pattern}`, '--benchmark_format=json')
    for (const { name, run_type, real_time, cpu_time, error_occurred, error_message } of JSON.parse(text).benchmarks) {
        if (error_occurred) throw new Error(`hogvm_bench: ${name}: ${error_message}`)
        if (run_type !== 'iteration') continue
        const [test, way] = name.split('/')
        // What threads do at once, only the clock on the wall tells.
        add(`${test}/${way}`, [way.includes('thread') ? real_time : Math.min(real_time, cpu_time)])
    }
}

function timeLua(test, file) {
    const wanted = fs.readFileSync(path.join(folder, `programs/${test.program}.wanted.json`), 'utf8').trim()
    const text = output('lua5.4', path.join(folder, 'time.lua'), path.join(folder, file), wanted)
    add(`${test.name}/${file}`, text.trim().split('\n').map(Number))
}

// Programs run from Node, beside cases.json's.
const THROUGH_NODE = [
    { name: 'node-filter', program: 'filter', title: 'three-condition filter through Node, object in', goals: { 'reference exec': 6 } },
    { name: 'node-enrich', program: 'enrich', title: 'enrichment through Node, object in, object out', goals: { 'reference exec': 25, javascript: 1 } },
].filter(({ name }) => hasAddon && isWanted(name))

const RULES = { name: 'rules', title: 'rule set of 1,000 filters through Node, an event', goals: { 'each by the reference VM': 100 } }
const hasRules = hasAddon && isWanted(RULES.name)

const versionOf = (name) => JSON.parse(fs.readFileSync(path.join(folder, '../conformance/node_modules', name, 'package.json'), 'utf8')).version
const machine = {
    date: new Date().toISOString().slice(0, 10),
    cpu: os.cpus()[0].model,
    cores: os.availableParallelism(),
    load: os.loadavg()[0],
    compiler: firstLine('c++', '--version'),
    node: process.version,
    reference: versionOf('@posthog/hogvm'),
    lua: firstLine('lua5.4', '-v').split('  ')[0],
    'json-logic-js': versionOf('json-logic-js'),
    '@marcbachmann/cel-js': versionOf('@marcbachmann/cel-js'),
}
if (machine.load > machine.cores / 2)
    console.error(`bench: the machine is busy (load ${machine.load.toFixed(1)}); caches are shared, so times will be too long`)

for (let round = 1; round <= Number(options.rounds); round++) {
    for (const test of cases) {
        progress(`round ${round}: ${test.title}`)
        timeEngine(`^${test.name}/`)
        add(`${test.name}/reference`, JSON.parse(script('reference.mjs', test.name)).batches)
        for (const file of test.lua ?? []) timeLua(test, file)
    }
    if (isWanted('load')) {
        progress(`round ${round}: loading programs`)
        timeEngine('^load-')
    }
    for (const { name, program, title } of THROUGH_NODE) {
        progress(`round ${round}: ${title}`)
        for (const [way, batches] of Object.entries(JSON.parse(script('node.mjs', program)).ways)) add(`${name}/${way}`, batches)
    }
}
let rulesTable = ''
if (hasRules) {
    progress(RULES.title)
    rulesTable = script('compare_rules.mjs')
    const { batches } = JSON.parse(fs.readFileSync(path.join(folder, '../build/bench-rules.json'), 'utf8'))
    for (const [way, list] of Object.entries(batches)) add(`${RULES.name}/${way}`, list)
}
let growth
let allocations
if (!wantedCases.length) {
    progress('cost as work grows')
    growth = JSON.parse(output(path.join(options.bin, 'hogvm_growth')))
    allocations = JSON.parse(output(path.join(options.bin, 'hogvm_count'), 'allocations'))
}
progress()

const results = Object.fromEntries(Object.entries(measured).map(([id, batches]) => [id, summary(batches)]))

// The table: a row for each case and rival. A goal is how many times as long the rival takes.
const rows = []
const ratios = [] // for the plot
function compare(test, oursId, rivals) {
    const ours = results[oursId]
    for (const [i, rival] of rivals.entries()) {
        const its = results[rival.includes('/') ? rival : `${test.name}/${rival}`]
        if (!its) continue
        const ratio = its.median / ours.median
        const goal = test.goals?.[rival]
        const stretch = test.stretch?.[rival]
        const mark = goal !== undefined ? (ratio >= goal ? '✓' : '✗') : ''
        const goals = [goal && `${goal} ×`, stretch && `stretch ${stretch} ×${ratio >= stretch ? ' ✓' : ''}`].filter(Boolean).join(', ')
        rows.push([i ? '' : test.title, i ? '' : duration(ours), titleOf(rival), duration(its), `${significant(ratio)} ×`, goals, mark])
        if (goal !== undefined) ratios.push({ title: test.title, rival: titleOf(rival), ratio, goal })
    }
}
const waysOf = (name) => Object.keys(results).filter((id) => id.startsWith(`${name}/`)).map((id) => id.slice(name.length + 1))
for (const test of cases) {
    const others = waysOf(test.name).filter((way) => !['hogvm', '1-thread', '2-threads'].includes(way))
    compare(test, `${test.name}/hogvm`, test.name === 'enrich-text' ? ['enrich-parsed/reference', ...others] : others)
}
for (const test of THROUGH_NODE) compare(test, `${test.name}/Program.run`, ['reference exec', 'javascript', 'json-logic-js', 'cel-js'])
if (hasRules) compare(RULES, `${RULES.name}/RuleSet.match, objects`, ['each by the reference VM'])
for (const test of cases.filter(({ event }) => event === 'text'))
    compare({ ...test, title: `${test.title}, two threads`, goals: { '1-thread': 1.9 }, stretch: {} }, `${test.name}/2-threads`, ['1-thread'])
if (rows.length) console.log(table([['What', 'hogvm', 'Beside', 'Its time', 'Times', 'Goal', 'Met'], ...rows], 1))

// What has a bound of its own.
const bounds = []
const bound = (what, value, most, text, unit = '') => bounds.push([what, text, `${most}${unit}`, value <= most ? '✓' : '✗'])
if (results['load-1000/hogvm'])
    bound('loading a program of 1,000 tokens', results['load-1000/hogvm'].median / 1e3, 20, duration(results['load-1000/hogvm']), ' µs')
for (const [name, { run, result }] of Object.entries(allocations ?? {}))
    bound(`calls of malloc in a warmed-up run: ${name}`, run, 0, result ? `${run}, and ${result} for the result's text` : `${run}`)
const exponents = {}
for (const [name, times] of Object.entries(growth?.series ?? {})) {
    exponents[name] = exponent(growth.sizes, times)
    bound(`growth: exponent of ${name}`, exponents[name], 1.25, exponents[name].toFixed(2))
}
if (bounds.length) console.log(`\n${table([['What', 'Measured', 'At most', 'Met'], ...bounds])}`)
if (growth) {
    const head = ['ns an element', ...growth.sizes.map((size) => size.toLocaleString('en'))]
    console.log(`\n${table([head, ...Object.entries(growth.series).map(([name, times]) => [name, ...times.map(significant)])])}`)
}

if (THROUGH_NODE.length) {
    const ways = waysOf(THROUGH_NODE[0].name)
    console.log()
    console.log(
        table([
            ['Through Node', ...THROUGH_NODE.flatMap(({ program }) => [program, 'reference ÷ it'])],
            ...ways.map((way) => [
                titleOf(way),
                ...THROUGH_NODE.flatMap(({ name }) => {
                    const its = results[`${name}/${way}`]
                    return its ? [duration(its), `${significant(results[`${name}/reference exec`].median / its.median)} ×`] : ['–', '–']
                }),
            ]),
        ])
    )
}
console.log(rulesTable)
console.log(
    `Medians of ${BATCHES * options.rounds} batches of about 20 ms or more, ± half the distance between the quartiles. ${machine.cpu}, ` +
        `${machine.cores} cores, load ${machine.load.toFixed(1)}; ${machine.compiler}; @posthog/hogvm ${machine.reference}, ` +
        `json-logic-js ${machine['json-logic-js']} and @marcbachmann/cel-js ${machine['@marcbachmann/cel-js']} on Node ` +
        `${machine.node}; ${machine.lua}; ${machine.date}.`
)

const build = path.join(folder, '../build')
fs.mkdirSync(build, { recursive: true })
fs.writeFileSync(path.join(build, 'bench.json'), JSON.stringify({ machine, results, growth, exponents, allocations }, null, 2) + '\n')
if (!wantedCases.length) {
    fs.writeFileSync(path.join(build, 'ratios.svg'), ratioPlot(ratios))
    fs.writeFileSync(path.join(build, 'growth.svg'), growthPlot(growth.sizes, growth.series))
}
