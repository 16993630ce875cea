"""The second lane: CPython itself, isolated by the operating system (bubblewrap, namespaces, seccomp).

core/rewards/sandbox/inside/server.py says how a run is isolated.
"""

from __future__ import annotations

import builtins
import functools
import json
import re
import struct
from collections.abc import Mapping
from typing import Any

from core.errors import Unavailable
from core.rewards.sandbox import bubblewrap
from core.rewards.sandbox.answers import BUILDS, died, packed, ran, unfit
from core.rewards.sandbox.inside.values import Packer, Unfit, unpacked
from core.rewards.sandbox.ran import Functions, Inputs, Limits, Problem, Ran, limit_problem
from core.rewards.sandbox.servers import MALFORMED, Died, Lost, pool

CALLS = 100_000
"""Calls of the host's functions, or between tests and solution, in one run."""
PATIENCE, MARGIN_S = 4.0, 1.0
"""Waiting counts less than computing: a run may take so many times its seconds, and a little more, by the clock."""
LOST_S = 30.0
"""How much longer the host waits for a server that should have ended a run."""
CLOCK = struct.Struct("!ddI")
LIBRARIES = ("numpy", "pandas", "sympy")
"""Installed libraries that are loaded once for all runs that name them."""
NAMED = re.compile(rf"\b(?:{'|'.join(LIBRARIES)})\b")


@functools.cache
def obstacle() -> tuple[str, str] | None:
    """(reason, cure) when this machine can't have the lane; found out once, by a run."""
    found = bubblewrap.missing()
    if found is not None:
        return found
    try:
        ran = run("6 * 7", "", {}, {}, Limits(seconds=10.0))
    except Unavailable as error:
        return error.message, error.hint
    pool().close()
    return None if ran.value == 42 else bubblewrap.refused(str(ran.problem))


class Conversation:
    """One process of one run; use it as a context, so that its server is given back.

    Args:
        asked: What the process is told first; see core/rewards/sandbox/inside/child.py.
        limits: The limits of each turn.
        text: What says by its words which libraries the server must have; None for the source.
    """

    def __init__(self, asked: Mapping[str, Any], source: str, limits: Limits, text: str | None = None):
        self.prints = bytearray()
        self._asked = {"source": source, "memory_mib": limits.memory_mib, "recursion": limits.recursion, **asked}
        self._limits = limits
        self._server = pool().take(tuple(sorted(set(NAMED.findall(source if text is None else text)))))
        self._is_over = self._is_broken = self._has_begun = False

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if self._has_begun and not self._is_over and not self._is_broken:
                self._server.send(b"E", b"")
        except Lost:
            self._is_broken = True
        if self._is_broken:
            pool().drop(self._server)
        else:
            pool().put(self._server)

    def begin(self) -> Any:
        """Start the process; its first answer."""
        limits = self._limits
        clock = CLOCK.pack(limits.seconds, limits.seconds * PATIENCE + MARGIN_S, limits.print_bytes)
        self._has_begun = True
        return self._turn(b"N", clock + json.dumps(self._asked).encode())

    def ask(self, message: Any, *, anew: bool) -> Any:
        """The answer to a message; `anew` sets the clock to zero, else it runs on."""
        return self._turn(b"T" if anew else b"C", json.dumps(message).encode())

    def _turn(self, letter: bytes, contents: bytes) -> Any:
        if self._is_over:  # its code sent a last answer of its own making, after which the server asks it no more
            raise Died("crashed")
        patience = self._limits.seconds * PATIENCE + MARGIN_S + LOST_S
        try:
            self._server.send(letter, contents)
            letter, message = self._server.answer(patience, self.prints)
        except Died as end:
            self._is_over, self._is_broken = True, isinstance(end, Lost)
            raise
        self._is_over = letter == b"F"
        return message

    @property
    def text(self) -> str:
        """What was printed."""
        return self.prints.decode("utf-8", "replace")


def run(source: str, then: str, inputs: Inputs, functions: Functions, limits: Limits) -> Ran:
    """One run; see core.rewards.sandbox.run."""
    try:
        asked = {"role": "run", "then": then, "inputs": packed(inputs), "functions": sorted(functions)}
    except Unfit as error:
        return Ran(problem=Problem("error", str(error)))
    with Conversation(asked, source, limits) as process:
        try:
            message = process.begin()
            for _ in range(CALLS):
                if "ask" not in message:
                    return ran(message, process.text, source, limits)
                message = process.ask(_served(message, functions), anew=False)
        except Died as end:
            return Ran(prints=process.text, problem=died(end, limits))
        except MALFORMED:
            return Ran(prints=process.text, problem=limit_problem("crashed", limits))
    return Ran(prints=process.text, problem=Problem("error", f"called the host more than {CALLS} times"))


def _served(message: Any, functions: Functions) -> Any:
    """Call a function of the host; what it raises is raised in the sandbox, as a builtin exception."""
    _, name, arguments, keywords = message["ask"]
    given = [unpacked(argument, BUILDS) for argument in arguments]
    named = {str(key): unpacked(value, BUILDS) for key, value in keywords.items()}
    try:
        return {"value": Packer(unfit).pack(functions[name](*given, **named))}
    except Exception as error:  # noqa: BLE001 - a function of the caller may raise anything, and the code may catch it
        base = next(kind.__name__ for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind)
        return {"raise": {"class": {"builtin": base}, "args": [str(error)], "text": str(error), "state": {}}}
