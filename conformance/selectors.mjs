// Selectors compared with a CSS engine: random documents, and random selectors over them. Each element of a document is
// clicked; the event's chain of elements goes to hogvm_filters with a filter for the selector, which must match where
// css-select says that it selects the element or one around it.
//
//   node conformance/selectors.mjs --exe build/release/bin/hogvm_filters [--seed 1] [--count 2000] [--record FILE]
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { compile } from 'css-select'
import { Document, Element } from 'domhandler'
import { Exchange } from './exchange.mjs'
import { Random } from './random.mjs'

const { values: flags } = parseArgs({
    options: {
        exe: { type: 'string' },
        seed: { type: 'string', default: '1' },
        count: { type: 'string', default: '2000' },
        record: { type: 'string' },
    },
})
const random = new Random(Number(flags.seed))
const chance = (probability) => random.chance(probability)
const pick = (list) => random.pick(list)
const times = (most, make) => Array.from({ length: random.between(0, most) }, make)

const TAGS = ['div', 'span', 'a', 'button', 'p', 'label', 'my-tag', 'h1']
const LISTED = ['a', 'button', 'form', 'input', 'select', 'textarea', 'label']
const CLASSES = ['a', 'b', 'big', 'bi', 'md:flex', 'flex', 'w-1/2', 'shadow-[0_4px]', 'div', '漢', 'x_y']
const IDS = ['go', 'go-on', 'div', 'a:b']
const VALUES = ['a', 'a b', 'b', 'x;y', 'say "hi"', 'div.a:b="c"', '', 'ü', 'A', 'a-b', ';button:attr__x="a"', 'C:\\dir\\x', '(.*)']
const NAMES = ['data-a', 'data-b', 'title', 'href', 'aria-label', 'x:y']

// documents

function element(depth) {
    const attributes = {}
    if (chance(0.5)) attributes.class = [...new Set(times(3, () => pick(CLASSES)))].join(' ')
    if (chance(0.25)) attributes.id = pick(IDS)
    for (const name of new Set(times(2, () => pick(NAMES)))) attributes[name] = pick(VALUES)
    const children = depth > 4 ? [] : times(depth === 0 ? 3 : 2, () => element(depth + 1))
    const made = new Element(pick(TAGS), attributes, children)
    for (const child of children) child.parent = made
    if (chance(0.3)) made.words = pick(VALUES)
    return made
}

function siblings(node) {
    return node.parent.children.filter((child) => child.name)
}

/** What css-select needs to know of the tree's order. */
function link(node) {
    node.children?.forEach((child, i, all) => {
        child.parent = node
        child.prev = all[i - 1] ?? null
        child.next = all[i + 1] ?? null
        link(child)
    })
    return node
}

const everyElement = (node) => node.children.flatMap((child) => [child, ...everyElement(child)])

// chains, as PostHog writes them

const escaped = (text) => text.replaceAll('"', '\\"')
const upwards = (node) => (node?.name ? [node, ...upwards(node.parent)] : [])
const classesOf = (node) => (node.attribs.class ?? '').split(' ').filter(Boolean)

function described(node) {
    const entries = Object.entries(node.attribs).map(([name, value]) => [`attr__${name}`, value])
    if (node.attribs.id) entries.push(['attr_id', node.attribs.id])
    if (node.attribs.href) entries.push(['href', node.attribs.href])
    if (node.words) entries.push(['text', node.words])
    entries.push(['nth-child', String(siblings(node).indexOf(node) + 1)])
    const kind = siblings(node).filter((other) => other.name === node.name)
    entries.push(['nth-of-type', String(kind.indexOf(node) + 1)])
    entries.sort(([a], [b]) => (a < b ? -1 : 1))
    const classes = classesOf(node).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const head = [node.name, ...classes].join('.')
    return `${head}:${entries.map(([key, value]) => `${escaped(key)}="${escaped(value)}"`).join('')}`
}

function event(node) {
    const chain = upwards(node)
    return {
        elements_chain: chain.map(described).join(';'),
        elements_chain_ids: chain.map((each) => each.attribs.id).filter(Boolean),
        elements_chain_elements: chain.map((each) => each.name).filter((name) => LISTED.includes(name)),
    }
}

// selectors

const identifier = (text) => text.replace(/[^a-zA-Z0-9_\-\u0080-\uFFFF]/g, '\\$&')
const quoted = (text) => `"${text.replace(/["\\]/g, '\\$&')}"`
const part = (text) => (text.length > 1 && chance(0.5) ? text.slice(random.below(2), random.between(2, text.length)) : text)

function attribute() {
    const name = pick([...NAMES, 'class', 'id'])
    const operator = pick(['', '=', '=', '=', '^=', '$=', '*=', '~=', '|='])
    if (operator === '') return `[${identifier(name)}]`
    const value = part(pick(name === 'id' ? IDS : VALUES))
    return `[${identifier(name)}${operator}${quoted(value)}${chance(0.1) ? ' i' : ''}]`
}

function compound() {
    const tag = chance(0.5) ? pick(TAGS) : chance(0.2) ? '*' : ''
    const rest = [
        ...(chance(0.15) ? [`#${identifier(pick(IDS))}`] : []),
        ...(chance(0.4) ? times(2, () => `.${identifier(pick(CLASSES))}`) : []),
        ...(chance(0.3) ? times(2, attribute) : []),
        ...(chance(0.15) ? [pick([':nth-child(1)', ':nth-child(2)', ':nth-of-type(1)', ':first-child', ':first-of-type'])] : []),
    ]
    return tag + rest.join('') || pick(TAGS)
}

function selector() {
    const complex = () => [compound(), ...times(2, () => pick([' ', ' > ', '>']) + compound())].join('')
    return chance(0.1) ? `${complex()}, ${complex()}` : complex()
}

// the comparison

const filter = (text) => ({ properties: [{ key: 'selector', type: 'element', value: text }] })
// Two tests of one attribute, or of what one place can't be, are refused with a reason.
const isRefusal = (message) => /tests the attribute ".*" twice|no element has two ids|two places at once/.test(message)

const counts = { selectors: 0, refused: 0, clicks: 0, matches: 0 }
const differences = []
const recorded = []
const exchange = new Exchange(flags.exe)

for (let i = 0; i < Number(flags.count); i++) {
    const page = link(new Document([element(0)]))
    const text = selector()
    const isSelected = compile(text)
    const nodes = everyElement(page)
    const globals = nodes.map(event)
    const expected = nodes.map((node) => upwards(node).some((each) => isSelected(each)))
    const answer = await exchange.ask(JSON.stringify({ filter: filter(text), globals }))
    if (answer.error && isRefusal(answer.error.message)) {
        counts.refused++
        continue
    }
    counts.selectors++
    counts.clicks += nodes.length
    counts.matches += expected.filter(Boolean).length
    const wrong = expected.findIndex((is, at) => answer.results?.[at] !== is)
    if (wrong >= 0) differences.push({ selector: text, expected: expected[wrong], got: answer.results?.[wrong] ?? answer, ...globals[wrong] })
    const shown = expected.indexOf(true) >= 0 ? expected.indexOf(true) : 0
    recorded.push({ selector: text, matches: expected[shown], ...globals[shown] })
}
exchange.close()

if (flags.record) {
    const lines = recorded.filter(({ elements_chain: chain }) => chain.length < 400)
    const kept = [...lines.filter((one) => one.matches).slice(0, 120), ...lines.filter((one) => !one.matches).slice(0, 80)]
    fs.writeFileSync(flags.record, `[\n${kept.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`)
}
for (const difference of differences.slice(0, 5)) console.error(difference)
const { selectors, refused, clicks, matches } = counts
console.log(`${selectors} selectors on ${clicks} clicks, ${matches} of which match (${refused} refused): ${differences.length} differ`)
process.exitCode = differences.length ? 1 : 0
