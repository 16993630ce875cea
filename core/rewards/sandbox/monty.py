"""The first lane: pydantic-monty, a safe subset of Python in worker processes; nothing else touches it."""

from __future__ import annotations

import atexit
import functools
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from core.errors import Unavailable
from core.rewards.sandbox import exact, gaps
from core.rewards.sandbox.lacking import lacks
from core.rewards.sandbox.ran import (
    Functions,
    Inputs,
    Limits,
    Problem,
    Ran,
    limit_problem,
    raised_on_purpose,
)

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontyError

WORKERS = 16
WAIT_S = 60.0
SUSPENSIONS = 100_000
FROZEN_CLOCK = datetime(2025, 1, 1, tzinfo=timezone.utc)
POLICY: Any = {"datetime": FROZEN_CLOCK, "timezone": "utc", "sleep": "zero", "random_start": {"seed": 0}}
MODULE = {"__name__": "solution"}
"""As in the other lane, so that what a program does when it is run by itself is left out."""
SOURCE = "<python-input-0>"


def run(source: str, then: str, inputs: Inputs, functions: Functions, limits: Limits) -> Ran:
    """One run in a new session; see core.rewards.sandbox.run."""
    from pydantic_monty import CollectString, MontyError

    if (found := gaps.gap(source)) is not None:
        message = f"the sandbox can't run this as Python does: {found.what}"
        return Ran(problem=Problem("unsupported", message, found.line))
    written, functions = exact.rounded(source, functions)
    code = f"{written}\n\n{then}" if then else written
    printed = CollectString(max_bytes=limits.print_bytes)
    try:
        with _pool().checkout(limits=_monty_limits(limits), os_policy=POLICY) as session:
            value = session.feed_run(
                code, inputs=MODULE | dict(inputs), external_lookup=dict(functions), print_callback=printed
            )
    except MontyError as error:
        return Ran(prints=printed.output, problem=_problem(error, source, limits))
    except TimeoutError as error:
        raise Unavailable("every sandbox worker is busy", "Try again when the running rewards are done.") from error
    return Ran(value, printed.output)


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
        return limit_problem("crashed", limits)
    if isinstance(error, MontySyntaxError):
        return Problem("syntax", text, line, raised)
    is_limit = isinstance(raised, (TimeoutError, MemoryError)) and "limit exceeded" in text
    if is_limit and f"> {limits.print_bytes} bytes" not in text and gaps.has_endless(source):
        return Problem("unsupported", "the sandbox can't run this: an endless iterator", line, raised)
    if isinstance(raised, TimeoutError) and "time limit exceeded" in text:
        return replace(limit_problem("time", limits, line), raised=raised)
    if isinstance(raised, MemoryError) and "memory limit exceeded" in text:
        if f"> {limits.print_bytes} bytes" in text:
            return replace(limit_problem("output", limits, line), raised=raised)
        return replace(limit_problem("memory", limits, line), raised=raised)
    if isinstance(raised, NotImplementedError) and not in_function and "monty syntax parser" in text:
        missing = text.partition("support ")[2] or text
        return Problem("unsupported", f"the sandbox has no {missing}", line, raised)
    if lacks(raised, text, source, line) and not raised_on_purpose(source, line):
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
