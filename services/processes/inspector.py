"""Inspector: asks the inspection workers, which read data, render prompts and run rewards outside the server."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from queue import Empty
from typing import Any

from typing_extensions import NotRequired, TypedDict

from core.errors import Dropped, ErrorReport, LoraCraftError, Unavailable, WorkerFailed, from_dict
from core.failures import explain_exit
from core.paths import Workspace
from services.processes.awaited import IS_AWAITED, always
from services.processes.line_worker import LineWorker, WarmWorker
from services.processes.worker import worker_environment

LOG = logging.getLogger(__name__)
INSPECT_IDLE_S = 300.0
"""How long an inspection worker that nobody asks is kept warm."""
INSPECT_TIMEOUT_S = 60.0
"""How long a question to an inspection worker may take, unless said otherwise."""
MODULE, QUICK = "core.workers.inspect", "--quick"
LANES = ("quick", "model", "rewards", "slow", "evaluations")
"""One worker each: short tasks, tokenizers, rewards, background jobs, batches and evaluations."""
POLITE_LANES = ("slow", "evaluations")
"""Those that nobody looks at while they work; the others wait for the hub for a moment only."""
LOOK_S = 0.2
"""How often the inspector looks whether the client still waits."""
GIVEN_UP_S = 3.0
"""Work that nobody waits for is ended after so long; what is done sooner is cheaper than a new worker."""

Progress = Callable[[float | None, str], None]


class InspectionMessage(TypedDict):
    """A message of an inspection worker about request `id`: progress (`fraction`, `text`), or its result or error."""

    id: int
    fraction: NotRequired[float | None]
    text: NotRequired[str]
    result: NotRequired[Any]
    error: NotRequired[ErrorReport]


class Inspector:
    """One worker per lane, started when first asked and kept warm for INSPECT_IDLE_S.

    Args:
        workspace: The data folders.
        environment: The environment of the server.

    Attributes:
        answered: Called with each task, its arguments and its result, before the result is handed out.
    """

    def __init__(self, workspace: Workspace, environment: Mapping[str, str]):
        self.answered: Callable[[str, Mapping[str, Any], Any], None] = lambda task, arguments, result: None
        log = workspace.logs / "inspect.log"
        settings = worker_environment(dict(environment), workspace, "cpu")
        command = [sys.executable, "-m", MODULE, str(workspace.root)]
        self._lanes = {
            name: _Lane(
                partial(LineWorker, command, settings, log, polite=True)
                if name in POLITE_LANES
                else partial(LineWorker, [*command, QUICK], settings, log)
            )
            for name in LANES
        }

    def ask(
        self,
        task: str,
        arguments: Mapping[str, Any],
        lane: str = "quick",
        timeout_s: float = INSPECT_TIMEOUT_S,
        progress: Progress | None = None,
    ) -> Any:
        """Ask a worker for the result of a task; the requests of one lane wait for each other.

        One whose client leaves meanwhile is dropped; see `IS_AWAITED`.

        Args:
            task: A name in core/workers/inspect/tasks.py.
            arguments: JSON values.
            lane: The worker.
            timeout_s: The worker is ended after so long.
            progress: Called with the progress of a long task.
        Raises:
            LoraCraftError: The task failed; Unavailable when it took too long or was dropped; WorkerFailed when its
                worker died.
        """
        result = self._lanes[lane].ask(task, arguments, timeout_s, progress)
        self.answered(task, arguments, result)
        return result

    def warm(self, lane: str = "quick") -> None:
        """Start a lane's worker without waiting for it, because a task follows soon."""
        threading.Thread(target=self._lanes[lane].warm, name=f"warm-{lane}", daemon=True).start()

    def stop(self, lane: str) -> None:
        """End a lane's worker at once; the task it works on raises WorkerFailed."""
        self._lanes[lane].stop()


class _Lane:
    """One worker process, asked by one thread at a time."""

    def __init__(self, start: Callable[[], LineWorker]):
        self._start = start
        self._lock = threading.Lock()
        self._warm = WarmWorker(self._lock, INSPECT_IDLE_S, lambda: self._warm.end())
        self._asked = 0

    def ask(self, task: str, arguments: Mapping[str, Any], timeout_s: float, progress: Progress | None) -> Any:
        with self._turn():
            worker = self._warm.require(self._start)
            self._asked += 1
            is_sent = worker.send({"id": self._asked, "task": task, "arguments": arguments})
            answer = self._wait(worker, timeout_s, progress) if is_sent else None
            if answer is None:
                raise self._worker_error(worker, task)
            self._warm.rest()
        if "error" in answer:
            raise from_dict(answer["error"])
        return answer["result"]

    def warm(self) -> None:
        with self._lock:
            self._warm.require(self._start)
            self._warm.rest()

    def stop(self) -> None:
        """End the worker; without the lock, because the thread that waits for an answer holds it, and sees the end."""
        worker = self._warm.current
        if worker is not None:
            worker.end()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the lane, as long as the client does."""
        is_awaited = IS_AWAITED.get()
        while not self._lock.acquire(timeout=-1 if is_awaited is always else LOOK_S):
            if not is_awaited():
                raise _dropped()
        try:
            if not is_awaited():
                raise _dropped()
            yield
        finally:
            self._lock.release()

    def _wait(self, worker: LineWorker, timeout_s: float, progress: Progress | None) -> InspectionMessage | None:
        """The answer to the latest request; None when the worker died."""
        is_awaited, began = IS_AWAITED.get(), time.monotonic()
        while True:
            spent = time.monotonic() - began
            try:
                rest = max(0.0, timeout_s - spent)
                answer: InspectionMessage | None = worker.messages.get(
                    timeout=rest if is_awaited is always else min(rest, LOOK_S)
                )
            except Empty:
                if spent >= timeout_s:
                    self._warm.end()
                    hint = "Try it on fewer rows, or look whether the reward or the file is what takes so long."
                    raise Unavailable(f"This took longer than {timeout_s:.0f} s and was stopped.", hint) from None
                if spent > GIVEN_UP_S and not is_awaited():
                    self._warm.end()
                    raise _dropped() from None
                continue
            if answer is None or (answer["id"] == self._asked and "fraction" not in answer):
                return answer
            if progress is not None and answer["id"] == self._asked:
                progress(answer["fraction"], answer["text"])

    def _worker_error(self, worker: LineWorker, task: str) -> LoraCraftError:
        cause, _, _ = explain_exit(worker.exit_code(), worker.memory.was_short())
        LOG.error("The inspection worker died on %s: %s", task, cause)
        self._warm.end()
        return WorkerFailed(
            f"The inspection of this input ended badly: {cause}", "logs/inspect.log has its last words."
        )


def _dropped() -> Dropped:
    return Dropped("Nobody waits for this any more, so it was dropped.", "Ask again.")
