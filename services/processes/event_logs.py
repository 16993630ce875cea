"""EventLogs: reads event logs as they grow and keeps the folded states, so that long lists stay quick."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import Unavailable
from core.paths import SessionPaths
from core.sessions.events import FINAL_KINDS, EventReader, keep_reserve
from core.sessions.kinds import Event
from core.sessions.state import SessionState, fold
from services.processes.progress import Progress, advance

PROGRESS_MARK, MARK_BYTES = b'"kind": "progress"', 80
"""Most lines of a log are reports of progress; this text is within their first bytes."""


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
    """A log as far as it has been read; `reader` is None for a log that had ended, of which only a digest was read."""

    reader: EventReader | None
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
                    _read_on(held, paths, is_new=held.reader is None or now[0] < held.seen[0] or held.seen == (0, 0))
                    held.seen = now
            except FileNotFoundError:
                self.forget(paths)
                return None
            return held.log

    def begin(self, paths: SessionPaths) -> None:
        """Prepare a folder for a new attempt: remove the earlier log, stop request and output.

        Raises:
            Unavailable: The disk is full, or the folder can't be written to.
        """
        try:
            paths.folder.mkdir(parents=True, exist_ok=True)
            for earlier in (paths.stop, paths.events, paths.log):
                earlier.unlink(missing_ok=True)
            self.forget(paths)
            keep_reserve(paths.folder)
        except OSError as error:
            message = f"{paths.folder} can't be written to: {error.strerror}."
            raise Unavailable(message, "Free some disk space and try again.") from error

    def forget(self, paths: SessionPaths) -> None:
        """Read a folder's log from its start next time, because it has been replaced or removed."""
        self._held.pop(paths.folder, None)


def _empty(paths: SessionPaths) -> Log:
    return Log(SessionState(paths.id), Progress())


def _read_on(held: _Held, paths: SessionPaths, is_new: bool) -> None:
    if is_new:
        digest = _digest(paths.events)
        held.reader = None if digest else EventReader(paths.events)
        held.log = _empty(paths).after(digest)
    if held.reader is not None:
        held.log = held.log.after(held.reader.follow())


def _digest(path: Path) -> list[Event]:
    """The events of a log that has ended, with only the last report of progress; empty for a log that has not."""
    lines = path.read_bytes().splitlines()
    reports = [number for number, line in enumerate(lines) if PROGRESS_MARK in line[:MARK_BYTES]]
    left_out = set(reports[:-1])
    try:
        events = [json.loads(line) for number, line in enumerate(lines) if number not in left_out]
    except ValueError:  # a line is half written, which EventReader can handle
        return []
    return events if events and events[-1]["kind"] in FINAL_KINDS else []
