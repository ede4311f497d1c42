// Interesting values, by kind, each as the tokens that push it; and the functions with the kinds of their arguments.
import { OP } from './opcodes.mjs'
import { literal } from './text.mjs'

export const NOW = Date.UTC(2024, 1, 29, 12, 34, 56, 789)

export const string = (text) => [OP.STRING, text]
export const number = (value) =>
    Number.isInteger(value) && !Object.is(value, -0) ? [OP.INTEGER, value] : [OP.FLOAT, value]
export const call = (name, ...args) => [...args.flat(), OP.CALL_GLOBAL, name, args.length]
export const array = (...items) => [...items.flat(), OP.ARRAY, items.length]
export const tuple = (...items) => [...items.flat(), OP.TUPLE, items.length]
export const dict = (...entries) => [...entries.flat(2), OP.DICT, entries.length]
export const lambda = (argCount, body, name = 'lambda') => [
    OP.CALLABLE, name, argCount, 0, body.length + 1, ...body, OP.RETURN, OP.CLOSURE, 0,
]
const dateTime = (text, zone) => call('toDateTime', string(text), ...(zone ? [string(zone)] : []))
const date = (text) => call('toDate', string(text))
const strings = (...texts) => texts.map(string)
const numbers = (...values) => values.map(number)

const int = numbers(0, 1, 2, 3, -1, -2, 5, 7, 10, 12, 31, 100, 255, 256, 300, 1000, 65535, 86400, 2147483648, -2147483649, 1704067200)
const float = [
    ...numbers(-0, 0.1, 0.5, -0.5, 1.5, 2.5, -1.5, 1e21, 1e-7, 123456.789, -1e300, 5e-324, 0.30000000000000004, 1709210096.789),
    [OP.FLOAT, literal('1.0')], [OP.FLOAT, literal('3.0')],
]
const strange = [
    [OP.FLOAT, 0, OP.FLOAT, 0, OP.DIVIDE], // NaN
    [OP.FLOAT, 0, OP.FLOAT, 1, OP.DIVIDE], // Infinity
    [OP.FLOAT, 0, OP.FLOAT, -1, OP.DIVIDE], // -Infinity
]
const str = strings(
    '', 'a', 'b', 'A', 'abc', 'Hello World', 'hello world', '10', '9', '3.14', ' 42 ', '-0', '0x1F', '1e3', 'NaN', 'Infinity', 'true',
    'false', 'null', 'ß', 'ΑΣ', 'İi', 'naïve', '日本語', '😀', 'a😀b', 'e\u0301', "it's", 'a\\b', 'tab\tnew\nline', '\0\b\f\v\r', '%', '_', 'a_b%',
    'a.b.c', 'a,b,,c', '  padded  ', '$&', '$$', '2024-01-01', '2024-02-30', '__hogError__', 'constructor', 'length', 'toString',
    'a longer piece of text, with more words than the others have in them, to be cut, counted and searched',
)
const surrogate = [
    call('substring', string('a😀b'), number(2), number(1)),
    call('substring', string('a😀b'), number(3), number(2)),
    call('reverse', string('x😀')),
]
const arr = [
    array(), array(...numbers(1, 2, 3)), array(...numbers(10, 9, 1)), array(...strings('b', 'a', 'c')), array(...numbers(1.5, -0, 2)),
    array(number(1), string('1'), [OP.TRUE], [OP.NULL]), array(array(number(1)), array(number(2), array())), array([OP.NULL]),
    array(...strings('😀', 'ß', 'z')), array(dict([string('a'), number(1)])), tuple(...numbers(1, 2)), tuple(), tuple(string('a')),
    array(...strange), array(...strings('10', '9', '1')), call('range', number(5)),
]
const dictionary = [
    dict(), dict([string('a'), number(1)]), dict([string('b'), number(2)], [string('a'), array(...numbers(1, 2))]),
    dict([string('2'), [OP.TRUE]], [string('1'), [OP.NULL]], [string('x'), string('y')]), dict([number(1), string('one')], [[OP.NULL], number(0)]),
    dict([string('a'), dict([string('b'), dict([string('c'), string('deep')])])]), dict([string('length'), number(3)]),
    dict([string('__proto__'), number(1)]), dict([string('é'), string("it's")]),
]
const json = strings(
    '{"a":{"b":[1,2.5,"x",null,true]}}', '[1,2,3]', '[]', '{}', '"text"', '12.75', 'true', 'null', '{', '', '[1,', '{"a":"10.5abc","b":"  7"}',
    '{"2":"b","1":"a","x":{"y":{}}}', ' [ {"k": "v"} , [ ] ] ', '{"a":1,"a":2}', '"\\ud83d\\ude00\\u0041"', '[1e2,-0,0.10]', 'tru', "{'a':1}", '01',
    '{"__hogError__":true,"type":"T","message":"m"}', '{"__hogDateTime__":true,"dt":5,"zone":"UTC"}', '{"a":null,"b":false}',
)
const zone = strings('UTC', 'Europe/Brussels', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'Etc/GMT+5')
const dt = [
    dateTime('2024-02-29 12:34:56.789'), dateTime('2024-03-31T01:30:00', 'Europe/Brussels'), dateTime('2024-03-31T02:30:00', 'Europe/Brussels'),
    dateTime('2024-10-27T02:30:00', 'Europe/Brussels'), dateTime('2024-11-03T01:30:00', 'America/New_York'), dateTime('0001-01-01T00:00:00Z'),
    dateTime('9999-12-31T23:59:59.999Z'), dateTime('1969-12-31T23:59:59.5Z'), dateTime('2023-12-31T23:30:00-05:00'), dateTime('2011-12-29 12:00', 'Pacific/Apia'),
    dateTime('2024-04-06T15:15:00Z', 'Australia/Lord_Howe'), dateTime('1883-11-18T17:00:00Z', 'America/New_York'), call('fromUnixTimestamp', number(0)),
    call('now'), call('toTimeZone', call('now'), string('Asia/Kolkata')),
]
const day = [
    date('2024-02-29'), date('2023-12-31'), date('1970-01-01'), date('0001-01-01'), date('9999-12-31'), date('2024-12-30'), call('today'), date('1900-03-01'),
]
const dateText = strings(
    '2024-01-31', '2024-01-31T23:59:59', '2024-01-31 23:59:59.123456789', '2024-01-31T23:59:59,5Z', ' 2024-01-31 ', '2024-01-31t10:20z', '2024-01-31T10:20+0530',
    '2024-01-31T10:20:30-11', '2024-01-31T24:00', '2024-13-01', '20240131', '2024', '12:30', '0000-01-01', '2024-01-31T10', 'yesterday',
)
const error = [
    call('Error', string('went wrong')), call('Error', string("it's"), dict([string('code'), number(5)])), call('HogError', string('Custom'), string('m'), array(number(1))),
    call('RetryError', string('later')), call('NotImplementedError'), call('HogError', string('E')),
]
const interval = [call('toIntervalDay', number(2)), call('toIntervalMonth', number(-1)), call('toIntervalHour', number(1.5))]
const local = (slot) => [OP.GET_LOCAL, slot]
const fn1 = [
    lambda(1, local(0)), lambda(1, [...number(2), ...local(0), OP.MULTIPLY]), lambda(1, [...number(1), ...local(0), OP.GT]), lambda(1, [OP.NULL]),
    lambda(1, call('typeof', local(0))), [...string('typeof'), OP.GET_GLOBAL, 1], [...string('toString'), OP.GET_GLOBAL, 1],
]
const fn2 = [
    lambda(2, [...local(1), ...local(0), OP.PLUS], 'add'), lambda(2, call('concat', local(0), local(1))), lambda(2, local(1)), [...string('concat'), OP.GET_GLOBAL, 1],
]
const undefinedValue = [[OP.GET_LOCAL, 90], call('print')]

/** kind → the ways to push a value of that kind */
export const VALUES = {
    null: [[OP.NULL]], undefined: undefinedValue, bool: [[OP.TRUE], [OP.FALSE]], int, float, strange, num: [...int, ...float], str, surrogate, arr, dict: dictionary,
    json, zone, dt, day, temporal: [...dt, ...day], dateText, error, interval, fn1, fn2,
    small: numbers(0, 1, 2, 3, 4, 5, -1, 1.5), unit: strings('day', 'hour', 'minute', 'second', 'week', 'month', 'year', 'quarter', 'DAY'),
    part: strings('year', 'month', 'day', 'hour', 'minute', 'second', 'week'), key: [...strings('a', 'b', 'c', 'x', '1', 'length', 'k'), ...numbers(1, 2, -1, 5)],
    format: [
        ...strings('%Y-%m-%d %H:%i:%S', '%d/%m/%y at %h:%i %p', '%a %b %c %C %D %e %f %F', '%g %G %I %j %k %l %M', '%n|%t|%Q|%r|%R|%s|%T', "it''s %u %V %w %W %z", '100%% %', '%q', ''),
    ],
    pattern: strings('a', '^h', 'o$', '[0-9]+', '(\\d+)\\.(\\d+)', 'l+', '(?i)HELLO', 'a|b', '(x)?b', '\\bworld\\b', '.', '^$', '', '[^a-z]', 'h.*d', '(', '(?:ab)+c?', '\\p{L}+', '😀', '[α-ω]', '\\w{2,3}'),
    like: strings('%', 'a%', '%b', '_', 'Hel%', '%WORLD', 'a_c', 'h_llo%', '', '100\\%', '%a%b%', '.', '%\n%', '日%', '__'),
    separator: strings(',', '.', '', ' ', '--', 'a', '😀'), char: strings(' ', 'a', 'x', '', 'ab', '😀', '"'),
    encoding: strings('hex', 'base64', 'base64url', 'binary'), base64: strings('aGVsbG8=', 'aGVsbG8', '8J+YgA==', '_-8', '!!!', 'YQ==YQ==', 'gICA', ''),
    url: strings('a%20b', 'a+b', '%F0%9F%98%80', '%', '%zz', '%C3', 'ü %', '%2F%3f', 'https://x.y/?q=a b&c=d/é😀#!\'()*~'),
    ip: strings('192.168.1.5', '10.0.0.1', '256.1.1.1', '1.2.3', '2001:db8::1', '::1', '::', 'fe80::1%eth0', '01.2.3.4', '1:2:3:4:5:6:7:8'),
    cidr: strings('192.168.0.0/16', '10.0.0.0/8', '0.0.0.0/0', '2001:db8::/32', '::/0', '::1/128', '1.2.3.4', '10.0.0.0/33', '10.0.0.0/x', '192.168.1.4/31', 'fe80::/10', '1.2.3.4/'),
    chain: [array(...strings('key', 'message')), array(...strings('a', 'b', 'c')), array(...strings('', '😀')), tuple(...strings('key', 'message')), array(string('one')), array(...strings('ß', '', 'x'))],
    cohorts: [array(...numbers(1, 2, 3)), array(), array(...numbers(7)), tuple(...numbers(5, 10)), array(...strings('1')), [OP.NULL]], semver: strings('1.2.3', 'v10.20', '1.2.3-beta.4', 'none', '0.0.1', '1', ''),
}
export const anyValue = ['null', 'bool', 'num', 'str', 'arr', 'dict', 'temporal', 'error', 'interval', 'fn1', 'strange', 'surrogate', 'undefined'].flatMap(
    (kind) => VALUES[kind],
)

/** name → the kinds of the arguments, optional ones after `?`, repeated ones before `*`, and of the result */
export const SIGNATURES = parse(`
    addDays temporal small -> temporal | and bool bool* -> bool | arrayCount fn1 arr -> num | arrayExists fn1 arr -> bool
    arrayFilter fn1 arr -> arr | arrayMap fn1 arr -> arr | arrayPopBack arr -> arr | arrayPopFront arr -> arr
    arrayPushBack arr any -> arr | arrayPushFront arr any -> arr | arrayReduce fn2 arr any -> any | arrayReverse arr -> arr
    arrayReverseSort arr fn1* -> arr | arraySort arr fn1* -> arr | arrayStringConcat arr ? separator -> str | assumeNotNull any -> any
    base64Decode base64 -> str | base64Encode str -> str | coalesce any any* -> any | concat any any* -> str
    dateAdd unit small temporal -> temporal | dateDiff unit temporal temporal -> num | dateTrunc unit dt ? zone -> dt
    decodeURLComponent url -> str | empty any -> bool | encodeURLComponent url -> str | equals any any -> bool | Error ? str any -> error
    extract part temporal -> num | extractRegex str pattern -> str | floor num ? small -> num | formatDateTime dt format ? zone -> str
    fromUnixTimestamp num -> dt | fromUnixTimestampMilli num -> dt | generateUUIDv4 -> str | greater any any -> bool
    greaterOrEquals any any -> bool | has arr any -> bool | HogError str ? str any -> error | if any any any -> any
    ifNull any any -> any | ilike str like -> bool | in any arr -> bool | inCohort int cohorts -> bool | indexOf arr any -> num
    isIPAddressInRange ip cidr -> bool | isNotNull any -> bool | isNull any -> bool | isValidJSON json -> bool
    JSONExtract json key key* -> any | JSONExtractArrayRaw json key* -> arr | JSONExtractBool json key* -> bool
    JSONExtractFloat json key* -> num | JSONExtractInt json key* -> num | JSONExtractString json key* -> str | JSONHas json key* -> bool
    JSONLength json key* -> num | jsonParse json -> any | jsonStringify any ? small -> str | keys dict -> arr | length arr -> num
    less any any -> bool | lessOrEquals any any -> bool | like str like -> bool | lower str -> str | match str pattern -> bool
    md5 str ? encoding -> str | md5Hex str -> str | min2 num num -> num | minus num num -> num | multiIf any any any any* -> any
    multiSearchAnyCaseInsensitive str arr -> num | not any -> bool | notEmpty any -> bool | notEquals any any -> bool
    notILike str like -> bool | NotImplementedError ? str any -> error | notInCohort int cohorts -> bool | notLike str like -> bool
    now ? zone -> dt | or bool bool* -> bool | plus num num -> num | position str str ? small -> num
    positionCaseInsensitive str str ? small -> num | print any* -> undefined | randomFloat -> num | range small ? small -> arr
    replaceAll str separator str -> str | replaceOne str separator str -> str | RetryError ? str any -> error | reverse str -> str
    round num ? small -> num | sha1 str ? encoding -> str | sha1Hex str -> str | sha1HmacChain chain ? encoding -> str
    sha1HmacChainHex chain -> str | sha256 str ? encoding -> str | sha256Hex str -> str | sha256HmacChain chain ? encoding -> str
    sha256HmacChainHex chain -> str | sortableSemver semver -> arr | splitByString separator str ? small -> arr
    startsWith str str -> bool | substring str small ? small -> str | toDate dateText -> day | toDateTime dateText ? zone -> dt
    today -> day | toFloat any -> num | toInt any -> num | toIntervalDay num -> interval | toIntervalHour num -> interval
    toIntervalMinute num -> interval | toIntervalMonth num -> interval | toMonth temporal -> num | toStartOfDay temporal ? zone -> dt
    toStartOfHour temporal -> dt | toStartOfMonth temporal -> dt | toStartOfWeek temporal ? small -> dt | toString any ? any -> str
    toTimeZone dt zone -> dt | toUnixTimestamp temporal ? zone -> num | toUnixTimestampMilli temporal ? zone -> num | toUUID str -> str
    toYear temporal -> num | toYYYYMM temporal -> num | trim str ? char -> str | trimLeft str ? char -> str | trimRight str ? char -> str
    tryBase64Decode base64 -> str | tryDecodeURLComponent url -> str | tuple any* -> arr | typeof any -> str | upper str -> str | values dict -> arr
`)
/** The functions whose result no two runs share. */
export const RANDOM = ['generateUUIDv4', 'randomFloat']

function parse(table) {
    const entries = table.trim().split(/[|\n]/).filter((line) => line.trim())
    return Object.fromEntries(
        entries.map((entry) => {
            const [left, result] = entry.trim().split('->').map((part) => part.trim())
            const [name, ...kinds] = left.split(' ')
            const at = kinds.indexOf('?')
            const fixed = kinds.filter((kind) => kind !== '?' && !kind.endsWith('*'))
            const repeated = kinds.find((kind) => kind.endsWith('*'))?.slice(0, -1)
            return [name, { required: at < 0 ? fixed.length : at, kinds: fixed, repeated, result }]
        }),
    )
}
