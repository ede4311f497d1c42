"""Memory is flat over a million runs."""

from __future__ import annotations

import os
import pathlib
from typing import Any

from programs import FILTER, THROWING, program

import hogvm

# return f(x), which gives back a dict
CALLING = program(32, "x", 1, 1, 2, "f", 1, 38)


def resident_kib() -> int:
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def grown_kib(run: object, times: int) -> int:
    assert callable(run)
    for _ in range(times // 20):
        run()
    before = resident_kib()
    for _ in range(times):
        run()
    return resident_kib() - before


def test_a_million_runs_of_a_filter() -> None:
    event = {"event": "$pageview", "properties": {"plan": "pro", "é": 1}}
    assert grown_kib(lambda: FILTER.run(event), 1_000_000) < 1024


def test_runs_that_make_objects_call_functions_and_fail() -> None:
    event = {"x": {"a": ["é" * 100, (1, 2.5)], "b": None}}
    functions = {"f": lambda x: {"x": x}}

    def run() -> None:
        assert CALLING.run(event, functions=functions).value["x"] == {"a": ["é" * 100, [1, 2.5]], "b": None}
        try:
            THROWING.run()
        except hogvm.HogVMException:
            pass
        hogvm.Program(["_H", 1, 32, "text", 38]).run()

    assert grown_kib(run, 20_000) < 1024


def test_batches() -> None:
    events: list[Any] = [{"event": "$pageview", "properties": {"plan": "pro"}}, '{"event": "x", "properties": {}}', 5] * 200
    assert grown_kib(lambda: FILTER.run_many(events, threads=2), 100) < 4096


def test_matches_and_flags() -> None:
    bytecode = ["_H", 1, 32, "pro", 32, "plan", 32, "properties", 1, 2, 11, 38]
    rules = hogvm.RuleSet([{"id": "pro", "bytecode": bytecode}])
    definition = {"key": "f", "active": True, "filters": {"groups": [{"properties": [{"key": "plan", "value": "pro"}]}]}}
    flags = hogvm.FlagSet({"flags": [definition]})
    event = {"properties": {"plan": "pro", "é": ["é" * 100]}}

    def run() -> None:
        assert rules.match(event).ids == rules.match('{"properties": {"plan": "pro"}}').ids == ["pro"]
        assert len(rules.match({}).failures) == 1
        rules.set({"id": "pro", "bytecode": bytecode})
        assert flags.evaluate("f", "é", person_properties=event["properties"]).value is True
        flags.replace({"flags": [definition]})

    assert grown_kib(run, 20_000) < 2048


def test_a_result_in_its_own_value_is_collected() -> None:
    def run() -> None:
        result = program(33, 1, 36, 0, 43, 1, 38).run()
        result.value.append(result)

    assert grown_kib(run, 20_000) < 4096
