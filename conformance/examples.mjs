#!/usr/bin/env node
// Compiles the examples of docs/functions.md, which are those of the library's table, into stdlib/examples.json:
//
//   HOGC=/path/to/hogc.mjs node examples.mjs
//
// stdlib/library_test.cpp holds them against the table and runs them.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const compiler = process.env.HOGC
if (!compiler) {
    console.error('examples: set HOGC to the path of hogc.mjs, the compiler of Hog')
    process.exit(2)
}
process.env.HOGC_MODULES ??= import.meta.dirname
const { compileText } = await import(pathToFileURL(path.resolve(compiler)))

const folder = path.dirname(import.meta.dirname)
const ROW = /^\| `(?<name>\w+)\(.*\| `(?<example>(?:\\\||[^|])*)` \|$/gm
const rows = [...fs.readFileSync(path.join(folder, 'docs/functions.md'), 'utf8').matchAll(ROW)]

const lines = []
for (const { groups } of rows) {
    const example = groups.example.replaceAll('\\|', '|')
    try {
        const program = await compileText(example, { expression: true })
        lines.push(`{"name":${JSON.stringify(groups.name)},"example":${JSON.stringify(example)},"program":${program}}`)
    } catch (error) {
        console.error(`${groups.name}: ${example}: ${error.message}`)
        process.exitCode = 1
    }
}
fs.writeFileSync(path.join(folder, 'stdlib/examples.json'), `[\n${lines.join(',\n')}\n]\n`)
console.log(`${lines.length} of ${rows.length} examples`)
