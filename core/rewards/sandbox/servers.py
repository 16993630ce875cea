"""The servers of the lane `system`, from outside: started in bubblewrap, asked on a pipe, kept warm in a pool."""

from __future__ import annotations

import atexit
import functools
import json
import select
import subprocess
import threading
import time
from typing import Any

from core.errors import Unavailable
from core.rewards.sandbox import bubblewrap
from core.rewards.sandbox.inside.frames import Closed, Reader, TooLarge, send

WORKERS = 16
WAIT_S = 60.0
START_S = 60.0
MALFORMED = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, MemoryError)
"""What reading a hostile message may raise."""


class Died(Exception):
    """The server, or the process of the run, gave no answer: time, output, large or crashed."""


class Lost(Died):
    """The server itself can't be trusted any more."""


class Server:
    """One server, from this side of the pipes."""

    def __init__(self, libraries: tuple[str, ...]):
        self.libraries = libraries
        line = bubblewrap.command(libraries)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            line, stdin=pipe, stdout=pipe, stderr=pipe, env=bubblewrap.ENVIRONMENT, start_new_session=True
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
    """Servers that wait for a run, and how many there are.

    Args:
        most: How many there may be.
        wait_s: How long to wait for one.
    """

    def __init__(self, most: int = WORKERS, wait_s: float = WAIT_S) -> None:
        self._most, self._wait_s = most, wait_s
        self._idle: list[Server] = []
        self._count = 0
        self._changed = threading.Condition()

    def take(self, libraries: tuple[str, ...]) -> Server:
        """A server that has loaded the libraries; a new one when none waits.

        Raises:
            Unavailable: None came free within a minute, or none can be started.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._idle or self._count < self._most, self._wait_s):
                raise Unavailable("every sandbox worker is busy", "Try again when the running rewards are done.")
            fitting = next((server for server in reversed(self._idle) if server.libraries == libraries), None)
            if fitting is not None:
                self._idle.remove(fitting)
                return fitting
            spare = self._idle.pop(0) if self._count >= self._most else None
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
def pool() -> Pool:
    """The servers of this process; they end with it."""
    made = Pool()
    atexit.register(made.close)
    return made
