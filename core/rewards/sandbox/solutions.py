"""A solution under test in the lane `system`: one process that answers calls, and tests that work with its objects."""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.rewards.sandbox.answers import BUILDS, MISSING_MODULE, died, packed, ran
from core.rewards.sandbox.inside.values import unpacked
from core.rewards.sandbox.ran import THIRD_PARTY, Inputs, Limits, Problem, Ran, limit_problem
from core.rewards.sandbox.servers import MALFORMED, Died
from core.rewards.sandbox.system import CALLS, Conversation

Seen = Callable[[str, list[Any], dict[str, Any], Any], None]
"""Called with function, arguments, keywords and value of each call by tests that is all plain data."""


class Solution:
    """Source that has run, and answers expression after expression; end it with `close`.

    It is one process, as in any other harness of tests: what a call leaves in a global variable, the next one finds.
    """

    def __init__(self, source: str, limits: Limits):
        self._source, self._limits = source, limits
        self._process: Conversation | None = None

    def evaluate(self, then: str, inputs: Inputs) -> Ran:
        """The value of an expression on its own clock; after a problem of the process, that problem."""
        if self._process is None:
            self._process = _solution(self._source, "", self._limits)
            loaded = self._asked(self._process.begin)
            if loaded.problem is not None:
                self.close()
                return loaded
        question = {"then": then, "inputs": packed(inputs)}
        process = self._process
        answer = self._asked(lambda: process.ask(question, anew=True))
        if answer.problem is not None and answer.problem.kind != "error":
            self.close()
        return answer

    def _asked(self, ask: Callable[[], Any]) -> Ran:
        assert self._process is not None
        try:
            return ran(ask(), self._process.text, self._source, self._limits)
        except Died as end:
            return Ran(problem=died(end, self._limits))
        except MALFORMED:
            return Ran(problem=limit_problem("crashed", self._limits))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.__exit__(None, None, None)
            self._process = None


@dataclass(frozen=True)
class Tests:
    """Tests that are a program.

    Attributes:
        source: The program.
        names: Name in the program -> what it is in the solution.
        limits: The limits of the program, in addition to those of each call of the solution.
        classes: Names that the program uses as classes: what a call of one gives may be compared with plain data.
    """

    source: str
    names: Mapping[str, str]
    limits: Limits
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tested:
    """What came of tests: the problem of the solution that ended them, else their own; neither when they passed.

    Attributes:
        is_undecided: Whether an object of a class that the tests know computed with plain data.
    """

    solution: Problem | None = None
    tests: Problem | None = None
    is_undecided: bool = False


def tested(source: str, tests: Tests, limits: Limits, most_s: float, seen: Seen) -> Tested:
    """Run tests against a solution: two processes, which talk through this one.

    Args:
        limits: The limits of each call of the solution.
        most_s: Seconds, by the clock, of all calls together.
    Raises:
        Unavailable: No worker came free within a minute.
    """
    with _solution(source, tests.source, limits) as owner:
        try:
            loaded = ran(owner.begin(), "", source, limits)
        except (Died, *MALFORMED) as end:
            return Tested(_ending(end, limits))
        if loaded.problem is not None:
            return Tested(loaded.problem)
        asked = {"role": "tests", "names": dict(tests.names), "classes": sorted(tests.classes)}
        with Conversation(asked, tests.source, tests.limits, f"{source}\n{tests.source}") as asker:
            return _Talk(owner, asker, tests, seen).held(source, limits, most_s)


def _solution(source: str, named_too: str, limits: Limits) -> Conversation:
    return Conversation({"role": "solution"}, source, limits, f"{source}\n{named_too}")


def _ending(end: BaseException, limits: Limits) -> Problem:
    return died(end, limits) if isinstance(end, Died) else limit_problem("crashed", limits)


class _Talk:
    """Passes messages between tests and solution: one of them works at a time, and a question may lead to others."""

    def __init__(self, owner: Conversation, asker: Conversation, tests: Tests, seen: Seen):
        self._owner, self._asker = owner, asker
        self._tests, self._seen = tests, seen
        self._depth = 0
        self._expressions: dict[int, str] = {}
        self._spent_s = 0.0

    def held(self, source: str, limits: Limits, most_s: float) -> Tested:
        try:
            message = self._asker.begin()
            for _ in range(CALLS):
                if "ask" not in message:
                    return self._result(message, source)
                message = self._passed_on(message)
                if self._spent_s > most_s:
                    return Tested(Problem("time", f"all calls took over {most_s:g} s together"))
        except _OfSolution as end:
            return Tested(_ending(end.__cause__ or end, limits))
        except (Died, *MALFORMED) as end:
            return Tested(tests=_ending(end, self._tests.limits))
        return Tested(Problem("time", f"the tests called the solution more than {CALLS} times"))

    def _passed_on(self, question: Any) -> Any:
        """The next message of the tests: the solution's answer is given to them, and its own questions in between."""
        message, started = question, time.perf_counter()
        listener, other, depth = self._owner, self._asker, 1
        for _ in range(CALLS):
            try:
                message = listener.ask(message, anew=message is question)
            except Died as end:
                if listener is self._owner:
                    raise _OfSolution from end
                raise
            depth += 1 if "ask" in message else -1
            if depth == 0:
                break
            listener, other = other, listener
        self._spent_s += time.perf_counter() - started
        self._remember(question, message)
        return self._asker.ask(message, anew=False)

    def _remember(self, question: Any, answer: Any) -> None:
        """Note what a name is, and tell of a call whose arguments and value are plain data."""
        what, of, arguments, keywords = question["ask"]
        value = answer.get("value")
        if what == "name" and isinstance(value, dict) and ({"ref", "class"} & value.keys()):
            self._expressions[next(iter(value.values()))[0]] = of
        if what != "call" or of not in self._expressions or "value" not in answer:
            return
        try:
            given = [unpacked(argument, BUILDS) for argument in arguments]
            named = {str(key): unpacked(argument, BUILDS) for key, argument in keywords.items()}
            self._seen(self._expressions[of], given, named, unpacked(value, BUILDS))
        except MALFORMED:
            return

    def _result(self, message: Any, source: str) -> Tested:
        if "problem" not in message:
            return Tested()
        found = ran(message, "", self._tests.source, self._tests.limits).problem
        parts = message["problem"]
        if found is not None and parts.get("is_far"):
            said = f"{parts['type']}: {parts['text']}".removesuffix(": ")
            return Tested(tests=Problem(_kind_of_far(parts, source), said, raised=found.raised))
        return Tested(tests=found, is_undecided=parts["kind"] == "undecided")


class _OfSolution(Exception):
    """The solution's process gave no answer; the cause says why."""


def _kind_of_far(parts: Any, source: str) -> Any:
    """The kind of what the solution raised: a library that is missing here is no fault of honest code."""
    found = MISSING_MODULE.fullmatch(str(parts["text"]))
    if found is None or found[1] not in THIRD_PARTY or "raise" in source or importlib.util.find_spec(found[1]):
        return "error"
    return "unsupported" if re.search(rf"\b(?:import|from)\s+{found[1]}\b", source) else "error"
