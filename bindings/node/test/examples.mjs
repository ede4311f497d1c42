// The examples of a page: js blocks, each with the text block after it, which is what it prints.
import fs from 'node:fs'

const BLOCK = /^```js\n(.*?)^```\n(?:\s*```text\n(.*?)^```\n)?/gms

export const examplesOf = (file) =>
    [...fs.readFileSync(file, 'utf8').matchAll(BLOCK)].map(([, code, printed = '']) => ({
        code,
        printed,
        extension: /^import /m.test(code) ? '.mjs' : '.cjs',
    }))
