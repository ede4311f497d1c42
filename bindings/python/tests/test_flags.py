"""Feature flags: forms of people and definitions, hostile objects, and definitions that change while others evaluate."""

from __future__ import annotations

import json
import pathlib
import threading
import uuid
from collections import UserDict, defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from test_rules import CYCLIC, Raising

import hogvm

ROOT = pathlib.Path(__file__).parents[3]


def flag(key: str, *properties: dict[str, Any], **filters: Any) -> dict[str, Any]:
    return {"key": key, "active": True, "filters": {"groups": [{"properties": list(properties)}], **filters}}


PRO = {"key": "plan", "value": "pro"}
DEFINITIONS: dict[str, Any] = {
    "flags": [
        flag("pro", PRO, payloads={"true": '{"colour": "blue"}'}),
        flag("testers", {"key": "id", "type": "cohort", "value": 99}),
        flag("big", {"key": "seats", "value": 50, "operator": "gt"}, aggregation_group_type_index=0),
        flag("new", {"key": "joined", "value": "-7d", "operator": "is_date_after"}),
        {"key": "split", "active": True, "filters": {"groups": [{"properties": []}], "multivariate": {"variants": [
            {"key": "test", "rollout_percentage": 100}]}}},
    ],
    "group_type_mapping": {"0": "company"},
}  # fmt: skip


def flags() -> hogvm.FlagSet:
    return hogvm.FlagSet(DEFINITIONS)


def test_an_answer() -> None:
    answer = flags().evaluate("pro", distinct_id="ann", person_properties={"plan": "pro"})
    assert answer == hogvm.FlagAnswer("pro", "decided", True, {"colour": "blue"}, None, 0)
    assert flags().evaluate("split", "ann").value == "test"
    assert flags().evaluate("pro", "ann", person_properties={"plan": "free"}) == ("pro", "decided", False, None, None, None)
    assert flags().evaluate("pro", "ann") == ("pro", "inconclusive", None, None, "missing_context", None)
    assert flags().evaluate("testers", "ann") == ("testers", "needs_server", None, None, "unsupported_definition", None)
    assert flags().evaluate("nothing", "ann") == ("nothing", "unknown", None, None, None, None)


@pytest.mark.parametrize(
    "person", [{"plan": "pro"}, UserDict(plan="pro"), '{"plan": "pro"}', b'{"plan": "pro"}'], ids=lambda p: type(p).__name__
)
def test_people_are_mappings_or_json_text(person: Any) -> None:
    assert flags().evaluate("pro", "ann", person_properties=person).value is True


@pytest.mark.parametrize("definitions", [UserDict(DEFINITIONS), json.dumps(DEFINITIONS), json.dumps(DEFINITIONS).encode()])
def test_definitions_are_a_mapping_or_json_text(definitions: Any) -> None:
    loaded = hogvm.FlagSet(definitions)
    assert loaded.keys == ["pro", "testers", "big", "new", "split"]
    assert loaded.evaluate("split", "ann").value == "test"


def test_groups() -> None:
    def seats(**context: Any) -> Any:
        return flags().evaluate("big", "ann", **context).value

    assert seats() is False
    assert seats(groups={"company": "acme"}) is None
    assert seats(groups={"company": "acme"}, group_properties={"company": {"seats": 80}}) is True
    assert seats(groups='{"company": 5}', group_properties='{"company": {"seats": 8}}') is False
    assert seats(groups={"company": "acme"}, group_properties={"company": '{"seats": 80}'}) is True
    with pytest.raises(TypeError, match="group_properties.company"):
        seats(groups={"company": "acme"}, group_properties={"company": 5})
    with pytest.raises(TypeError, match="groups"):
        seats(groups={1: "acme"})


NOW = datetime(2026, 3, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize("joined", [datetime(2026, 3, 8), date(2026, 3, 8), NOW - timedelta(2), "2026-03-08"], ids=str)
def test_dates_among_properties_are_as_in_json(joined: Any) -> None:
    for now in (NOW, NOW.timestamp(), NOW.replace(tzinfo=None)):
        assert flags().evaluate("new", "ann", person_properties={"joined": joined}, now=now).value is True
    later = NOW + timedelta(30)
    assert flags().evaluate("new", "ann", person_properties={"joined": joined}, now=later).value is False


def test_other_values_among_properties_are_as_in_json() -> None:
    id = uuid.uuid4()
    cases = [(id, str(id), "exact"), (Decimal("2.5"), 2, "gt"), (2**70, 2**69, "gt"), (True, "true", "exact")]
    for given, wanted, operator in cases:
        one = hogvm.FlagSet({"flags": [flag("f", {"key": "x", "value": wanted, "operator": operator})]})
        assert one.evaluate("f", "ann", person_properties={"x": given}).value is True


def test_all_flags() -> None:
    answers = flags().evaluate_all("ann", person_properties={"plan": "pro"})
    assert list(answers) == flags().keys
    for key, answer in answers.items():
        assert answer == flags().evaluate(key, "ann", person_properties={"plan": "pro"})


def test_problems_are_told_and_the_rest_works() -> None:
    (problem,) = flags().problems
    assert problem.flag == "testers"
    assert problem.pointer == "/flags/1/filters/groups/0/properties/0"
    assert str(problem) == f'flag "testers": {problem.message} (at {problem.pointer})'
    assert "exact" in flags().disassemble("pro") and flags().disassemble("nothing") == ""
    assert repr(flags()) == "<hogvm.FlagSet of 5 flag(s)>"


def test_replacing_definitions() -> None:
    changing = flags()
    changing.replace({"flags": [flag("other")]})
    assert changing.keys == ["other"] and changing.problems == []
    bad: list[Any] = ["{", 5, b"\xff", {"flags": 5}, {"flags": [object()]}, CYCLIC]
    for definitions in bad:
        with pytest.raises(hogvm.HogVMLoadException):
            changing.replace(definitions)
    assert changing.evaluate("other", "ann").value is True


def test_a_zone_that_there_is_not_is_refused() -> None:
    with pytest.raises(hogvm.HogVMLoadException):
        hogvm.FlagSet(DEFINITIONS, local_zone="Nowhere/Else")


@pytest.mark.parametrize("bad", [b"x", object(), 10**5000, float("nan"), float("inf"), {1, 2}, CYCLIC], ids=lambda b: type(b).__name__)
def test_what_can_not_be_a_property_is_refused_where_it_is_read(bad: Any) -> None:
    with pytest.raises(hogvm.HogVMInputException, match=r"^person_properties\.plan"):
        flags().evaluate("pro", "ann", person_properties={"plan": bad})
    with pytest.raises(hogvm.HogVMInputException):
        flags().evaluate_all("ann", person_properties={"plan": bad})
    assert flags().evaluate("pro", "ann", person_properties={"plan": "pro", "other": bad}).value is True


def test_a_mapping_that_raises_is_the_cause() -> None:
    cause = ValueError("no such thing")
    for context in ({"person_properties": Raising(cause)}, {"groups": Raising(cause)}):
        with pytest.raises(hogvm.HogVMHostException, match="^ValueError: no such thing$") as caught:
            flags().evaluate("pro", "ann", **context)  # type: ignore[arg-type]
        assert caught.value.__cause__ is cause
    with pytest.raises(KeyboardInterrupt):
        flags().evaluate_all("ann", person_properties=Raising(KeyboardInterrupt()))
    assert flags().evaluate("pro", "ann", person_properties={"plan": "pro"}).value is True


def test_a_default_dict_is_left_as_it_is() -> None:
    person: Any = defaultdict(str)
    assert flags().evaluate("pro", "ann", person_properties=person).outcome == "inconclusive"
    assert not person


@pytest.mark.parametrize(
    ("arguments", "context", "why"),
    [
        (("pro",), {}, "distinct_id"), ((), {"distinct_id": "ann"}, "key"), ((5, "ann"), {}, "key: expected str, got int"),
        (("pro", 5), {}, "distinct_id: expected str"), (("pro", "ann"), {"person": {}}, "unexpected keyword argument 'person'"),
        (("pro", "ann"), {"person_properties": 5}, "person_properties: expected a mapping"),
        (("pro", "ann"), {"now": "today"}, "now: expected a datetime"), (("pro", "ann", {}), {}, "positional"),
        (("pro", "ann"), {"groups": "[]"}, "groups: expected a mapping"),
    ],
    ids=str,
)  # fmt: skip
def test_arguments_of_other_types_are_refused(arguments: Any, context: Any, why: str) -> None:
    with pytest.raises(TypeError, match=why):
        flags().evaluate(*arguments, **context)


def test_a_source_may_evaluate_and_replace_itself() -> None:
    shared = flags()

    class Asking(UserDict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            assert shared.evaluate("split", "ann").value == "test"
            shared.replace(DEFINITIONS)
            return super().__getitem__(key)

    assert shared.evaluate("pro", "ann", person_properties=Asking(plan="pro")).value is True


def test_definitions_change_while_others_evaluate() -> None:
    shared = hogvm.FlagSet({"flags": [flag("f", PRO)]})
    others: list[Any] = [{"flags": [flag("f", PRO)]}, json.dumps({"flags": [flag("g"), flag("f", {"key": "plan", "value": ["pro"]})]})]
    failed: list[Any] = []
    stop = threading.Event()

    def evaluate() -> None:
        while not stop.is_set():
            one = shared.evaluate("f", "ann", person_properties={"plan": "pro"})
            every = shared.evaluate_all("ann", person_properties=UserDict(plan="pro"))
            if one.value is not True or every["f"].value is not True:
                failed.append((one, every))

    threads = [threading.Thread(target=evaluate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(300):
        shared.replace(others[i % 2])
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
