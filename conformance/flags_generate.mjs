// Random flag definitions and people, made so that every rule of flags is met often: values come from pools in which the
// odd cases of each operator lie close together, and people's properties come from the same pools.

const OPERATORS = {
    exact: 6, is_not: 3, is_set: 1, is_not_set: 1, icontains: 2, not_icontains: 1, starts_with: 2, not_starts_with: 1,
    ends_with: 2, not_ends_with: 1, regex: 3, not_regex: 2, gt: 2, gte: 1, lt: 1, lte: 1, is_date_before: 3,
    is_date_after: 3, semver_eq: 1, semver_neq: 1, semver_gt: 1, semver_gte: 1, semver_lt: 1, semver_lte: 1,
    semver_tilde: 1, semver_caret: 1, semver_wildcard: 2,
}
const WEIGHTED = Object.entries(OPERATORS).flatMap(([name, weight]) => Array(weight).fill(name))

const TEXTS = ['', 'pro', 'Pro', 'PRO', 'free', 'a', 'A', 'ab', 'Straße', 'STRASSE', 'İstanbul', 'i̇stanbul', 'ΟΔΟΣ', 'οδος', 'K', 'k',
    '😀', '\ud83d', '\ude00', 'x😀', 'null', 'true', 'True', 'FALSE', 'false', 'undefined', '1,2', '[1,2]', '[object Object]',
    '1.5', '{"a":1.5}', 'é', 'É', 'ann@example.com', '@Example', 'ſ', '\u212a']
const NUMBERS = [0, -0, 1, 2, 5, 10, 1.5, -1.5, 0.1, 1e21, 1e-7, 123456789.125, 2 ** 53, 2 ** 53 + 2, 1e300, -3, 1711900000000]
const ODD = [null, true, false, [], {}, [1, 2], ['a', 'b'], [true], ['true'], [[]], [['true'], false], ['true', 'no'], [null],
    { a: 1.5 }, { b: 1, a: 2 }, { b: [1.5, null], a: 'x', '10': true, '2': false }, [1.5], ['pro', 2], [2, 'pro'], ['\ud83d'],
    { '\ud83d': 1 }, { '😀': 1.5, '\uffee': 2.5 }, ['FALSE', []], ['pro', 'free'], ['Pro', null, 1.5], [['pro']]]
const VERSIONS = ['1.2.3', 'v1.2.3', ' V1.2.3 ', '1.2', '1', '1.2.3-beta.1', '1.2.3+build', '1.2.3.4', '1.10.0', '1.9.9', '0.0.1', '0.1.0',
    '0.2', '2', '2.0.0', '01.2.3', '1.02.3', '.1.2', '1..3', '', 'x', '1.x', '1.', 'vv1', '-1', '1.2.*', '1.*', '1*', '*', '1.*.*',
    'v1.2.*', '0.*', '0.0.0', '1.2.4', '1.3', '99999999999999999999.0.0', '1.a.0', '1.2.a', '+1', 1, 1.2, 2, 0, '1 .2', 'v', '\u00a01.2.3']
const DATES = ['2024-01-15', '2024-01', '2024', '2024-02-29', '2023-02-29', '2024-03-31T15:30:45.678Z', '2024-03-31T15:30:45',
    '2024-03-31T15:30:45+02:00', '2024-03-31 15:30', '2024-03-31T15:30', 'Jan 5 2024', '5 January 2024 10:00 PM', '1/28/2024',
    '2024/03/30', 'Fri, 29 Mar 2024 10:00:00 GMT', 'Mar 29 2024 10:00 EST', '2024-03-31T24:00', '2024-03-31T24:01', '2024-3-31',
    '+002024-03-31', '-000000-01-01', 'yesterday', '', '12', '2024-13-01', '1711898000000', 1711898000000, 1711900000000.5, 8.64e15,
    8.65e15, 1700000000, '2024-01-28T15:30:45.678Z', '2023-03-31T15:30:45.678Z', '2024-03-24', '2024-03-31T14:30:45.678Z', '(a) 2024',
    'foo 5', 'foo5', '2024-03-31T15:30:45.6789Z', '5:30 2024/1/1', 'T10:00', '2024-01-15Z', '49', '1/1/50', 'utc 1/1/2024', '1/1/2024 +5:30',
    '1/1/2024 10:00 +0530', '10:00:00.5 1/1/2024', '12:00 am Jan 1 2024', '13:00 pm Jan 1 2024', '2024-01-15T10:00:00z', '2024-01-15t10:00']
const RELATIVE = ['-1h', '1d', '-1d', '-7d', '-1w', '2w', '-1m', '-2m', '-13m', '-1y', '4y', '-100m', '0d', '-9999d', '10000d', '-1D', '-1s', '1.5d',
    '--1d', '-d', '-1dd', '00007d', '-9999y', '-9999m', ['-1d'], '+1d', ' -1d']
const PATTERNS = ['', 'pro', '^pro$', 'Pro', '^a', 'b$', '[a-c]+', '\\d+', '\\D', '\\s', '\\S+x', '[\\s]', '[^\\s]', '\\w+@\\w+', '[\\b]', '\\bpro', '\\Bx',
    'a{2}', 'a{2,}', 'a{1,3}', 'a{3,1}', '{2}', '({2})', 'a|{2}', 'a{', 'a{x}', 'a{2', '(', ')', '[', '[]', '[^]', 'a**', 'a*?', 'a+?', 'a??', 'a*+', 'a{2}{3}', '^*',
    '$+', '()*', '(?:)*', '(?:a)*', '(?=a)', '(?i)a', '(?<n>a)', '(a)\\1', 'é', '\\u0061', '\\x61', '\\x6', '\\.', '\\<', '\\>', '\\ ', '\\-', '\\_', '\\a',
    '\\z', '[a&&b]', '[a--b]', '[a~~b]', '[\\w-a]', '[a-\\d]', '[\\B]', '[\\_]', '[z-a]', '[\\]]', '[a\\-z]', '[-a]', '[a-]', 'a]', 'a}', '.', '^.$', 'a.b', '\\n', '[\\v]',
    '\\v', '\\f', 'a{1001}', 'a{0,2000}b', '(a{40}){40}', '(?:a|b)*c', '(((a)))', '|', 'a|', '(|a)', '(?:a{2}|b){3}', '\\', 'a\\', '[\\', '\\cA', '\\0',
    '(?:a?){3}b', 'x{0}', '[A-Z]{2,}', '\\/', '[/]', '\\@', '[\\@]', '[\\x00-\\x7f]', '[\\xff]', 'null', 'true', 'a{4294967296}', '[\\s-9]', '1e21', '^$', '\\t']
const SUBJECTS = ['', 'pro', 'Pro user', 'aaa', 'ab', 'abc', 'a b', 'a\u000bb', 'a\nb', 'a\rb', 'é', '123', 'x9', 'ann@example.com', '\b', 'A', 'aaaaaab', 'a'.repeat(1100),
    'a'.repeat(1700), 'c', 'AB', '_', '-', '/', '@', '.', '<', '\t', ' ', 'true', 'a]', 'a}', '{2}', 'B', '\u0000', 'a'.repeat(3) + 'b', 'bbb', 'aabbaa']

const POOLS = {
    exact: [TEXTS, TEXTS, NUMBERS, ODD], contains: [TEXTS, TEXTS, NUMBERS, ODD], compare: [NUMBERS, NUMBERS, TEXTS, ODD, ['5px', '0x10', 'Infinity', 'NaN', '-1', ' 7', '1e3', '10', '9', '.5']],
    date: [DATES, DATES, DATES, ODD], version: [VERSIONS, VERSIONS, VERSIONS, ODD], regex: [SUBJECTS, SUBJECTS, SUBJECTS, TEXTS, NUMBERS, ODD],
}
const FAMILY = { gt: 'compare', gte: 'compare', lt: 'compare', lte: 'compare', regex: 'regex', not_regex: 'regex', exact: 'exact', is_not: 'exact' }
const family = (operator) =>
    FAMILY[operator] ?? (operator.startsWith('semver') ? 'version' : operator.startsWith('is_date') ? 'date' : 'contains')

/** The families' properties: what a condition reads and a person has. */
const KEYS = { exact: ['plan', 'country', 'beta'], contains: ['email', 'name'], compare: ['age', 'score'], date: ['created', 'seen'], version: ['version', 'app'], regex: ['path', 'title'] }
const ALL_KEYS = Object.values(KEYS).flat()

/** JSON can't tell 0 from -0, and nobody's definitions have it. */
const value = (random, pools) => random.pick(random.pick(pools))

function filterFor(random, operator) {
    const kind = family(operator)
    if (kind === 'regex') return random.chance(0.9) ? random.pick(PATTERNS) : value(random, POOLS.regex)
    if (kind === 'date') return random.chance(0.5) ? random.pick(RELATIVE) : value(random, POOLS.date)
    if (kind === 'exact' && random.chance(0.25)) return Array.from({ length: random.below(4) }, () => value(random, [TEXTS, TEXTS, TEXTS, NUMBERS, ODD]))
    return value(random, POOLS[kind])
}

export class Generator {
    constructor(random) {
        this.random = random
    }

    /** Definitions of `count` flags; `cyclic` lets flags and cohorts lead to themselves. */
    definitions(count, cyclic = false) {
        const { random } = this
        this.flagKeys = Array.from({ length: count }, (_, i) => `flag-${i}`)
        this.cohortIds = Array.from({ length: random.below(6) }, (_, i) => i + 1)
        const cohorts = {}
        for (const id of this.cohortIds) {
            this.cohortsBelow = cyclic ? this.cohortIds : this.cohortIds.filter((other) => other < id)
            this.flagsBelow = []
            cohorts[id] = random.chance(0.05) ? random.pick([null, {}, { type: 'OR', values: [] }, { type: 'AND', values: [] }, { type: 'XOR', values: [] }, { type: 'property', values: [this.property('person')] }]) : this.group(random.below(3))
        }
        this.cohortsBelow = this.cohortIds
        const flags = this.flagKeys.map((key, i) => {
            this.flagsBelow = cyclic ? this.flagKeys : this.flagKeys.slice(0, i)
            return this.flag(key)
        })
        // A cohort may depend on flags, as long as those don't have cohorts.
        if (this.cohortIds.length && flags.length > 2 && random.chance(0.3)) {
            flags[0].filters.groups = flags[0].filters.groups.map((condition) => ({ ...condition, properties: [] }))
            this.flagsBelow = [flags[0].key]
            cohorts[random.pick(this.cohortIds)] = { type: random.pick(['AND', 'OR']), values: [{ ...this.dependency(), ...(random.chance(0.3) && { negation: true }) }, this.property('person')] }
        }
        const definitions = { flags, group_type_mapping: { 0: 'company', 1: 'project' }, cohorts }
        if (random.chance(0.05)) definitions.flags.push({ key: this.flagKeys[0], active: true, filters: { groups: [{ properties: [this.property('person')] }] } })
        if (random.chance(0.3)) definitions.property_matching_version = random.pick([2, 2, 2, 1, '2'])
        return definitions
    }

    flag(key) {
        const { random } = this
        const variants = random.chance(0.5) ? this.variants() : undefined
        const filters = { groups: Array.from({ length: random.pick([0, 1, 1, 2, 2, 3, 4]) }, () => this.condition(variants)) }
        if (variants) filters.multivariate = { variants }
        if (random.chance(0.5)) filters.payloads = this.payloads(variants)
        if (random.chance(0.25)) filters.aggregation_group_type_index = random.pick([0, 0, 1, 1, null, 7])
        if (random.chance(0.25)) filters.early_exit = random.chance(0.8)
        if (random.chance(0.1)) filters.holdout = random.pick([{ id: 5, exclusion_percentage: random.pick([0, 10, 50, 100, 150, -5, '30']) }, null, { id: null, exclusion_percentage: 100 }, { id: 1, exclusion_percentage: null }, { id: 2, exclusion_percentage: 'x' }])
        const flag = { id: 1, key, active: random.chance(0.95), filters }
        if (random.chance(0.03)) flag.ensure_experience_continuity = true
        if (random.chance(0.02)) delete flag.active
        if (random.chance(0.15)) flag.bucketing_identifier = random.pick(['device_id', 'device_id', 'distinct_id'])
        return flag
    }

    variants() {
        const { random } = this
        const percentages = random.pick([[50, 50], [33.33, 33.33, 33.34], [100], [10, 20], [0, 100], [25, null, 75], [30, undefined, 70], [12.5, 12.5, 75], ['40', 60]])
        return percentages.map((rollout_percentage, i) => ({ key: random.chance(0.02) ? '' : ['control', 'test', 'third'][i], rollout_percentage }))
    }

    payloads(variants) {
        const { random } = this
        const payload = () => random.pick(['{"a":1}', '"text"', 'no json', '0', '1', 'null', 'true', '', 0, 1, 0.5, false, true, null, { b: [1, 2] }, [], '{"b":1,"2":2,"1":1}', '1e21', '12345678901234567890'])
        const payloads = { true: payload() }
        for (const { key } of variants ?? []) if (random.chance(0.7)) payloads[key] = payload()
        if (random.chance(0.5)) payloads['holdout-5'] = payload()
        return payloads
    }

    condition(variants) {
        const { random } = this
        const condition = { properties: Array.from({ length: random.pick([0, 1, 1, 1, 2, 2, 3]) }, () => this.conditionProperty()) }
        if (random.chance(0.8)) condition.rollout_percentage = random.pick([0, 100, 100, 100, 50, 50, 33.3, 99.9, null, 10])
        if (variants && random.chance(0.4)) condition.variant = random.pick([...variants.map(({ key }) => key), 'nobody', null, ''])
        if (random.chance(0.12)) condition.aggregation_group_type_index = random.pick([0, 1, 1, null, 9])
        if (random.chance(0.05)) delete condition.properties
        return condition
    }

    conditionProperty() {
        const { random } = this
        const kind = random.below(100)
        if (kind < 18) return this.cohortProperty()
        if (kind < 32) return this.dependency()
        return this.property(random.pick(['person', 'person', 'group']))
    }

    cohortProperty() {
        const { random } = this
        const property = { key: 'id', type: 'cohort', value: random.chance(0.08) || !this.cohortsBelow.length ? 99 : random.pick(this.cohortsBelow) }
        if (random.chance(0.5)) property.operator = random.pick(['in', 'not_in', 'not_in', 'exact'])
        return property
    }

    dependency() {
        const { random } = this
        const chain = this.flagsBelow.length ? Array.from({ length: random.between(1, 2) }, () => random.pick(this.flagsBelow)) : ['gone']
        const property = { key: random.chance(0.9) ? chain.at(-1) : random.pick([...this.flagKeys, 'gone']), type: 'flag', operator: 'flag_evaluates_to', dependency_chain: chain,
            value: random.pick([true, true, false, false, 'test', 'control', 'true', 'Test', 1, ['test'], null, 'holdout-5']) }
        if (random.chance(0.08)) property.dependency_chain = random.pick([[], 'flag-0', null, ['gone', ...chain]])
        if (random.chance(0.03)) delete property.dependency_chain
        return property
    }

    property(type) {
        const { random } = this
        const operator = random.chance(0.02) ? random.pick(['between', 'in', 'EXACT', 5]) : random.pick(WEIGHTED)
        const property = { key: random.chance(0.9) ? random.pick(KEYS[family(String(operator))]) : random.pick([...ALL_KEYS, 'distinct_id', '$group_key', 'gone', 'plan', 5]), type, value: filterFor(random, String(operator)), operator }
        if (operator === 'exact' && random.chance(0.4)) property.operator = random.pick([null, '', undefined])
        if (random.chance(0.02)) delete property.value
        return property
    }

    group(depth) {
        const { random } = this
        const type = random.chance(0.02) ? random.pick(['XOR', 'and', null]) : random.pick(['AND', 'OR', 'AND', 'OR', 'property'])
        const count = random.chance(0.03) ? 0 : random.between(1, 3)
        if (depth > 0) {
            const values = Array.from({ length: count }, () => this.group(depth - 1))
            if (random.chance(0.03)) values.push(this.leaf())
            return { type, values }
        }
        const values = Array.from({ length: count }, () => this.leaf())
        if (random.chance(0.03)) values.push(this.group(0))
        return { type, values }
    }

    leaf() {
        const { random } = this
        const leaf = random.chance(0.15) && this.cohortsBelow.length ? this.cohortProperty() : this.property('person')
        if (random.chance(0.25)) leaf.negation = random.chance(0.9)
        return leaf
    }

    person() {
        const { random } = this
        const groups = {}
        if (random.chance(0.7)) groups.company = random.pick(['acme', 'Größe 😀', '', 'x', 5, 1.5])
        if (random.chance(0.5)) groups.project = random.pick(['apollo', 'zeus'])
        const person = {
            distinctId: random.pick([`user-${random.below(1e6)}`, `user-${random.below(1e6)}`, 'größe😀', 'a\ud83d', 'x']),
            personProperties: this.properties(),
        }
        if (Object.keys(groups).length) person.groups = groups
        if (random.chance(0.8)) person.groupProperties = { company: this.properties(), project: this.properties() }
        if (random.chance(0.7)) person.personProperties.$device_id = random.pick(['device-1', `device-${random.below(1e6)}`, '', null, 0, false, 7, ['a'], {}])
        return person
    }

    properties() {
        const { random } = this
        const properties = {}
        for (const [kind, keys] of Object.entries(KEYS))
            for (const key of keys)
                if (random.chance(0.8)) properties[key] = random.chance(0.06) ? null : value(random, POOLS[kind])
        if (random.chance(0.05)) properties.distinct_id = random.pick(['other', 5])
        if (random.chance(0.05)) properties.$group_key = 'other'
        if (random.chance(0.3)) properties[5] = 'five'
        return properties
    }
}

/** Every filter of a family against every value of it: definitions of one flag for each filter, and the people. */
export function* crossed() {
    const all = (pools) => [...new Map(pools.flat().map((value) => [JSON.stringify(value), value])).values()]
    const sets = [
        ['regex', ['regex'], [...PATTERNS, ...ODD]],
        ['date', ['is_date_before', 'is_date_after'], [...DATES, ...RELATIVE, ...ODD]],
        ['version', ['semver_eq', 'semver_gt', 'semver_lte', 'semver_tilde', 'semver_caret', 'semver_wildcard'], VERSIONS],
        ['exact', ['exact'], all(POOLS.exact)],
        ['contains', ['icontains', 'starts_with', 'not_ends_with'], all(POOLS.contains)],
        ['compare', ['gt', 'lte'], all(POOLS.compare)],
    ]
    for (const [kind, operators, filters] of sets)
        for (const operator of operators)
            for (const version of kind === 'exact' ? [1, 2] : [1])
                yield {
                    definitions: {
                        flags: filters.map((value, i) => ({ key: `flag-${i}`, active: true, filters: { groups: [{ properties: [{ key: 'x', operator, value }] }] } })),
                        property_matching_version: version,
                    },
                    people: all(POOLS[kind]).map((x) => ({ distinctId: 'ann', personProperties: { x } })),
                }
}
