// Every function: too few arguments, too many, each argument of a kind that it does not expect and of every value that it
// does, and calls by a closure. Values that end the run have a case each, all others are printed by one.
import { HEADER, OP } from '../opcodes.mjs'
import { answer } from '../oracle.mjs'
import { array, call, dict, lambda, NOW, number, RANDOM, SIGNATURES, string, tuple, VALUES } from '../values.mjs'

const odd = [
    [OP.NULL], call('print'), [OP.TRUE], number(-2), number(2.5), [OP.FLOAT, 0, OP.FLOAT, 0, OP.DIVIDE], string(''), string('aß😀'), array(), array(number(3), string('b'), [OP.NULL]),
    tuple(number(1), number(2)), dict([string('a'), number(1)]), VALUES.day[0], VALUES.dt[0], VALUES.error[1], lambda(1, [OP.GET_LOCAL, 0]),
]
const options = { now: NOW }
const ordinary = (kind) => (kind === 'any' ? number(5) : VALUES[kind][kind === 'pattern' ? 3 : 0])
const argumentsOf = ({ kinds, required }, count = required) => Array.from({ length: count }, (_, i) => ordinary(kinds[i] ?? kinds.at(-1) ?? 'any'))
const shape = (name, tokens) => (RANDOM.includes(name) ? call('typeof', tokens) : tokens)
const program = (name, title, tokens) => ({ name: `${name}: ${title}`, bytecode: [...HEADER, ...shape(name, tokens)], options })
const ends = ({ bytecode }) => answer({ program: JSON.parse(JSON.stringify(bytecode.map((token) => token?.text ?? token))), options }).status === 'failed'

function sweep(name, signature, i) {
    const { kinds, required } = signature
    const args = argumentsOf(signature, Math.max(required, i + 1))
    const values = [...(kinds[i] === 'any' ? [] : VALUES[kinds[i]]), ...odd]
    const calls = values.map((value, v) => program(name, `argument ${i + 1}, value ${v + 1}`, call(name, ...args.with(i, value))))
    const whole = calls.filter((one) => !ends(one)).flatMap(({ bytecode }) => [...call('print', bytecode.slice(HEADER.length)), OP.POP])
    return [program(name, `argument ${i + 1}`, whole), ...calls.filter(ends)]
}

export default Object.entries(SIGNATURES).flatMap(([name, signature]) => {
    const { required, kinds, repeated } = signature
    const viaClosure = (count) => [...argumentsOf(signature, count).flat(), ...string(name), OP.GET_GLOBAL, 1, OP.CALL_LOCAL, count]
    const withArguments = (title, count) => program(name, title, call(name, ...argumentsOf(signature, count)))
    return [
        withArguments('as few arguments as it takes', required),
        ...(required ? [withArguments('too few arguments', required - 1)] : []),
        ...(repeated ? [] : [withArguments('too many arguments', kinds.length + 1)]),
        ...(kinds.length > required ? [withArguments('as many arguments as it takes', kinds.length)] : []),
        program(name, 'by a closure', viaClosure(required)),
        ...(RANDOM.includes(name) ? [] : kinds.flatMap((_, i) => sweep(name, signature, i))),
    ]
})
