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
        fields: ['maxMemUsed', 'state'],
    },
    {
        reason: "falling off a chunk into its caller's end",
        applies: (_, reference) => /^Unexpected node while running bytecode in chunk "[^"]*": undefined$/.test(message(reference)),
    },
]

/** The entry that excuses `field`, if any does. */
export const excuse = (field, ...answers) =>
    DIFFERENCES.find(({ applies, fields }) => (!fields || fields.includes(field)) && applies(...answers))
