"""execute_bytecode, in the ways that users of PostHog's Python VM call it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import hogvm
from hogvm import execute_bytecode


def test_the_result_is_an_object_of_three() -> None:
    tokens = ["_H", 1, 32, "a", 2, "print", 1, 35, 33, 2, 33, 1, 6, 38]
    answer = execute_bytecode(tokens, {}, {}, timedelta(seconds=5))
    assert answer == hogvm.BytecodeResult(result=3, bytecodes={"root": {"bytecode": tokens}}, stdout=["a"])


def test_version_0_reverses_arguments() -> None:
    assert execute_bytecode(["_h", 32, "1", 32, "2", 2, "concat", 2, 38]).result == "21"
    assert execute_bytecode(["_H", 1, 32, "1", 32, "2", 2, "concat", 2, 38]).result == "12"


def test_a_dict_of_chunks() -> None:
    chunks = {"root": {"bytecode": ["_H", 1, 32, "x", 2, "import", 1, 38]}, "x": {"bytecode": ["_H", 1, 33, 7, 38]}}
    answer = execute_bytecode(chunks, team=None)
    assert answer.result == 7
    assert answer.bytecodes is chunks
    assert execute_bytecode({"bytecodes": chunks}).result == 7


def test_functions_get_their_arguments() -> None:
    assert execute_bytecode(["_H", 1, 33, 5, 2, "double", 1, 38], functions={"double": lambda n: n * 2}).result == 10


def test_an_exception_of_a_function_comes_out_as_itself() -> None:
    error = KeyError("mine")

    def f() -> None:
        raise error

    with pytest.raises(KeyError) as caught:
        execute_bytecode(["_H", 1, 2, "f", 0], functions={"f": f})
    assert caught.value is error


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (["_H", 1, 29, 2, "notAFunction", 1], "Unsupported function call: notAFunction"),
        (["_H", 1, 32, "nothing", 1, 1], "Global variable not found: nothing"),
    ],
)
def test_errors_are_worded_as_there(tokens: list[Any], words: str) -> None:
    with pytest.raises(hogvm.HogVMException) as caught:
        execute_bytecode(tokens, {})
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("timeout", [0.02, timedelta(milliseconds=20)])
def test_the_timeout(timeout: Any) -> None:
    with pytest.raises(hogvm.HogVMRuntimeExceededException) as caught:
        execute_bytecode(["_H", 1, 29, 40, 2, 39, -5], timeout=timeout)
    assert caught.value.timeout_seconds == 0.02


def test_a_changed_list_is_noticed() -> None:
    tokens: list[Any] = ["_H", 1, 33, 1, 38]
    assert execute_bytecode(tokens).result == 1
    tokens[3] = 2
    assert execute_bytecode(tokens).result == 2
    tokens[3] = True
    assert execute_bytecode(tokens).result is True
    tokens[2:4] = [32, "x"]
    assert execute_bytecode(tokens).result == "x"


def test_more_lists_than_are_kept() -> None:
    lists = [["_H", 1, 33, n, 38] for n in range(600)]
    for _ in range(2):
        assert [execute_bytecode(tokens).result for tokens in lists] == list(range(600))


def test_sleep_blocks() -> None:
    answer = execute_bytecode(["_H", 1, 32, "a", 2, "print", 1, 35, 33, 0, 2, "sleep", 1, 35, 32, "b", 2, "print", 1, 38])
    assert answer.stdout == ["a", "b"]
