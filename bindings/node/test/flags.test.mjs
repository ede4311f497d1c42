// Feature flags.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)
const { FlagSet, HogVMException } = require('..')

const flag = (key, properties, more = {}) => ({ key, active: true, filters: { groups: [{ properties }], ...more } })
const on = (key, operator, value) => ({ key, operator, value, type: 'person' })
const value = (property, personProperties, options) => {
    const answer = new FlagSet({ flags: [flag('f', [property])] }).evaluate('f', { distinctId: 'ann', personProperties, ...options })
    return answer.outcome === 'decided' ? answer.value : answer.reason
}

test('what was recorded with posthog-node: the same answers to objects, to JSON text, and one by one or all at once', () => {
    const sets = JSON.parse(fs.readFileSync(new URL('../../../rules/flag_cases.json', import.meta.url)))
    let compared = 0
    for (const { definitions, cases } of sets) {
        const fromText = new FlagSet(definitions, { localZone: 'UTC' })
        const fromObject = new FlagSet(JSON.parse(definitions), { localZone: 'UTC' })
        for (const { key, person, answer } of cases) {
            const { key: _, ...wanted } = JSON.parse(answer)
            const context = JSON.parse(person)
            assert.deepEqual(fromText.evaluate(key, person), wanted)
            // Twice: first what a flag reads is learned.
            for (let i = 0; i < 2; i++) assert.deepEqual(fromObject.evaluate(key, context), wanted, `${key}: ${person}`)
            assert.deepEqual(fromObject.evaluateAll(context)[key], wanted)
            compared++
        }
    }
    assert.ok(compared > 300)
})

test('an answer has a value, a payload and the condition that decided', () => {
    const flags = new FlagSet({
        flags: [
            flag('a', [on('plan', 'exact', 'pro')], {
                multivariate: { variants: [{ key: 'test', rollout_percentage: 100 }] }, payloads: { test: '{"n":[1]}' },
            }),
            flag('b', []),
            flag('c', [{ key: 'id', type: 'cohort', value: 9 }]),
        ],
    })
    const ann = { distinctId: 'ann', personProperties: { plan: 'pro' } }
    const first = flags.evaluate('a', ann)
    assert.deepEqual(first, { outcome: 'decided', value: 'test', payload: { n: [1] }, reason: null, conditionIndex: 0 })
    first.payload.n.push(2)
    assert.deepEqual(flags.evaluate('a', ann).payload, { n: [1] })
    assert.deepEqual(flags.evaluate('a', { distinctId: 'ann' }), { outcome: 'inconclusive', value: null, payload: null, reason: 'missing_context', conditionIndex: null })
    assert.deepEqual(flags.evaluate('a', { ...ann, personProperties: { plan: 'free' } }).value, false)
    assert.equal(flags.evaluate('c', ann).outcome, 'needs_server')
    const unknown = { outcome: 'unknown', value: null, payload: null, reason: null, conditionIndex: null }
    assert.deepEqual(flags.evaluate('nobody', ann), unknown)
    assert.deepEqual(flags.evaluate('nobody', '{"distinctId":"ann"}'), unknown)
    assert.deepEqual(Object.keys(flags.evaluateAll(ann)), ['a', 'b', 'c'])
    assert.deepEqual(flags.evaluateAll(Buffer.from(JSON.stringify(ann))), flags.evaluateAll(ann))
    assert.deepEqual(flags.keys, ['a', 'b', 'c'])
    assert.deepEqual(flags.problems.map(({ flag: key }) => key), ['c'])
    assert.match(flags.disassemble('a'), /condition 0/)
})

test('definitions are replaced, or stay where the new ones are none', () => {
    const flags = new FlagSet({ flags: [flag('a', [on('x', 'exact', '1')])] })
    const ann = { distinctId: 'ann', personProperties: { x: '1', y: '2' } }
    assert.equal(flags.evaluate('a', ann).value, true)
    flags.replace(JSON.stringify({ flags: [flag('a', [on('y', 'exact', '1')]), flag('__proto__', [])] }))
    assert.equal(flags.evaluate('a', ann).value, false)
    assert.deepEqual(Object.entries(flags.evaluateAll(ann)).map(([key, answer]) => [key, answer.value]), [['a', false], ['__proto__', true]])
    for (const no of ['{', '5', 5, null, undefined, {}, []]) assert.throws(() => flags.replace(no), HogVMException, String(no))
    assert.throws(() => new FlagSet('['), HogVMException)
    assert.throws(() => new FlagSet({ flags: [] }, { localZone: 'No/Where' }), /No\/Where/)
    assert.equal(flags.evaluate('a', ann).value, false)
})

test('groups have keys and properties', () => {
    const definitions = {
        flags: [flag('g', [{ key: 'seats', operator: 'gt', value: 10, type: 'group', group_type_index: 0 }], { aggregation_group_type_index: 0 })],
        group_type_mapping: { 0: 'company' },
    }
    const flags = new FlagSet(definitions)
    const ask = (groups, groupProperties) => flags.evaluate('g', { distinctId: 'ann', groups, groupProperties })
    assert.equal(ask({ company: 'acme' }, { company: { seats: 80 } }).value, true)
    assert.equal(ask({ company: 'acme' }, { company: { seats: 8 } }).value, false)
    assert.equal(ask({}, {}).value, false)
    assert.equal(ask({ company: 'acme' }).outcome, 'inconclusive')
})

test('relative dates are from the given time on', () => {
    const week = on('joined', 'is_date_after', '-7d')
    const joined = '2024-03-30T00:00:00Z'
    assert.equal(value(week, { joined }, { now: Date.parse('2024-03-31T00:00:00Z') }), true)
    assert.equal(value(week, { joined }, { now: new Date('2024-05-31T00:00:00Z') }), false)
    assert.equal(value(week, { joined: new Date() }), true)
})

test('properties are what JSON.stringify makes of them', () => {
    const text = (given) => ['exact', 'icontains'].map((operator) => value(on('x', operator, given.filter), { x: given.x })).at(0)
    assert.equal(text({ filter: 'Straße 😀', x: 'Straße 😀' }), true)
    assert.equal(text({ filter: 'x'.repeat(5000), x: 'x'.repeat(5000) }), true)
    assert.equal(text({ filter: '1.5', x: 1.5 }), true)
    assert.equal(text({ filter: 'true', x: true }), true)
    assert.equal(value(on('x', 'icontains', '2024-01-05T00'), { x: new Date('2024-01-05') }), true)
    assert.equal(value(on('x', 'icontains', 'mine'), { x: { toJSON: () => 'mine' } }), true)
    assert.equal(value(on('x', 'icontains', '1152921504606847000'), { x: [2 ** 60] }), true)
    assert.equal(value(on('x', 'is_set'), { x: null }), value(on('x', 'is_set'), { x: NaN }))
})

test('many properties, many texts: all are found', () => {
    const keys = Array.from({ length: 80 }, (_, i) => `key${i}`)
    const flags = new FlagSet({ flags: [flag('f', keys.map((key) => on(key, 'exact', `${key} ${'y'.repeat(60)}`)))] })
    const personProperties = Object.fromEntries(keys.map((key) => [key, `${key} ${'y'.repeat(60)}`]))
    for (let i = 0; i < 3; i++) assert.equal(flags.evaluate('f', { distinctId: 'd'.repeat(400), personProperties }).value, true)
    for (const key of keys) {
        const other = { ...personProperties, [key]: 'no' }
        assert.equal(flags.evaluate('f', { distinctId: 'ann', personProperties: other }).value, false)
    }
})

test('hostile people: what is read and throws arrives, and what is not read is let be', () => {
    const flags = new FlagSet({ flags: [flag('f', [on('a', 'exact', '1'), on('b', 'exact', '1')])] })
    const ask = (personProperties) => flags.evaluate('f', { distinctId: 'ann', personProperties })
    const thrown = new Error('mine')
    for (let i = 0; i < 2; i++) {
        assert.throws(() => ask({ a: '1', get b() { throw thrown } }), (error) => error === thrown)
        assert.throws(() => ask(new Proxy({}, { getOwnPropertyDescriptor() { throw thrown } })), (error) => error === thrown)
        assert.equal(ask({ a: '0', get b() { throw thrown } }).value, false)
        assert.equal(ask({ a: '1', b: '1', get c() { throw thrown } }).value, true)
        assert.equal(ask(new Proxy({ a: '1', b: '1' }, {})).value, true)
        const circle = {}
        circle.circle = circle
        assert.throws(() => ask({ a: circle }), TypeError)
        assert.throws(() => ask({ a: 5n }), TypeError)
        let deep = 1
        for (let k = 0; k < 3000; k++) deep = [deep]
        assert.throws(() => ask({ a: deep }), HogVMException)
        assert.equal(ask({ a: () => {}, b: Symbol('s') }).outcome, 'inconclusive')
        assert.equal(ask(Object.create({ a: '1', b: '1' })).outcome, 'inconclusive')
    }
    for (const context of [undefined, null, 5, {}, { distinctId: 5 }, { distinctId: 'a', personProperties: 'b' }, { distinctId: 'a', groups: 5 }, { distinctId: 'a', now: 'then' }])
        assert.throws(() => flags.evaluate('f', context), TypeError, JSON.stringify(context))
    for (const text of ['', '{', '[]', '{}', '{"distinctId":"a","now":"then"}']) assert.throws(() => flags.evaluate('f', text), HogVMException, text)
})

test('a getter may evaluate flags, and replace them', () => {
    const flags = new FlagSet({ flags: [flag('f', [on('a', 'exact', '1'), on('b', 'exact', 'x')]), flag('g', [on('c', 'exact', '2')])] })
    const person = {
        a: '1',
        get b() {
            return flags.evaluate('g', { distinctId: 'someone else', personProperties: { c: '2', b: 'z' } }).value ? 'x' : 'y'
        },
    }
    for (let i = 0; i < 3; i++) assert.equal(flags.evaluate('f', { distinctId: 'ann', personProperties: person }).value, true)
    const replacing = { a: '1', get b() { flags.replace({ flags: [] }); return 'x' } }
    assert.ok([true, null].includes(flags.evaluate('f', { distinctId: 'ann', personProperties: replacing }).value))
    assert.equal(flags.evaluate('f', { distinctId: 'ann' }).outcome, 'unknown')
})
