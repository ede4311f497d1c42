"""Small programs that the tests share, each with the Hog that it is of."""

from __future__ import annotations

from typing import Any

import hogvm


def program(*tokens: Any) -> hogvm.Program:
    return hogvm.Program(["_H", 1, *tokens])


def reading(*path: str) -> hogvm.Program:
    """return first.second..."""
    keys = [token for key in reversed(path) for token in (32, key)]
    return program(*keys, 1, len(path), 38)


def calling(name: str, *args: Any) -> hogvm.Program:
    """return name(args), the arguments being texts, numbers or null"""
    tokens: list[Any] = []
    for arg in args:
        tokens += [31] if arg is None else [32, arg] if isinstance(arg, str) else [33, arg]
    return program(*tokens, 2, name, len(args), 38)


# return event == '$pageview' and properties.plan == 'pro'
FILTER = program(
    32, "$pageview", 32, "event", 1, 1, 11, 32, "pro", 32, "plan", 32, "properties", 1, 2, 11, 3, 2, 38
)
# while (true) {}
FOREVER = program(29, 40, 2, 39, -5)
# throw HogError('Custom', 'it broke', {'code': 5})
THROWING = program(32, "Custom", 32, "it broke", 32, "code", 33, 5, 42, 1, 2, "HogError", 3, 49)
# print('a'); let x := fetch('u'); print('b'); return x.status + n
FETCHING = program(
    32, "a", 2, "print", 1, 35, 32, "u", 2, "fetch", 1, 32, "b", 2, "print", 1, 35,
    32, "n", 1, 1, 36, 0, 32, "status", 45, 6, 38,
)  # fmt: skip
