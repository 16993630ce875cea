"""LineWorker: a child process that takes requests and answers them in JSON lines; WarmWorker keeps one for later."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from queue import Queue
from typing import IO, Any, cast

import psutil

from core.hardware import MemoryWatch
from services.processes.worker import OWN_GROUP, REPOSITORY, give_way


class LineWorker:
    """One child process, which runs until `end`.

    Args:
        command: Program and arguments.
        environment: All of its environment.
        log: The file for its other output.
        polite: Give way to other processes.

    Attributes:
        messages: The JSON objects that it wrote; None once, at its end.
        memory: Whether memory ran out while it lived.
    """

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path, polite: bool = False):
        self.memory = MemoryWatch()
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                list(command),
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                encoding="utf-8",
                **OWN_GROUP,
            )
        if polite:
            give_way(psutil.Process(self._child.pid))
        self._input, self._output = cast(IO[str], self._child.stdin), cast(IO[str], self._child.stdout)
        self._writing = threading.Lock()
        self.messages: Queue[Any] = Queue()
        threading.Thread(target=self._read, name="line-worker", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._child.poll() is None

    def send(self, message: Mapping[str, Any]) -> bool:
        """Write one message to it; false when it has ended."""
        try:
            with self._writing:
                self._input.write(json.dumps(message) + "\n")
                self._input.flush()
        except (OSError, ValueError):  # ValueError: closed by `end` in another thread
            return False
        return True

    def exit_code(self) -> int:
        """Its exit code, once it has ended; negative for a signal."""
        return self._child.wait()

    def end(self) -> None:
        """Kill it."""
        self._child.kill()
        self._child.wait()
        with self._writing, suppress(OSError):  # what it had not read yet can't be written any more
            self._input.close()

    def _read(self) -> None:
        """Queue every whole message, and None at the end; in a thread of its own, so that `messages` can be read with a
        time limit."""
        try:
            with self._output:
                for line in self._output:
                    if line.endswith("\n"):
                        self.messages.put(json.loads(line))
        finally:
            self.messages.put(None)


class WarmWorker:
    """At most one LineWorker: started when it is needed, ended when it has not been needed for long.

    The owner calls every method under its own lock, because what the owner notes about the worker changes with it.

    Args:
        lock: The owner's lock.
        idle_s: How long an idle worker is kept.
        end_idle: Called under the lock after that time, to end the worker unless it is needed again.
    """

    def __init__(self, lock: AbstractContextManager[object], idle_s: float, end_idle: Callable[[], object]):
        self._lock = lock
        self._idle_s = idle_s
        self._end_idle = end_idle
        self._timer: threading.Timer | None = None
        self.current: LineWorker | None = None

    @property
    def is_alive(self) -> bool:
        """Whether there is a worker and it runs."""
        return self.current is not None and self.current.is_alive

    def require(self, start: Callable[[], LineWorker]) -> LineWorker:
        """The running worker, started if there is none; it is kept until `rest` or `take`."""
        self._stay()
        if self.current is None or not self.current.is_alive:
            self.end()
            self.current = start()
        return self.current

    def rest(self) -> None:
        """Note that the worker is idle from now on."""
        self._stay()
        if self.current is None:
            return
        self._timer = threading.Timer(self._idle_s, self._time_is_over)
        self._timer.daemon = True
        self._timer.start()

    def take(self) -> LineWorker | None:
        """Hand the worker over, if there is one; the caller ends it."""
        self._stay()
        worker, self.current = self.current, None
        return worker

    def end(self) -> None:
        """End the worker, if there is one."""
        worker = self.take()
        if worker is not None:
            worker.end()

    def _stay(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _time_is_over(self) -> None:
        with self._lock:
            self._end_idle()
