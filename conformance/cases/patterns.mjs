// LIKE and its relations, RE2, and the functions that take patterns.
import { HEADER, NAMES, OP } from '../opcodes.mjs'
import { array, call, number, string, VALUES } from '../values.mjs'

const texts = ['', 'Hello World', 'hello world', 'abc', 'a%b', 'a_b', 'a\nb', 'a.b', '100%', '😀', 'x😀y', 'naïve ÀÉ', 'ß', "it's", 'a\\b', '12.5', '(x)', '[a]']
const likes = ['', '%', '_', '%%', 'Hello%', '%world', 'h%d', 'H_llo%', 'a_b', 'a\\%b', 'a.b', 'a%b', '😀', '_😀_', '%ÏVE%', '(x)', '[a]', '^a', '$', '\\', '+', '/', '-']
const regexes = [
    '', 'a', '^hello', '(?i)HELLO', 'world$', '^$', '.', 'a.b', '(?s)a.b', '[0-9]+', '\\d+\\.\\d', '\\w+', '\\bW', '(a|b)c', '(?P<n>b)', '(?:ab)+', '😀', '^.$', '\\p{L}', '\\p{Greek}',
    '[^a]', 'x*', '(', '[', 'a{2', 'a{1001}', '*', '(?=a)', '\\1', '(?<!a)', '\\Q.\\E', '[[:alpha:]]', '\\x41', '\\z', 'ss', '/', '(?i)ï',
]
const odd = { null: [OP.NULL], 0: number(0), 5: number(5), true: [OP.TRUE], false: [OP.FALSE], undefined: call('print'), '[1]': array(number(1)), "''": string(''), dict: [OP.DICT, 0] }

const operators = (patterns, ops) =>
    patterns.map((pattern) => ({
        name: `${ops.map((op) => NAMES[op]).join(', ')}: ${JSON.stringify(pattern)}`,
        bytecode: [
            ...HEADER,
            ...texts.flatMap((text) => [...call('print', ...ops.map((op) => [...string(pattern), ...string(text), op])), OP.POP]),
        ],
    }))
const oddOperands = [OP.LIKE, OP.NOT_ILIKE, OP.REGEX, OP.NOT_REGEX, OP.IREGEX, OP.NOT_IREGEX].flatMap((op) =>
    Object.entries(odd).flatMap(([name, value]) => [
        { name: `${NAMES[op]}: ${name} as the text`, bytecode: [...HEADER, ...string('u'), ...value, op] },
        { name: `${NAMES[op]}: ${name} as the pattern`, bytecode: [...HEADER, ...value, ...string('null'), op] },
    ]),
)
const functions = ['match', 'like', 'ilike', 'notLike', 'notILike', 'extractRegex'].flatMap((name) =>
    Object.entries(odd).flatMap(([title, value]) => [
        { name: `${name}(${title}, 'a')`, bytecode: [...HEADER, ...call(name, value, string('a'))] },
        { name: `${name}('a', ${title})`, bytecode: [...HEADER, ...call(name, string('a'), value)] },
    ]),
)
const extracted = regexes.map((pattern) => ({
    name: `extractRegex by ${JSON.stringify(pattern)}`,
    bytecode: [...HEADER, ...array(...texts.map((text) => call('extractRegex', string(text), string(pattern))))],
}))

export default [
    ...operators(likes, [OP.LIKE, OP.ILIKE, OP.NOT_LIKE, OP.NOT_ILIKE]),
    ...operators(regexes, [OP.REGEX, OP.NOT_REGEX, OP.IREGEX, OP.NOT_IREGEX]),
    ...oddOperands,
    ...functions,
    ...extracted,
    "extractRegex('a=1;b=2', '(b)=(\\\\d)')", "extractRegex('xb', '(a)?b')", "extractRegex('aXbX', 'X(y)?')",
    "match('a\\nb', '^b')", "match('a\\nb', '(?m)^b$')", "like('abc', 'a')", "'abc' like 'b'", "'ABC' ilike 'b%c'", "'a' not like 'b'",
    ...VALUES.semver.map(([, version]) => `sortableSemver('${version}')`),
    'sortableSemver(null)', 'sortableSemver(5)', "sortableSemver('1.10.0') > sortableSemver('1.9.9')", "sortableSemver('1.2') == sortableSemver('1.2.0')",
]
