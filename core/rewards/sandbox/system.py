"""The second lane: CPython itself, isolated by the operating system (bubblewrap, namespaces, seccomp).

A pool of warm servers; each runs one process at a time (core/rewards/sandbox/inside/server.py says how).
"""

from __future__ import annotations

import atexit
import builtins
import functools
import json
import re
import select
import struct
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.errors import Unavailable
from core.rewards.sandbox import bubblewrap
from core.rewards.sandbox.inside.frames import LARGEST, Closed, Reader, TooLarge, send
from core.rewards.sandbox.inside.values import Build, Packer, Unfit, unpacked
from core.rewards.sandbox.ran import (
    THIRD_PARTY,
    Functions,
    Inputs,
    Limits,
    Problem,
    Ran,
    limit_problem,
    raised_on_purpose,
)

WORKERS = 16
WAIT_S = 60.0
START_S = 60.0
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
MISSING_MODULE = re.compile(r"No module named '(\w+)[\w.]*'")
MALFORMED = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, MemoryError)


class Opaque:
    """Stands for a value that is no plain data; it is equal to nothing but itself."""

    def __init__(self, text: str):
        self._text = text

    def __repr__(self) -> str:
        return self._text


class Named(int):
    """A whole number that has a name, such as re.VERBOSE."""

    text: str

    def __repr__(self) -> str:
        return self.text


def _named(parts: Any) -> Named:
    number = Named(int(parts[0], 16))
    number.text = str(parts[1])
    return number


BUILDS: dict[str, Build] = {
    "flag": _named,
    "opaque": lambda text: Opaque(str(text)),
    "named": lambda parts: tuple(unpacked(parts[2], BUILDS)),
    "array": lambda parts: Opaque(f"an array of shape {parts[1]}"),
}


class Died(Exception):
    """The server, or the process of the run, gave no answer: time, output, large or crashed."""


class Lost(Died):
    """The server itself can't be trusted any more."""


class Server:
    """One server, from this side of the pipes."""

    def __init__(self, libraries: tuple[str, ...]):
        self.libraries = libraries
        line = bubblewrap.command(libraries)
        self._process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdin and self._process.stdout
        self._to, self._from = self._process.stdin.fileno(), Reader(self._process.stdout.fileno())

    def begin(self) -> str | None:
        """Wait until it is ready; what it complained of if it can't be."""
        try:
            self._read(time.monotonic() + START_S)
        except Died:
            self.end()
            assert self._process.stderr
            return self._process.stderr.read().decode("utf-8", "replace")
        return None

    def send(self, letter: bytes, contents: bytes) -> None:
        """Pass a frame to it."""
        try:
            send(self._to, letter, contents)
        except OSError as error:
            raise Lost("crashed") from error

    def answer(self, patience_s: float, prints: bytearray) -> tuple[bytes, Any]:
        """(M or F, the message); prints are added to `prints`.

        Raises:
            Died: There is none, or it can't be read.
        """
        ends = time.monotonic() + patience_s
        while True:
            letter, contents = self._read(ends)
            if letter == b"P":
                prints += contents
            elif letter == b"X":
                raise Died(contents.decode("ascii"))
            else:
                return letter, _message(contents)

    def end(self) -> None:
        """End it, and wait until it is gone."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self, ends: float) -> tuple[bytes, bytes]:
        try:
            while (frame := next(self._from.frames(), None)) is None:
                if not select.select([self._from.file], [], [], max(0.0, ends - time.monotonic()))[0]:
                    raise Lost("time")
                self._from.fill()
        except (Closed, TooLarge, OSError, ValueError) as error:
            raise Lost("crashed") from error
        return frame


def _message(contents: bytes) -> Any:
    """The message, which may be hostile."""
    try:
        message = json.loads(contents)
    except MALFORMED as error:
        raise Lost("crashed") from error
    if not isinstance(message, dict):
        raise Lost("crashed")
    return message


class Pool:
    """Servers that wait for a run, and how many there are."""

    def __init__(self) -> None:
        self._idle: list[Server] = []
        self._count = 0
        self._changed = threading.Condition()

    def take(self, libraries: tuple[str, ...]) -> Server:
        """A server that has loaded the libraries; a new one when none waits.

        Raises:
            Unavailable: None came free within a minute, or none can be started.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._idle or self._count < WORKERS, WAIT_S):
                raise Unavailable("every sandbox worker is busy", "Try again when the running rewards are done.")
            fitting = next((server for server in reversed(self._idle) if server.libraries == libraries), None)
            if fitting is not None:
                self._idle.remove(fitting)
                return fitting
            spare = self._idle.pop(0) if self._count >= WORKERS else None
            self._count += spare is None
        if spare is not None:
            spare.end()
        return self._started(libraries)

    def _started(self, libraries: tuple[str, ...]) -> Server:
        server = Server(libraries)
        complaint = server.begin()
        if complaint is not None:
            self.drop(server)
            reason, cure = bubblewrap.refused(complaint)
            raise Unavailable(reason, cure)
        return server

    def put(self, server: Server) -> None:
        """Give a server back."""
        with self._changed:
            self._idle.append(server)
            self._changed.notify()

    def drop(self, server: Server) -> None:
        """Give up a server that can't be trusted any more."""
        server.end()
        with self._changed:
            self._count -= 1
            self._changed.notify()

    def close(self) -> None:
        """End all that wait."""
        with self._changed:
            while self._idle:
                self._idle.pop().end()
                self._count -= 1


@functools.cache
def _pool() -> Pool:
    """The servers of this process; they end with it."""
    pool = Pool()
    atexit.register(pool.close)
    return pool


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
        self._server = _pool().take(tuple(sorted(set(NAMED.findall(source if text is None else text)))))
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
            _pool().drop(self._server)
        else:
            _pool().put(self._server)

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


def packed(inputs: Inputs) -> dict[str, Any]:
    """Inputs as data.

    Raises:
        Unfit: One is no plain data.
    """
    return {name: Packer(_unfit).pack(value) for name, value in inputs.items()}


def _unfit(value: Any) -> Any:
    raise Unfit(f"a {type(value).__name__} can't enter the sandbox")


def _served(message: Any, functions: Functions) -> Any:
    """Call a function of the host; what it raises is raised in the sandbox, as a builtin exception."""
    _, name, arguments, keywords = message["ask"]
    given = [unpacked(argument, BUILDS) for argument in arguments]
    named = {str(key): unpacked(value, BUILDS) for key, value in keywords.items()}
    try:
        return {"value": Packer(_unfit).pack(functions[name](*given, **named))}
    except Exception as error:  # noqa: BLE001 - a function of the caller may raise anything, and the code may catch it
        base = next(kind.__name__ for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind)
        return {"raise": {"class": {"builtin": base}, "args": [str(error)], "text": str(error), "state": {}}}


def ran(message: Any, prints: str, source: str, limits: Limits) -> Ran:
    """A process's answer, which may be hostile, as a result.

    Raises:
        MALFORMED: It is none.
    """
    if "problem" in message:
        return Ran(prints=prints, problem=_problem(message["problem"], source, limits))
    return Ran(unpacked(message["value"], BUILDS), prints)


def _problem(parts: Any, source: str, limits: Limits) -> Problem:
    kind, line, text = str(parts["kind"]), parts["line"], str(parts["text"])
    line = line if isinstance(line, int) else None
    raised = _exception(str(parts["base"]), text)
    if kind == "memory":
        return replace(limit_problem("memory", limits, line), raised=raised)
    if kind == "syntax":
        return Problem("syntax", text, line, raised)
    found = MISSING_MODULE.fullmatch(text) if isinstance(raised, ImportError) else None
    if found and found[1] in THIRD_PARTY and not raised_on_purpose(source, line):
        return Problem("unsupported", f"the sandbox can't run this: {text}", line, raised)
    return Problem("error", f"{parts['type']}: {text}".removesuffix(": "), line, raised)


def _exception(base: str, text: str) -> BaseException:
    kind = getattr(builtins, base, RuntimeError)
    if not isinstance(kind, type) or not issubclass(kind, BaseException):
        kind = RuntimeError
    try:
        return kind(text)
    except TypeError:  # such as UnicodeDecodeError, which wants five arguments
        return ValueError(text)


def died(end: Died, limits: Limits) -> Problem:
    """The problem of a process that gave no answer."""
    if str(end) == "large":
        return Problem("output", f"returned more than {LARGEST >> 20} MiB")
    return limit_problem("time" if str(end) == "time" else "output" if str(end) == "output" else "crashed", limits)
