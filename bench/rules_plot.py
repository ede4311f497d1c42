"""Draws what hogvm_rules_bench printed: rules_plot.py RESULTS.json PLOT.svg, and prints the table of it in Markdown."""
import json
import math
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 80, 170, 30, 60
SERIES = [
    ("alone_ns", "each program by itself", "#b5542f"),
    ("text_ns", "rule set, JSON text in", "#2f6db5"),
    ("parsed_ns", "rule set, parsed event", "#3a9a5b"),
]


def time(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def plot(rows):
    most = max(row["rules"] for row in rows)
    values = [row[key] for row in rows for key, _, _ in SERIES]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    decades = math.log10(most) or 1

    def x(rules):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(rules) / decades

    def y(ns):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(ns) - low) / (high - low)

    def text(at_x, at_y, words, anchor="middle", fill="#333"):
        return f'<text x="{at_x:.1f}" y="{at_y:.1f}" text-anchor="{anchor}" fill="{fill}">{words}</text>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for exponent in range(low, high + 1):
        at = y(10**exponent)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(text(LEFT - 8, at + 4, time(10**exponent), "end"))
    for row in rows:
        parts.append(text(x(row["rules"]), HEIGHT - BOTTOM + 20, f'{row["rules"]:,}'))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 15, "rules, spread over 200 event names"))
    parts.append(text(LEFT, TOP - 12, "time an event", "start"))
    for key, name, colour in SERIES:
        line = " ".join(f'{x(row["rules"]):.1f},{y(row[key]):.1f}' for row in rows)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(r["rules"]):.1f}" cy="{y(r[key]):.1f}" r="3" fill="{colour}"/>' for r in rows]
    for k, (_, name, colour) in enumerate(SERIES):
        at = TOP + 20 + 20 * k
        parts.append(f'<path d="M{WIDTH - RIGHT + 12} {at - 4}h16" stroke="{colour}" stroke-width="2"/>')
        parts.append(text(WIDTH - RIGHT + 32, at, name, "start", colour))
    return "\n".join(parts + ["</svg>", ""])


def table(rows):
    print("| Rules | JSON text in | parsed event | each by itself | ÷ rule set | matches | `set` of one | load | memory a rule |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        memory = f'{row["bytes_a_rule"] / 1000:.1f} kB' if row["rules"] >= 1000 else "–"
        print(
            f'| {row["rules"]:,} | {time(row["text_ns"])} | {time(row["parsed_ns"])} | {time(row["alone_ns"])} '
            f'| {row["alone_ns"] / row["text_ns"]:.3g} × | {row["matches_an_event"]:.2g} | {time(row["set_ns"])} '
            f'| {time(row["load_seconds"] * 1e9)} | {memory} |'
        )


with open(sys.argv[1]) as file:
    results = json.load(file)
with open(sys.argv[2], "w") as file:
    file.write(plot(results))
table(results)
