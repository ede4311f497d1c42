"""Suspension and resumption, by hand and awaited."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from programs import FETCHING, FOREVER, calling, program

import hogvm


def suspended(**settings: Any) -> hogvm.Result:
    return FETCHING.run({"n": 1}, async_functions=["fetch"], **settings)


def test_a_suspended_result_says_what_it_waits_for() -> None:
    result = suspended()
    assert result.suspended
    assert (result.function, result.args, result.async_steps, result.stdout) == ("fetch", ["u"], 1, ["a"])
    assert repr(result) == "<hogvm.Result suspended in fetch>"
    with pytest.raises(ValueError, match="suspended in a call of fetch"):
        result.value  # noqa: B018


def test_a_result_is_resumed_once() -> None:
    result = suspended()
    assert hogvm.Program.resume(result, {"status": 200}, {"n": 1}).value == 201
    with pytest.raises(ValueError, match="resumed already"):
        hogvm.Program.resume(result, {"status": 200})
    with pytest.raises(ValueError, match="has finished"):
        hogvm.Program.resume(calling("upper", "a").run())


@pytest.mark.parametrize("form", [lambda s: s, json.dumps, lambda s: json.dumps(s).encode()], ids=["dict", "str", "bytes"])
def test_a_state_is_resumed_as_often_as_one_likes(form: Any) -> None:
    state = form(suspended().state)
    for status in (200, 404):
        result = FETCHING.resume(state, {"status": status}, '{"n": 1}')
        assert (result.value, result.stdout) == (status + 1, ["b"])


@pytest.mark.parametrize("form", [lambda r: r, lambda r: json.dumps(r.state)], ids=["result", "text"])
def test_exact_states_keep_what_json_loses(form: Any) -> None:
    # let t := (1, 2); let a := [1]; let b := a; fetch(); a[1] := 5; return [typeof(t), b[1]]
    losing = program(
        33, 1, 33, 2, 44, 2, 33, 1, 43, 1, 36, 1, 2, "fetch", 0, 35, 36, 1, 33, 1, 33, 5, 46,
        36, 0, 2, "typeof", 1, 36, 2, 33, 1, 45, 43, 2, 38,
    )  # fmt: skip
    for exact_states, expected in ((False, ["array", 1]), (True, ["tuple", 5])):
        result = losing.run(async_functions=["fetch"], exact_states=exact_states)
        assert losing.resume(form(result)).value == expected


@pytest.mark.parametrize("state", [{}, [], "{", 5, {"bytecodes": {}}, b"\xff", {"a": b""}])
def test_what_is_no_state_is_refused(state: Any) -> None:
    with pytest.raises(hogvm.HogVMLoadException):
        hogvm.Program.resume(state)


def test_the_globals_of_a_resumed_program_are_given_again() -> None:
    with pytest.raises(hogvm.HogVMException, match="Global variable not found: n"):
        hogvm.Program.resume(suspended(), {"status": 200})


def test_coroutine_functions_suspend() -> None:
    async def fetch(url: str) -> None:
        pass

    class Client:
        async def fetch(self, url: str) -> None:
            pass

    for function in (fetch, Client().fetch):
        assert FETCHING.run({"n": 1}, functions={"fetch": function}).function == "fetch"


def test_the_number_of_suspensions_is_limited() -> None:
    with pytest.raises(hogvm.HogVMException, match="Exceeded maximum number of async steps: 0") as caught:
        suspended(max_async_steps=0)
    assert caught.value.kind == "async_steps"


# run_async


def test_coroutine_functions_are_awaited() -> None:
    async def fetch(url: str) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"status": 200, "url": url}

    result = asyncio.run(FETCHING.run_async({"n": 1}, functions={"fetch": fetch}, trace=True))
    assert (result.value, result.stdout) == (201, ["a", "b"])
    assert [row[3] for row in result.trace].count("START") == 2


def test_many_runs_await_at_the_same_time() -> None:
    waiting = 0
    most = 0

    async def fetch(url: str) -> dict[str, Any]:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        await asyncio.sleep(0)
        waiting -= 1
        return {"status": 0}

    async def main() -> list[hogvm.Result]:
        return await asyncio.gather(*(FETCHING.run_async({"n": n}, functions={"fetch": fetch}) for n in range(20)))

    assert [result.value for result in asyncio.run(main())] == list(range(20))
    assert most > 1


def test_named_functions_may_return_awaitables_or_not() -> None:
    async def answer() -> dict[str, Any]:
        return {"status": 1}

    for fetch in (lambda url: answer(), lambda url: {"status": 1}):
        run = FETCHING.run_async({"n": 1}, functions={"fetch": fetch}, async_functions=["fetch"])
        assert asyncio.run(run).value == 2


def test_what_a_coroutine_raises_is_the_cause() -> None:
    async def fetch(url: str) -> None:
        raise OSError("unreachable")

    with pytest.raises(hogvm.HogVMHostException, match="OSError: unreachable") as caught:
        asyncio.run(FETCHING.run_async({"n": 1}, functions={"fetch": fetch}))
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.stdout == ["a"]
    assert caught.value.kind == "host"


def test_a_cancelled_task_is_cancelled() -> None:
    async def fetch(url: str) -> None:
        await asyncio.sleep(60)

    async def main() -> None:
        await asyncio.wait_for(FETCHING.run_async({"n": 1}, functions={"fetch": fetch}), 0.01)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(main())


def test_sleep_awaits() -> None:
    assert asyncio.run(program(33, 0, 2, "sleep", 1, 35, 33, 5, 38).run_async()).value == 5


def test_a_function_that_is_not_there() -> None:
    with pytest.raises(hogvm.HogVMException, match="Unsupported function call: fetch"):
        asyncio.run(FETCHING.run_async({"n": 1}, async_functions=["fetch"]))


def test_a_coroutine_where_none_is_expected_is_refused() -> None:
    async def fetch() -> None:
        pass

    coroutine = fetch()
    with pytest.raises(hogvm.HogVMInputException, match="name its function in `async_functions`"):
        calling("f").run(functions={"f": lambda: coroutine})
    coroutine.close()


def test_limits_hold_in_run_async() -> None:
    with pytest.raises(hogvm.HogVMRuntimeExceededException):
        asyncio.run(FOREVER.run_async(timeout=0.02))
