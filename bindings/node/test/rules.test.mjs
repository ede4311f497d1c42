// Filters and rule sets.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)
const { compileFilter, execSync, FilterError, HogVMException, Operation: op, RuleError, RuleSet } = require('..')

const views = { events: [{ id: '$pageview', type: 'events' }] }
const pro = { properties: [{ key: 'plan', value: 'pro', type: 'person' }] }
const read = (...keys) => ['_H', 1, ...keys.reverse().flatMap((key) => [op.STRING, key]), op.GET_GLOBAL, keys.length]
const failure = (work) => {
    try {
        work()
    } catch (error) {
        return error
    }
}

test('a filter compiles to tokens that run, given as an object or as JSON text', () => {
    const tokens = compileFilter(views)
    assert.deepEqual(tokens, ['_H', 1, op.STRING, '$pageview', op.STRING, 'event', op.GET_GLOBAL, 1, op.EQ])
    assert.deepEqual(compileFilter(JSON.stringify(views)), tokens)
    assert.equal(execSync(tokens, { globals: { event: '$pageview' } }), true)
})

test('a filter means what its options say', () => {
    const run = (filter, options, person, event = 'x', properties = {}) =>
        execSync(compileFilter(filter, options), { globals: { event, person: { properties: person }, properties } })
    const testAccountProperties = [{ key: 'email', operator: 'not_icontains', value: '@us.example', type: 'person' }]
    assert.equal(run({ filter_test_accounts: true }, { testAccountProperties }, { email: 'ann@us.example' }), false)
    assert.equal(run({ filter_test_accounts: true }, { testAccountProperties }, { email: 'ann@them.example' }), true)
    const cohorts = { 5: { type: 'AND', values: pro.properties } }
    const inCohort = { properties: [{ key: 'id', value: 5, type: 'cohort' }] }
    assert.equal(run(inCohort, { cohorts }, { plan: 'pro' }), true)
    assert.equal(run(inCohort, { cohorts: [{ id: 5, ...cohorts[5] }] }, { plan: 'free' }), false)
    const isAdmin = { properties: [{ key: 'is_admin', value: 'true', type: 'person' }] }
    assert.equal(compileFilter(isAdmin)[3], 'true')
    assert.equal(compileFilter(isAdmin, { booleanProperties: ['is_admin'] })[2], op.TRUE)
    const nested = { events: [{ id: 'edit', type: 'events', properties: [{ key: 'a.b', value: 'c', type: 'event' }] }] }
    assert.equal(run(nested, { nestedPropertyEvents: ['edit'] }, {}, 'edit', { a: { b: 'c' } }), true)
    assert.equal(run(nested, {}, {}, 'edit', { 'a.b': 'c' }), true)
    const path = { properties: [{ key: '$pathname', value: '/users/7', operator: 'is_cleaned_path_exact', type: 'event' }] }
    const pathCleaning = [{ regex: '/users/\\d+', alias: '/users/:id' }]
    assert.equal(run(path, { pathCleaning }, {}, 'x', { $pathname: '/users/123' }), true)
})

test('a filter that can\'t be compiled is a FilterError with the place', () => {
    const property = { key: 'age', operator: 'between', value: ['a', 3], type: 'event' }
    const error = failure(() => compileFilter({ properties: [property] }))
    assert.ok(error instanceof FilterError && error instanceof HogVMException)
    assert.equal(error.pointer, '/properties/0/value')
    assert.match(error.message, /"age".*"between"/)
    assert.equal(failure(() => compileFilter(pro, { pathCleaning: [{ regex: '(', alias: '' }] })).pointer, '/pathCleaning/0/regex')
    assert.match(failure(() => compileFilter(pro, { cohort: {} })).message, /no option "cohort"/)
    for (const no of [undefined, () => {}, Symbol('s'), '{', '', 5, null, []]) assert.ok(failure(() => compileFilter(no)) instanceof FilterError, String(no))
})

test('hostile filters are errors', () => {
    const circle = {}
    circle.properties = [circle]
    assert.ok(failure(() => compileFilter(circle)) instanceof TypeError)
    assert.ok(failure(() => compileFilter({ properties: [{ ...pro.properties[0], value: 5n }] })) instanceof TypeError)
    const thrown = new Error('mine')
    assert.equal(failure(() => compileFilter({ get properties() { throw thrown } })), thrown)
    assert.equal(failure(() => compileFilter(new Proxy({}, { ownKeys() { throw thrown } }))), thrown)
    for (const depth of [500, 3000, 10_000]) {
        let deep = pro.properties[0]
        for (let i = 0; i < depth; i++) deep = { type: 'AND', values: [deep] }
        for (const filter of [{ properties: [deep] }, `{"properties":[${'{"type":"AND","values":['.repeat(depth)}${']}'.repeat(depth)}]}`]) {
            const error = failure(() => compileFilter(filter))
            assert.ok(error instanceof FilterError, `${depth}: ${error}`)
            assert.match(error.pointer, /^\/properties\/0\/values\/0/)
        }
        const load = () => new RuleSet([{ id: 'a', filter: { properties: [deep] } }])
        const error = failure(load) ?? load().errors[0]
        assert.ok(error instanceof RuleError)
        assert.match(error.pointer, /^\/0\/filter\/properties\/0\/values\/0/)
    }
})

test('match gives the ids in order, and failures with their errors', () => {
    const rules = new RuleSet([
        { id: 'views', filter: views },
        { id: 'pro', filter: pro },
        { id: 'off', filter: {}, enabled: false },
        { id: 'throws', bytecode: ['_H', 1, op.STRING, 'T', op.STRING, 'm', op.STRING, 'k', op.INTEGER, 1, op.DICT, 1, op.CALL_GLOBAL, 'HogError', 3, op.THROW] },
        { id: 'one', bytecode: ['_H', 1, op.INTEGER, 1] },
    ])
    assert.deepEqual([rules.size, rules.errors], [5, []])
    const event = { event: '$pageview', person: { properties: { plan: 'pro' } } }
    for (const given of [event, JSON.stringify(event), Buffer.from(JSON.stringify(event))]) {
        const { ids, failures } = rules.match(given)
        assert.deepEqual(ids, ['views', 'pro'])
        assert.deepEqual(failures.map(({ id }) => id), ['throws'])
        assert.deepEqual([failures[0].error.type, failures[0].error.message, failures[0].error.payload], ['T', 'm', { k: 1 }])
    }
    const [person] = rules.match({ event: '$pageview' }).failures
    assert.equal(person.id, 'pro')
    assert.match(person.error.message, /Global variable not found: person/)
    assert.equal(person.error.kind, 'function')
})

test('explain says why, or that there is no such rule', () => {
    const rules = new RuleSet([{ id: 'pro', filter: pro }, { id: 'off', filter: {}, enabled: false }])
    const explain = (properties) => rules.explain('pro', { person: { properties } })
    const { outcome, condition, values, text } = explain({ plan: 'free' })
    assert.deepEqual([outcome, condition, values], ['not_matched', "person.properties.plan = 'pro'", [{ path: 'person.properties.plan', value: 'free' }]])
    assert.match(text, /does not hold/)
    assert.equal(explain({ plan: 'pro' }).outcome, 'matched')
    assert.equal(rules.explain('off', {}).outcome, 'disabled')
    const failed = rules.explain('pro', '{}')
    assert.equal(failed.outcome, 'failed')
    assert.match(failed.error.message, /Global variable not found/)
    assert.equal(rules.explain('nobody', {}), undefined)
})

test('rules are set, replaced and removed', () => {
    const rules = new RuleSet()
    assert.deepEqual(rules.match({}), { ids: [], failures: [] })
    rules.set({ id: 'a', filter: views }).set(JSON.stringify({ id: 'b', filter: views }))
    assert.deepEqual(rules.match({ event: '$pageview' }).ids, ['a', 'b'])
    rules.set({ id: 'a', filter: { events: [{ id: 'other', type: 'events' }] } })
    assert.deepEqual(rules.match({ event: '$pageview' }).ids, ['b'])
    const error = failure(() => rules.set({ id: 'b', filter: { properties: [{ key: 'x', operator: 'no', type: 'event' }] } }))
    assert.ok(error instanceof RuleError)
    assert.deepEqual([error.id, error.pointer], ['b', '/filter/properties/0/operator'])
    assert.deepEqual(rules.match({ event: '$pageview' }).ids, ['b'])
    assert.deepEqual([rules.remove('b'), rules.remove('b'), rules.size], [true, false, 1])
    const refused = rules.setAll([{ id: 'c', filter: views }, { id: 'd' }, 5])
    assert.deepEqual(refused.map(({ id, pointer }) => [id, pointer]), [['d', '/1'], ['', '/2']])
    assert.equal(rules.size, 2)
})

test('rules that can\'t be loaded are left out, and what is no list of rules is refused', () => {
    const { errors, size } = new RuleSet([{ id: 'a', filter: views }, { id: 'a', filter: views }, { filter: views }])
    assert.deepEqual([size, errors.map(({ pointer }) => pointer)], [1, ['/1/id', '/2']])
    assert.ok(errors[0] instanceof RuleError)
    for (const no of [{}, '{', 5, null]) assert.ok(failure(() => new RuleSet(no)) instanceof RuleError, String(no))
    assert.ok(failure(() => new RuleSet([], { pathCleaning: 5 })) instanceof FilterError)
})

test('of an event only the globals that rules read are looked at, once each', () => {
    const rules = new RuleSet(Array.from({ length: 50 }, (_, i) => ({ id: `${i}`, filter: { ...pro, events: [{ id: `e${i}`, type: 'events' }] } })))
    let reads = 0
    const event = { event: 'e7', get person() { reads++; return { properties: { plan: 'pro' } } }, get other() { throw new Error('read') } }
    assert.deepEqual(rules.match(event), { ids: ['7'], failures: [] })
    assert.equal(reads, 1)
})

test('hostile events fail the rules that read what is at fault', () => {
    const rules = new RuleSet([{ id: 'views', filter: views }, { id: 'a', bytecode: [...read('a', 'b'), op.TRUE, op.EQ] }])
    const outcome = (a) => {
        const { ids, failures } = rules.match({ event: '$pageview', ...Object.getOwnPropertyDescriptors({}), a })
        assert.equal(ids[0], 'views')
        return failures[0]?.error ?? ids.includes('a')
    }
    assert.equal(outcome({ b: true }), true)
    assert.equal(outcome({ b: true, c: new Date(), d: new Map(), e: [undefined, NaN] }), true)
    assert.equal(outcome(new Proxy({ b: true }, {})), true)
    const circle = { b: true }
    circle.circle = circle
    assert.equal(outcome(circle), true)
    assert.equal(outcome({ b: 0n }), false)
    for (const [a, message] of [
        [{ get b() { throw new Error('mine') } }, /mine/], [{ b: 2n ** 70n }, /bigint/], [{ b: () => {} }, /function/], [{ b: Symbol('s') }, /symbol/],
    ]) assert.match(outcome(a).message, message)
    let deep = 1
    for (let i = 0; i < 10_000; i++) deep = [deep]
    assert.match(outcome({ b: deep }).message, /deep/)
    const { failures } = rules.match(Object.defineProperty({ event: '$pageview' }, 'a', { get() { throw new Error('global') }, enumerable: true }))
    assert.deepEqual(failures.map(({ error }) => error.message), ['global'])
    assert.deepEqual(rules.match(new Proxy({ event: '$pageview', a: {} }, {})).ids, ['views'])
    for (const no of [undefined, null, 5, true, '{', '[]', Symbol('s')]) {
        const error = failure(() => rules.match(no))
        assert.ok(error instanceof HogVMException && error.kind === 'input', String(no))
    }
})

test('rules call functions of the host, which may ask the same set', () => {
    const tokens = ['_H', 1, op.STRING, 'event', op.GET_GLOBAL, 1, op.CALL_GLOBAL, 'wanted', 1]
    const lines = []
    const rules = new RuleSet(
        [{ id: 'views', filter: views }, { id: 'mine', bytecode: tokens }, { id: 'says', bytecode: ['_H', 1, op.STRING, 'said', op.CALL_GLOBAL, 'print', 1] }],
        {
            functions: {
                wanted(event) {
                    if (event === 'fail') throw new TypeError('not wanted')
                    return event === 'inner' || rules.match({ event: 'inner' }).ids.includes('mine')
                },
            },
            print: (line) => lines.push(line),
        }
    )
    assert.deepEqual(rules.match({ event: '$pageview' }), { ids: ['views', 'mine'], failures: [] })
    assert.deepEqual(lines, ['said', 'said'])
    assert.deepEqual(rules.match({ event: 'fail' }).failures.map(({ id, error }) => [id, error.message]), [['mine', 'not wanted']])
})

test('limits are those of one rule', () => {
    const loop = ['_H', 1, op.TRUE, op.JUMP_IF_FALSE, 2, op.JUMP, -5]
    const rules = new RuleSet([{ id: 'loop', bytecode: loop }, { id: 'views', filter: views }], { timeout: 5 })
    const { ids, failures } = rules.match({ event: '$pageview' })
    assert.deepEqual([ids, failures[0].error.kind], [['views'], 'timeout'])
})
