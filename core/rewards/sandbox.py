"""The sandbox: runs untrusted Python in pydantic-monty workers; nothing else in the application touches them."""

from __future__ import annotations

import ast
import atexit
import builtins
import functools
import importlib
import re
import reprlib
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal

from core.errors import Unavailable

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontyError

ProblemKind = Literal["syntax", "unsupported", "error", "time", "memory", "output", "crashed"]

WORKERS = 16
WAIT_S = 60.0
SUSPENSIONS = 100_000
FROZEN_CLOCK = datetime(2025, 1, 1, tzinfo=timezone.utc)
POLICY: Any = {"datetime": FROZEN_CLOCK, "timezone": "utc", "sleep": "zero", "random_start": {"seed": 0}}
SOURCE = "<python-input-0>"

THIRD_PARTY = ("matplotlib", "networkx", "numpy", "pandas", "requests", "scipy", "sklearn", "sympy", "torch")
"""Libraries that honest code may ask for and the sandbox lacks; any other unknown module is the code's own mistake."""
OFFERED = re.compile(
    "asyncio|base64|binascii|bisect|collections|copy|csv|dataclasses|datetime|decimal|functools|hashlib|itertools|"
    "json|math|os|pathlib|posixpath|random|re|sys|time|tomllib|typing|unicodedata"
)
"""Modules that Monty has at least a part of, and that are safe to import here to see what else CPython's have."""
WITHHELD = frozenset(
    ("_exit", "abort", "breakpoint", "execv", "exit", "fork", "input", "kill", "popen", "quit", "system")
)
"""Names that end, ask or leave the process: wanting them is an error of the code, not a gap of the sandbox."""

MISSING_MODULE = re.compile(r"No module named '(\w+)[\w.]*'")
MISSING_IMPORT = re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>\w+)'")
MISSING_IN_MODULE = re.compile(r"module '(?P<module>\w+)' has no attribute '(?P<name>\w+)'")
MISSING_IN_TYPE = re.compile(r"(?:type object )?'(?P<type>\w+)' (?:object )?has no attribute '(?P<name>\w+)'")
MISSING_NAME = re.compile(r"name '(\w+)' is not defined")


Inputs = Mapping[str, Any]
"""Names that the code finds defined -> their values, plain data."""


@dataclass(frozen=True)
class Limits:
    """The limits of a run.

    Attributes:
        seconds: Time of execution; waiting for the host is not counted.
        memory_mib: Heap.
        recursion: Depth of calls.
        print_bytes: Printed text, above which the run ends.
    """

    seconds: float = 1.0
    memory_mib: int = 64
    recursion: int = 1000
    print_bytes: int = 64 * 1024


@dataclass(frozen=True)
class Problem:
    """Why a run gave no value.

    Attributes:
        kind: syntax; unsupported, when CPython could run it and the sandbox can't; error, the code's own exception;
            time, memory and output, for a limit; crashed, when the worker died.
        message: What happened, for people.
        line: Line of the source, from 1, where it has one.
        raised: The exception, of a builtin type.
    """

    kind: ProblemKind
    message: str
    line: int | None = None
    raised: BaseException | None = None

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@dataclass(frozen=True)
class Ran:
    """The result of a run: the value of the last expression, the printed text, the problem if there was one."""

    value: Any = None
    prints: str = ""
    problem: Problem | None = None


def run(
    source: str,
    then: str = "",
    inputs: Inputs | None = None,
    functions: Mapping[str, Callable[..., Any]] | None = None,
    limits: Limits = Limits(),
) -> Ran:
    """Run `source`, then the expression `then`, in a session of its own, and give its value.

    Stops: files, network, processes, environment, the host's memory and modules; endless loops, memory and print
    floods, deep recursion, worker crashes. Nothing is kept from one run to the next. The clock stands at 2025-01-01,
    random numbers start from seed 0, sleeping takes no time: equal input gives equal output, unless a limit is near.
    Doesn't stop: wrong or hostile values, which come back as data to be checked; work up to the limits; and what the
    caller's own `functions` do. Safe in any thread, for up to half of WORKERS threads at once (a function may call
    `run` again, which takes a second worker); not across a fork.

    Args:
        source: Python, in Monty's subset of the language.
        then: One expression evaluated after it; "" for the last expression of `source`.
        inputs: Plain values bound as globals before the run.
        functions: Host functions for names that stay undefined; they take and give plain values.
        limits: The limits of the run.
    Returns:
        The value as plain data (an instance of an own class as an opaque proxy), or the problem; no exception of the
        code is raised here.
    Raises:
        Unavailable: No worker came free within a minute.
    """
    from pydantic_monty import CollectString, MontyError

    code = f"{source}\n\n{then}" if then else source
    printed = CollectString(max_bytes=limits.print_bytes)
    try:
        with _pool().checkout(limits=_monty_limits(limits), os_policy=POLICY) as session:
            value = session.feed_run(
                code, inputs=dict(inputs or {}), external_lookup=dict(functions or {}), print_callback=printed
            )
    except MontyError as error:
        return Ran(prints=printed.output, problem=_problem(error, source, limits))
    except TimeoutError as error:
        raise Unavailable("every sandbox worker is busy", "Try again when the running rewards are done.") from error
    return Ran(value, printed.output)


def shown(value: Any) -> str:
    """A value from the sandbox in a few characters; repr alone raises on integers of thousands of digits."""
    try:
        return reprlib.repr(value)
    except ValueError:
        return f"a {type(value).__name__} too large to show"


@functools.cache
def _pool() -> Monty:
    """The worker pool: starting one takes 60 ms and a process, so there is one per process, made on first use.

    Workers end with `atexit`, and by themselves when this process dies without it.
    """
    from pydantic_monty import Monty

    pool = Monty(min_processes=1, max_processes=WORKERS, checkout_timeout=WAIT_S)
    pool.__enter__()
    atexit.register(pool.__exit__, None, None, None)
    return pool


def _monty_limits(limits: Limits) -> Any:
    return {
        "max_feed_duration_secs": limits.seconds,
        "max_memory": limits.memory_mib << 20,
        "max_recursion_depth": limits.recursion,
        "max_suspensions": SUSPENSIONS,
    }


def _problem(error: MontyError, source: str, limits: Limits) -> Problem:
    """The problem in our words; only Monty's text distinguishes a limit from an exception."""
    from pydantic_monty import MontyCrashedError, MontySyntaxError

    raised = error.exception()
    text = str(raised)
    line, in_function = _place(error, source)
    if isinstance(error, MontyCrashedError):
        return Problem("crashed", "the sandbox process died on it")
    if isinstance(error, MontySyntaxError):
        return Problem("syntax", text, line, raised)
    if isinstance(raised, TimeoutError) and "time limit exceeded" in text:
        return Problem("time", f"ran longer than {limits.seconds:g} s", line, raised)
    if isinstance(raised, MemoryError) and "memory limit exceeded" in text:
        if f"> {limits.print_bytes} bytes" in text:
            return Problem("output", f"printed more than {limits.print_bytes >> 10} KiB", line, raised)
        return Problem("memory", f"needed more than {limits.memory_mib} MiB of memory", line, raised)
    if isinstance(raised, NotImplementedError) and not in_function and "monty syntax parser" in text:
        missing = text.partition("support ")[2] or text
        return Problem("unsupported", f"the sandbox has no {missing}", line, raised)
    if _lacks(raised, text) and not _raised_on_purpose(source, line):
        text = text.removesuffix(" (unknown location)")
        return Problem("unsupported", f"the sandbox can't run this: {text}", line, raised)
    return Problem("error", f"{type(raised).__name__}: {text}".removesuffix(": "), line, raised)


def _place(error: MontyError, source: str) -> tuple[int | None, bool]:
    """The deepest line of `source` in the traceback, and whether code was running there (False: still parsing)."""
    frames = error.traceback() if hasattr(error, "traceback") else []
    lines = source.count("\n") + 1
    inside = [frame for frame in frames if frame.filename == SOURCE and frame.line <= lines]
    running = any(frame.function_name is not None for frame in frames)
    return (inside[-1].line if inside else None), running


def _lacks(raised: BaseException, text: str) -> bool:
    """Whether an exception means that Monty lacks something which CPython has, unless the code made it itself."""
    if isinstance(raised, ImportError):
        if found := MISSING_MODULE.fullmatch(text):
            return found[1] in sys.stdlib_module_names or found[1] in THIRD_PARTY
        found = MISSING_IMPORT.match(text)
        return found is not None and _module_has(found["module"], found["name"])
    if isinstance(raised, NameError):
        found = MISSING_NAME.fullmatch(text)
        return found is not None and found[1] not in WITHHELD and hasattr(builtins, found[1])
    if isinstance(raised, AttributeError):
        if found := MISSING_IN_MODULE.fullmatch(text):
            return _module_has(found["module"], found["name"])
        found = MISSING_IN_TYPE.fullmatch(text)
        return found is not None and _type_has(found["type"], found["name"])
    return isinstance(raised, RuntimeError) and text.startswith("Internal error in monty")


def _raised_on_purpose(source: str, line: int | None) -> bool:
    """Whether the line has a raise statement: then the exception is the code's own, even if it looks like Monty's."""
    if line is None or "raise" not in source:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.Raise) and node.lineno <= line <= (node.end_lineno or 0) for node in ast.walk(tree))


def _module_has(module: str, name: str) -> bool:
    return name not in WITHHELD and bool(OFFERED.fullmatch(module)) and hasattr(importlib.import_module(module), name)


def _type_has(type_name: str, name: str) -> bool:
    """Whether CPython's type has a public attribute; the dunder ones are the ladder out of other sandboxes."""
    kind = getattr(builtins, type_name, None)
    return isinstance(kind, type) and not name.startswith("__") and hasattr(kind, name)
