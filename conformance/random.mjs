// A small deterministic generator of random numbers (SplitMix32 and xoshiro128**), so that a seed names a program.
export class Random {
    #state

    constructor(...seeds) {
        let x = 0
        const mix = (seed) => {
            x = (x ^ seed) + 0x9e3779b9 | 0
            let z = x
            z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
            z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
            return (x = z ^ (z >>> 15)) >>> 0
        }
        seeds.forEach(mix)
        this.#state = Uint32Array.of(mix(1), mix(2), mix(3), mix(4))
    }

    /** An integer from 0 up to but not including `end`. */
    below(end) {
        const s = this.#state
        const rotate = (x, by) => (x << by) | (x >>> (32 - by))
        const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0
        const t = s[1] << 9
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)
        return Math.floor((result / 2 ** 32) * end)
    }
    between(low, high) {
        return low + this.below(high - low + 1)
    }
    chance(probability) {
        return this.below(1e6) < probability * 1e6
    }
    pick(list) {
        return list[this.below(list.length)]
    }
    /** One of the keys of `weights`, as often as they say. */
    weighted(weights) {
        let left = this.below(Object.values(weights).reduce((a, b) => a + b))
        for (const [key, weight] of Object.entries(weights)) if ((left -= weight) < 0) return key
    }
}
