// The recorded files: what each case of a topic asks, and what the reference answered. A case is a line, so that a
// change reads as a diff; the request keeps the text that it was written in, since 1 and 1.0 differ only there.
import fs from 'node:fs'
import path from 'node:path'

const FOLDER = path.join(import.meta.dirname, 'recorded')
const REQUEST = ',"request":'

const line = ({ name, source, request, expect, differs }) =>
    `${JSON.stringify({ name, source, expect, differs }).slice(0, -1)}${REQUEST}${request}}`

export function write(topic, reference, cases) {
    const text = `{"reference":${JSON.stringify(reference)},"cases":[\n${cases.map(line).join(',\n')}\n]}\n`
    JSON.parse(text)
    fs.writeFileSync(path.join(FOLDER, `${topic}.json`), text)
}

/**
 * `[{topic, name, source, request, expect, differs}]` of all topics, or of those named; `request` is text, `differs` is
 * answers.mjs's difference() where there is one.
 */
export function read(topics = []) {
    const files = fs.readdirSync(FOLDER).filter((file) => !topics.length || topics.includes(path.parse(file).name))
    return files.flatMap((file) => {
        const text = fs.readFileSync(path.join(FOLDER, file), 'utf8')
        const lines = text.split('\n').slice(1, -2)
        return JSON.parse(text).cases.map(({ name, source, expect, differs }, i) => {
            const from = lines[i].lastIndexOf(REQUEST) + REQUEST.length
            const request = lines[i].slice(from, lines[i].lastIndexOf('}'))
            return { topic: path.parse(file).name, name, source, request, expect, differs }
        })
    })
}
