// The benchmarks: runs every case of cases.json on the engine, on the reference VM and, where there is one, as a Lua
// program, in rounds in which they take turns, so that a slow minute of the machine is every engine's. Prints the table
// and writes all that was measured to build/bench.json. A second table has the ways to run a program from Node.
//
//     node bench/compare.mjs [--bin FOLDER] [CASE...]
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROUNDS = 3 // of 15 batches each

const folder = path.dirname(fileURLToPath(import.meta.url))
const { values: options, positionals: wantedCases } = parseArgs({
    options: { bin: { type: 'string', default: path.join(folder, '../build/release/bin') } },
    allowPositionals: true,
})
const cases = JSON.parse(fs.readFileSync(path.join(folder, 'cases.json'), 'utf8')).filter(
    ({ name }) => !wantedCases.length || wantedCases.includes(name)
)

const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

function firstLine(command, ...args) {
    try {
        return output(command, ...args).split('\n')[0]
    } catch {
        return 'unknown'
    }
}

// Nanoseconds per run, an entry a batch.
const engines = {
    hogvm({ name }) {
        const text = output(path.join(options.bin, 'hogvm_bench'), `--benchmark_filter=^${name}/`, '--benchmark_format=json')
        const batches = JSON.parse(text).benchmarks.filter(({ run_type }) => run_type === 'iteration')
        const failed = batches.find(({ error_occurred }) => error_occurred)
        if (failed) throw new Error(`hogvm_bench: ${name}: ${failed.error_message}`)
        return batches.map(({ real_time, cpu_time }) => Math.min(real_time, cpu_time))
    },
    reference({ name }) {
        return JSON.parse(output(process.execPath, path.join(folder, 'reference.mjs'), name)).batches
    },
    lua({ program, lua }) {
        if (!lua) return undefined
        const wanted = fs.readFileSync(path.join(folder, `programs/${program}.wanted.json`), 'utf8').trim()
        const text = output('lua5.4', path.join(folder, 'time.lua'), path.join(folder, lua), wanted)
        return text.trim().split('\n').map(Number)
    },
}

function quantile(sorted, q) {
    const at = (sorted.length - 1) * q
    const below = Math.floor(at)
    return sorted[below] + ((sorted[below + 1] ?? sorted[below]) - sorted[below]) * (at - below)
}

function summary(batches) {
    if (!batches.length) return undefined
    const sorted = [...batches].sort((a, b) => a - b)
    const median = quantile(sorted, 0.5)
    return { median, spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median, batches }
}

const significant = (number) => (number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2))

function duration(measured) {
    if (!measured) return '–'
    const [scale, unit] = measured.median >= 1e6 ? [1e6, 'ms'] : measured.median >= 1e3 ? [1e3, 'µs'] : [1, 'ns']
    return `${significant(measured.median / scale)} ${unit} ± ${(measured.spread * 100).toFixed(0)} %`
}

const ratio = (rival, ours) => (rival ? `${significant(rival.median / ours.median)} ×` : '–')

const require = createRequire(new URL('../conformance/package.json', import.meta.url))
const machine = {
    date: new Date().toISOString().slice(0, 10),
    cpu: os.cpus()[0].model,
    cores: os.availableParallelism(),
    load: os.loadavg()[0],
    compiler: firstLine('c++', '--version'),
    node: process.version,
    reference: require('@posthog/hogvm/package.json').version,
    lua: firstLine('lua5.4', '-v'),
}
if (machine.load > machine.cores / 2)
    console.error(`bench: the machine is busy (load ${machine.load.toFixed(1)}); caches are shared, so times will be too long`)

const results = []
for (const test of cases) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${test.title} ...`)
    const batches = {}
    for (let round = 0; round < ROUNDS; round++)
        for (const [engine, time] of Object.entries(engines)) (batches[engine] ??= []).push(...(time(test) ?? []))
    const measured = Object.entries(batches).map(([engine, all]) => [engine, summary(all)])
    results.push({ ...test, ...Object.fromEntries(measured) })
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')

const rows = [
    ['Benchmark', 'hogvm', 'reference VM', 'Lua 5.4', 'reference ÷ hogvm', 'Lua ÷ hogvm'],
    ['---', '--:', '--:', '--:', '--:', '--:'],
    ...results.map(({ title, hogvm, reference, lua }) => [
        title,
        duration(hogvm),
        duration(reference),
        duration(lua),
        ratio(reference, hogvm),
        ratio(lua, hogvm),
    ]),
]
function printTable(rows) {
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
    for (const row of rows) {
        const cells = row.map((cell, column) =>
            row === rows[1] ? (column ? '-'.repeat(widths[column] - 1) + ':' : '-'.repeat(widths[column]))
            : column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))
        console.log(`| ${cells.join(' | ')} |`)
    }
}
printTable(rows)

// Through Node, where the addon is built; per event.
const throughNode = {}
const hasAddon = fs.existsSync(path.join(folder, '../bindings/node/build/Release/hogvm.node'))
for (const program of hasAddon ? ['filter', 'enrich'] : []) {
    if (wantedCases.length && !cases.some((test) => test.program === program)) continue
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${program} through Node ...`)
    for (let round = 0; round < ROUNDS; round++) {
        const { ways } = JSON.parse(output(process.execPath, path.join(folder, 'node.mjs'), program))
        for (const [way, batches] of Object.entries(ways)) ((throughNode[program] ??= {})[way] ??= []).push(...batches)
    }
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
for (const ways of Object.values(throughNode)) for (const way in ways) ways[way] = summary(ways[way])
const [someWays] = Object.values(throughNode)
if (someWays) {
    const programs = Object.keys(throughNode)
    console.log()
    printTable([
        ['Through Node', ...programs.flatMap((program) => [program, 'reference ÷ it'])],
        ['---', ...programs.flatMap(() => ['--:', '--:'])],
        ...Object.keys(someWays).map((way) => [
            way,
            ...programs.flatMap((program) => [
                duration(throughNode[program][way]),
                ratio(throughNode[program]['reference exec'], throughNode[program][way]),
            ]),
        ]),
    ])
}
console.log(
    `\nMedians of ${15 * ROUNDS} batches of about 20 ms or more, ± half the distance between the quartiles. ${machine.cpu}, ` +
        `${machine.cores} cores; ${machine.compiler}; @posthog/hogvm ${machine.reference} on Node ${machine.node}; ` +
        `${machine.lua.split('  ')[0]}; ${machine.date}.`
)

const file = path.join(folder, '../build/bench.json')
fs.mkdirSync(path.dirname(file), { recursive: true })
fs.writeFileSync(file, JSON.stringify({ machine, results, throughNode }, null, 2) + '\n')
