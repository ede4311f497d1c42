// The programs as one would write them in JavaScript, and the filter as two libraries for JavaScript have it.
import { createRequire } from 'node:module'

const require = createRequire(new URL('../conformance/package.json', import.meta.url))
const jsonLogic = require('json-logic-js')
const cel = await import(require.resolve('@marcbachmann/cel-js'))

function filter({ event, properties }) {
    return event === '$pageview' && properties.$device_type === 'Desktop' && properties.$screen_width >= 1024
}

/** The event's properties are copied, since a program never changes what it was given. */
function enrich({ uuid, event, distinct_id, timestamp, properties, person }) {
    const props = { ...properties }
    const place = props.edge
    const found = {
        geoip_city_name: place.city,
        geoip_subdivision_1_name: place.subdivision,
        geoip_subdivision_1_code: place.subdivision_code,
        geoip_country_name: place.country,
        geoip_country_code: place.country_code,
        geoip_continent_name: place.continent,
        geoip_continent_code: place.continent_code,
        geoip_time_zone: place.time_zone,
        geoip_latitude: place.latitude,
        geoip_longitude: place.longitude,
        geoip_postal_code: place.postal_code,
        geoip_label: `${place.city}, ${place.country_code}`,
        network_asn: place.asn,
        network_name: place.network,
        network_version: props.$ip.includes(':') ? 6 : 4,
        browser: props.$browser.toLowerCase(),
        browser_version: props.$browser_version,
        os: props.$os.toLowerCase(),
        os_version: props.$os_version,
        device_type: props.$device_type,
        screen_width: props.$screen_width,
        screen_height: props.$screen_height,
        screen_ratio: Math.floor((props.$screen_width * 100) / props.$screen_height) / 100,
        screen_class: props.$screen_width < 768 ? 'small' : 'large',
        page_host: props.$host,
        page_path: props.$pathname,
        page_depth: props.$pathname.split('/').length - 1,
        referring_domain: props.$referring_domain ?? '$direct',
        email_domain: person.properties.email.split('@')[1],
        plan: person.properties.plan ?? 'free',
    }
    const set = { ...props.$set }
    const setOnce = { ...props.$set_once }
    for (const [name, value] of Object.entries(found)) {
        if (value !== null && value !== undefined && value !== '') {
            props[`$${name}`] = value
            set[`$${name}`] = value
            setOnce[`$initial_${name}`] = value
        }
    }
    props.$set = set
    props.$set_once = setOnce
    return { uuid, event, distinct_id, timestamp, properties: props }
}

const rule = {
    and: [
        { '==': [{ var: 'event' }, '$pageview'] },
        { '==': [{ var: 'properties.$device_type' }, 'Desktop'] },
        { '>=': [{ var: 'properties.$screen_width' }, 1024] },
    ],
}
// CEL's names have no '$', so the properties are asked by key. Its integers are 64 bits and come as BigInt; a property of
// JavaScript is a double.
const evaluate = cel.parse(`event == "$pageview" && properties["$device_type"] == "Desktop" && properties["$screen_width"] >= 1024.0`)

/** By program and name: each takes the event. */
export const WAYS = {
    filter: {
        javascript: filter,
        'json-logic-js': (event) => jsonLogic.apply(rule, event),
        'cel-js': (event) => evaluate(event),
    },
    enrich: { javascript: enrich },
}
