"""Running programs: settings, functions of the host, failures, threads and signals."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from programs import FILTER, FOREVER, THROWING, calling, program, reading

import hogvm


def test_a_filter() -> None:
    result = FILTER.run({"event": "$pageview", "properties": {"plan": "pro"}})
    assert result.value is True
    assert result.ops == 11
    assert result.max_memory > 0
    assert result.stdout == []
    assert not result.suspended
    assert (result.state, result.function, result.args) == (None, None, None)
    assert repr(result) == "<hogvm.Result value=True ops=11>"


def test_print_is_kept() -> None:
    assert calling("print", "a", 1).run().stdout == ["a 1"]


def test_missing_globals() -> None:
    with pytest.raises(hogvm.HogVMException, match="Global variable not found: event") as caught:
        FILTER.run()
    assert (caught.value.kind, caught.value.chunk, caught.value.ip) == ("function", "root", 6)


def test_an_uncaught_error_has_type_message_and_payload() -> None:
    with pytest.raises(hogvm.UncaughtHogVMException) as caught:
        THROWING.run()
    error = caught.value
    assert (error.type, error.message, error.payload) == ("Custom", "it broke", {"code": 5})
    assert str(error) == "Custom('it broke')"
    assert (error.kind, error.ip, error.ops) == ("uncaught", 15, 7)


@pytest.mark.parametrize("timeout", [0.02, timedelta(milliseconds=20)], ids=str)
def test_the_timeout_ends_a_run(timeout: Any) -> None:
    with pytest.raises(hogvm.HogVMRuntimeExceededException, match="timed out after 0.02 seconds") as caught:
        FOREVER.run(timeout=timeout)
    assert caught.value.timeout_seconds == 0.02
    assert caught.value.ops_performed > 0


def test_the_memory_limit_ends_a_run() -> None:
    with pytest.raises(hogvm.HogVMMemoryExceededException, match="Memory limit of 100 bytes exceeded") as caught:
        reading("x").run({"x": "a" * 200}, memory_limit=100)
    assert caught.value.memory_limit == 100
    assert caught.value.kind == "memory"


def test_the_heap_limit_ends_a_run() -> None:
    with pytest.raises(hogvm.HogVMMemoryExceededException, match="Out of memory"):
        reading("x").run({"x": "a" * (2 << 20)}, memory_limit=None, heap_limit=1 << 20)


def test_exceptions_can_be_pickled() -> None:
    with pytest.raises(hogvm.UncaughtHogVMException) as caught:
        THROWING.run()
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.payload, copy.ip) == (str(caught.value), {"code": 5}, 15)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"wrong": 1}, "unexpected keyword argument 'wrong'"), ({"timeout": "5"}, "timeout: expected seconds"),
        ({"functions": [print]}, "functions: expected a mapping"), ({"functions": {"f": 1}}, "functions: expected a mapping"),
        ({"functions": {1: print}}, "names that are str"), ({"memory_limit": 1.5}, "memory_limit: expected an int"),
        ({"async_functions": "fetch"}, "async_functions: expected a collection"), ({"clock": 5}, "clock: expected a function"),
        ({"imports": 5}, "imports: expected a mapping"), ({"globals": {}}, "multiple values for argument 'globals'"),
    ],
    ids=str,
)  # fmt: skip
def test_wrong_settings_are_type_errors(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        FILTER.run({}, **settings)


# Functions of the host.


def test_a_function_takes_and_gives_python_objects() -> None:
    given: list[Any] = []

    def f(*args: Any) -> Any:
        given.extend(args)
        return {"list": [1, (2, 3)]}

    # return f('a', 1, null, [1, tuple(2)], {1: 'x'})
    p = program(32, "a", 33, 1, 31, 33, 1, 33, 2, 44, 1, 43, 2, 33, 1, 32, "x", 42, 1, 2, "f", 5, 38)
    assert p.run(functions={"f": f}).value == {"list": [1, (2, 3)]}
    assert given == ["a", 1, None, [1, [2]], {"1": "x"}]


@pytest.mark.parametrize("answer", [(1, (2,)), [(1,)], {"k": (1, [(2,)])}, ({"k": [(1,)]},)])
def test_what_a_function_returns_is_converted_as_globals_are(answer: Any) -> None:
    assert calling("f").run(functions={"f": lambda: answer}).value == answer
    assert reading("x").run({"x": answer}).value == answer
    waiting = calling("f").run(async_functions=["f"])
    assert hogvm.Program.resume(waiting, answer).value == answer


def test_what_a_function_raises_is_the_cause() -> None:
    with pytest.raises(hogvm.HogVMHostException) as caught:
        calling("f", 5).run(functions={"f": lambda x: 1 // 0})
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.__cause__.__traceback__ is not None
    assert str(caught.value).startswith("ZeroDivisionError: ")
    assert (caught.value.kind, caught.value.ip) == ("host", 4)


def test_a_function_called_wrongly() -> None:
    with pytest.raises(hogvm.HogVMHostException) as caught:
        calling("f", 5).run(functions={"f": lambda: 1})
    assert isinstance(caught.value.__cause__, TypeError)


def test_what_a_function_returns_must_be_a_value() -> None:
    with pytest.raises(hogvm.HogVMInputException, match=r"f\(\).a: bytes is not text"):
        calling("f").run(functions={"f": lambda: {"a": b""}})


def test_an_exception_without_words_or_with_bad_ones() -> None:
    class Wordless(Exception):
        def __str__(self) -> str:
            raise ValueError

    def raising(error: BaseException) -> Any:
        raise error

    for error, words in ((Wordless(), "Wordless"), (KeyError(), "KeyError"), (ValueError("\ud800"), "ValueError")):
        with pytest.raises(hogvm.HogVMHostException) as caught:
            calling("f").run(functions={"f": lambda error=error: raising(error)})
        assert str(caught.value).startswith(words)


def test_interrupts_from_a_function_come_out_as_themselves() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calling("f").run(functions={"f": interrupt})


def test_a_function_goes_before_the_librarys() -> None:
    assert calling("upper", "a").run(functions={"upper": lambda text: text * 2}).value == "aa"
    assert calling("upper", "a").run().value == "A"


def test_a_function_may_run_programs_and_the_same_one() -> None:
    countdown = program(32, "n", 1, 1, 2, "next", 1, 38)  # return next(n)

    def next(n: int) -> Any:
        inner = countdown.run({"n": n - 1}, functions={"next": next}) if n > 0 else calling("upper", "end").run()
        return [n, inner.value]

    assert countdown.run({"n": 3}, functions={"next": next}).value == [3, [2, [1, [0, "END"]]]]


def test_a_failure_inside_is_the_cause_outside() -> None:
    with pytest.raises(hogvm.HogVMHostException) as caught:
        calling("f").run(functions={"f": lambda: THROWING.run()})
    assert isinstance(caught.value.__cause__, hogvm.UncaughtHogVMException)


def test_endless_recursion_through_functions_ends() -> None:
    p = calling("f")
    functions: dict[str, Any] = {}
    functions["f"] = lambda: p.run(functions=functions).value
    with pytest.raises(hogvm.HogVMHostException) as caught:
        p.run(functions=functions)
    causes: list[BaseException] = [caught.value]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    assert str(causes[-1]) == "Programs run each other through functions of the host more than 200 deep"


# Other settings.


def test_the_clock_and_the_seed_make_runs_repeat() -> None:
    now = program(2, "now", 0, 2, "toUnixTimestampMilli", 1, 38)
    assert now.run(clock=lambda: 1709210096.789).value == 1709210096789
    uuid = calling("generateUUIDv4")
    assert uuid.run(seed=7).value == uuid.run(seed=7).value != uuid.run(seed=8).value


def test_what_the_clock_raises_is_the_cause() -> None:
    with pytest.raises(hogvm.HogVMHostException) as caught:
        calling("now").run(clock=lambda: 1 // 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    "imports",
    [{"x": ["_H", 1, 33, 42, 38]}, {"x": {"bytecode": ["_H", 1, 33, 42, 38]}}, {"x": '["_H", 1, 33, 42, 38]'}],
    ids=["tokens", "chunk", "text"],
)
def test_imports(imports: dict[str, Any]) -> None:
    p = calling("import", "x")
    assert p.run(imports=imports).value == 42
    assert p.run(imports=imports.get).value == 42
    with pytest.raises(hogvm.HogVMException, match="Unknown chunk: x"):
        p.run(imports={})


def test_the_trace_is_a_row_for_each_instruction() -> None:
    trace = program(33, 1, 38).run(trace=True).trace
    assert [row[1:] for row in trace] == [("root", 0, "START", ""), ("", 2, "33/INTEGER", "1"), ("", 4, "38/RETURN", "")]


# Threads and signals.


def test_threads_share_a_program() -> None:
    p = program(32, "n", 1, 1, 2, "f", 1, 38)
    failures: list[Any] = []

    def work(base: int) -> None:
        for n in range(base, base + 500):
            value = p.run({"n": n}, functions={"f": lambda n: n * 2}).value
            if value != n * 2:
                failures.append((n, value))

    threads = [threading.Thread(target=work, args=(1000 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_other_threads_go_on_while_a_program_runs() -> None:
    runner = threading.Thread(target=lambda: pytest.raises(hogvm.HogVMException, FOREVER.run, timeout=2))
    runner.start()
    turns = 0
    while runner.is_alive() and turns < 10:
        turns += 1
        time.sleep(0)
    assert runner.is_alive()
    runner.join()


INTERRUPTED = """
import os, signal, threading
from programs import FOREVER
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    FOREVER.{call}
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("call", ["run(timeout=30)", "run_many([{}] * 4, timeout=30)", "run_many([{}], threads=1, timeout=30)"])
def test_a_keyboard_interrupt_ends_a_run(call: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(call=call)], env=environment, capture_output=True, text=True, timeout=25
    )
    assert (run.stdout, run.returncode) == ("interrupted\n", 0), run.stderr


def test_a_signal_handler_runs_meanwhile() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(hogvm.HogVMRuntimeExceededException):
            FOREVER.run(timeout=0.1)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert rung


def test_a_forked_process_runs_programs() -> None:
    assert FILTER.run_many([{"event": "e"}] * 10)
    child = os.fork()
    if child == 0:
        os._exit(0 if FILTER.run({"event": "e", "properties": {}}).value is False else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
