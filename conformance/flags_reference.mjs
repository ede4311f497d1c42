// posthog-node's local evaluation, asked through its client: a fetch of our own answers the definitions, and nothing is
// ever asked of a server. The clock stands at NOW, and the zone is UTC.
import { createRequire } from 'node:module'

export const NOW = Date.parse('2024-03-31T15:30:45.678Z')

process.env.TZ = 'UTC'
const TrueDate = Date
globalThis.Date = class extends TrueDate {
    constructor(...args) {
        args.length ? super(...args) : super(NOW)
    }
    static now() {
        return NOW
    }
}

const require = createRequire(import.meta.url)
const { PostHog } = require('posthog-node')
const core = require('@posthog/core')

/** Whether a property matches, by the function that the client's evaluator calls: true, false, or the reason. */
export function matchProperty(property, properties, version) {
    try {
        return core.matchFeatureFlagProperty(property, properties, { propertyMatchingVersion: version })
    } catch (error) {
        return error.reason ?? 'error'
    }
}

export class Reference {
    #definitions = { flags: [] }
    #client
    #last

    constructor() {
        console.warn = () => {}
        const answer = () => ({
            status: 200,
            headers: { get: () => undefined },
            text: async () => JSON.stringify(this.#definitions),
            json: async () => JSON.parse(JSON.stringify(this.#definitions)),
        })
        this.#client = new PostHog('project', {
            host: 'http://localhost',
            personalApiKey: 'key',
            featureFlagsPollingInterval: 2 ** 30,
            disableGeoip: true,
            fetch: async () => answer(),
        })
        // The client tells no outcome apart from another; the error that it catches does.
        const poller = this.#client.featureFlagsPoller
        const compute = poller.computeFlagAndPayloadLocally.bind(poller)
        poller.computeFlagAndPayloadLocally = async (...args) => {
            try {
                return (this.#last = await compute(...args))
            } catch (error) {
                this.#last = { error }
                throw error
            }
        }
    }

    async load(definitions) {
        this.#definitions = definitions
        await this.#client.reloadFeatureFlags()
    }

    /** As FlagAnswer::json has it, without what the client does not tell (the condition). */
    async evaluate(key, { distinctId, personProperties, groups, groupProperties }) {
        this.#last = undefined
        const all = await this.#client.evaluateFlags(distinctId, {
            flagKeys: [key],
            onlyEvaluateLocally: true,
            personProperties,
            groups,
            groupProperties,
        })
        const { error, value, payload } = this.#last ?? { error: new Error('not asked') }
        if (!error) {
            if (all.getFlag(key) !== value) throw new Error(`${key}: the client gave ${all.getFlag(key)}, its evaluator ${value}`)
            return { key, outcome: 'decided', value, payload: payload ?? null, reason: null }
        }
        const outcomes = { InconclusiveMatchError: 'inconclusive', RequiresServerEvaluation: 'needs_server' }
        return { key, outcome: outcomes[error.name] ?? `error: ${error}`, value: null, payload: null, reason: error.reason ?? null }
    }

    async end() {
        await this.#client.shutdown()
    }
}
