#!/usr/bin/env node
// The exchange (README.md) answered by the reference itself: requests in, answers out, a line each. It stands in for
// the engine's own executable where the runners themselves are to be tried.
import { once } from 'node:events'
import readline from 'node:readline'

import { answer } from './oracle.mjs'

for await (const line of readline.createInterface({ input: process.stdin })) {
    const written = process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n')
    if (!written) await once(process.stdout, 'drain')
}
