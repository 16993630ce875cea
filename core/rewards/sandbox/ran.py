"""What a run in the sandbox takes and gives, whatever runs it."""

from __future__ import annotations

import ast
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.rewards.sandbox.syntax import nodes_of

ProblemKind = Literal["syntax", "unsupported", "error", "time", "memory", "output", "crashed"]

Inputs = Mapping[str, Any]
"""Names that the code finds defined -> their values, plain data."""
Functions = Mapping[str, Callable[..., Any]]
"""Names that the code finds defined -> functions of the host."""

THIRD_PARTY = ("matplotlib", "networkx", "numpy", "pandas", "requests", "scipy", "sklearn", "sympy", "torch")
"""Libraries that honest code may ask for and the sandbox lacks; any other unknown module is the code's own mistake."""


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


def limit_problem(kind: ProblemKind, limits: Limits, line: int | None = None) -> Problem:
    """The problem of a limit that was met, in the words of every lane."""
    words = {
        "time": f"ran longer than {limits.seconds:g} s",
        "memory": f"needed more than {limits.memory_mib} MiB of memory",
        "output": f"printed more than {limits.print_bytes >> 10} KiB",
        "crashed": "the sandbox process died on it",
    }
    return Problem(kind, words[kind], line)


def shown(value: Any) -> str:
    """A value from the sandbox in a few characters; repr alone raises on integers of thousands of digits."""
    try:
        return reprlib.repr(value)
    except ValueError:
        return f"a {type(value).__name__} too large to show"


def raised_on_purpose(source: str, line: int | None) -> bool:
    """Whether the line has a raise statement: then the exception is the code's own, even if it looks like our gap."""
    if line is None or "raise" not in source:
        return False
    raises = [node for node in nodes_of(source) if isinstance(node, ast.Raise)]
    return any(node.lineno <= line <= (node.end_lineno or 0) for node in raises)
