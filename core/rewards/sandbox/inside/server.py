"""The server in the sandbox: a new process for each run, which sees no other, under the clock.

    python -m core.rewards.sandbox.inside.server SITE_PACKAGES LIBRARY...   on standard input and output

It loads libraries once, and has the next process ready before it is asked for. The process of a run is made by the
zygote, which never sees a request, and is the first of a PID namespace of its own: it can't name the server or another
run, and when it ends, so does all that it started.

Frames in: N a run (its clock, then what the process is asked), T a further turn with the clock at zero, C one with the
clock running on, E the end of the run. Frames out: H ready, P what was printed, M an answer of the process, F its last
one, X why there is none.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import select
import signal
import struct
import sys
import time
import warnings
from collections.abc import Sequence
from typing import Any

from core.rewards.sandbox.inside import calls, memory, objects
from core.rewards.sandbox.inside.frames import TRUSTED, Closed, Reader, TooLarge, framed, send
from core.rewards.sandbox.inside.zygote import Zygote

HOST_IN, HOST_OUT = 0, 1
CLOCK = struct.Struct("!ddI")
"""Seconds of computing, seconds of waiting, bytes of prints: what goes before the frame N."""
Clock = tuple[float, float, int]
USUAL = """
    abc ast bisect cmath collections copy dataclasses datetime decimal enum fractions functools hashlib heapq io
    itertools json math numbers operator os random re statistics string struct sys textwrap threading time types typing
    unicodedata
"""
"""Modules that are loaded beforehand: a run that imports them takes no time for it."""
PARTS = {"numpy": ("numpy", "numpy.random", "numpy.linalg", "numpy.fft", "numpy.ma")}
"""Library -> its parts that it would load when they are first used."""
CLOSED = select.POLLHUP | select.POLLERR | select.POLLNVAL


class Ended(Exception):
    """The process of the run has to end, or has ended: time, output, large or crashed."""


class Child:
    """The process of one run, as the server sees it."""

    def __init__(self, zygote: Zygote):
        self.pid, (self.to, self.answers, self.prints) = zygote.process()
        for file in (self.to, self.answers, self.prints):
            os.set_blocking(file, False)
        self.reader = Reader(self.answers)
        self.printed, self.prints_on = 0, True

    def cpu_s(self) -> float:
        """Seconds that it has computed, all of its threads together."""
        try:
            return time.clock_gettime(((~self.pid) << 3) | 2)
        except OSError as error:
            raise Ended("crashed") from error

    def end(self) -> None:
        """Kill it, with all in its namespace."""
        os.kill(self.pid, signal.SIGKILL)
        for file in (self.to, self.answers, self.prints):
            os.close(file)


class Server:
    """Runs one child after another for the host."""

    def __init__(self, libraries: Sequence[str]):
        self._libc: Any = ctypes.CDLL(None, use_errno=True)
        self._confinement = calls.Confinement(self._libc, calls.of_this_machine())
        for name in [*USUAL.split(), *[part for library in libraries for part in PARTS.get(library, (library,))]]:
            try:
                importlib.import_module(name)
            except ImportError:
                continue
        warnings.simplefilter("ignore")
        self._base = memory.in_use()
        self._host = Reader(HOST_IN, TRUSTED)
        gc.collect()
        gc.freeze()

    def serve(self) -> None:
        """Run after run, until the host is gone."""
        zygote = Zygote(self._libc, self._confinement, self._base)
        send(HOST_OUT, b"H")
        while True:
            child = Child(zygote)
            try:
                letter, contents = self._host.next()
                while letter != b"N":
                    letter, contents = self._host.next()
                self._run(child, contents)
            finally:
                child.end()

    def _run(self, child: Child, contents: bytes) -> None:
        limits: Clock = CLOCK.unpack_from(contents)
        asked, started = contents[CLOCK.size :], child.cpu_s()
        try:
            while True:
                letter, answer = self._turn(child, asked, started, limits)
                send(HOST_OUT, letter, answer)
                if letter == b"F":
                    return
                letter, asked = self._host.next()
                if letter == b"E":
                    return
                started = child.cpu_s() if letter == b"T" else started
        except Ended as end:
            if str(end) == "time":
                with contextlib.suppress(Ended):
                    self._relay_prints(child, limits[2])
            send(HOST_OUT, b"X", str(end).encode())

    def _turn(self, child: Child, asked: bytes, started: float, limits: Clock) -> tuple[bytes, bytes]:
        """Ask the process, and wait for its answer."""
        waiting, ends = memoryview(framed(b"A", asked)), time.monotonic() + limits[1]
        while True:
            left = limits[0] - (child.cpu_s() - started)
            patience = min(left, ends - time.monotonic())
            if patience <= 0:
                raise Ended("time")
            ready = _poll(child, bool(waiting), patience)
            if child.prints in ready:
                self._relay_prints(child, limits[2])
            if child.to in ready and not ready[child.to] & CLOSED:
                waiting = waiting[os.write(child.to, waiting) :]
            if child.answers in ready and (frame := _answer(child)) is not None:
                self._relay_prints(child, limits[2])
                return frame

    def _relay_prints(self, child: Child, most: int) -> None:
        """Pass on what was printed, and end the run when that is too much."""
        try:
            while piece := os.read(child.prints, 1 << 16):
                room = max(0, most - child.printed)
                child.printed += len(piece)
                send(HOST_OUT, b"P", piece[:room])
                if child.printed > most:
                    raise Ended("output")
            child.prints_on = False
        except BlockingIOError:
            return


def _poll(child: Child, writes: bool, patience_s: float) -> dict[int, int]:
    poll = select.poll()
    poll.register(HOST_IN, 0)
    poll.register(child.answers, select.POLLIN)
    if child.prints_on:
        poll.register(child.prints, select.POLLIN)
    if writes:
        poll.register(child.to, select.POLLOUT)
    ready = dict(poll.poll(max(1.0, patience_s * 1000)))
    if HOST_IN in ready:
        raise Closed
    return ready


def _answer(child: Child) -> tuple[bytes, bytes] | None:
    try:
        child.reader.fill()
        return next(((letter, text) for letter, text in child.reader.frames() if letter in (b"M", b"F")), None)
    except BlockingIOError:
        return None
    except Closed as error:
        raise Ended("crashed") from error
    except TooLarge as error:
        raise Ended("large") from error


if __name__ == "__main__":
    # Nothing here but the standard library and the libraries may be imported by a run.
    site_packages, *libraries = sys.argv[1:]
    sys.path[:] = [*sys.path[1:], *site_packages.split(":")]
    server = Server(libraries)
    objects.forget_ours(sys.modules)
    try:
        server.serve()
    except (Closed, BrokenPipeError):
        os._exit(0)
