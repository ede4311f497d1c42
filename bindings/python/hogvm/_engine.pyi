from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, final

from hogvm.answers import Explanation, FlagAnswer, FlagProblem, Matches
from hogvm.exceptions import HogVMException, RuleError

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
        heap_limit: int | None = ...,
        max_async_steps: int | None = 100,
        imports: Mapping[str, Any] | Callable[[str], Any] | None = None,
        clock: Callable[[], float] | None = None,
        seed: int | None = None,
        trace: bool | None = False,
        exact_states: bool | None = False,
    ) -> Result:
        """Runs the program.

        globals: a dict or any other Mapping, of which only what the program reads is converted; or JSON text.
        functions: the host's, by name. Coroutine functions among them suspend the program.
        async_functions: names of more functions that suspend it.
        timeout: of running, suspensions not counted; seconds or a timedelta. None for no limit, here and below.
        memory_limit: bytes in the accounting of the reference VM.
        heap_limit: real bytes that a run may take; by default what keeps it below four times memory_limit.
        max_async_steps: how often it may be suspended.
        imports: the chunks that the program may import, by name; each is a list of tokens, a dict with "bytecode" and
            "globals", or either as JSON text. A function is asked for them, and gives None for what it does not know.
        clock: gives the time, in seconds since 1970; the system's by default.
        seed: of the random numbers, so that a run repeats.
        trace: record Result.trace.
        exact_states: Result.state keeps what JSON loses: tuples, errors, keys that are no str, what is shared. Give it to
            resume, too, for the states after it.

        Raises HogVMException.
        """
    def run_many(
        self,
        events: Iterable[Mapping[str, Any] | str | bytes | None],
        *,
        threads: int | None = None,
        json: bool | Literal["bytes"] = False,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        async_functions: Iterable[str] | None = None,
        timeout: float | timedelta | None = 5,
        memory_limit: int | None = 67108864,
        heap_limit: int | None = ...,
        max_async_steps: int | None = 100,
        imports: Mapping[str, Any] | Callable[[str], Any] | None = None,
        clock: Callable[[], float] | None = None,
        seed: int | None = None,
        trace: bool | None = False,
        exact_states: bool | None = False,
    ) -> list[Result | HogVMException]:
        """Runs the program once for each event, on several threads (by default as many as there are processors),
        without the GIL.

        Events are dicts or other Mappings, or JSON text (str or bytes), which needs no GIL to be read. Returns a list in
        the order of the events: a Result for each, or the exception for one that failed. The settings are those of `run`,
        for each event.

        json: with True, the values are JSON text; with "bytes", such text as UTF-8. From text to text the threads hardly
            need the GIL, so two of them do nearly twice as much as one.
        """
    async def run_async(
        self,
        globals: Mapping[str, Any] | str | bytes | None = None,
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        async_functions: Iterable[str] | None = None,
        timeout: float | timedelta | None = 5,
        memory_limit: int | None = 67108864,
        heap_limit: int | None = ...,
        max_async_steps: int | None = 100,
        imports: Mapping[str, Any] | Callable[[str], Any] | None = None,
        clock: Callable[[], float] | None = None,
        seed: int | None = None,
        trace: bool | None = False,
        exact_states: bool | None = False,
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
        heap_limit: int | None = ...,
        max_async_steps: int | None = 100,
        imports: Mapping[str, Any] | Callable[[str], Any] | None = None,
        clock: Callable[[], float] | None = None,
        seed: int | None = None,
        trace: bool | None = False,
        exact_states: bool | None = False,
    ) -> Result:
        """Goes on where a program was suspended, with `value` as what the call gives.

        state is a suspended Result or its state, a dict or JSON text. The globals are no part of it: give them again.
        """

def compile_filter(
    filter: Mapping[str, Any] | str | bytes,
    *,
    test_account_properties: Iterable[Mapping[str, Any]] | None = None,
    cohorts: Mapping[Any, Any] | Iterable[Mapping[str, Any]] | None = None,
    boolean_properties: Iterable[str] | Mapping[str, Iterable[str]] | None = None,
    nested_property_events: Iterable[str] | None = None,
    path_cleaning: Iterable[Mapping[str, str]] | None = None,
) -> list[Any]:
    """The tokens of a filter, for Program and any other HogVM.

    filter: a dict or another Mapping, or JSON text.
    test_account_properties: what a filter with "filter_test_accounts" demands first, properties and groups.
    cohorts: definitions by id, or a list of definitions with an "id"; they are inlined.
    boolean_properties: names of those for whose values "true" and "false" mean booleans, "key" or "type.key"; or lists of
        names by type.
    nested_property_events: names of the events in whose properties a dot in a key leads into the object before it.
    path_cleaning: {"regex", "alias"} for the operator is_cleaned_path_exact, applied in this order.

    Raises FilterError.
    """

@final
class RuleSet:
    """Which of many rules match an event.

    Rules are dicts or other Mappings, `{"id", "filter" or "bytecode", "enabled"}`, in a list, or JSON text of such a list.
    Those that can't be loaded are left out and told in `errors`. Options are those of compile_filter, for the rules'
    filters, and timeout, memory_limit and heap_limit, as of Program.run, for each rule's run.

    Any number of threads may match while others change the rules; they see them as they were before a change or after it.
    """

    def __init__(
        self,
        rules: Iterable[Mapping[str, Any]] | str | bytes = (),
        *,
        test_account_properties: Iterable[Mapping[str, Any]] | None = None,
        cohorts: Mapping[Any, Any] | Iterable[Mapping[str, Any]] | None = None,
        boolean_properties: Iterable[str] | Mapping[str, Iterable[str]] | None = None,
        nested_property_events: Iterable[str] | None = None,
        path_cleaning: Iterable[Mapping[str, str]] | None = None,
        timeout: float | timedelta | None = 5,
        memory_limit: int | None = 67108864,
        heap_limit: int | None = ...,
    ) -> None: ...
    def __len__(self) -> int: ...
    @property
    def errors(self) -> list[RuleError]:
        """A RuleError for each rule that RuleSet(...) could not load."""
    def match(self, globals: Mapping[str, Any] | str | bytes | None) -> Matches:
        """The rules that match an event: Matches(ids, failures).

        globals is a dict or another Mapping, of which each global that a rule reads is converted once, or JSON text, which
        is matched without the GIL. A rule that fails is among the failures, and the others are not concerned.
        """
    def explain(self, id: str, globals: Mapping[str, Any] | str | bytes | None) -> Explanation | None:
        """Why a rule matches an event or does not. None if there is no rule of that id."""
    def set(self, rule: Mapping[str, Any] | str | bytes) -> None:
        """Adds a rule, or replaces the one of its id. Raises RuleError, and leaves the set as it was."""
    def set_all(self, rules: Iterable[Mapping[str, Any]] | str | bytes) -> list[RuleError]:
        """All rules of a list in one step, which costs far less than one by one. Those that can't be loaded are left out;
        a RuleError is returned for each."""
    def remove(self, id: str) -> bool:
        """Removes a rule. False if there is no such rule."""

@final
class FlagSet:
    """What feature flags are for a person, decided here.

    Takes the definitions that PostHog's servers hand out for local evaluation, `{"flags": [...], "group_type_mapping":
    {...}, "cohorts": {...}}`, as a dict or JSON text. Raises HogVMLoadException if there is no list of flags; what is wrong
    with one flag is among `problems`, and the others work. local_zone is the zone of date-times without an offset.

    Any number of threads may evaluate while others replace the definitions; they see the old or the new ones.
    """

    def __init__(self, definitions: Mapping[str, Any] | str | bytes, *, local_zone: str = "UTC") -> None: ...
    @property
    def keys(self) -> list[str]:
        """The flags' keys in the order of the definitions."""
    @property
    def problems(self) -> list[FlagProblem]:
        """What is wrong with the definitions: a FlagProblem for each; the rest works."""
    def evaluate(
        self,
        key: str,
        distinct_id: str,
        *,
        person_properties: Mapping[str, Any] | str | bytes | None = None,
        groups: Mapping[str, Any] | str | bytes | None = None,
        group_properties: Mapping[str, Any] | str | bytes | None = None,
        now: datetime | float | None = None,
    ) -> FlagAnswer:
        """What a flag is for a person.

        person_properties: a dict or another Mapping, of which only what the conditions read is converted.
        groups: the keys of the groups that the person belongs to, by type.
        group_properties: the properties of those groups, by type. All three may also be JSON text.
        now: for relative dates, a datetime or seconds since 1970; the system's clock by default.

        Raises HogVMInputException for a property that is read and can't be one.
        """
    def evaluate_all(
        self,
        distinct_id: str,
        *,
        person_properties: Mapping[str, Any] | str | bytes | None = None,
        groups: Mapping[str, Any] | str | bytes | None = None,
        group_properties: Mapping[str, Any] | str | bytes | None = None,
        now: datetime | float | None = None,
    ) -> dict[str, FlagAnswer]:
        """What every flag is for a person, by the flags' keys, in the order of the definitions."""
    def replace(self, definitions: Mapping[str, Any] | str | bytes) -> None:
        """Other definitions from now on. Raises HogVMLoadException, and keeps the old ones, where FlagSet(...) raises."""
    def disassemble(self, key: str) -> str:
        """The instructions of a flag's conditions, a line each. Empty for an unknown key."""
