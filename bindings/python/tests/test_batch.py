"""Program.run_many."""

from __future__ import annotations

import json
import threading
from collections import UserDict
from datetime import datetime, timezone
from typing import Any

import pytest
from programs import FETCHING, FILTER, FOREVER, THROWING, program, reading

import hogvm

# return f(n)
CALLING = program(32, "n", 1, 1, 2, "f", 1, 38)


def values(results: list[Any]) -> list[Any]:
    return [result.value if isinstance(result, hogvm.Result) else result for result in results]


@pytest.mark.parametrize("threads", [None, 1, 2, 7])
@pytest.mark.parametrize("form", [dict, UserDict, json.dumps, lambda event: json.dumps(event).encode()])
def test_results_are_in_the_order_of_the_events(threads: int | None, form: Any) -> None:
    events = [form({"x": {"n": [i], "text": "é" * (i % 5)}}) for i in range(1000)]
    results = reading("x").run_many(events, threads=threads)
    assert values(results) == [{"n": [i], "text": "é" * (i % 5)} for i in range(1000)]


def test_results_as_json_text() -> None:
    value = {"n": [1, 2.5, None, True], "é": "\N{GRINNING FACE}"}
    events: list[Any] = [{"x": value}, json.dumps({"x": value}), {}, {"x": datetime(2024, 5, 1, tzinfo=timezone.utc)}]
    forms: list[tuple[Any, Any]] = [(True, str), ("bytes", bytes)]
    for form, kind in forms:
        results: list[Any] = reading("x").run_many(events, json=form, threads=2)
        first, second, failed, date = results
        assert isinstance(first.value, kind)
        assert json.loads(first.value) == json.loads(second.value) == value
        assert isinstance(failed, hogvm.HogVMException)
        assert json.loads(date.value)["__hogDateTime__"] is True
    assert reading("x").run_many(['{"x": "\\ud800"}'], json="bytes")[0].value == b'"\\ud800"'  # type: ignore[union-attr]
    (waiting,) = FETCHING.run_many([{}], json=True, async_functions=["fetch"])
    assert isinstance(waiting, hogvm.Result)
    assert waiting.suspended
    with pytest.raises(ValueError, match="json: expected True, False or 'bytes', got 'text'"):
        FILTER.run_many([{}], json="text")  # type: ignore[arg-type]


def test_no_events() -> None:
    assert FILTER.run_many([]) == []


def test_events_may_come_from_a_generator() -> None:
    assert values(reading("x").run_many({"x": i} for i in range(3))) == [0, 1, 2]


def test_a_failed_event_fails_alone() -> None:
    events: list[Any] = [{"x": 1}, {}, {"x": b""}, "{", 5, {"x": 2}, None, "\ud800", '{"x": 3}', b"\xff"]
    results = reading("x").run_many(events, threads=2)
    kinds = [r.kind if isinstance(r, hogvm.HogVMException) else r.value for r in results]
    assert kinds == [1, "function", "input", "input", "input", 2, "function", "input", 3, "input"]
    assert "globals.x: bytes is not text" in str(results[2])
    assert "event: expected a mapping" in str(results[4])


def test_failures_carry_what_they_do_elsewhere() -> None:
    error = THROWING.run_many([{}])[0]
    assert isinstance(error, hogvm.UncaughtHogVMException)
    assert (error.payload, error.ip, error.kind) == ({"code": 5}, 15, "uncaught")


def test_limits_are_for_each_event() -> None:
    results = FOREVER.run_many([{}, {}], timeout=0.02)
    assert all(isinstance(r, hogvm.HogVMRuntimeExceededException) for r in results)
    (error,) = reading("x").run_many([{"x": "a" * 500}], memory_limit=100)
    assert isinstance(error, hogvm.HogVMMemoryExceededException)


def test_functions_are_called_from_the_threads() -> None:
    names: set[str] = set()

    def f(n: int) -> Any:
        names.add(threading.current_thread().name)
        if n % 10 == 3:
            raise ValueError(n)
        return FILTER.run({"event": n, "properties": {}}).value

    results = CALLING.run_many([{"n": n} for n in range(100)], threads=2, functions={"f": f})
    for n, result in enumerate(results):
        if n % 10 == 3:
            assert isinstance(result, hogvm.HogVMHostException)
            assert isinstance(result.__cause__, ValueError)
        else:
            assert isinstance(result, hogvm.Result) and result.value is False
    assert threading.main_thread().name not in names


def test_an_interrupt_in_a_function_ends_the_batch() -> None:
    def f(n: int) -> None:
        raise SystemExit(n)

    with pytest.raises(SystemExit):
        CALLING.run_many([{"n": n} for n in range(100)], functions={"f": f})


def test_suspended_events_can_be_resumed() -> None:
    results = FETCHING.run_many([{"n": n} for n in range(5)], async_functions=["fetch"])
    for n, result in enumerate(results):
        assert isinstance(result, hogvm.Result)
        assert (result.function, result.args, result.stdout) == ("fetch", ["u"], ["a"])
        assert hogvm.Program.resume(result, {"status": 200}, {"n": n}).value == 200 + n


def test_what_was_not_read_before_is_fetched_when_asked_for() -> None:
    # return x[k]: with a computed name, an index, and a key with a dot
    computed = program(32, "a", 32, "b", 2, "concat", 2, 1, 1, 38)
    assert values(computed.run_many([{"ab": 1}, '{"ab": 2}'])) == [1, 2]
    indexed = program(33, 2, 32, "x", 1, 2, 38)
    assert values(indexed.run_many([{"x": ["a", "b"]}, {"x": ("c", "d")}])) == ["b", "d"]
    assert values(reading("x.y").run_many([{"x.y": 1, "x": {"y": 2}}])) == [1]
    assert values(reading("x", "y").run_many([{"x.y": 1, "x": {"y": 2}}, {"x": 5}])) == [2, None]


def test_a_value_read_twice_is_two() -> None:
    # let a := x; a.n := 2; return [a, x]
    p = program(32, "x", 1, 1, 36, 0, 32, "n", 33, 2, 46, 36, 0, 32, "x", 1, 1, 43, 2, 38)
    assert values(p.run_many([{"x": {"n": 1}}])) == [[{"n": 2}, {"n": 1}]]


def test_dates_and_shared_results() -> None:
    moment = datetime(2024, 1, 1, tzinfo=timezone.utc)
    assert values(reading("x").run_many([{"x": moment}])) == [moment]


@pytest.mark.parametrize("threads", [0, -1])
def test_threads_must_be_some(threads: int) -> None:
    with pytest.raises(ValueError, match="threads: expected 1 or more"):
        FILTER.run_many([{}], threads=threads)


@pytest.mark.parametrize("events", [{"event": "x"}, "{}", b"{}", 5])
def test_one_event_is_no_collection_of_them(events: Any) -> None:
    with pytest.raises(TypeError):
        FILTER.run_many(events)


def test_a_batch_searches_long_texts_as_a_run_does() -> None:
    # return text =~ '(?:[a-z]+ )+[0-9]$', which might take more than a moment in so long a text, and does not
    p = program(32, "(?:[a-z]+ )+[0-9]$", 32, "text", 1, 1, 23, 38)
    event = {"text": "words and " * 30_000 + "1"}
    assert values(p.run_many([event, event])) == [p.run(event).value] * 2 == [True, True]
