"""What rule sets and flags answer."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from hogvm.exceptions import HogVMException


class RuleFailure(NamedTuple):
    """A rule whose run failed: its id, and the exception that running it alone would raise."""

    id: str
    error: HogVMException


class Matches(NamedTuple):
    """The ids of the rules that match an event, and the rules that failed, both in the order of the rules."""

    ids: list[str]
    failures: list[RuleFailure]


class Explanation(NamedTuple):
    """Why a rule matches an event or does not."""

    outcome: Literal["matched", "not_matched", "failed", "disabled"]
    condition: str
    """The first condition that does not hold, as Hog: `properties.plan = 'pro'`. Of a rule that matches, all of it. Empty
    where the program is not made of conditions, or failed."""
    values: dict[str, Any]
    """What the event has at the paths in the condition."""
    error: HogVMException | None
    """Of a rule that failed."""
    ip: int
    """The token index of the condition's first token, or where the program ended."""
    text: str
    """All of this in a sentence."""


class FlagAnswer(NamedTuple):
    """What a flag is for a person, or why that can't be told here."""

    key: str
    outcome: Literal["decided", "inconclusive", "needs_server", "unknown"]
    """`inconclusive`: see `reason`. `needs_server`: a cohort is not among the definitions. `unknown`: no such flag."""
    value: bool | str | None
    """False, True or a variant's key; None if it is not decided."""
    payload: Any
    """The value's payload, parsed from JSON; None without one."""
    reason: (
        Literal["experience_continuity", "unsupported_definition", "unresolved_dependency", "missing_context"] | None
    )
    """Why it is not decided."""
    condition_index: int | None
    """The condition that decided, counted from 0; None if none did."""


class FlagProblem(NamedTuple):
    """Something wrong with the definitions. `str()` of it is a line."""

    flag: str
    """The flag's key; empty for a cohort, or where the key itself is at fault."""
    pointer: str
    """The place in the definitions, as a JSON pointer."""
    message: str

    def __str__(self) -> str:
        flag = f'flag "{self.flag}": ' if self.flag else ""
        return f"{flag}{self.message} (at {self.pointer})"
