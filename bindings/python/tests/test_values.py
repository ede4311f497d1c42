"""Python's objects as Hog's values, and back."""

from __future__ import annotations

import enum
import math
import uuid
from collections import OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from programs import calling, program, reading

import hogvm

X = reading("x")


def there_and_back(value: Any) -> Any:
    return X.run({"x": value}).value


class Color(enum.IntEnum):
    RED = 1


class Word(str):
    pass


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 1.5, -0.0, 1e300, math.inf, -math.inf,
        "", "text", "é", "日本語", "😀", "\0", "\ud83d", "x\udc00y", "a" * 100_000,
        [], [1, [2, [3]]], (), (1, (2,)), [(1, 2), [3]], {}, {"a": {"b": [1]}}, {1: "one", None: 2, 1.5: 3},
        date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31),
        datetime(2024, 2, 29, 12, 30, 1, 250_000, timezone.utc),
        datetime(2024, 7, 1, 9, tzinfo=ZoneInfo("Europe/Brussels")),
        datetime(2024, 7, 1, 9, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(2024, 7, 1, 9, tzinfo=timezone(-timedelta(hours=3))),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
def test_comes_back_as_it_went(value: Any) -> None:
    back = there_and_back(value)
    assert back == value
    assert type(back) is type(value)
    assert repr(back) == repr(value) or isinstance(value, datetime)
    if isinstance(value, datetime):
        assert back.utcoffset() == value.utcoffset()


def test_nan_comes_back() -> None:
    assert math.isnan(there_and_back(math.nan))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Color.RED, 1), (Word("w"), "w"), (Decimal("5"), 5), (Decimal("5.25"), 5.25), (Decimal(2**62), 2**62),
        (Fraction(1, 4), 0.25), (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (OrderedDict(a=1), {"a": 1}), (defaultdict(int, a=1), {"a": 1}), (MappingProxyType({"a": 1}), {"a": 1}),
        (UserDict(a=1), {"a": 1}), (UserList([1, 2]), [1, 2]), (deque([1, 2]), [1, 2]), (range(3), [0, 1, 2]),
        (datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=timezone.utc)),
        ("\ud83d\ude00", "😀"),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
def test_comes_back_as_the_plain_type(value: Any, wanted: Any) -> None:
    back = there_and_back(value)
    assert back == wanted
    assert type(back) is type(wanted)


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {"list": []}
    value["list"].append(value)
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"x", "globals.x: bytes is not text"), (bytearray(b"x"), "bytearray is not text"),
        (memoryview(b"x"), "memoryview is not text"), (2**63, "an integer of 64 bits"), (-(2**63) - 1, "64 bits"),
        (10**5000, "an integer of 16610 bits"), ({1, 2}, "set has no order"), (object(), "object is no Hog value"),
        (print, "give it as one of `functions`"), (lambda: 1, "give it as one of `functions`"), (1j, "complex is no"),
        (timedelta(1), "timedelta is no Hog value"), ({"a": [1, {"b": b""}]}, "globals.x.a[1].b: bytes"),
        ({("t",): 1}, "a key of type tuple"), (deep(100_000), "nested deeper than 2000 levels"),
        (cyclic(), "or in itself"),
    ],
    ids=lambda value: str(type(value)),
)  # fmt: skip
def test_is_refused_with_the_reason_and_the_place(value: Any, words: str) -> None:
    with pytest.raises(hogvm.HogVMInputException) as caught:
        there_and_back(value)
    assert words in str(caught.value)
    assert caught.value.kind == "input"
    assert len(str(caught.value)) < 500


def test_only_what_is_read_is_converted() -> None:
    assert reading("x", "y").run({"x": {"y": 1, "z": b""}, "w": object()}).value == 1


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (["a", "b"], 1), (["a", "nothing"], None), (["nothing_at_all", "x"], LookupError), (["none", "x"], None),
        (["list", 2], "two"), (["list", -1], "three"), (["list", 9], None), (["tuple", 1, "k"], "v"), (["list", 0], IndexError),
        (["text", "length"], 2), (["numbers", 5], "five"), (["when", "zone"], "UTC"), (["users", "a"], 1),
    ],
    ids=str,
)  # fmt: skip
def test_paths_lead_through_dicts_lists_and_mappings(path: list[Any], wanted: Any) -> None:
    tokens = [token for key in reversed(path) for token in ((32, key) if isinstance(key, str) else (33, key))]
    p = program(*tokens, 1, len(path), 38)
    globals = {
        "a": {"b": 1}, "none": None, "list": ["one", "two", "three"], "tuple": ({"k": "v"},), "text": "ab",
        "numbers": {5: "five"}, "when": datetime(2024, 1, 1, tzinfo=timezone.utc), "users": UserDict(a=1),
    }  # fmt: skip
    if wanted in (LookupError, IndexError):
        with pytest.raises(hogvm.HogVMException, match="Global variable not found|start from index 1"):
            p.run(globals)
    else:
        assert p.run(globals).value == wanted


def test_a_defaultdict_is_not_made_longer() -> None:
    globals: dict[str, Any] = defaultdict(dict, {"x": defaultdict(dict)})
    assert reading("x", "y").run(globals).value is None
    assert not globals["x"]


def test_a_program_does_not_change_what_it_was_given() -> None:
    # let p := x; p.a := 2; return p
    globals = {"x": {"a": 1}}
    assert program(32, "x", 1, 1, 36, 0, 32, "a", 33, 2, 46, 36, 0, 38).run(globals).value == {"a": 2}
    assert globals == {"x": {"a": 1}}


class Failing(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise RuntimeError("no such luck")

    def __iter__(self) -> Iterator[str]:
        return iter(["a"])

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize("globals", [Failing(), {"a": Failing()}], ids=["globals", "value"])
def test_what_an_object_raises_is_the_cause(globals: Any) -> None:
    with pytest.raises(hogvm.HogVMHostException) as caught:
        reading("a").run(globals)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert str(caught.value) == "RuntimeError: no such luck"
    assert (caught.value.kind, caught.value.chunk, caught.value.ip) == ("host", "root", 4)


def test_an_object_may_change_while_it_is_read() -> None:
    items: list[Any] = []

    class Shrinking(UserList[int]):
        def __iter__(self) -> Iterator[int]:
            items.clear()
            return iter([1])

    items += [Shrinking(), "x", "y"]
    assert there_and_back(items) == [[1]]


@pytest.mark.parametrize("globals", [[1], 5, object()], ids=repr)
def test_globals_must_be_a_mapping_or_text(globals: Any) -> None:
    with pytest.raises(TypeError, match="globals: expected a mapping or JSON text"):
        X.run(globals)


@pytest.mark.parametrize("globals", ['{"x": [1, 2.5]}', b'{"x": [1, 2.5]}'], ids=["str", "bytes"])
def test_globals_may_be_json_text(globals: str | bytes) -> None:
    assert X.run(globals).value == [1, 2.5]


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(hogvm.HogVMInputException, match="globals: not JSON"):
        X.run("{")


def test_what_is_shared_stays_shared() -> None:
    # let a := [[1]]; return [a, a]
    a, b = program(33, 1, 43, 1, 43, 1, 36, 0, 36, 0, 43, 2, 38).run().value
    assert a is b


def test_a_value_that_doubles_forty_times_is_converted_once() -> None:
    # let a := [[]]; 40 times a := [a, a]; return a
    tokens: list[Any] = [43, 0, 43, 1] + [36, 0, 36, 0, 43, 2, 37, 0] * 40 + [36, 0, 38]
    value = program(*tokens).run(memory_limit=None).value
    assert value[0] is value[1]
    assert value[0][0][0] is value[1][1][1]


def test_what_holds_itself_does_so_in_python() -> None:
    # let a := {}; a.self := a; return a
    value = program(42, 0, 36, 0, 32, "self", 36, 0, 46, 36, 0, 38).run().value
    assert value["self"] is value


def test_a_result_that_is_too_deep_is_an_error() -> None:
    # return [[[...]]]
    tokens: list[Any] = [43, 0] + [43, 1] * 5000 + [38]
    with pytest.raises(hogvm.HogVMException) as caught:
        program(*tokens).run()
    assert caught.value.kind == "depth"


def test_errors_and_functions_are_dicts() -> None:
    assert calling("Error", "m").run().value == {"__hogError__": True, "type": "Error", "message": "m"}
    assert program(32, "upper", 1, 1, 38).run().value["callable"]["name"] == "upper"


def test_dates_that_python_has_not_are_dicts() -> None:
    value = there_and_back({"__hogDateTime__": True, "dt": 1e15, "zone": "UTC"})
    assert value == {"__hogDateTime__": True, "dt": 1e15, "zone": "UTC"}
    assert there_and_back({"__hogDate__": True, "year": 2023, "month": 2, "day": 30})["day"] == 30


def test_the_form_of_dates_in_json_is_restored() -> None:
    assert there_and_back({"__hogDate__": True, "year": 2024, "month": 2, "day": 29}) == date(2024, 2, 29)
