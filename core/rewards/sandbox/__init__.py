"""The sandbox: runs untrusted Python; nothing else in the application does.

Two lanes: `monty`, a safe subset of the language wherever LoRA Craft runs, and `system`, CPython itself in
bubblewrap, where that is installed and allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from core.errors import Unavailable
from core.rewards.sandbox import monty, system
from core.rewards.sandbox.ran import Functions, Inputs, Limits, Problem, ProblemKind, Ran, shown

__all__ = [
    "Functions", "Inputs", "Lane", "Limits", "Problem", "ProblemKind", "Ran",
    "chosen", "lane", "obstacle", "of_this_machine", "run", "shown", "using",
]  # fmt: skip

Lane = Literal["auto", "monty", "system"]
DEFAULT_LIMITS = Limits()
_LANE: ContextVar[Lane] = ContextVar("sandbox", default="auto")


@contextmanager
def using(lane: Lane) -> Iterator[None]:
    """Let every run in this block, and thread, take a lane."""
    token = _LANE.set(lane)
    try:
        yield
    finally:
        _LANE.reset(token)


def chosen(lane: Lane) -> Lane:
    """What `lane` is on this machine: auto is system where that works, else Monty."""
    if lane == "auto":
        return "monty" if obstacle() else "system"
    return lane


def lane() -> Lane:
    """The lane of this block: monty or system.

    Raises:
        Unavailable: It is system, which this machine can't have.
    """
    taken = chosen(_LANE.get())
    if taken == "system" and (found := obstacle()) is not None:
        raise Unavailable(f"The system sandbox can't run here: {found[0]}.", f"{found[1]}.")
    return taken


def of_this_machine() -> str:
    """What `auto` is here, in words for people."""
    found = obstacle()
    if found is None:
        return (
            "This machine has real Python for it (CPython in bubblewrap), with numpy, sympy and the standard library."
        )
    return f"This machine has Monty, a safe subset of Python: {found[0]}. For all of Python: {found[1]}."


def obstacle() -> tuple[str, str] | None:
    """(reason, cure) when this machine can't have the lane `system`."""
    return system.obstacle()


def run(
    source: str,
    then: str = "",
    inputs: Inputs | None = None,
    functions: Functions | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Ran:
    """Run `source`, then the expression `then`, in a session of its own, and give its value.

    Stops: files, network, processes, environment, the host's memory and modules; endless loops, memory and print
    floods, deep recursion, worker crashes. Nothing is kept from one run to the next. Random numbers start from seed 0
    and sleeping takes no time; in Monty the clock stands at 2025-01-01, too, so that equal input gives equal output
    unless a limit is near. Doesn't stop: wrong or hostile values, which come back as data to be checked; work up to
    the limits; and what the caller's own `functions` do. In the system lane code can read the libraries of Python and
    of the system, sees the true clock, and can catch the MemoryError of its limit; a fault of the kernel is not
    stopped. Safe in any thread, for up to half of WORKERS threads at once (a function may call `run` again, which
    takes a second worker); not across a fork.

    Args:
        source: Python; in Monty, a subset of the language.
        then: One expression evaluated after it; "" for the last expression of `source`.
        inputs: Plain values bound as globals before the run.
        functions: Host functions for names that stay undefined; they take and give plain values.
        limits: The limits of the run.
    Returns:
        The value as plain data (an instance of an own class as an opaque proxy), or the problem; no exception of the
        code is raised here.
    Raises:
        Unavailable: No worker came free within a minute, or the lane can't be had.
    """
    program = monty.run if lane() == "monty" else system.run
    return program(source, then, inputs or {}, functions or {}, limits)
