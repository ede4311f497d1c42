// The plots of what compare.mjs measured: SVG, the same layout for the same rows.
import { significant, time } from './measure.mjs'

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const words = (x, y, text, { anchor = 'start', fill = '#333', size = 12 } = {}) =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${fill}" font-size="${size}">${escape(text)}</text>`
const svg = (width, height, parts) =>
    [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`,
        `<rect width="${width}" height="${height}" fill="white"/>`,
        ...parts,
        '</svg>',
        '',
    ].join('\n')

/** Bars of how many times as long the rivals take, each beside its goal: `[{ title, rival, ratio, goal }]`. */
export function ratioPlot(rows) {
    const [left, width, step, top] = [520, 900, 24, 50]
    const height = top + rows.length * step + 14
    const most = Math.max(...rows.flatMap(({ ratio, goal }) => [ratio, goal]))
    const decades = [Math.log10(0.1), Math.ceil(Math.log10(most) * 2) / 2]
    const x = (ratio) => left + ((width - left - 70) * (Math.log10(Math.max(ratio, 0.1)) - decades[0])) / (decades[1] - decades[0])
    const parts = [words(left, 18, 'how many times as long the rival takes; the line is the goal', { anchor: 'middle' })]
    for (let power = decades[0]; power <= decades[1]; power++) {
        parts.push(`<path d="M${x(10 ** power).toFixed(1)} ${top - 8}V${height - 10}" stroke="#ddd"/>`)
        parts.push(words(x(10 ** power), top - 12, `${10 ** power} ×`, { anchor: 'middle', fill: '#777', size: 11 }))
    }
    rows.forEach(({ title, rival, ratio, goal }, i) => {
        const y = top + i * step
        const end = x(ratio)
        parts.push(words(8, y + 12, title, { size: 11 }))
        parts.push(words(left - 8, y + 12, rival, { anchor: 'end', size: 11, fill: '#777' }))
        parts.push(`<rect x="${x(0.1)}" y="${y}" width="${(end - x(0.1)).toFixed(1)}" height="16" fill="${ratio >= goal ? '#3a9a5b' : '#b5542f'}"/>`)
        parts.push(`<path d="M${x(goal).toFixed(1)} ${y - 3}v22" stroke="#222" stroke-width="2"/>`)
        parts.push(words(Math.max(end, x(goal)) + 6, y + 12, `${significant(ratio)} ×`, { size: 11 }))
    })
    return svg(width, height, parts)
}

const COLOURS = ['#2f6db5', '#3a9a5b', '#b5542f', '#8a5fb0', '#c29a1c', '#2aa3a3', '#b03a6f', '#555555', '#7a8c2f', '#d0703c']

/** Lines of nanoseconds an element over the number of elements: flat is linear. */
export function growthPlot(sizes, series) {
    const [width, height, left, right, top, bottom] = [720, 400, 70, 150, 30, 55]
    const all = Object.values(series).flat()
    const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))]
    const x = (size) => left + ((width - left - right) * Math.log10(size / sizes[0])) / Math.log10(sizes.at(-1) / sizes[0])
    const y = (ns) => height - bottom - ((height - top - bottom) * (Math.log10(ns) - low)) / (high - low)
    const parts = [words(left, 18, 'time an element: a level line is linear growth')]
    for (let power = low; power <= high; power++) {
        parts.push(`<path d="M${left} ${y(10 ** power).toFixed(1)}H${width - right}" stroke="#ddd"/>`)
        parts.push(words(left - 8, y(10 ** power) + 4, time(10 ** power).replace('.00', '').replace('.0', ''), { anchor: 'end' }))
    }
    for (const size of sizes) parts.push(words(x(size), height - bottom + 18, size.toLocaleString('en'), { anchor: 'middle' }))
    parts.push(words((left + width - right) / 2, height - 12, 'elements, bytes or tokens', { anchor: 'middle' }))
    Object.entries(series).forEach(([name, times], i) => {
        const colour = COLOURS[i % COLOURS.length]
        const points = times.map((ns, k) => `${x(sizes[k]).toFixed(1)},${y(ns).toFixed(1)}`)
        parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`)
        const at = top + 20 + 20 * i
        parts.push(`<path d="M${width - right + 12} ${at - 4}h16" stroke="${colour}" stroke-width="2"/>`)
        parts.push(words(width - right + 34, at, name, { fill: colour }))
    })
    return svg(width, height, parts)
}
