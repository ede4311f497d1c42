#!/usr/bin/env python3
"""Hostile Python objects through the Python package: as globals, as what host functions and awaited calls answer, as
states, filters, rules, flags and settings.

    fuzz/python.py [--seed S] [--first I] [--count N] [--seconds T] [--last FILE]

An act may raise. It must not end the process, take more than a few seconds, or change what a later one gives; and a
plain value must come out of a program as it went in. `--seed S --first I --count 1` repeats an act; its number is in
FILE if the process ends in it.
"""
import argparse
import collections
import copy
import datetime
import decimal
import enum
import fractions
import gc
import itertools
import json
import os
import pathlib
import random
import resource
import sys
import time
import types
import uuid
import zoneinfo

import hogvm

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLOWEST = 5  # seconds
LIMITS = {"timeout": 0.05, "memory_limit": 2**20, "heap_limit": 2**26, "max_async_steps": 3}
FILTERS = json.loads((ROOT / "rules/filter_cases.json").read_text())
FLAGS = [
    (json.loads(case["definitions"]), json.loads(case["cases"][0]["person"]))
    for case in json.loads((ROOT / "rules/flag_cases.json").read_text())
]

TEXTS = ["", "a", "Hello", "é😀", "\0", "__proto__", "length", "$pageview", "1", "4294967295", "x" * 5000, "ÿ", "日本"]
NUMBERS = [0, 1, -1, 0.1, 1e21, 5e-324, 2**53, -(2**63), 2**63 - 1, 1e308, 300]
KEYS = ["a", "b", "event", "properties", "person", "v", "1", "0", "é", "a.b", "$x y", ""]
MARKS = ["__hogDateTime__", "__hogDate__", "__hogError__", "__hogCallable__", "__hogClosure__", "__isHogTuple", "__hx_ast"]
MARKS += ["dt", "zone", "year", "month", "day", "type", "callable", "upvalues", "argCount", "ip", "upvalueCount", "length"]


def plain(draw, depth=3):
    """A value that comes out as it went in."""
    kind = draw.randrange(8 if depth > 0 else 5)
    if kind == 0:
        return None
    if kind == 1:
        return draw.random() < 0.5
    if kind == 2:
        return draw.choice(NUMBERS)
    if kind == 3:
        return draw.choice(TEXTS)
    if kind == 4:
        return draw.randrange(10**6) / 8
    if kind == 5:
        return [plain(draw, depth - 1) for _ in range(draw.randrange(5))]
    if kind == 6:
        return tuple(plain(draw, depth - 1) for _ in range(draw.randrange(4)))
    return {draw.choice(KEYS): plain(draw, depth - 1) for _ in range(draw.randrange(5))}


class Boom(Exception):
    pass


class Liar(collections.abc.Mapping):
    """A mapping that lies about its size, throws, or changes while it is read."""

    def __init__(self, draw, depth):
        self.draw, self.depth = draw, depth

    def __getitem__(self, key):
        if self.draw.random() < 0.2:
            raise Boom(key)
        return strange(self.draw, self.depth - 1)

    def __iter__(self):
        if self.draw.random() < 0.2:
            raise Boom("iter")
        return iter(self.draw.choices(KEYS + [1, None, (1,)], k=3))

    def __len__(self):
        return self.draw.choice([0, 3, 2**40])


class Row(collections.abc.Sequence):
    def __init__(self, draw, depth):
        self.draw, self.depth = draw, depth

    def __getitem__(self, at):
        if at > self.draw.choice([1, 5, 500]):
            raise self.draw.choice([IndexError, Boom])("end")
        return strange(self.draw, self.depth - 1)

    def __len__(self):
        return self.draw.choice([0, 3, 2**40, 100])


class Eater:
    """Empties the container that it is in when something is asked of it."""

    def __init__(self, container):
        self.container = container

    def eat(self):
        self.container.clear()
        gc.collect(0)

    def __str__(self):
        self.eat()
        return "eaten"

    def __float__(self):
        self.eat()
        return 1.0

    def __index__(self):
        self.eat()
        return 1

    def __eq__(self, other):
        self.eat()
        return True

    def __hash__(self):
        return hash("a")


class EaterNumber(Eater, fractions.Fraction):
    def __new__(cls, container):
        return fractions.Fraction.__new__(cls, 1, 2)


class Zone(datetime.tzinfo):
    def __init__(self, offset):
        self.offset = offset

    def utcoffset(self, when):
        if isinstance(self.offset, Exception):
            raise self.offset
        return self.offset

    def tzname(self, when):
        return self.offset

    def dst(self, when):
        return None


class Text(str):
    def __eq__(self, other):
        raise Boom("eq")

    __hash__ = str.__hash__


class Whole(int):
    def __int__(self):
        raise Boom("int")


class Colour(enum.IntEnum):
    RED = 1


class Slots:
    __slots__ = ("a",)

    @property
    def __class__(self):
        return dict


def cycle():
    one = {"a": 1}
    one["self"] = one
    return one


def looped():
    one = [1]
    one.append(one)
    return one


def eater(kind):
    container = [1, 2, 3] if kind is list else {"b": 2}
    morsel = EaterNumber(container)
    if kind is list:
        container[1:1] = [morsel, {"x": morsel}]
    else:
        container["a"] = morsel
        container["c"] = [morsel] * 3
    return container


def deep(draw):
    value = 1
    for _ in range(draw.choice([10, 1990, 2010, 20000])):
        value = [value] if draw.random() < 0.5 else {"d": value}
    return value


def strange(draw, depth=3):
    """An object of which nothing can be relied on."""
    if depth <= 0 or draw.random() < 0.2:
        return plain(draw, 1)
    inner = lambda: strange(draw, depth - 1)
    return draw.choice(
        [
            lambda: object(),
            lambda: b"bytes",
            lambda: bytearray(3),
            lambda: 10**40,
            lambda: -(2**64),
            lambda: draw.choice([float("nan"), float("inf"), -0.0]),
            lambda: decimal.Decimal(draw.choice(["1.5", "NaN", "sNaN", "Infinity", "1e5000", "9223372036854775808"])),
            lambda: fractions.Fraction(10**400, 3),
            lambda: complex(1, 2),
            lambda: draw.choice([set(), {1, "a"}, frozenset([1])]),
            lambda: "\ud83d" + draw.choice(TEXTS) + "\udc00",
            lambda: Text("a"),
            lambda: Whole(5),
            lambda: Colour.RED,
            lambda: Slots(),
            lambda: Liar(draw, depth),
            lambda: Row(draw, depth),
            lambda: cycle(),
            lambda: looped(),
            lambda: eater(list),
            lambda: eater(dict),
            lambda: deep(draw),
            lambda: datetime.datetime(draw.choice([1, 1969, 2024, 9999]), 12, 31, 23, 59, 59, 999999),
            lambda: datetime.datetime(2024, 3, 31, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Brussels"), fold=1),
            lambda: datetime.datetime(2024, 1, 1, tzinfo=Zone(draw.choice([None, datetime.timedelta(hours=23), Boom("tz"), 5, "x"]))),
            lambda: datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=14))),
            lambda: datetime.date(draw.choice([1, 9999]), 1, 1),
            lambda: datetime.timedelta(days=999999999),
            lambda: datetime.time(1, 2),
            lambda: uuid.UUID(int=draw.getrandbits(128)),
            lambda: types.SimpleNamespace(a=1),
            lambda: types.MappingProxyType({"a": inner()}),
            lambda: collections.OrderedDict(a=inner(), b=inner()),
            lambda: collections.defaultdict(list, a=inner()),
            lambda: collections.ChainMap({"a": inner()}, {"b": 1}),
            lambda: collections.UserDict(a=inner()),
            lambda: collections.UserString("text"),
            lambda: collections.deque([inner()]),
            lambda: range(draw.choice([3, 10**7])),
            lambda: memoryview(b"abc"),
            lambda: (x for x in [inner()]),
            lambda: itertools.count(),
            lambda: lambda: 1,
            lambda: Boom,
            lambda: {draw.choice([1, 1.5, True, None, (1, 2), b"x", 10**30, float("nan"), "\ud800"]): inner()},
            lambda: {draw.choice(MARKS): draw.choice([True, inner()]) for _ in range(1 + draw.randrange(5))},
            lambda: {draw.choice(KEYS): inner() for _ in range(3)},
            lambda: [inner(), inner()],
            lambda: (inner(),),
        ]
    )()


def spoilt(draw, document):
    """A document with a few of its places taken by strange objects."""
    made = copy.deepcopy(document)
    for _ in range(1 + draw.randrange(3)):
        at = made
        for left in range(draw.randrange(8), -1, -1):
            if type(at) is dict:
                key = draw.choice(list(at) or KEYS) if draw.random() < 0.95 else draw.choice(KEYS)
            elif type(at) is list and at:
                key = draw.randrange(len(at))
            else:
                break
            below = at.get(key) if type(at) is dict else at[key]
            if left == 0 or type(below) not in (dict, list):
                at[key] = strange(draw)
                break
            at = below
    return made


def text(value):
    return [32, value]


V = [*text("v"), 1, 1]
IDENTITY = hogvm.Program(["_H", 1, *V, 38])
ANSWER = hogvm.Program(["_H", 1, *V, 2, "f", 1, 38])
PRINTS = hogvm.Program(["_H", 1, *V, 2, "print", 1, 35, *V, 2, "jsonStringify", 1, 38])
PARTS = hogvm.Program(["_H", 1, *text("a"), *text("v"), 1, 2, *text("b"), *text("a"), *text("v"), 1, 3, 33, 1, *text("v"), 1, 2, 43, 3, 38])
WAITS = ["_H", 1, *V, 2, "wait", 1, 36, 0, 2, "toString", 1, 2, "print", 1, 35, 38]
TOKENS = [WAITS, ["_H", 1, *V, 36, 0, 2, "keys", 1, 38], ["_H", 1, 52, "f", 1, 0, 3, 36, 0, 38, 53, 0, *V, 2, "arrayMap", 2, 38]]
ANY = [IDENTITY, PRINTS, PARTS]
FLAG_SETS = [hogvm.FlagSet(definitions) for definitions, _ in FLAGS]


def waiting():
    return hogvm.Program(WAITS).run({"v": [1, {"a": 2}]}, async_functions=["wait"]).state


def person(given):
    return {
        "distinct_id": given.get("distinctId", "x"),
        "person_properties": given.get("personProperties"),
        "groups": given.get("groups"),
        "group_properties": given.get("groupProperties"),
    }


def round_trip(draw):
    v = plain(draw)
    assert IDENTITY.run({"v": v}).value == v, v


def listed(value):
    """With lists for tuples, which functions neither take nor always give."""
    return json.loads(json.dumps(value))


def round_trip_of_answers(draw):
    v = plain(draw)
    assert listed(ANSWER.run({"v": 1}, functions={"f": lambda one: v}).value) == listed(v), v
    assert listed(ANSWER.run({"v": v}, functions={"f": lambda one: one}).value) == listed(v), v


def raises(draw):
    def f(one):
        raise draw.choice([Boom("f"), KeyboardInterrupt(), SystemExit(3), RecursionError("r"), MemoryError(), StopIteration()])

    ANSWER.run({"v": 1}, functions={"f": f}, **LIMITS)


def rules(draw):
    made = hogvm.RuleSet([{"id": "a", "filter": draw.choice(FILTERS["cases"])["filter"]}, {"id": "b", "bytecode": ["_H", 1, *V]}], timeout=0.05)
    made.match(spoilt(draw, FILTERS["events"][0]))
    made.set_all([spoilt(draw, {"id": "c", "filter": draw.choice(FILTERS["cases"])["filter"]}), spoilt(draw, {"id": "b", "bytecode": draw.choice(TOKENS)})])
    made.match({"v": strange(draw), **FILTERS["events"][0]})
    made.explain("b", {"v": strange(draw)})
    made.remove(strange(draw))


def flags(draw):
    chosen = draw.choice(FLAG_SETS)
    given = spoilt(draw, person(draw.choice(FLAGS)[1]))
    chosen.evaluate_all(**given)
    chosen.evaluate(draw.choice(chosen.keys), **given, now=strange(draw))


def definitions(draw):
    made = hogvm.FlagSet(spoilt(draw, draw.choice(FLAGS)[0]))
    made.evaluate_all(**person(draw.choice(FLAGS)[1]))
    made.replace(strange(draw))


ACTS = [
    round_trip,
    round_trip_of_answers,
    raises,
    rules,
    flags,
    definitions,
    lambda draw: draw.choice(ANY).run({"v": strange(draw)}, **LIMITS),
    lambda draw: draw.choice(ANY).run(strange(draw), **LIMITS),
    lambda draw: ANSWER.run({"v": strange(draw)}, functions={"f": lambda one: strange(draw)}, **LIMITS),
    lambda draw: ANSWER.run({"v": 1}, **spoilt(draw, {**LIMITS, "functions": None, "imports": None, "clock": None, "seed": 1})),
    lambda draw: hogvm.Program(spoilt(draw, draw.choice(TOKENS))).run({"v": strange(draw)}, **LIMITS),
    lambda draw: hogvm.Program(strange(draw)),
    lambda draw: hogvm.Program.resume(spoilt(draw, waiting()), strange(draw), {"v": 1}, **LIMITS),
    lambda draw: hogvm.Program.resume(waiting(), strange(draw), strange(draw), **LIMITS),
    lambda draw: IDENTITY.run_many([strange(draw) if draw.random() < 0.3 else {"v": strange(draw)} for _ in range(draw.randrange(6))], threads=2, **LIMITS),
    lambda draw: IDENTITY.run_many(({"v": strange(draw)} for _ in range(3)), threads=2, **LIMITS),
    lambda draw: hogvm.compile_filter(spoilt(draw, draw.choice(FILTERS["cases"])["filter"])),
    lambda draw: hogvm.compile_filter(draw.choice(FILTERS["cases"])["filter"], cohorts=strange(draw), path_cleaning=strange(draw)),
]


def sane():
    """What came before has left nothing behind."""
    assert IDENTITY.run({"v": {"a": [1, "x", None]}}).value == {"a": [1, "x", None]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--last")
    given = parser.parse_args()
    if given.count is None and given.seconds is None:
        parser.error("how many? --count N or --seconds T")
    place = os.open(given.last, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if given.last else None
    until = given.seconds or float("inf")  # of a processor
    index, slowest = given.first, 0.0
    while (given.count is None or index < given.first + given.count) and time.process_time() < until:
        if place is not None:
            os.pwrite(place, f"--seed {given.seed} --first {index} --count 1".ljust(60).encode(), 0)
        draw = random.Random(given.seed * 10**9 + index)
        started = time.process_time()
        try:
            draw.choice(ACTS)(draw)
        except AssertionError as error:
            sys.exit(f"act {index} of seed {given.seed}: {error}")
        except BaseException:  # an act's own
            pass
        took = time.process_time() - started
        assert took < SLOWEST, f"act {index} of seed {given.seed} took {took} s"
        slowest = max(slowest, took)
        index += 1
        if index % 64 == 0:
            sane()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    assert grown < 1500, f"the process has grown to {grown} MiB"
    print(f"python: {index - given.first} acts of seed {given.seed}, the slowest {1000 * slowest:.0f} ms, {grown} MiB at most")


if __name__ == "__main__":
    main()
