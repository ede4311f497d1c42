"""The examples of the package's documents, and what type checkers make of it."""

from __future__ import annotations

import doctest
import inspect
import pathlib
import subprocess
import sys

import pytest

import hogvm

ROOT = pathlib.Path(__file__).parents[3]


@pytest.mark.parametrize("document", ["bindings/python/README.md", "docs/python.md"])
def test_the_examples_give_what_they_say(document: str) -> None:
    failed, tried = doctest.testfile(str(ROOT / document), module_relative=False, encoding="utf-8")
    assert tried > 5
    assert failed == 0


@pytest.mark.parametrize("name", hogvm.__all__)
def test_all_that_is_public_has_documentation(name: str) -> None:
    public = getattr(hogvm, name)
    assert inspect.getdoc(public)
    for member, value in getattr(public, "__dict__", {}).items():
        if not member.startswith("_") and (callable(value) or isinstance(value, property)):
            assert inspect.getdoc(value), member


@pytest.mark.parametrize("method", ["run", "run_many", "run_async", "resume"])
def test_the_stub_has_the_settings_that_the_methods_take(method: str) -> None:
    stub = (ROOT / "bindings/python/hogvm/_engine.pyi").read_text()
    settings = ["functions", "async_functions", "timeout", "memory_limit", "heap_limit", "max_async_steps", "imports",
                "clock", "seed", "trace"]  # fmt: skip
    declaration = stub[stub.index(f"def {method}(") :]
    declaration = declaration[: declaration.index("->")]
    for setting in settings:
        assert f" {setting}: " in declaration
    program = hogvm.Program(["_H", 1, 29, 38])
    nothing = dict.fromkeys(settings)
    assert program.run(**nothing).value is True


def test_the_types_are_right() -> None:
    package = pathlib.Path(hogvm.__file__).parent
    tests = pathlib.Path(__file__).parent
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10", "--cache-dir", "/dev/null"]
    run = subprocess.run([*command, str(package), *map(str, tests.glob("*.py"))], capture_output=True, text=True, cwd=tests)
    assert run.returncode == 0, run.stdout + run.stderr
