"""A hard limit on the work of one computation, in any thread and on any system."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from core.rewards.library.maths.numbers import OutOfWork

LOOKS = 5
"""How often the clock is looked at within the limit."""
Result = TypeVar("Result")


class _TimeIsUp(BaseException):
    """Raised inside of a computation that has taken too long; sympy catches Exception in many places."""


class _Work:
    """The work of one thread in seconds: its CPU where the system counts that, the time elsewhere.

    What Python's collector does meanwhile does not count: that depends on what else the process holds, not on the
    computation, and is longer than most limits where training libraries are loaded.
    """

    def __init__(self, thread: int, limit_s: float):
        self._thread = thread
        self._clock = _clock(thread)
        self._collecting_since: float | None = None
        self._end = self._clock() + limit_s
        gc.callbacks.append(self._collector)

    def is_over(self) -> bool:
        return self._collecting_since is None and self._clock() > self._end

    def close(self) -> None:
        gc.callbacks.remove(self._collector)

    def _collector(self, phase: str, _: object) -> None:
        """Called by the collector, in the thread that it runs in, before and after its work."""
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._collecting_since = self._clock()
        elif self._collecting_since is not None:
            self._end += self._clock() - self._collecting_since
            self._collecting_since = None


def within(limit_s: float, compute: Callable[[], Result]) -> Result:
    """The result of `compute`, which runs in this thread.

    A second thread raises an exception in this one, again and again, because libraries may catch the first. What stays
    inside of one call into C is not stopped.

    Args:
        limit_s: Seconds of work.
        compute: May be stopped anywhere.

    Raises:
        OutOfWork: It took longer than `limit_s`.
    """
    caller, is_done, turn = threading.get_ident(), threading.Event(), threading.Lock()
    work = _Work(caller, limit_s)

    def interrupt() -> None:
        while not is_done.wait(limit_s / LOOKS):
            with turn:
                if not is_done.is_set() and work.is_over():
                    _raise_in(caller, _TimeIsUp)

    try:
        threading.Thread(target=interrupt, name="limit", daemon=True).start()
        result = compute()
        _end(is_done, turn, caller)
        return result
    except _TimeIsUp:
        raise OutOfWork from None
    finally:
        _end(is_done, turn, caller)
        work.close()


def _clock(thread: int) -> Callable[[], float]:
    """The work of one thread in seconds; the time, where the system does not count that."""
    if sys.platform == "linux":
        clock = time.pthread_getcpuclockid(thread)
        return lambda: time.clock_gettime(clock)
    return time.monotonic


def _end(is_done: threading.Event, turn: threading.Lock, caller: int) -> None:
    """End the watch, and drop an exception that it set but that was not raised yet."""
    with turn:
        is_done.set()
        _raise_in(caller, None)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)
