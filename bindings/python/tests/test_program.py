"""Programs as objects: loading, comparing, pickling, inspecting."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any

import pytest
from programs import FILTER, program

import hogvm

TOKENS = ["_H", 1, 33, 1, 38]


@pytest.mark.parametrize(
    "bytecode",
    [
        TOKENS, tuple(TOKENS), json.dumps(TOKENS), json.dumps(TOKENS).encode(),
        {"bytecodes": {"root": {"bytecode": TOKENS}}}, json.dumps({"bytecodes": {"root": {"bytecode": TOKENS}}}),
    ],
    ids=lambda bytecode: type(bytecode).__name__,
)  # fmt: skip
def test_is_loaded_from_tokens_bundles_and_text(bytecode: Any) -> None:
    assert hogvm.Program(bytecode).run().value == 1


@pytest.mark.parametrize(
    ("bytecode", "words"),
    [
        ([], "Invalid HogQL bytecode"), ([1, 2], "Invalid HogQL bytecode"), ({}, "bytecodes"), ("{", "not JSON"),
        (5, "expected an array of tokens"), (None, "expected an array"), (["_H", 1, b""], r"program\[2\]: bytes is not text"),
        (["_H", 1, object()], "object is no Hog value"), (["_H", 1, math.nan], "NaN is no JSON"),
        ({"bytecodes": {"root": {"bytecode": 5}}}, "root"), ({1: 2}, "keys are str here"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_program_is_refused(bytecode: Any, words: str) -> None:
    with pytest.raises(hogvm.HogVMLoadException, match=words) as caught:
        hogvm.Program(bytecode)
    assert caught.value.kind == "load"


def test_programs_of_the_same_tokens_are_equal() -> None:
    same, other = program(33, 1, 38), program(33, 2, 38)
    assert same == hogvm.Program(json.dumps(TOKENS)) and hash(same) == hash(hogvm.Program(TOKENS))
    assert same != other and same != TOKENS
    assert len({same, other, hogvm.Program(TOKENS)}) == 2
    assert program(34, math.inf) != program(34, None)


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_programs_are_copied_and_pickled(clone: Any) -> None:
    assert clone(FILTER) == FILTER
    assert clone(FILTER).run({"event": "$pageview", "properties": {"plan": "pro"}}).value is True


def test_the_bytecode_is_told() -> None:
    assert hogvm.Program(TOKENS).bytecode == TOKENS
    assert program(34, 1.0, 34, 10**20, 32, "\ud83d").bytecode == ["_H", 1, 34, 1.0, 34, 1e20, 32, "\ud83d"]
    bundle = {"bytecodes": {"root": {"bytecode": TOKENS}, "x": {"bytecode": TOKENS, "globals": {"a": [1]}}}}
    assert hogvm.Program(bundle).bytecode == bundle


def test_what_a_program_reads_and_what_would_fail() -> None:
    assert FILTER.reads == ["event", "properties.plan"]
    assert FILTER.check() == []
    (finding,) = program(2, "nothing", 0, 38).check()
    assert finding[:2] == ("root", 2)
    assert "nothing" in finding[2]
    assert "RETURN" in FILTER.disassemble()
    assert FILTER.version == 1
    assert hogvm.Program(["_h", 29]).version == 0


def test_a_program_can_not_be_subclassed_or_results_made() -> None:
    with pytest.raises(TypeError):
        type("Sub", (hogvm.Program,), {})
    with pytest.raises(TypeError):
        hogvm.Result()
