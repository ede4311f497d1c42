// Journeys of a suspending program: at each suspension its state goes through JSON text to the implementation that is to
// go on. What the calls give is made here, of arguments that have been through JSON, so that it is the same on any route.
//
// An implementation is `ask(text)`, a request of the exchange (README.md) as text, answered by a promise.

const MOST_STEPS = 200

const ANSWERS = {
    fetch: (args) => ({ status: 200, args }),
    wait: ([value]) => value,
    sleep: () => undefined,
}

/** The start of a program and the requests that go on from its states, of the text of a request with `resume`. */
export class Trip {
    constructor(text, { now = {} } = {}) {
        const at = text.lastIndexOf('"resume":true')
        if (at < 0) throw new Error('a trip is a request with the option resume')
        this.text = text
        this.start = `${text.slice(0, at)}"handOver":true${text.slice(at + '"resume":true'.length)}`
        const { globals, options } = JSON.parse(this.start)
        this.context = { globals, options: { ...options, ...now } }
    }
    from(state, answer) {
        return JSON.stringify({ state, answer, ...this.context })
    }
}

/**
 * The states of a journey and its end. `route(step)` is the implementation of each stretch; `from` an earlier journey of
 * the same trip, the first `after` stretches of which are not run again. The end's `printed` and `trace` are of the whole
 * way.
 */
export async function travel(trip, route, from, after = 0) {
    const stops = from ? from.stops.slice(0, after) : []
    for (let step = stops.length; step < MOST_STEPS; step++) {
        const last = stops.at(-1)
        const request = last ? trip.from(last.state, last.answer) : trip.start
        const { id, ...answer } = await route(step).ask(request)
        const printed = [...(last?.printed ?? []), ...(answer.printed ?? [])]
        const trace = answer.trace && [...(last?.trace ?? []), ...answer.trace]
        if (answer.status !== 'suspended') return { stops, end: { ...answer, printed, trace } }
        const { async, state, ops, maxMemUsed, asyncSteps } = answer
        // The reference has no text of a state with a cycle.
        if (typeof state !== 'string') return { stops, unwritten: true }
        const args = async.args ?? []
        stops.push({ state, answer: ANSWERS[async.name](args), async, printed, trace, ops, maxMemUsed, asyncSteps })
    }
    return { stops, tooLong: true }
}
