"""Filters and rule sets: forms of input, errors, hostile objects, and rules that change while others match."""

from __future__ import annotations

import json
import pickle
import signal
import threading
import time
from collections import UserDict, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pytest

import hogvm

VIEWS: dict[str, Any] = {"events": [{"id": "$pageview", "type": "events"}]}
PRO: dict[str, Any] = {"properties": [{"type": "person", "key": "plan", "value": "pro"}]}
EVENT: dict[str, Any] = {"event": "$pageview", "properties": {}, "person": {"properties": {"plan": "pro"}}}
FOREVER = ["_H", 1, 29, 40, 2, 39, -5]


def rules() -> hogvm.RuleSet:
    return hogvm.RuleSet([{"id": "views", "filter": VIEWS}, {"id": "pro", "filter": PRO}])


class Raising(Mapping[str, Any]):
    """Raises for one key, has another."""

    def __init__(self, error: BaseException, **members: Any) -> None:
        self.error = error
        self.members = members

    def __getitem__(self, key: str) -> Any:
        if key in self.members:
            return self.members[key]
        raise self.error

    def __contains__(self, key: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        raise self.error

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize("given", [VIEWS, UserDict(VIEWS), MappingProxyType(VIEWS), json.dumps(VIEWS), json.dumps(VIEWS).encode()])
def test_a_filter_is_a_mapping_or_json_text(given: Any) -> None:
    tokens = hogvm.compile_filter(given)
    assert tokens == ["_H", 1, 32, "$pageview", 32, "event", 1, 1, 11]
    assert hogvm.Program(tokens).run(EVENT).value is True


def test_options_of_filters() -> None:
    member = {"properties": [{"type": "cohort", "key": "id", "value": 5}]}
    cohort = {"type": "AND", "values": PRO["properties"]}
    assert hogvm.compile_filter(member, cohorts={5: cohort}) == hogvm.compile_filter(PRO)
    assert hogvm.compile_filter(member, cohorts=[{"id": 5, "properties": cohort}]) == hogvm.compile_filter(PRO)
    testers = hogvm.compile_filter({"filter_test_accounts": True}, test_account_properties=PRO["properties"])
    assert testers == hogvm.compile_filter(PRO)
    admin = {"properties": [{"type": "person", "key": "admin", "value": "true"}]}
    for names in (["admin"], {"admin"}, ("person.admin",), {"person": ["admin"]}):
        assert "true" not in hogvm.compile_filter(admin, boolean_properties=names)
    nested = {"events": [{"id": "e", "type": "events", "properties": [{"type": "event", "key": "a.b", "operator": "is_set"}]}]}
    assert "a.b" not in hogvm.compile_filter(nested, nested_property_events={"e"})
    path = {"properties": [{"type": "event", "key": "p", "operator": "is_cleaned_path_exact", "value": "/users/1"}]}
    cleaned = hogvm.compile_filter(path, path_cleaning=[{"regex": r"/users/\d+", "alias": "/users/:id"}])
    assert cleaned != hogvm.compile_filter(path)
    assert hogvm.compile_filter(VIEWS, cohorts=None, path_cleaning=None) == hogvm.compile_filter(VIEWS)


def test_an_error_names_the_place() -> None:
    age = {"type": "event", "key": "age", "operator": "between", "value": ["a", 3]}
    with pytest.raises(hogvm.FilterError, match='property "age"') as caught:
        hogvm.compile_filter({"properties": [age]})
    error = caught.value
    assert error.pointer == "/properties/0/value"
    assert str(error) == f"{error.message} (at {error.pointer})"
    assert error.kind == "load" and isinstance(error, hogvm.HogVMLoadException)
    same = pickle.loads(pickle.dumps(error))
    assert (same.message, same.pointer) == (error.message, error.pointer)


def test_an_error_in_an_option_names_the_option() -> None:
    with pytest.raises(hogvm.FilterError, match="RE2") as caught:
        hogvm.compile_filter({}, path_cleaning=[{"regex": "(", "alias": ""}])
    assert caught.value.pointer == "/path_cleaning/0/regex"
    unknown: Any = {"cohort": {}}
    with pytest.raises(TypeError, match="cohort"):
        hogvm.compile_filter({}, **unknown)


def deep(levels: int, make: Any) -> Any:
    inner: Any = {"type": "AND", "values": []}
    for _ in range(levels):
        inner = make(inner)
    return inner


CYCLIC: dict[str, Any] = {"type": "AND", "values": []}
CYCLIC["values"].append(CYCLIC)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (b"\xff", "not JSON"), ("{", "not JSON"), ("[" * 10_000, "nested"), (5, "5"), (None, "null"),
        ({"properties": [b"x"]}, r"filter\.properties\[0\]: bytes"), ({"properties": CYCLIC}, "nested"),
        ({"properties": deep(10_000, lambda v: {"type": "AND", "values": [v]})}, "nested"),
        ({"properties": deep(1_000, lambda v: {"type": "AND", "values": [v]})}, "nested"),
        ({"properties": [{"type": "event", "key": "a", "value": datetime(2026, 1, 1)}]}, "datetime"),
        ({"properties": [{"type": "event", "key": "a", "value": 10**5000}]}, "16610 bits"),
        ({1: 2}, "key of type int"),
    ],
    ids=lambda given: "",
)  # fmt: skip
def test_what_is_no_filter_is_refused(given: Any, why: str) -> None:
    with pytest.raises(hogvm.FilterError, match=why):
        hogvm.compile_filter(given)


def test_objects_that_raise_come_out_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError):
        hogvm.compile_filter(Raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        rules().set(Raising(ZeroDivisionError()))


@pytest.mark.parametrize(
    "event", [EVENT, UserDict(EVENT), json.dumps(EVENT), json.dumps(EVENT).encode()], ids=lambda e: type(e).__name__
)
def test_matching(event: Any) -> None:
    matches = rules().match(event)
    assert matches.ids == ["views", "pro"]
    assert matches.failures == []


def test_a_default_dict_is_left_as_it_is() -> None:
    event: Any = defaultdict(dict, event="$pageview")
    assert rules().match(event).ids == ["views"]
    assert list(event) == ["event"]


def test_a_rule_that_fails_is_reported_alone() -> None:
    matches = rules().match({"event": "$pageview"})
    assert matches.ids == ["views"]
    (failure,) = matches.failures
    assert failure.id == "pro"
    assert str(failure.error) == "Global variable not found: person.properties.plan"
    assert failure.error.kind == "function"
    assert rules().match(None).ids == []


def test_what_a_program_throws_is_its_error() -> None:
    throwing = ["_H", 1, 32, "Custom", 32, "it broke", 32, "code", 33, 5, 42, 1, 2, "HogError", 3, 49]
    ((id, error),) = hogvm.RuleSet([{"id": "t", "bytecode": throwing}]).match({}).failures
    assert id == "t" and isinstance(error, hogvm.UncaughtHogVMException)
    assert (error.type, error.message, error.payload, error.ip) == ("Custom", "it broke", {"code": 5}, 15)


def test_explanations() -> None:
    explanation = rules().explain("pro", {**EVENT, "person": {"properties": {"plan": "free"}}})
    assert explanation is not None
    assert explanation.outcome == "not_matched"
    assert explanation.condition == "person.properties.plan = 'pro'"
    assert explanation.values == {"person.properties.plan": "free"}
    assert explanation.error is None
    assert "free" in explanation.text
    matched, failed = rules().explain("pro", json.dumps(EVENT)), rules().explain("pro", {})
    assert matched is not None and matched.outcome == "matched"
    assert failed is not None and failed.outcome == "failed" and "person" in str(failed.error)
    assert rules().explain("nobody", EVENT) is None


def test_rules_that_can_not_be_loaded_are_told() -> None:
    given = [{"id": "a"}, {"id": "views", "filter": VIEWS}, {"id": "b", "filter": {"properties": 5}}, 7]
    loaded = hogvm.RuleSet(json.dumps(given))
    assert len(loaded) == 1 and loaded.match(EVENT).ids == ["views"]
    assert [(e.id, e.pointer.split("/")[1]) for e in loaded.errors] == [("a", "0"), ("b", "2"), ("", "3")]
    same = pickle.loads(pickle.dumps(loaded.errors[0]))
    assert str(same) == str(loaded.errors[0])
    no_rules: Any
    for no_rules in ("{", {}, "5", [b""], CYCLIC):
        with pytest.raises(hogvm.RuleError):
            hogvm.RuleSet(no_rules)


def test_changing_rules() -> None:
    changing = hogvm.RuleSet()
    assert len(changing) == 0 and repr(changing) == "<hogvm.RuleSet of 0 rule(s)>"
    changing.set({"id": "a", "filter": VIEWS})
    changing.set('{"id": "b", "bytecode": ["_H", 1, 29, 38]}')
    assert changing.match(EVENT).ids == ["a", "b"]
    changing.set({"id": "a", "filter": VIEWS, "enabled": False})
    assert changing.match(EVENT).ids == ["b"]
    with pytest.raises(hogvm.RuleError, match='rule "b"') as caught:
        changing.set({"id": "b", "filter": {"properties": 5}})
    assert caught.value.id == "b"
    assert changing.match(EVENT).ids == ["b"]
    assert changing.remove("b") and not changing.remove("b")
    (refused,) = changing.set_all([{"id": "c", "filter": VIEWS}, {"id": ""}])
    assert refused.pointer == "/1/id"
    assert changing.match(EVENT).ids == ["c"]


def test_the_filters_of_rules_have_options() -> None:
    member = {"properties": [{"type": "cohort", "key": "id", "value": 5}]}
    with_cohort = hogvm.RuleSet([{"id": "m", "filter": member}], cohorts={5: {"type": "AND", "values": PRO["properties"]}})
    assert with_cohort.errors == [] and with_cohort.match(EVENT).ids == ["m"]
    unknown: Any = {"functions": {}}
    with pytest.raises(TypeError, match="functions"):
        hogvm.RuleSet([], **unknown)


def test_limits_are_those_of_a_rule() -> None:
    endless = hogvm.RuleSet([{"id": "endless", "bytecode": FOREVER}, {"id": "views", "filter": VIEWS}], timeout=0.02)
    for event in (EVENT, json.dumps(EVENT)):
        matches = endless.match(event)
        assert matches.ids == ["views"]
        error = matches.failures[0].error
        assert isinstance(error, hogvm.HogVMRuntimeExceededException) and error.timeout_seconds == 0.02


@pytest.mark.parametrize("bad", [b"x", object(), 10**5000, {1, 2}, CYCLIC], ids=lambda bad: type(bad).__name__)
def test_what_can_not_be_a_value_fails_the_rules_that_read_it(bad: Any) -> None:
    matches = rules().match({**EVENT, "person": {"properties": {"plan": bad}}})
    assert matches.ids == ["views"]
    assert [f.id for f in matches.failures] == ["pro"]
    assert isinstance(matches.failures[0].error, hogvm.HogVMInputException)
    beside = {**EVENT, "person": {"properties": {"plan": "pro", "other": bad}}}
    assert rules().match(beside).ids == ["views", "pro"]


def test_a_mapping_that_raises_fails_the_rules_that_read_it() -> None:
    cause = ValueError("no such thing")
    matches = rules().match(Raising(cause, event="$pageview"))
    assert matches.ids == ["views"]
    error = matches.failures[0].error
    assert isinstance(error, hogvm.HogVMHostException) and error.__cause__ is cause
    assert str(error) == "ValueError: no such thing"


def test_an_interrupt_in_a_mapping_ends_the_match() -> None:
    with pytest.raises(KeyboardInterrupt):
        rules().match(Raising(KeyboardInterrupt()))


@pytest.mark.parametrize("event", [{}, "{}"], ids=["dict", "text"])
def test_a_signal_ends_a_match(event: Any) -> None:
    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    endless = hogvm.RuleSet([{"id": str(i), "bytecode": FOREVER} for i in range(5)], timeout=30)
    before = signal.signal(signal.SIGALRM, ring)
    started = time.monotonic()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(Alarm):
            endless.match(event)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - started < 25


def test_a_mapping_may_match_events_itself() -> None:
    outer = rules()

    class Asking(UserDict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            assert outer.match(EVENT).ids[:2] == ["views", "pro"]
            outer.set({"id": "new", "filter": {}})
            return super().__getitem__(key)

    assert outer.match(Asking(EVENT)).ids == ["views", "pro"]
    assert outer.match(EVENT).ids == ["views", "pro", "new"]


@pytest.mark.parametrize("event", [EVENT, json.dumps(EVENT)], ids=["dict", "text"])
def test_rules_change_while_others_match(event: Any) -> None:
    shared = rules()
    failed: list[Any] = []
    stop = threading.Event()

    def match() -> None:
        while not stop.is_set():
            matches = shared.match(event)
            if matches.ids not in (["views", "pro"], ["views", "pro", "x"]) or matches.failures:
                failed.append(matches)

    threads = [threading.Thread(target=match) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(300):
        shared.set({"id": "x", "filter": VIEWS})
        shared.remove("x")
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
