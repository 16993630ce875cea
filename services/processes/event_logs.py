"""EventLogs: reads event logs as they grow and keeps the folded states, so that long lists stay quick."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.paths import SessionPaths
from core.sessions.events import EventReader, keep_reserve
from core.sessions.kinds import Event
from core.sessions.state import SessionState, fold
from services.processes.progress import Progress, advance

PROGRESS = "progress"
"""Most lines of a log are reports of progress, of which the latest says enough."""


@dataclass(frozen=True)
class Log:
    """What the events of a log add up to: the state, and the progress."""

    state: SessionState
    progress: Progress

    def after(self, events: Iterable[Event]) -> "Log":
        """The log after some more events."""
        state, progress = self.state, self.progress
        for event in events:
            state, progress = fold(state, event), advance(progress, event)
        return Log(state, progress)


@dataclass
class _Held:
    """A log as far as it has been read."""

    reader: EventReader
    log: Log
    seen: tuple[int, int] = (0, 0)
    lock: threading.Lock = field(default_factory=threading.Lock)


class EventLogs:
    """The logs of many folders; an unchanged log is not opened again."""

    def __init__(self) -> None:
        self._held: dict[Path, _Held] = {}

    def read(self, paths: SessionPaths) -> Log | None:
        """A folder's log as of now; None without a log."""
        held = self._held.setdefault(paths.folder, _Held(EventReader(paths.events), _empty(paths)))
        with held.lock:
            try:
                stat = paths.events.stat()
                now = (stat.st_size, stat.st_mtime_ns)
                if now != held.seen:
                    if now[0] < held.seen[0]:
                        held.reader, held.log = EventReader(paths.events), _empty(paths)
                    held.log = held.log.after(held.reader.follow_latest((PROGRESS,)))
                    held.seen = now
            except FileNotFoundError:
                self.forget(paths)
                return None
            return held.log

    def begin(self, paths: SessionPaths) -> None:
        """Prepare a folder for a new attempt: remove the earlier log, stop request and output.

        Raises:
            OSError: The disk is full, or the folder can't be written to.
        """
        paths.folder.mkdir(parents=True, exist_ok=True)
        for earlier in (paths.stop, paths.events, paths.log):
            earlier.unlink(missing_ok=True)
        self.forget(paths)
        keep_reserve(paths.folder)

    def forget(self, paths: SessionPaths) -> None:
        """Read a folder's log from its start next time, because it has been replaced or removed."""
        self._held.pop(paths.folder, None)


def _empty(paths: SessionPaths) -> Log:
    return Log(SessionState(paths.id), Progress())
