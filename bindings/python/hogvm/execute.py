"""`execute_bytecode`, as users of PostHog's own Python VM know it.

The semantics are the engine's, which are those of the reference VM in TypeScript; docs/python.md lists where they differ
from the Python VM's.
"""

from __future__ import annotations

import operator
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any

from hogvm._engine import Program, Result
from hogvm.exceptions import HogVMException, HogVMHostException

_MOST_LOADED = 256


@dataclass
class BytecodeResult:
    """What a run gave, the chunks that it ran by name, and the lines that it printed."""

    result: Any
    bytecodes: dict[str, Any]
    stdout: list[str]


def execute_bytecode(
    input: list[Any] | dict[str, Any],
    globals: Mapping[str, Any] | None = None,
    functions: Mapping[str, Callable[..., Any]] | None = None,
    timeout: timedelta | float = timedelta(seconds=5),
    team: object = None,
) -> BytecodeResult:
    """Runs bytecode, a list of tokens or a dict of chunks: `{"root": {"bytecode": [...]}, ...}`.

    An exception that one of `functions` raises comes out as itself; all else that goes wrong is a `HogVMException`. The
    timeout is a timedelta or in seconds. `sleep` blocks the thread. `team` is there for callers of the Python VM, whose
    cohort functions ask its database; nothing here does.

    The same list given again is not loaded again, unless its tokens have changed.
    """
    bytecodes = input if isinstance(input, dict) else {"root": {"bytecode": input}}
    cause: BaseException | None = None
    try:
        result = _run(_loaded(input), globals, functions, timeout)
    except HogVMHostException as error:
        cause = error.__cause__
        if cause is None:
            raise
    if cause is not None:
        raise cause
    return BytecodeResult(result=result.value, bytecodes=bytecodes, stdout=result.stdout)


def _run(
    program: Program,
    globals: Mapping[str, Any] | None,
    functions: Mapping[str, Callable[..., Any]] | None,
    timeout: timedelta | float,
) -> Result:
    result = program.run(globals, functions=functions, timeout=timeout)
    printed: list[str] = []
    while result.suspended:
        if result.function != "sleep":
            raise HogVMException(f"Unsupported function call: {result.function}")
        printed += result.stdout
        seconds = result.args[0] if result.args else 0
        time.sleep(max(0, seconds) if isinstance(seconds, (int, float)) else 0)
        result = Program.resume(result, None, globals, functions=functions, timeout=timeout)
    result.stdout[:0] = printed
    return result


# The programs of the lists that were given last, by the lists' identity. The tokens are kept beside them: as long as each
# is the same object as it was, the program is the same, too.
_programs: OrderedDict[int, tuple[list[Any], Program]] = OrderedDict()
_lock = Lock()


def _loaded(input: list[Any] | dict[str, Any]) -> Program:
    if isinstance(input, dict):
        return Program(input if "bytecodes" in input and "root" not in input else {"bytecodes": input})
    with _lock:
        known = _programs.get(id(input))
        if known is not None and _is_same(known[0], input):
            _programs.move_to_end(id(input))
            return known[1]
    tokens = list(input)
    program = Program(tokens)
    with _lock:
        _programs[id(input)] = (tokens, program)
        _programs.move_to_end(id(input))
        if len(_programs) > _MOST_LOADED:
            _programs.popitem(last=False)
    return program


def _is_same(tokens: list[Any], others: list[Any]) -> bool:
    return len(tokens) == len(others) and all(map(operator.is_, tokens, others))
