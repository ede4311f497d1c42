#!/usr/bin/env node
// Compiles the cases, asks the reference and the engine, writes recorded/<topic>.json:
//
//   HOGC=/path/to/hogc.mjs [EXCHANGE=PATH_OF_hogvm_exchange] node record.mjs [topic ...]
//
// The compiler is wanted only here: what is recorded holds the bytecode. The engine is asked for where it differs from the
// reference on purpose; that answer is recorded beside the reference's. What else it answers is no business of this one.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { difference, lasting } from './answers.mjs'
import { Exchange } from './exchange.mjs'
import { answer, VERSION } from './oracle.mjs'
import { write } from './recorded.mjs'
import { literal, toText } from './text.mjs'

const compiler = process.env.HOGC
if (!compiler) {
    console.error('record: set HOGC to the path of hogc.mjs, the compiler of Hog')
    process.exit(2)
}
const exchange = new Exchange(process.env.EXCHANGE ?? path.join(import.meta.dirname, '../build/release/bin/hogvm_exchange'))
process.env.HOGC_MODULES ??= import.meta.dirname
const { compileText } = await import(pathToFileURL(path.resolve(compiler)))

const folder = path.join(import.meta.dirname, 'cases')
const chosen = process.argv.slice(2)
const topics = fs.readdirSync(folder).map((file) => path.parse(file).name).filter((topic) => !chosen.length || chosen.includes(topic))

/** The JSON text of a case's bytecode, and the Hog that it was compiled from. */
async function compile({ source, expression, bytecode }) {
    if (source !== undefined) return [literal(await compileText(source)), source]
    if (expression !== undefined) return [literal(await compileText(expression, { expression: true })), expression]
    return [typeof bytecode === 'string' ? literal(bytecode) : bytecode]
}

async function compileChunks(chunks) {
    const compiled = {}
    for (const [name, chunk] of Object.entries(chunks)) {
        const { globals, ...code } = typeof chunk === 'string' ? { source: chunk } : chunk
        compiled[name] = { bytecode: (await compile(code))[0], globals }
    }
    return compiled
}

async function record({ name, bundle, globals, options, ...code }) {
    const [program, source] = bundle ? [{ bytecodes: await compileChunks(bundle) }] : await compile(code)
    if (options?.imports) options = { ...options, imports: await compileChunks(options.imports) }
    const request = toText({ program, globals, options })
    const expect = answer(JSON.parse(request))
    const differs = difference(request, expect, await exchange.ask(request))
    return { name, source: source === name ? undefined : source, request, expect: lasting(expect), differs }
}

let total = 0
for (const topic of topics) {
    const { default: cases } = await import(pathToFileURL(path.join(folder, `${topic}.mjs`)))
    const recorded = []
    const names = new Set()
    for (const entry of cases) {
        const one = typeof entry === 'string' ? { expression: entry } : entry
        const name = one.name ?? one.expression ?? one.source
        if (names.has(name)) throw new Error(`${topic}: two cases are named "${name}"`)
        names.add(name)
        try {
            recorded.push(await record({ ...one, name }))
        } catch (error) {
            console.error(`${topic}: ${name}: ${error.message}`)
            process.exitCode = 1
        }
    }
    write(topic, VERSION, recorded)
    total += recorded.length
    console.log(`${String(recorded.length).padStart(5)} ${topic}`)
}
console.log(`${String(total).padStart(5)} cases of ${VERSION}`)
exchange.close()
