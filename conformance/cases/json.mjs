// JSON: parsing, printing, reaching into it; and how objects keep their keys.
import { HEADER, OP } from '../opcodes.mjs'
import { call, number, string } from '../values.mjs'

const documents = [
    '{"a":{"b":[1,2.5,"x",null,true]}}', '[1,[2,[3]]]', '[]', '{}', '"text"', '12.75', '-0', '1e400', '0.1e1', 'true', 'null', '', ' ', '{', '[1,]', '{"a":1,}', "{'a':1}", 'NaN', '01', '1.', '.5', '+1', '"\t"', '"\\x"', '"\\ud83d"', '"\\ud83d\\ude00"', '"\\u0000"',
    '{"b":1,"a":2,"10":3,"9":4,"-1":5,"4294967294":6,"4294967295":7,"01":8}', '{"a":1,"b":2,"a":3}', '{"__proto__":{"x":1},"constructor":2}', '{"toString":1,"hasOwnProperty":2}', '[1] x', '\ufeff[1]', '9007199254740991', '123456789012345678901234567890', '1e21', '[1e-7, 100000000000000000000]',
    '{"__hogError__":true,"type":"T","message":"m","payload":{"a":1}}', '{"__hogError__":true}', '{"__hogDateTime__":true,"dt":5.5,"zone":"UTC"}', '{"__hogDateTime__":true}', '{"__hogDate__":true,"year":2024,"month":2,"day":29}', '{"__hogDate__":true}', '{"__hogDateTime__":false,"a":1}',
    '{"__hogClosure__":true,"callable":{"__hogCallable__":"stl","name":"upper","argCount":1,"upvalueCount":0,"ip":-1,"chunk":"stl"},"upvalues":[]}', '{"__hogInterval__":true,"value":1,"unit":"day"}', '{"__hx_ast":"Constant","value":1}',
]
const paths = [[], ['a'], ['a', 'b'], ['a', 'b', 1], ['a', 'b', -1], ['a', 'b', 0], ['a', 'b', 9], ['a', 'x', 'y'], [1], [2, 2, 1], [-1], ['length'], ['0'], [1.5], [null], ['a', 'b', 4, 'q']]
const extractors = ['JSONExtract', 'JSONExtractArrayRaw', 'JSONExtractBool', 'JSONExtractFloat', 'JSONExtractInt', 'JSONExtractString', 'JSONHas', 'JSONLength']
const push = (value) => (value === null ? [OP.NULL] : typeof value === 'number' ? number(value) : string(value))
const reached = ['{"a":{"b":[1,2.5,"x",null,true,false,"12abc"," 7",[8],{"q":9}]},"length":3}', '[[1],[2,["three"]]]', '"{\\"a\\":1}"', '5', 'null', 'nonsense']

const parsed = documents.map((text) => ({
    name: `jsonParse ${text}`,
    bytecode: [...HEADER, ...call('jsonParse', string(text)), ...call('print', [OP.GET_LOCAL, 0], call('typeof', [OP.GET_LOCAL, 0]), call('jsonStringify', [OP.GET_LOCAL, 0])), OP.POP],
}))
const valid = { name: 'isValidJSON of every document', bytecode: [...HEADER, ...documents.flatMap((text) => call('isValidJSON', string(text))), OP.ARRAY, documents.length] }
const extracted = extractors.flatMap((name) =>
    paths.flatMap((path) =>
        reached.slice(0, path.length ? 6 : 2).flatMap((text, i) => [
            { name: `${name} of text ${i + 1} at ${JSON.stringify(path)}`, bytecode: [...HEADER, ...call(name, string(text), ...path.map(push), ...(name === 'JSONExtract' ? [string('type')] : []))] },
            ...(i > 1 ? [] : [{ name: `${name} of value ${i + 1} at ${JSON.stringify(path)}`, bytecode: [...HEADER, ...call(name, call('jsonParse', string(text)), ...path.map(push), ...(name === 'JSONExtract' ? [string('type')] : []))] }]),
        ]),
    ),
)

export default [
    ...parsed, valid, ...extracted,
    'jsonStringify(null)', 'jsonStringify(print())', 'jsonStringify(0/0)', 'jsonStringify(1/0)', 'jsonStringify(-0.0)', 'jsonStringify(1e21)', "jsonStringify('a\"b\\\\c\\n\\t\\b\\f/é😀')", "jsonStringify('\\0')", 'jsonStringify([1, null, print()])', "jsonStringify({'a': print(), 'b': 0/0})", 'jsonStringify((1, 2))', "jsonStringify({1: 2, null: 3, true: 4, [5]: 6, 1.5: 7})", "jsonStringify({'b': 1, '2': 2, '1': 3, 'a': 4})", "jsonStringify({{'a': 1}: 2})",
    "jsonStringify({'a': [1, {'b': []}], 'c': {}}, 2)", "jsonStringify([[], {}], 4)", "jsonStringify([1, [2]], 20)", "jsonStringify([1], 0)", "jsonStringify([1], -1)", "jsonStringify([1], '--')", 'jsonStringify([1], 1.9)', "jsonStringify([1, {'a': [], 'b': 2}], 0.5)", 'jsonStringify([1], -0.5)', 'jsonStringify([1], 1e-300)', "jsonStringify(Error('m'))", "jsonStringify(Error('m', {'a': 1}))", "jsonStringify(HogError('T', 'm', [1, 2]))", "jsonStringify([Error('m', 5)])", 'jsonStringify(x -> x)', "jsonStringify({'f': upper})", 'jsonStringify(toIntervalDay(1))', "jsonStringify(reverse('😀'))", "jsonStringify({'__proto__': 1, 'a': 2})", "jsonStringify({'__hx_ast': 'Constant', 'value': {'a': 1}})",
    { name: 'a cycle', source: "let a := [1]; a[2] := a; let d := {'a': a}; d.d := d; print(jsonStringify(a), jsonStringify(d)); return jsonStringify(a, 2)" },
    { name: 'shared parts', source: "let a := [1]; return jsonStringify([a, a, {'x': a}])" },
    { name: 'holes', source: 'let a := [1]; a[4] := 2; print(jsonStringify(a)); return a' },
    { name: 'a round trip', source: "let v := {'s': 'x', 'l': [1, 2.5, null, true], 'd': {'k': []}}; return jsonStringify(jsonParse(jsonStringify(v))) == jsonStringify(v)" },
    { name: 'a parsed error thrown', source: `try { throw jsonParse('{"__hogError__":true,"type":"T","message":"m","payload":{"a":1}}') } catch (e) { print(e, e.type, e.payload, typeof(e.payload)) }` },
    { name: 'nested deeply', bytecode: [...HEADER, ...call('length', call('jsonStringify', call('jsonParse', string('['.repeat(500) + ']'.repeat(500)))))] },
    { name: 'globals keep the order of JavaScript keys', expression: 'g', globals: { g: { b: 1, 2: 2, a: 3, 1: 4, '-1': 5, '01': 6 } } },
    { name: 'globals with a repeated key, and __proto__', expression: "[g, keys(g)]", globals: { g: JSON.parse('{"a":1,"__proto__":2}') } },
]
