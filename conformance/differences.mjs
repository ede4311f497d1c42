// Where the engine differs from the reference on purpose. Nothing else is excused when answers are compared.
//
// `applies(request, reference, ours)` says whether an entry speaks for this pair of answers; `fields` are the ones that it
// excuses, all of them where it names none. `request` is the text of the request.
const message = (answer) => answer.error?.message ?? ''

export const DIFFERENCES = [
    {
        reason: 'integers between 2^53 and 2^63 keep their exact value',
        applies: (request) =>
            [...request.replace(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/-?\d{16,19}(?![\d.eE])/g)].some(
                ([digits]) => !Number.isSafeInteger(Number(digits)) && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits),
            ),
        fields: ['printed', 'result', 'json', 'async', 'state'],
    },
    {
        reason: "the reference's own stack overflows on a deep value or document",
        applies: (_, reference) => reference.error?.stackOverflow === true,
    },
    {
        reason: 'recursion through `import` or declared functions is bounded',
        applies: (request, reference, ours) =>
            /"import"|\b41\b/.test(request) && /^Call stack exceeded/.test(message(ours)) && message(reference) !== message(ours),
    },
    {
        reason: 'a use of NaN ends the accounting in the reference',
        applies: (_, reference) => reference.maxMemUsed === null,
    },
    {
        reason: 'an operand of a wrong type is an error that says so, where the reference computes with it',
        applies: (_, __, ours) => /^Invalid bytecode: /.test(message(ours)),
    },
    {
        reason: 'an open upvalue whose slot is not on the stack is an error',
        applies: (_, __, ours) => /^Invalid upvalue: its slot /.test(message(ours)),
    },
    {
        reason: 'a write to a fraction of an array makes no property of that name',
        applies: (request) => /\b33,\d+\.\d+,.*\b46\b|\b34,\d+\.\d+,.*\b46\b/.test(request),
        fields: ['result', 'json', 'printed'],
    },
    {
        reason: 'a digest in an encoding that Node does not know is an error, where the reference has a Buffer',
        applies: (_, __, ours) => /^Function \w+ knows no encoding /.test(message(ours)),
    },
    {
        reason: 'a state or an argument with a cycle has null there, where JSON.stringify throws',
        applies: (request, reference, ours) =>
            (reference.error?.type === 'TypeError' && /"resume":true/.test(request) && ours.status !== 'crashed') ||
            (reference.status === 'suspended' && (reference.state === null || reference.async?.args === null)),
    },
    {
        reason: 'a function declared by the name __proto__ is one like any other',
        applies: (request) => /"__proto__"/.test(request) && /\b41\b/.test(request),
    },
    {
        reason: "falling off a chunk into its caller's end",
        applies: (_, reference) => /^Unexpected node while running bytecode in chunk "[^"]*": undefined$/.test(message(reference)),
    },
]

/** The entry that excuses `field`, if any does. */
export const excuse = (field, ...answers) =>
    DIFFERENCES.find(({ applies, fields }) => (!fields || fields.includes(field)) && applies(...answers))
