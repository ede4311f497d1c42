"""The benchmarks in Python: the filter and the enrichment of cases.json by the package in the build tree, as a table.

    PYTHONPATH=build/release/python build/python/bin/python bench/python.py

A batch of one thread counts with its wall time or the process's CPU time, whichever is less, as in compare.mjs; what
several threads do in parallel, with its wall time. The ways take turns, so that a slow minute of the machine is everyone's.
"""

from __future__ import annotations

import json
import pathlib
import statistics
import sys
import time
from collections.abc import Callable

from hogvm import Program, execute_bytecode

BATCHES = 45
BATCH_NS = 20e6
FOLDER = pathlib.Path(__file__).parent / "programs"
TEXT = (FOLDER / "event.json").read_bytes()
EVENT = json.loads(TEXT)

Way = Callable[[int], list[object]]  # runs so many times, and gives what the last run or the batch returned


def ways(name: str) -> dict[str, Way]:
    bytecode = json.loads((FOLDER / f"{name}.hoge").read_text())
    program = Program(bytecode)

    def many(event: object, threads: int) -> Way:
        return lambda count: [result.value for result in program.run_many([event] * count, threads=threads)][-1:]

    def many_texts(threads: int) -> Way:
        def run(count: int) -> list[object]:
            results = program.run_many([TEXT] * count, threads=threads, json="bytes")
            return [json.loads([result.value for result in results][-1])]

        return run

    def loop(run: Callable[[], object]) -> Way:
        return lambda count: [run() for _ in range(count)][-1:]

    return {
        "`execute_bytecode`, dict in": loop(lambda: execute_bytecode(bytecode, EVENT).result),
        "`Program.run`, dict in": loop(lambda: program.run(EVENT).value),
        "`Program.run`, JSON text in": loop(lambda: program.run(TEXT).value),
        "`Program.run_many`, dicts in, 1 thread": many(EVENT, 1),
        "`Program.run_many`, dicts in, 2 threads": many(EVENT, 2),
        "`Program.run_many`, JSON text in, 1 thread": many(TEXT, 1),
        "`Program.run_many`, JSON text in, 2 threads": many(TEXT, 2),
        "`Program.run_many`, bytes to bytes, 1 thread": many_texts(1),
        "`Program.run_many`, bytes to bytes, 2 threads": many_texts(2),
    }


def nanoseconds(way: Way, count: int, is_parallel: bool) -> float:
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    way(count)
    wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
    return (wall if is_parallel else min(wall, cpu)) / count


def measured(name: str) -> dict[str, list[float]]:
    wanted = json.loads((FOLDER / f"{name}.wanted.json").read_text())
    all_ways = ways(name)
    counts = {}
    for title, way in all_ways.items():
        if way(2) != [wanted]:
            sys.exit(f"bench/python.py: {name}, {title}: not the wanted result")
        counts[title] = max(2, round(BATCH_NS / nanoseconds(way, 200, False)))
    batches: dict[str, list[float]] = {title: [] for title in all_ways}
    for _ in range(BATCHES):
        for title, way in all_ways.items():
            batches[title].append(nanoseconds(way, counts[title], "2 threads" in title))
    return batches


def duration(batches: list[float]) -> str:
    low, median, high = statistics.quantiles(batches, n=4)
    spread = f"± {(high - low) / 2 / median:.0%}".replace("%", " %")
    return f"{median / 1e3:.3g} µs {spread}" if median >= 1e3 else f"{median:.3g} ns {spread}"


print("| In Python | three-condition filter | enrichment of 90 properties |")
print("| --- | --: | --: |")
columns = [measured("filter"), measured("enrich")]
for title in columns[0]:
    print(f"| {title} | " + " | ".join(duration(column[title]) for column in columns) + " |")
print(f"\nTime per event: medians of {BATCHES} batches, ± half the distance between the quartiles. Python {sys.version.split()[0]}.")
