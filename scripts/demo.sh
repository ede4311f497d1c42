#!/usr/bin/env bash
# A filter, an enrichment program and a set of rules over the sample events: what goes in, what comes out, how fast.
set -euo pipefail
export LC_ALL=C.UTF-8 # lines are cut between characters
cd "$(dirname "$0")/../examples"
hog=../build/release/bin/hog
events=events.ndjson

heading() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[[ -t 1 ]] || heading() { printf '\n%s\n' "$*"; }
shorten() { while IFS= read -r line; do printf '    %s ...\n' "${line:0:150}"; done; }
indent() { sed 's/^/    /'; }

heading "In: $(wc -l <"$events") events, $(wc -c <"$events") bytes (examples/events.ndjson). The first two:"
head -n 2 "$events" | shorten

heading 'A filter (examples/filter.hog):'
grep -v '^//' filter.hog | indent
echo 'lets these pass:'
"$hog" run filter.hoge --events "$events" | paste -d ' ' - "$events" | sed -n 's/^true //p' | shorten

heading "An enrichment, $(grep -c . enrich.hog) lines (examples/enrich.hog), that makes of the first two events:"
enriched=$("$hog" run enrich.hoge --events "$events")
head -n 2 <<<"$enriched" | sed 's/.*\("\$geoip_city_name.*\),"\$set":.*/... \1/' | shorten
echo 'and of all of them, as a third program (examples/summary.hog) sums them up:'
"$hog" run summary.hoge --events - <<<"$enriched" | head -n 6 | indent
echo '    ...'

heading "A set of $(grep -c '"filter": \|"bytecode": ' rules.json) rules (examples/rules.json) matches of the first seven events:"
{ "$hog" match rules.json "$events" 2>/dev/null || true; } | head -n 7 | paste -d ' ' - <(head -n 7 "$events") |
    sed 's/ {"uuid":[^,]*,"event":\("[^"]*"\).*/  \1/' | awk '{printf "%-16s %s\n", $2, $1}' | indent
echo 'The first of them does not match the fourth event, since'
{ "$hog" match rules.json "$events" --explain paying-customers || true; } | sed -n 4p | indent

# Enough of them to measure.
many=../build/release/many-events.ndjson
if [[ ! -e $many || $many -ot $events ]]; then
    for ((i = 0; i < 40; i++)); do printf "$events\\n%.0s" {1..50}; done | xargs cat >"$many"
fi
heading "How fast, with $(wc -l <"$many") events of $(($(wc -c <"$many") / $(wc -l <"$many"))) bytes, JSON in and JSON out:"
for name in filter enrich; do
    for jobs in $(printf '%s\n' 1 "$(nproc)" | sort -u); do
        printf '    %-8s' "$name"
        "$hog" run "$name.hoge" --events "$many" --jobs "$jobs" --stats 2>&1 >/dev/null |
            awk '$1 == "rate" {rate = $2} $1 == "time" {threads = $5 " " $6} END {printf "%9d events/s on %s\n", rate, threads}'
    done
done
