// The recorded conformance cases (conformance/), answered by this package's exec.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'

import { describe, expected, mismatches } from '../../../conformance/answers.mjs'
import { answererOf } from '../../../conformance/answering.mjs'
import { read } from '../../../conformance/recorded.mjs'

process.env.TZ = 'UTC'
const answer = answererOf(createRequire(import.meta.url)('..'))

const topics = Map.groupBy?.(read(), ({ topic }) => topic) ?? groupByTopic(read())
function groupByTopic(cases) {
    const groups = new Map()
    for (const one of cases) groups.set(one.topic, [...(groups.get(one.topic) ?? []), one])
    return groups
}

for (const [topic, cases] of topics) {
    test(`conformance: ${topic}`, () => {
        const found = cases.flatMap(({ name, request, expect, differs }) => {
            const ours = answer(JSON.parse(request))
            // Numbers are JavaScript's here and states may have cycles, so some of what differs from C++ does not from Node.
            const differences = mismatches(expect, ours).length ? mismatches(expected(expect, differs), ours) : []
            return differences.length ? [`${name}\n${differences.map((one) => describe(one)).join('\n')}`] : []
        })
        assert.equal(found.length, 0, found.slice(0, 20).join('\n'))
    })
}
