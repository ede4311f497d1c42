// Where the engine differs from the reference on purpose. Nothing else is excused when answers are compared, and no
// difference excuses an engine that crashed or gave no answer.
//
// `applies(request, reference, ours)` says whether an entry speaks for this pair of answers; `fields` are the ones that it
// excuses, all of them where it names none. `request` is the text of the request.
const message = (answer) => answer.error?.message ?? ''
const isPrefix = (some, all) => some.every((line, i) => line === all[i])

// Ours ended with such an error at an instruction up to which the two ran alike, and from which the reference went on.
const stopped = (words, reference, ours) =>
    words.test(message(ours)) && ours.ops <= reference.ops && isPrefix(ours.printed, reference.printed)

// The same the other way round.
const wentOn = (reference, ours) => ours.ops >= reference.ops && isPrefix(reference.printed, ours.printed)

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
        applies: (_, reference, ours) => reference.error?.stackOverflow === true && wentOn(reference, ours),
    },
    {
        reason: 'recursion through `import` or declared functions is bounded',
        applies: (request, reference, ours) =>
            /"import"|\b41\b/.test(request) && message(reference) !== message(ours) && stopped(/^Call stack exceeded/, reference, ours),
    },
    {
        reason: 'a use of NaN ends the accounting in the reference, and so its limit',
        applies: (_, reference, ours) => reference.maxMemUsed === null && stopped(/^Memory limit of /, reference, ours),
    },
    {
        reason: 'what is written below the stack is lost, and the slots skipped by writing above it are undefined, not holes',
        applies: (_, reference) => reference.maxMemUsed === null,
        fields: ['printed', 'result', 'json'],
    },
    {
        reason: 'a jump before the first token is traced as one to -1',
        applies: (_, reference) => reference.trace?.at(-1)?.[1] < -1,
        fields: ['trace'],
    },
    {
        reason: 'an operand of a wrong type is an error that says so, where the reference computes with it',
        applies: (_, reference, ours) => stopped(/^Invalid bytecode: /, reference, ours),
    },
    {
        reason: 'real memory has a limit of its own',
        applies: (_, reference, ours) => stopped(/^Out of memory: /, reference, ours),
    },
    {
        reason: 'an open upvalue whose slot is not on the stack is an error',
        applies: (_, reference, ours) => stopped(/^Invalid upvalue: its slot /, reference, ours),
    },
    {
        reason: 'a write to a fraction of an array makes no property of that name',
        applies: (request) => /\b33,\d+\.\d+,.*\b46\b|\b34,\d+\.\d+,.*\b46\b/.test(request),
        fields: ['result', 'json', 'printed'],
    },
    {
        reason: 'a digest in an encoding that Node does not know is an error, where the reference has a Buffer',
        applies: (_, reference, ours) => stopped(/^Function \w+ knows no encoding /, reference, ours),
    },
    {
        reason: 'a suspended state or an argument with a cycle has null there, where JSON.stringify throws',
        applies: (request, reference, ours) =>
            reference.error?.type === 'TypeError' && /"resume":true/.test(request) && wentOn(reference, ours),
    },
    {
        reason: 'a state or an argument with a cycle has null there, and JSON.stringify no answer',
        applies: (_, reference) => reference.status === 'suspended' && (reference.state === null || reference.async?.args === null),
        fields: ['state', 'async'],
    },
    {
        reason: 'a function declared by the name __proto__ is one like any other',
        applies: (request, reference, ours) =>
            /"__proto__"/.test(request) && /\b41\b/.test(request) && message(reference) === 'Unsupported function call: __proto__' && wentOn(reference, ours),
    },
    {
        reason: 'the slots skipped by writing above the stack cost what undefined does; holes cost nothing',
        applies: (request) => /\b37,[1-9]\d/.test(request),
        fields: ['maxMemUsed'],
    },
]

const ANSWERS = ['finished', 'failed', 'suspended']

/** The entry that excuses `field`, if any does. */
export const excuse = (field, request, reference, ours) =>
    ANSWERS.includes(ours.status)
        ? DIFFERENCES.find(({ applies, fields }) => (!fields || fields.includes(field)) && applies(request, reference, ours))
        : undefined
