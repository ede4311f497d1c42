"""What can go wrong.

Everything that the engine raises is a `HogVMException`. The names that PostHog's own Python VM has are the same here, and
so are their fields.
"""

from __future__ import annotations

from typing import Any


class HogVMException(Exception):
    """A run that failed, or a program that can't be loaded.

    `str()` of it is the engine's message. All of them can be pickled.
    """

    kind: str = "function"
    """What went wrong: uncaught, timeout, memory, depth, asyncsteps, cancelled, bytecode, function, argument, host, input
    or load."""
    chunk: str = ""
    """The chunk that ran: `root`, or the name of an imported one."""
    ip: int = 0
    """The index, in the chunk's token array, of the instruction that failed."""
    ops: int = 0
    """How many instructions had been executed."""
    max_memory: float = 0.0
    """The peak memory in the accounting of the reference VM, in bytes."""
    stdout: list[str]
    """The lines that had been printed."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.stdout = []


class UncaughtHogVMException(HogVMException):
    """The program threw an error that nothing in it caught."""

    type: str
    """Such as `Error` or `RetryError`."""
    message: str
    payload: Any
    """What the program gave as the error's third part; None without one."""

    def __init__(self, type: str, message: str, payload: Any = None) -> None:
        super().__init__(type, message, payload)
        self.kind = "uncaught"
        self.type = type
        self.message = message
        self.payload = payload

    def __str__(self) -> str:
        escaped = self.message.replace("'", "\\'")
        return f"{self.type}('{escaped}')"


class HogVMRuntimeExceededException(HogVMException):
    """The program ran longer than its timeout."""

    timeout_seconds: float
    ops_performed: int


class HogVMMemoryExceededException(HogVMException):
    """The program needed more memory than its limit."""

    memory_limit: int
    attempted_memory: float


class HogVMHostException(HogVMException):
    """A function of the host, or an object among the globals, raised; `__cause__` is its exception."""


class HogVMInputException(HogVMException):
    """An object that can't be a Hog value: among the globals, or a function's result. The message says which and where."""


class HogVMLoadException(HogVMException):
    """What was given is no program or no state; the message says what is wrong where."""


class FilterError(HogVMLoadException):
    """A filter that can't be compiled. The message names the property, its operator and what to do about it."""

    message: str
    pointer: str
    """Where in the filter, as a JSON pointer; of an error in an option, where in that: `/cohorts/5`. Empty for the whole."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message, pointer)
        self.kind = "load"
        self.message = message
        self.pointer = pointer

    def __str__(self) -> str:
        return f"{self.message} (at {self.pointer})" if self.pointer else self.message


class RuleError(HogVMLoadException):
    """A rule that can't be loaded."""

    id: str
    """Empty if it has none."""
    message: str
    pointer: str
    """Where in what was given, as a JSON pointer."""

    def __init__(self, id: str, message: str, pointer: str = "") -> None:
        super().__init__(id, message, pointer)
        self.kind = "load"
        self.id = id
        self.message = message
        self.pointer = pointer

    def __str__(self) -> str:
        rule = f'rule "{self.id}": ' if self.id else ""
        return f"{rule}{self.message}" + (f" (at {self.pointer})" if self.pointer else "")
