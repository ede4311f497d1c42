"""`Program.run_async`: a run whose asynchronous functions are awaited."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hogvm.exceptions import HogVMException, HogVMHostException

if TYPE_CHECKING:
    from hogvm._engine import Program, Result


async def run_async(
    program: Program,
    globals: Mapping[str, Any] | str | bytes | None = None,
    *,
    functions: Mapping[str, Callable[..., Any]] | None = None,
    **settings: Any,
) -> Result:
    """run_async(globals=None, **settings)

    Runs the program and awaits the coroutine functions among `functions`, and those that async_functions names. Hog's
    `sleep` awaits asyncio's. In between the program runs on the event loop's thread, for as long as `timeout` allows.
    """
    given = dict(functions or {})
    printed: list[str] = []
    trace: list[Any] = []
    try:
        result = program.run(globals, functions=given, **settings)
        while result.suspended:
            printed += result.stdout
            trace += result.trace
            answer = await _answer(result, given)
            result = program.resume(result, answer, globals, functions=given, **settings)
    except HogVMException as error:
        error.stdout[:0] = printed
        raise
    result.stdout[:0] = printed
    result.trace[:0] = trace
    return result


async def _answer(call: Result, functions: Mapping[str, Callable[..., Any]]) -> Any:
    name, args = str(call.function), call.args or []
    function = functions.get(name)
    if function is None and name == "sleep":
        seconds = args[0] if args else 0
        return await asyncio.sleep(max(0, seconds) if isinstance(seconds, (int, float)) else 0)
    if function is None:
        raise _with_place(HogVMException(f"Unsupported function call: {name}"), call, "function")
    try:
        answer = function(*args)
        return await answer if inspect.isawaitable(answer) else answer
    except Exception as cause:
        words = f": {cause}" if str(cause) else ""
        raise _with_place(HogVMHostException(f"{type(cause).__name__}{words}"), call, "host") from cause


def _with_place(error: HogVMException, call: Result, kind: str) -> HogVMException:
    error.kind = kind
    error.ops = call.ops
    error.max_memory = call.max_memory
    return error
