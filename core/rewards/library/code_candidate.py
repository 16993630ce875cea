"""A solution under test: its calls in the sandbox, their limits, and what they gave."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.rewards import sandbox
from core.rewards.library.code_source import Call, CallKeywords
from core.rewards.sandbox import solutions

KEPT = 200
"""How many calls, and their values, a Candidate remembers."""
BUDGET = 10
"""How many times the limit of one call all calls of a Candidate may take together."""
LAZY = re.compile(
    r"(?:dict_(?:keys|values|items)|range)\(.*\)|<\w*iterator object>|<(?:function|bound method|built-in) .*>",
    re.DOTALL,
)
"""What views, ranges, iterators and functions become on leaving Monty: only their repr."""


class Broke(Exception):
    """A call of the solution gave no value; `problem` says why."""

    def __init__(self, problem: sandbox.Problem):
        super().__init__(str(problem))
        self.problem = problem


class Solution(Protocol):
    """What tests are run against; `ended` is the problem after which it answers no more."""

    ended: sandbox.Problem | None

    def __call__(self, function: str, arguments: Sequence[Any], keywords: CallKeywords) -> Any:
        """The value of one call, as plain data; raises Broke."""


@dataclass
class Candidate:
    """A solution under test, in a sandbox: it can't reach the tests, and values are passed as plain data, without an
    `__eq__` of the code's own. After a hang, or BUDGET, further calls are refused.

    In Monty every call runs the code in a new sandbox. In the system lane the code runs once, in a process that answers
    all calls: use the candidate as a context, so that it ends.

    Attributes:
        limits: The limits of one call.
        values: The values of the first KEPT calls.
        calls: Function, arguments and keywords of the first KEPT calls.
        spent_s: The total time of the calls.
        ended: The problem after which calls are refused.
        changes_arguments: Whether a call changed what it was given, which only the system lane passes on.
    """

    code: str
    limits: sandbox.Limits
    values: list[Any] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    spent_s: float = 0.0
    ended: sandbox.Problem | None = None
    changes_arguments: bool = False
    _process: solutions.Solution | None = None

    def __enter__(self) -> Candidate:
        if sandbox.lane() == "system":
            self._process = solutions.Solution(self.code, self.limits)
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            self._process.close()

    @property
    def is_system(self) -> bool:
        """Whether CPython runs it, so that tests can work with its objects."""
        return self._process is not None

    def __call__(self, function: str, arguments: Sequence[Any], keywords: CallKeywords) -> Any:
        """The value of one call; raises Broke when the code raised, hung, or can't run."""
        if self.ended:
            raise Broke(self.ended)
        started = time.perf_counter()
        inputs = {"_arguments": list(arguments), "_keywords": dict(keywords)}
        ran = self._evaluated(f"{function}(*_arguments, **_keywords)", inputs)
        self.spent_s += time.perf_counter() - started
        if self.spent_s > BUDGET * self.limits.seconds:
            self.ended = sandbox.Problem("time", f"all calls took over {BUDGET * self.limits.seconds:g} s together")
        if ran.problem is not None:
            self.ended = self.ended if ran.problem.kind == "error" else ran.problem
            raise Broke(ran.problem)
        self._remember(function, arguments, keywords, ran.value)
        return ran.value

    def defines_one_of(self, names: Sequence[str]) -> bool:
        """Whether code that has run has such a name, however it got it; in Monty, only its text is known."""
        if self._process is None:
            return False
        found = self._process.evaluate("any(name in globals() for name in _names)", {"_names": list(names)})
        return found.value is True

    def tested_by(self, tests: solutions.Tests) -> solutions.Tested:
        """What comes of a test that is a program, in the system lane."""
        if self.ended is None:
            left_s = BUDGET * self.limits.seconds - self.spent_s
            started = time.perf_counter()
            tested = solutions.tested(self.code, tests, self.limits, left_s, self._remember)
            self.spent_s += time.perf_counter() - started
            self.ended = tested.solution
            return tested
        return solutions.Tested(self.ended)

    def _evaluated(self, call: str, inputs: sandbox.Inputs) -> sandbox.Ran:
        if self._process is not None:
            return self._process.evaluate(call, inputs)
        # Monty gives a deque as a list, and the caller's arguments as they were
        wrapped = f"[(lambda value: (type(value).__name__, value))({call}), _arguments]"
        ran = sandbox.run(self.code, wrapped, inputs, limits=self.limits)
        if ran.problem is not None:
            return ran
        (kind, value), arguments = ran.value
        before = inputs["_arguments"]
        self.changes_arguments |= not (arguments == before or repr(arguments) == repr(before))
        if kind == "deque" or (isinstance(value, str) and LAZY.fullmatch(value)):
            what = "a deque" if kind == "deque" else sandbox.shown(value)
            return sandbox.Ran(problem=sandbox.Problem("unsupported", f"{what} can't leave the sandbox"))
        return sandbox.Ran(value, ran.prints)

    def _remember(self, function: str, arguments: Sequence[Any], keywords: CallKeywords, value: Any) -> None:
        if len(self.calls) < KEPT:
            self.calls.append((function, arguments, keywords))
            self.values.append(value)


@dataclass
class Constant:
    """The laziest solution: one value for every call."""

    value: Any
    ended: sandbox.Problem | None = None

    def __call__(self, function: str, arguments: Sequence[Any], keywords: CallKeywords) -> Any:
        """The value."""
        return self.value


def is_function(given: Any) -> bool:
    """Whether an argument was a function inside Monty."""
    return type(given).__name__.startswith("Monty") or (isinstance(given, str) and LAZY.fullmatch(given) is not None)
