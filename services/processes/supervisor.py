"""Supervisor: follows one worker from its start to its final event; the loop of every training thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from constants import LOG_CHUNK_BYTES, LOG_TAIL_LINES
from core.failures import Explanation, explain_exit
from core.paths import SessionPaths
from core.sessions.events import EventLog, EventReader
from core.sessions.kinds import Event
from core.sessions.state import LATEST_ONLY, SessionState, fold
from core.sessions.store import tail_text
from services.processes.worker import WorkerProcess

LOG = logging.getLogger(__name__)
STOP_GRACE_S = 60.0
"""How long a worker may take to save and leave after a stop request before it is terminated."""
SUPERVISE_PERIOD_S = 0.1
"""How often a training thread looks at its worker and its event log."""


@dataclass(frozen=True)
class Watch:
    """What a supervisor calls.

    Args:
        event: Called with each event and the state after it.
        output: Called with new worker output, at most LOG_CHUNK_BYTES of its end at a time.
    """

    event: Callable[[SessionState, Event], None]
    output: Callable[[str], None]


class Supervisor:
    """Follows one session's log while its worker lives, enforces a stop, and ends the log if the worker did not.

    Args:
        paths: The session's files.
        process: Its worker.
        watch: What is called.
        clock: Seconds; for tests.
        explain: As core.failures.explain_exit, for a worker that wrote no final event.
    """

    def __init__(
        self,
        paths: SessionPaths,
        process: WorkerProcess,
        watch: Watch,
        clock: Callable[[], float] = time.monotonic,
        explain: Callable[[int | None, bool | None], Explanation] = explain_exit,
    ):
        self._paths = paths
        self._process = process
        self._watch = watch
        self._clock = clock
        self._explain = explain
        self._reader = EventReader(paths.events)
        self._log_offset = paths.log.stat().st_size if paths.log.exists() else 0
        self._stop_seen_at: float | None = None
        self.state = SessionState(paths.id)

    def run(self) -> SessionState:
        """Supervise the worker to its end; the final state."""
        self._catch_up()
        while not self._look():
            time.sleep(SUPERVISE_PERIOD_S)
        return self.state

    def _catch_up(self) -> None:
        """Fold the events that an earlier server has already published."""
        for event in self._reader.follow_latest(LATEST_ONLY):
            self.state = fold(self.state, event)

    def _look(self) -> bool:
        """Read once, and return whether the worker has ended.

        The exit is checked before the log is read, so that the last event is not missed.
        """
        ended, exit_code = self._process.poll()
        self._read_events()
        self._read_output()
        self._enforce_stop()
        if ended and not self.state.is_final:
            self._publish_end(exit_code)
        return ended

    def _read_events(self) -> None:
        for event in self._reader.read():
            self.state = fold(self.state, event)
            self._watch.event(self.state, event)

    def _read_output(self) -> None:
        if not self._paths.log.exists():
            return
        size = self._paths.log.stat().st_size
        if size <= self._log_offset:
            return
        with self._paths.log.open("rb") as file:
            file.seek(max(self._log_offset, size - LOG_CHUNK_BYTES))
            data = file.read(LOG_CHUNK_BYTES)
        self._log_offset = size
        self._watch.output(data.decode("utf-8", "replace"))

    def _enforce_stop(self) -> None:
        if self.state.is_final or not self._paths.stop.exists():
            return
        if self._stop_seen_at is None:
            self._stop_seen_at = self._clock()
        elif self._clock() - self._stop_seen_at > STOP_GRACE_S:
            LOG.warning("%s did not stop within %s s and is terminated", self._paths.id, STOP_GRACE_S)
            self._process.end()

    def _publish_end(self, exit_code: int | None) -> None:
        """Write the final event for a worker that ended without one."""
        log = EventLog(self._paths.events)
        if self._paths.stop.exists():
            mode = self._paths.stop.read_text(encoding="utf-8").strip() or "save"
            log.append("stopped", mode=mode, step=self.state.step, saved=False)
        else:
            kind = "interrupted" if exit_code is None else "failed"
            cause, cure, code = self._explain(exit_code, self._process.memory.was_short())
            tail = tail_text(self._paths.log, LOG_TAIL_LINES)
            log.append(kind, cause=cause, cure=cure, code=code, exit_code=exit_code, log_tail=tail)
        self._read_events()
