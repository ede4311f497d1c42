// Programs as JSON text: JavaScript has one kind of number, JSON text tells 1 from 1.0.

/** A value that is written as `text` has it: `literal('1.0')`. */
export const literal = (text) => new Literal(text)
class Literal {
    constructor(text) {
        this.text = text
    }
}

export function toText(value) {
    if (value instanceof Literal) return value.text
    if (Object.is(value, -0)) return '-0.0'
    if (Array.isArray(value)) return `[${value.map(toText).join(',')}]`
    if (value && typeof value === 'object') {
        const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
        return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${toText(entry)}`).join(',')}}`
    }
    return JSON.stringify(value)
}
