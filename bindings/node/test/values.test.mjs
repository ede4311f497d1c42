// What the package exports beside exec, on the same values as the reference package.
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { createRequire } from 'node:module'
import test from 'node:test'
import { inspect } from 'node:util'

process.env.TZ = 'UTC'
const require = createRequire(import.meta.url)
const conformance = createRequire(new URL('../../../conformance/package.json', import.meta.url))
const ours = require('..')
const reference = conformance('@posthog/hogvm')
const { RE2 } = conformance('re2-wasm')

/** What a function gives, or that it throws. */
function outcome(f, ...args) {
    try {
        return { value: f(...args) }
    } catch (error) {
        return { throws: error.constructor === Error ? error.message : 'an error' }
    }
}
const same = (name, ...args) =>
    assert.deepEqual(outcome(ours[name], ...args), outcome(reference[name], ...args), `${name} of ${inspect(args)}`)

const tuple = (...items) => Object.assign(items, { __isHogTuple: true })
const closure = reference.newHogClosure(reference.newHogCallable('local', { name: 'f', chunk: 'root', argCount: 1, upvalueCount: 0, ip: 5 }), [1])
const cyclic = new Map([['a', 1]])
cyclic.set('self', cyclic)
const VALUES = [
    null, undefined, true, false, 0, -0, 1, 1.5, -3, 1e21, NaN, Infinity, '', 'text', "it's", 'a\nb', 'ü\ud83d\ude00', [], [1, 'a', null],
    [[1], [2, [3]]], tuple(), tuple(1), tuple(1, 'b'), new Map(), new Map([['a', 1], [2, [3]], [null, new Map()]]), { a: 1, b: { c: [1] } },
    { __hogDateTime__: true, dt: 1709210096.789, zone: 'Europe/Brussels' }, { __hogDate__: true, year: 2024, month: 2, day: 9 },
    { __hogError__: true, type: 'T', message: 'm', payload: new Map([['k', 1]]) }, closure, closure.callable, cyclic,
    { __hogUpValue__: true, id: 1, location: 2, closed: false, value: 3 }, '2024-02-29', '2024-02-29T10:00:00Z', '10', 'true',
    new Map([['__hx_ast', 'Field'], ['chain', ['a', 'b']]]), { __hx_ast: 'Constant', value: 5 },
]

test('every name is there, of the same type, and constants have their values', () => {
    for (const [name, value] of Object.entries(reference)) {
        assert.equal(typeof ours[name], typeof value, name)
        if (typeof value === 'number') assert.equal(ours[name], value)
    }
    assert.deepEqual(ours.operations, reference.operations)
    assert.deepEqual(ours.Operation, reference.Operation)
})

test('the tables have the same functions with the same arities', () => {
    for (const table of ['STL', 'ASYNC_STL']) {
        assert.deepEqual(Object.keys(ours[table]).sort(), Object.keys(reference[table]).sort())
        for (const [name, { minArgs, maxArgs }] of Object.entries(reference[table]))
            assert.deepEqual([name, ours[table][name].minArgs, ours[table][name].maxArgs], [name, minArgs, maxArgs])
    }
    for (const { description, example } of Object.values(ours.STL)) assert.ok(description && /^\w+\(.*\)$/.test(example))
})

test('tests of kinds, conversions, costs and printing agree', () => {
    for (const value of VALUES) {
        for (const name of ['isHogDate', 'isHogDateTime', 'isHogError', 'isHogCallable', 'isHogClosure', 'isHogUpValue', 'isHogAST',
            'convertHogToJS', 'convertJSToHog', 'calculateCost', 'printHogValue', 'printHogStringOutput'])
            same(name, value)
        for (const other of VALUES) same('unifyComparisonTypes', value, other)
    }
})

test('nested values are read and written alike', () => {
    const objects = () => [{ a: [{ b: 1 }, 'x'], n: null }, new Map([['a', [new Map([['b', 1]])]], [1, 'one']]), [[1, 2], [3]], 'text', null, 5]
    const chains = [['a'], ['a', 1], ['a', 1, 'b'], ['a', -1], ['a', 0], [1], [-1], [2, 1], ['nothing'], ['nothing', 'deeper'], ['n', 'x'], ['length'], []]
    for (const chain of chains) {
        for (const [i] of objects().entries()) {
            for (const nullish of [false, true]) same('getNestedValue', objects()[i], chain, nullish)
            if (!chain.length) continue
            const [mine, theirs] = [objects()[i], objects()[i]]
            assert.deepEqual(outcome(ours.setNestedValue, mine, chain, 9), outcome(reference.setNestedValue, theirs, chain, 9))
            assert.deepEqual(mine, theirs)
        }
    }
})

test('new objects, texts and patterns agree', () => {
    same('newHogError', 'T', 'm', { a: 1 })
    same('newHogError', '', '')
    same('newHogClosure', closure.callable)
    for (const text of ['a', 'a b', "it's", 'x`y', '\\', '\t\n\b\f\r\v\0', 'ü', '1a', '$a']) {
        same('escapeString', text)
        same('escapeIdentifier', text)
        for (const pattern of ['%', 'a%', '_', 'A', '%.%', 'a b', '(', '']) {
            for (const insensitive of [false, true]) same('like', text, pattern, insensitive)
            same('like', text, pattern, true, (source, value) => `${source} ${value}`)
        }
    }
    same('escapeIdentifier', 5)
})

test('functions of the library are called as in the table', () => {
    const external = { crypto, regex: { match: (source, value) => new RE2(source, 'u').test(value), extract: () => 'extracted' } }
    const calls = {
        upper: ['ab'], lower: ['AB'], concat: ['a', 1, null], length: [[1, 2]], keys: [new Map([['a', 1]])], jsonParse: ['{"a": [1]}'],
        jsonStringify: [new Map([['a', tuple(1)]])], toString: [new Map([['a', 1]])], range: [3], tuple: [1, 2], match: ['hello', 'l+'],
        extractRegex: ['a', 'b'], md5Hex: ['x'], toDateTime: ['2024-02-29 10:00:00'], formatDateTime: [VALUES[26], '%Y'], substring: ['hello', 2, 3],
        has: [[1, 2], 2], toInt: ['12'], round: [2.567, 2], sha256HmacChainHex: [['k', 'm']], empty: [[]], splitByString: [',', 'a,b'],
        HogError: ['T', 'm', new Map([['k', 1]])], like: ['hello', 'h%'], arraySort: [[3, 1, 2]], replaceAll: ['aXbX', 'X', '-'],
    }
    for (const [name, args] of Object.entries(calls))
        assert.deepEqual(outcome(ours.STL[name].fn, args, name, { external }), outcome(reference.STL[name].fn, args, name, { external }), name)
})

test('exceptions have the same names, messages and texts', () => {
    for (const make of [({ HogVMException }) => new HogVMException('m'), ({ UncaughtHogVMException }) => new UncaughtHogVMException('T', "it's", [1])]) {
        const [mine, theirs] = [make(ours), make(reference)]
        assert.deepEqual([mine.name, mine.message, String(mine), { ...mine }], [theirs.name, theirs.message, String(theirs), { ...theirs }])
    }
})

test('syntax trees print as SQL, pretty or not', () => {
    const node = (kind, fields) => new Map([['__hx_ast', kind], ...Object.entries(fields)])
    const field = (...chain) => node('Field', { chain })
    const constant = (value) => node('Constant', { value })
    const query = (...extra) => node('SelectQuery', { select: [field('a'), field('b')], select_from: node('JoinExpr', { table: field('events') }), ...Object.assign({}, ...extra) })
    const trees = [
        field('a', 'b c'), constant('x'), query(), query({ where: node('CompareOperation', { left: field('a'), op: '==', right: constant(1) }) }),
        query({ group_by: [field('a'), field('b')], order_by: [node('OrderExpr', { expr: field('a'), order: 'DESC' })], limit: constant(5) }),
        query({ where: node('CompareOperation', { left: field('a'), op: 'in', right: query({ distinct: true }) }) }),
        query({ select_from: node('JoinExpr', { table: query({ where: query() }), alias: 't' }) }),
        node('SelectSetQuery', { initial_select_query: query(), subsequent_select_queries: [{ set_operator: 'UNION ALL', select_query: query({ limit: constant(1) }) }] }),
        query({ select_from: node('JoinExpr', { table: node('SelectSetQuery', { initial_select_query: query(),
            subsequent_select_queries: [{ set_operator: 'UNION ALL', select_query: query() }] }) }) }),
        query({ window_exprs: new Map([['w', node('WindowExpr', { partition_by: [field('a')] })]]) }),
        node('Nothing', {}), null, new Map(), { __hx_ast: 'Field', chain: ['a'] },
    ]
    for (const pretty of [false, true])
        for (const tree of trees)
            assert.deepEqual(outcome((t) => new ours.HogQLPrinter(pretty).print(t), tree), outcome((t) => new reference.HogQLPrinter(pretty).print(t), tree))
})
