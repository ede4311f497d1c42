// What a list of measured batches comes to, and tables of it.

function quantile(sorted, q) {
    const at = (sorted.length - 1) * q
    const below = Math.floor(at)
    return sorted[below] + ((sorted[below + 1] ?? sorted[below]) - sorted[below]) * (at - below)
}

/** The median, and half the distance between the quartiles as a part of it. */
export function summary(batches) {
    const sorted = [...batches].sort((a, b) => a - b)
    const median = quantile(sorted, 0.5)
    return { median, spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median, batches }
}

export const significant = (number) =>
    number >= 1e4 ? Math.round(number).toLocaleString('en') : number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2)

/** Nanoseconds, as a time that one reads. */
export function time(ns) {
    const [scale, unit] = ns >= 1e6 ? [1e6, 'ms'] : ns >= 1e3 ? [1e3, 'µs'] : [1, 'ns']
    return `${significant(ns / scale)} ${unit}`
}

export const duration = ({ median, spread }) => `${time(median)} ± ${(spread * 100).toFixed(0)} %`

/** A table of Markdown whose first row is the head. Columns are left aligned up to `left`, the others right. */
export function table(rows, left = 1) {
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length), 3))
    const line = (cells) => `| ${cells.join(' | ')} |`
    const pad = (row) => line(row.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))))
    const rule = line(widths.map((width, i) => (i < left ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)))
    return [pad(rows[0]), rule, ...rows.slice(1).map(pad)].join('\n')
}

/** The exponent k of the n^k that times an element at sizes come nearest to, by least squares over their logarithms. */
export function exponent(sizes, timesAnElement) {
    const xs = sizes.map(Math.log)
    const ys = sizes.map((size, i) => Math.log(size * timesAnElement[i]))
    const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length
    const [x0, y0] = [mean(xs), mean(ys)]
    const over = xs.reduce((sum, x, i) => sum + (x - x0) * (ys[i] - y0), 0)
    return over / xs.reduce((sum, x) => sum + (x - x0) ** 2, 0)
}
