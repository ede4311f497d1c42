// Flags on this engine and on posthog-node, compared: random definitions and people from a seed, asked of both; value,
// payload, outcome and reason must be the same. Prints every difference, and how often each rule was met.
//
//     node flags.mjs --exe build/release/bin/hogvm_flags_exchange [--seed 1] [--count 50000] [--crossed] [--table]
//                    [--record FILE]
//     node flags.mjs --package ../bindings/node [...]     asks the Node package, with ordinary objects
//
// Definitions in which flags or cohorts lead to themselves are asked of this engine alone, where they must be answered:
// posthog-node never returns. --crossed first asks each operator's every filter of every value in the pools. --record writes some of the cases, for flags_test.cpp.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import readline from 'node:readline'
import { isDeepStrictEqual, parseArgs } from 'node:util'

import { crossed, Generator } from './flags_generate.mjs'
import { matchProperty, NOW, Reference } from './flags_reference.mjs'
import { Random } from './random.mjs'

const { values: options } = parseArgs({
    options: {
        exe: { type: 'string' }, package: { type: 'string' }, seed: { type: 'string', default: '1' }, count: { type: 'string', default: '50000' },
        table: { type: 'boolean' }, crossed: { type: 'boolean' }, record: { type: 'string' },
    },
})
const FLAGS = 10
const PEOPLE = 12

/** The engine: a line in, a line out. */
class Engine {
    constructor(exe) {
        this.process = spawn(exe, { stdio: ['pipe', 'pipe', 'inherit'] })
        this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]()
    }
    async ask(requests) {
        this.process.stdin.write(requests.map((request) => JSON.stringify(request) + '\n').join(''))
        const answers = []
        for (const _ of requests) {
            const { value, done } = await this.lines.next()
            if (done) throw new Error('the engine ended')
            answers.push(Object.defineProperty(JSON.parse(value), 'text', { value })) // not enumerable: no part of it
        }
        return answers
    }
    end() {
        this.process.stdin.end()
    }
}

/** The engine by the Node package. */
class Package {
    #FlagSet
    #flags
    constructor(folder) {
        this.#FlagSet = createRequire(import.meta.url)(path.resolve(folder)).FlagSet
    }
    async ask(requests) {
        return requests.map((request) => {
            const { definitions, key, ...context } = request
            if (definitions) return { problems: (this.#flags = new this.#FlagSet(definitions)).problems.length }
            const answer = { key, ...this.#flags.evaluate(key, context) }
            return Object.defineProperty(answer, 'text', { value: JSON.stringify(answer) })
        })
    }
    end() {}
}

// ---- How often each rule was met ----

const counts = new Map()
const count = (rule) => counts.set(rule, (counts.get(rule) ?? 0) + 1)

const leaves = (group) => (group?.values ?? []).flatMap((value) => (value && 'values' in value ? leaves(value) : [value]))

function countRules(definitions, flag, person, answer) {
    count(`outcome: ${answer.outcome}${answer.reason ? ` (${answer.reason})` : ''}`)
    const { filters } = flag
    if (answer.outcome === 'decided') {
        count(`value: ${typeof answer.value === 'boolean' ? answer.value : answer.value.startsWith('holdout-') ? 'holdout' : 'variant'}`)
        if (filters.payloads) count(`payload: ${answer.payload === null ? 'none' : typeof answer.payload}`)
    }
    if (!flag.active) count('flag: inactive')
    if (flag.ensure_experience_continuity) count('flag: experience continuity')
    if (filters.holdout) count(`holdout: ${JSON.stringify(filters.holdout.exclusion_percentage)}`)
    if (filters.early_exit) count(`early exit: ${answer.outcome} ${answer.value}`)
    const group = filters.aggregation_group_type_index
    if (group != null) count(`group flag: ${group === 7 ? 'unknown type' : person.groups?.[definitions.group_type_mapping[group]] === undefined ? 'not given' : 'given'}`)
    if (flag.bucketing_identifier === 'device_id') count(`device id: ${JSON.stringify(person.personProperties.$device_id)?.slice(0, 7)}${group != null ? ', group flag' : ''}`)
    for (const condition of filters.groups) {
        if (condition.aggregation_group_type_index !== undefined) count(`condition's own group: ${condition.aggregation_group_type_index}`)
        count(`rollout: ${condition.rollout_percentage}`)
        if (condition.variant) count(`override: ${condition.variant === 'nobody' ? 'no variant' : 'a variant'}`)
        for (const property of condition.properties ?? []) countProperty(definitions, property, person)
    }
}

function countProperty(definitions, property, person) {
    const version = definitions.property_matching_version
    if (property.type === 'flag')
        return count(`dependency: ${JSON.stringify(property.value)}${property.dependency_chain?.length ? '' : ', no chain'}`)
    if (property.type !== 'cohort')
        return count(`${property.operator || 'exact'}${version === 2 && ['exact', 'is_not', null, '', undefined].includes(property.operator) ? ' (version 2)' : ''}: ${matchProperty(property, person.personProperties, version)}`)
    const cohort = definitions.cohorts[property.value]
    count(`cohort: ${property.operator ?? 'in'} ${cohort === undefined ? 'unknown' : cohort?.type ?? JSON.stringify(cohort)}`)
    for (const leaf of leaves(cohort)) count(`leaf: ${leaf.type ?? 'untyped'}${leaf.negation ? ', negated' : ''}`)
}

// ---- Comparing ----

async function compare(engine, reference, definitions, people) {
    await reference.load(definitions)
    const flags = new Map(definitions.flags.map((flag) => [flag.key, flag]))
    const requests = people.flatMap((person) => [...flags.keys()].map((key) => ({ key, now: NOW, ...person })))
    const [, ...answers] = await engine.ask([{ definitions }, ...requests])
    let differences = 0
    for (const [i, request] of requests.entries()) {
        const { now, key, ...person } = request
        const wanted = await reference.evaluate(key, person)
        const { conditionIndex, ...got } = answers[i]
        countRules(definitions, flags.get(key), person, wanted)
        if (isDeepStrictEqual(got, JSON.parse(JSON.stringify(wanted)))) continue
        if (++differences <= 3)
            console.log('different:', JSON.stringify({ got, wanted, conditionIndex, flag: flags.get(key), person, cohorts: definitions.cohorts, version: definitions.property_matching_version }))
    }
    return { differences, requests, answers }
}

/** Texts in texts, so that every reader gets the numbers and surrogates as they were written. */
function record(definitions, requests, answers) {
    const cases = requests.map(({ key, ...person }, i) => ({ key, person: JSON.stringify(person), answer: answers[i].text }))
    return { definitions: JSON.stringify(definitions), cases: cases.filter((_, i) => i % 11 === 0) }
}

const random = new Random(Number(options.seed))
const generator = new Generator(random)
const engine = options.package ? new Package(options.package) : new Engine(options.exe)
const reference = new Reference()
const recorded = []
let asked = 0
let different = 0
const plain = (value) => JSON.parse(JSON.stringify(value))
if (options.crossed)
    for (const { definitions, people } of crossed()) {
        const { differences, requests } = await compare(engine, reference, plain(definitions), plain(people))
        asked += requests.length
        different += differences
        count(`crossed: ${definitions.flags[0].filters.groups[0].properties[0].operator}`)
    }
const end = asked + Number(options.count)
while (asked < end) {
    const definitions = plain(generator.definitions(FLAGS))
    const people = plain(Array.from({ length: PEOPLE }, () => generator.person()))
    const { differences, requests, answers } = await compare(engine, reference, definitions, people)
    asked += requests.length
    different += differences
    if (options.record) recorded.push(record(definitions, requests, answers))

    const cyclic = plain(generator.definitions(FLAGS, true))
    const cyclicAnswers = await engine.ask([{ definitions: cyclic }, ...cyclic.flags.map(({ key }) => ({ key, now: NOW, ...people[0] }))])
    different += cyclicAnswers.filter((answer) => answer.error || answer.outcome === 'unknown').length
}
engine.end()
await reference.end()

if (options.record) fs.writeFileSync(options.record, `[\n${recorded.map((set) => JSON.stringify(set)).join(',\n')}\n]\n`)
if (options.table) for (const [rule, times] of [...counts].sort()) console.log(`${String(times).padStart(8)}  ${rule}`)
console.log(`flags: ${asked} evaluations, ${counts.size} rules, ${different} differences`)
process.exit(different ? 1 : 0)
