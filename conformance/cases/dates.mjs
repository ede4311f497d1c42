// Dates, datetimes and zones: daylight saving's gaps and overlaps, the first and the last year, what parses.
import { NOW } from '../values.mjs'

const options = { now: NOW }
const zones = ['UTC', 'Europe/Brussels', 'America/New_York', 'America/St_Johns', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Johannesburg', 'America/Sao_Paulo', 'Etc/GMT+5', 'Antarctica/Troll']
const instants = [
    '0001-01-01T00:00:00', '1582-10-10T12:00:00', '1899-12-31T23:59:59', '1969-12-31T23:59:59.999', '1970-01-01', '2000-02-29T12:00:00', '2011-12-30T12:00:00', '2023-12-31T23:59:59.999',
    '2024-01-01', '2024-02-29T12:34:56.789', '2024-03-10T02:30:00', '2024-03-31T00:59:59', '2024-03-31T01:00:00', '2024-03-31T02:30:00', '2024-04-07T01:45:00', '2024-10-06T02:15:00',
    '2024-10-27T01:30:00', '2024-10-27T02:30:00', '2024-11-03T01:30:00', '2024-12-30T00:00:00', '2037-07-01', '2050-07-01T12:00:00', '9999-12-31T23:59:59.999',
]
const parsed = [
    '2024-01-31', ' 2024-01-31\\n', '2024-1-31', '2024-01-31T', '2024-01-31T10', '2024-01-31T10:20', '2024-01-31 10:20:30', '2024-01-31t10:20:30z', '2024-01-31T10:20:30.1', '2024-01-31T10:20:30,123456789',
    '2024-01-31T10:20:30.1234567890', '2024-01-31T10:20:30.', '2024-01-31T10:20.5', '2024-01-31T10:20:30+05:30', '2024-01-31T10:20:30-0330', '2024-01-31T10:20:30+14', '2024-01-31T10:20:30+24', '2024-01-31T10:20:30+05:60',
    '2024-01-31T23:59:60', '2024-01-31T24:00', '2024-02-30', '2023-02-29', '1900-02-29', '2000-02-29', '2024-13-01', '2024-00-10', '2024-01-00', '0000-01-01', '0001-01-01', '9999-12-31', '10000-01-01', '+2024-01-01', '-2024-01-01',
    '20240131', '2024', '2024-01', '2024-W05', '2024-031', '12:30', '2024/01/31', '31-01-2024', 'now', '', '2024-01-31  10:20', '2024-01-31 10:20 Z', '２０２４-01-31',
]
const formats = 'abcCdDefFgGhHiIjklmMnpQrRsStTuVwWyYz%xX'.split('')

const inZones = instants.map((instant) => ({
    name: `${instant} in every zone`,
    source: `
        for (let zone in [${zones.map((zone) => `'${zone}'`).join(', ')}]) {
            let at := toDateTime('${instant}', zone)
            print(zone, at, toString(at), formatDateTime(at, '%Y-%m-%d %H:%i:%S %z'), toUnixTimestampMilli(at))
            print(dateTrunc('year', at), dateTrunc('month', at), dateTrunc('day', at), dateTrunc('hour', at), dateTrunc('minute', at))
            print(toStartOfDay(at), toStartOfWeek(at), toStartOfHour(at), toStartOfMonth(at), toYYYYMM(at), extract('hour', at))
            print(dateAdd('day', 1, at), dateAdd('hour', -1, at), dateAdd('month', 1, at), dateAdd('week', -1, at), dateAdd('year', 1, at), addDays(at, -1))
            print(toTimeZone(toDateTime('${instant}'), zone), toString(toTimeZone(toDateTime('${instant}'), zone)))
        }`,
    options,
}))
const parsing = parsed.map((text) => ({
    name: `parsing '${text}'`,
    source: `
        print(toDateTime('${text}'), toDate('${text}'), toDateTime('${text}', 'Asia/Kolkata'), toUnixTimestamp('${text}'))
        print(toDateTime('2024-01-31') > '${text}', '${text}' >= toDate('2024-01-31'), toDate('2024-01-31') == '${text}')`,
    options,
}))
const parsedByDifference = parsed.slice(0, 44).map((text) => ({ name: `dateDiff and extract of '${text}'`, expression: `[dateDiff('day', '${text}', '2024-03-01'), dateDiff('month', '2024-03-01', '${text}'), extract('year', '${text}'), toYear('${text}'), extract('minute', '${text}')]`, options }))
const units = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year']
const pairs = [
    ["toDateTime('2024-01-31T23:00:00')", "toDateTime('2024-03-01T01:00:00')"], ["toDate('2024-02-29')", "toDate('2025-02-28')"], ["toDate('2024-12-31')", "toDate('2023-01-01')"],
    ["toDateTime('2024-03-30T12:00:00', 'Europe/Brussels')", "toDateTime('2024-03-31T12:00:00', 'Europe/Brussels')"], ["toDateTime('2024-10-26T12:00:00', 'Europe/Brussels')", "toDateTime('2024-10-27T12:00:00', 'Europe/Brussels')"],
    ["toDateTime('2024-01-01T00:00:00', 'Asia/Kolkata')", "toDateTime('2024-01-01T00:00:00', 'America/New_York')"], ["toDate('2024-01-01')", "toDateTime('2024-01-01T12:00:00.5')"], ["'2024-01-01'", "'2024-01-01T00:00:01.5'"],
    ["toDate('0001-01-01')", "toDate('9999-12-31')"], ["toDateTime(0)", "toDateTime(1e15)"], ["toDateTime('x')", "toDate('2024-01-01')"],
]
const apart = pairs.map(([from, to]) => ({ name: `from ${from} to ${to}`, expression: `[${units.map((unit) => `dateDiff('${unit}', ${from}, ${to}), dateDiff('${unit}', ${to}, ${from})`).join(', ')}]`, options }))
const bases = ["toDate('2024-01-31')", "toDateTime('2024-01-31T10:00:00.25')", "toDateTime('2024-10-27T02:30:00', 'Europe/Brussels')", "toDate('0001-01-01')", "toDate('9999-12-31')", "toDate('x')", "toDateTime('x')"]
const added = bases.map((base) => ({
    name: `added to ${base}`,
    source: `for (let n in [0, 1, -1, 13, 0.5, -1.25, 365, 1000000]) { print(${units.map((unit) => `dateAdd('${unit}', n, ${base})`).join(', ')}, addDays(${base}, n)) }`,
    options,
}))
const formatted = formats.flatMap((letter) => ["toDateTime('2024-02-05T03:04:05.067')", "toDateTime('0999-12-26T23:59:59.999', 'America/St_Johns')"].map((at) => ({ name: `%${letter} of ${at}`, expression: `formatDateTime(${at}, '%${letter}')`, options })))
// Minutes east of UTC as the zone: Luxon takes any number, and texts of the form UTC+h:mm.
const numbered = ['0', '330', '-210', '59.5', '-0.25', '65530', '-65530', '100000.75', '1e9', '287999999999', '1e300', '1 / 0', '0 / 0', "'utc+03:05'", "'UTC-0:30'", 'true', '[]', "'5'"].map((zone) => ({
    name: `the zone ${zone}`,
    source: `
        for (let at in [toTimeZone(toDateTime('2024-02-29T12:34:56.789'), ${zone}), toTimeZone(toDateTime('0001-01-01'), ${zone}), toDateTime('2024-02-29T12:34:56', ${zone})]) {
            print(toString(at), toYYYYMM(at), formatDateTime(at, '%Y-%m-%d %H:%i:%S.%f %z'), formatDateTime(at, '\\' z Z ZZ ZZZ ZZZZ'), formatDateTime(at, '\\' D ff TTT'))
            print(formatDateTime(toDateTime(0), '%T %z', ${zone}), dateAdd('hour', 1, at), dateAdd('month', 1, at), dateDiff('hour', toDateTime(0), at))
            if (toString(at)) { print(dateTrunc('day', at), toStartOfWeek(at), toStartOfHour(at), dateTrunc('month', at)) }
        }`,
    options,
}))

// What a program has put in place of the seconds, which fromUnixTimestamp takes as it comes.
const seconds = ["'abc'", "'abd'", "'5'", '5', '5.5', '-0', 'null', 'true', 'false', '[1, 2]', '[1, 3]', '[]', "['5']", '{}', "{'a': 1}", 'x -> x', '0 / 0', '1 / 0', "'2024-01-01'", 'toDate(5)', '9007199254740993']
const compared = seconds.map((one) => ({
    name: `a datetime of ${one} compared`,
    source: `
        let at := fromUnixTimestamp(${one})
        print(at = at, at != at, at < at, at >= at)
        for (let other in [${seconds.map((other) => `fromUnixTimestamp(${other})`).join(', ')}, ${seconds.join(', ')}]) {
            print(at = other, at != other, at < other, at <= other, other > at, other >= at)
        }`,
    options,
}))

export default [
    ...inZones, ...parsing, ...compared, ...parsedByDifference, ...apart, ...added, ...formatted, ...numbered,
    ...[
        'now()', "now('Asia/Kolkata')", 'now(null)', 'today()', 'typeof(now())', 'typeof(today())', 'toDate(0)', 'toDate(-1)', 'toDate(1709210096.789)', 'toDate(86399.999)', 'toDate(1e18)', 'toDateTime(1709210096.789)', "toDateTime(5, 'Nowhere/Land')",
        "toString(toDateTime(5, 'Nowhere/Land'))", "toString(toDateTime('x'))", "toString(toDate('x'))", "formatDateTime(toDateTime('x'), '%Y')", "toTimeZone(toDateTime(0), null)", "toString(toTimeZone(toDateTime(0), null))", "toTimeZone(toDate('2024-01-01'), 'UTC')",
        "toString(toTimeZone(toDateTime(0), 'utc+3'))", "toString(toTimeZone(toDateTime(0), 'UTC-3:30'))", "toString(toTimeZone(toDateTime(0), 'local'))", "toString(toTimeZone(toDateTime(0), 'system'))", "toString(toTimeZone(toDateTime(0), 'europe/brussels'))", "toString(toTimeZone(toDateTime(0), 'EST'))", "toString(toTimeZone(toDateTime(0), 'EST5EDT'))", "toString(toTimeZone(toDateTime(0), ''))", "toString(toTimeZone(toDateTime(0), 'Z'))", "toString(toTimeZone(toDateTime(0), 'GMT'))", "toString(toTimeZone(toDateTime(0), '+05:00'))",
        'toString(fromUnixTimestamp(1e12))', 'toString(fromUnixTimestamp(8.64e12))', 'toString(fromUnixTimestamp(8.64e12 + 1))', 'toString(fromUnixTimestamp(-62135596800))', 'toString(fromUnixTimestamp(-62135596801))', 'toString(fromUnixTimestamp(253402300800))', "toString(fromUnixTimestamp(0.0015))", "fromUnixTimestampMilli(1709210096789)", "fromUnixTimestampMilli('5')", "fromUnixTimestamp('x')", "fromUnixTimestamp({'a': [{'b': 1}]})", "[fromUnixTimestamp([{'a': 1}]), {'a': 1}]",
        "toInt(toDate('2024-02-29'))", "toFloat(toDate('1969-12-31'))", "toInt(toDateTime('2024-02-29T12:00:00.9'))", "toFloat(toDateTime('2024-02-29T12:00:00.9'))", "toInt(toDate('x'))",
        "formatDateTime(toDateTime(0), 'a''b')", "formatDateTime(toDateTime(0), 'it%Ys \\'q\\'')", "formatDateTime(toDateTime(0), '%')", "formatDateTime(toDateTime(0), '%%%')", "formatDateTime(toDateTime(0), '%Y%%', 'Asia/Tokyo')", "formatDateTime(toDateTime(0), '')", "formatDateTime(toDateTime(0), null)", "formatDateTime(toDateTime(0), '日%Y')", "formatDateTime(toDateTime(0), '%Y', 'Nowhere')",
        "toDateTime('2024-01-01').dt", "toDateTime('2024-01-01').zone", "toDate('2024-02-29').day", "toDate('2024-02-29').nothing", "toDateTime('2024-01-01')['__hogDateTime__']", 'keys(toDateTime(0))', "values(toDate('2024-02-29'))", 'length(toDateTime(0))', 'empty(toDateTime(0))', "jsonStringify([toDateTime(0.5), toDate('2024-02-29'), toIntervalDay(2)])",
        "toDate('2024-01-01') = toDateTime('2024-01-01')", "toDate('2024-01-01') < toDateTime('2024-01-01T00:00:00.001')", "toDateTime('2024-01-01') = toDateTime('2024-01-01T01:00:00+01:00')", "toDate('2024-01-01') = 1704067200", "toDate('2024-01-01') + 1", "toDate('2024-01-01') in [toDate('2024-01-01')]", "'2024-01-01' = '2024-01-01T00:00:00'", "toDateTime('x') = toDateTime('x')", "toDate('x') < toDate('2024-01-01')",
        "toIntervalDay(1)", "toIntervalMonth('x')", "dateAdd('quarter', 1, today())", "dateAdd('day', 'x', today())", "dateAdd('day', '2', today())", "dateAdd('day', null, today())", "dateAdd('month', 1.5, today())", "dateAdd('day', 1, '2024-01-01')", "dateTrunc('day', '2024-01-01')", "dateDiff('quarter', 1, 2)", "extract('second', now())", "extract('century', now())", "toStartOfWeek(toDate('2024-03-03'))", "toStartOfDay('2024-01-01')", "toStartOfDay(toDate('2024-03-03'))",
        "toMonth(null)", "toYear(5)", "toYear('2024')", "toMonth('2024-W05')", "toMonth('20240315')", "extract('hour', '2024-075T12:30')", "extract('minute', '12:30')", "dateDiff('day', '2024-01', '2024-02')", "dateDiff('hour', '2024-01-01T00:00+02:00', '2024-01-01')", "extract('year', '+012024-01-01')", "extract('year', 'T12')", "dateDiff('day', today(), null)",
    ].map((expression) => ({ expression, options })),
]
