from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, final

from hogvm.exceptions import HogVMException

@final
class Result:
    """How a run ended: finished with a value, or suspended in an asynchronous call."""

    @property
    def value(self) -> Any:
        """What the program returned. Raises ValueError if it is suspended."""
    @property
    def stdout(self) -> list[str]:
        """The lines that it printed."""
    @property
    def ops(self) -> int:
        """How many instructions were executed."""
    @property
    def max_memory(self) -> float:
        """The peak memory in the accounting of the reference VM, in bytes."""
    @property
    def running_ms(self) -> float:
        """Milliseconds of running, those before suspensions included."""
    @property
    def async_steps(self) -> int:
        """How often it was suspended so far."""
    @property
    def suspended(self) -> bool:
        """Whether it waits for the answer of an asynchronous function."""
    @property
    def function(self) -> str | None:
        """The name of that function; None if it is not suspended."""
    @property
    def args(self) -> list[Any] | None:
        """The arguments of that call; None if it is not suspended."""
    @property
    def state(self) -> dict[str, Any] | None:
        """All that it takes to go on, here or in another process, as a dict that JSON can hold; None if it is not
        suspended."""
    @property
    def trace(self) -> list[tuple[float, str, int, str, str]]:
        """With trace=True, the executed instructions: (ms, chunk, ip, op, debug)."""

@final
class Program:
    """HogVM bytecode, loaded once.

    Takes the tokens as a list, a bundle of chunks as a dict (`{"bytecodes": {"root": {"bytecode": [...]}}}`), or either
    as JSON text. Raises HogVMLoadException for what is no program. A Program never changes; any number of threads may run
    it. Programs of the same tokens are equal, and they can be pickled.
    """

    def __init__(self, bytecode: Iterable[Any] | Mapping[str, Any] | str | bytes) -> None: ...
    @property
    def bytecode(self) -> list[Any] | dict[str, Any]:
        """What it was loaded from, anew: a list of tokens, or a dict."""
    @property
    def version(self) -> float:
        """As the header says; 0 reverses the arguments of functions."""
    @property
    def reads(self) -> list[str]:
        """The paths of globals that it reads, such as 'properties.plan'."""
    def check(self) -> list[tuple[str, int, str]]:
        """What would fail if it were reached: a list of (chunk, ip, message)."""
    def disassemble(self) -> str:
        """The instructions, a line each."""
    def __hash__(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def run(
        self,
        globals: Mapping[str, Any] | str | bytes | None = None,
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        async_functions: Iterable[str] | None = None,
        timeout: float | timedelta | None = 5,
        memory_limit: int | None = 67108864,
        heap_limit: int | None = 536870912,
        max_async_steps: int | None = 100,
        imports: Mapping[str, Any] | Callable[[str], Any] | None = None,
        clock: Callable[[], float] | None = None,
        seed: int | None = None,
        trace: bool | None = False,
    ) -> Result:
        """Runs the program.

        globals: a dict or any other Mapping, of which only what the program reads is converted; or JSON text.
        functions: the host's, by name. Coroutine functions among them suspend the program.
        async_functions: names of more functions that suspend it.
        timeout: of running, suspensions not counted; seconds or a timedelta. None for no limit, here and below.
        memory_limit: bytes in the accounting of the reference VM.
        heap_limit: real bytes that the run's values may take.
        max_async_steps: how often it may be suspended.
        imports: the chunks that the program may import, by name; each is a list of tokens, a dict with "bytecode" and
            "globals", or either as JSON text. A function is asked for them, and gives None for what it does not know.
        clock: gives the time, in seconds since 1970; the system's by default.
        seed: of the random numbers, so that a run repeats.
        trace: record Result.trace.

        Raises HogVMException.
        """
    def run_many(
        self,
        events: Iterable[Mapping[str, Any] | str | bytes | None],
        *,
        threads: int | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        async_functions: Iterable[str] | None = None,
        timeout: float | timedelta | None = 5,
        memory_limit: int | None = 67108864,
        heap_limit: int | None = 536870912,
        max_async_steps: int | None = 100,
        imports: Mapping[str, Any] | Callable[[str], Any] | None = None,
        clock: Callable[[], float] | None = None,
        seed: int | None = None,
        trace: bool | None = False,
    ) -> list[Result | HogVMException]:
        """Runs the program once for each event, on several threads (by default as many as there are processors),
        without the GIL.

        Events are dicts or other Mappings, or JSON text (str or bytes), which needs no GIL to be read. Returns a list in
        the order of the events: a Result for each, or the exception for one that failed. The settings are those of `run`,
        for each event.
        """
    async def run_async(
        self,
        globals: Mapping[str, Any] | str | bytes | None = None,
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        async_functions: Iterable[str] | None = None,
        timeout: float | timedelta | None = 5,
        memory_limit: int | None = 67108864,
        heap_limit: int | None = 536870912,
        max_async_steps: int | None = 100,
        imports: Mapping[str, Any] | Callable[[str], Any] | None = None,
        clock: Callable[[], float] | None = None,
        seed: int | None = None,
        trace: bool | None = False,
    ) -> Result:
        """Runs the program and awaits the coroutine functions among `functions`, and those that async_functions names.

        Hog's `sleep` awaits asyncio's. In between the program runs on the event loop's thread, for as long as `timeout`
        allows. The settings are those of `run`.
        """
    @staticmethod
    def resume(
        state: Result | Mapping[str, Any] | str | bytes,
        value: Any = None,
        globals: Mapping[str, Any] | str | bytes | None = None,
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        async_functions: Iterable[str] | None = None,
        timeout: float | timedelta | None = 5,
        memory_limit: int | None = 67108864,
        heap_limit: int | None = 536870912,
        max_async_steps: int | None = 100,
        imports: Mapping[str, Any] | Callable[[str], Any] | None = None,
        clock: Callable[[], float] | None = None,
        seed: int | None = None,
        trace: bool | None = False,
    ) -> Result:
        """Goes on where a program was suspended, with `value` as what the call gives.

        state is a suspended Result or its state, a dict or JSON text. The globals are no part of it: give them again.
        """
