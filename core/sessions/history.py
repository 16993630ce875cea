"""The metrics of a session in columns: an index of its log, which is read on as it grows."""

from __future__ import annotations

import re
import threading
from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.sessions.events import HEAD, EventReader, event_in
from core.sessions.kinds import ResumedEvent
from core.sessions.snapshot import EVERY_BYTES, keep_index, kept_index
from core.sessions.state import survives

LEFT_OUT = ("kind", "phase")
SESSIONS_KEPT = 16

Columns = dict[str, list[Any]]
"""Name of a metric -> its values, all as long as `step`."""
METRICS = re.compile(
    HEAD.pattern + rb', "step": (?P<step>\d{1,15}),(?: "total_steps": \d+,)? "phase": "(?P<phase>\w+)"'
)
"""How a line of metrics begins that EventLog has written for a worker."""


class PhaseIndex:
    """Where the metrics of one phase are in the log: a step and a place for each, 16 bytes together."""

    def __init__(self, steps: array[int] | None = None, places: array[int] | None = None) -> None:
        self.steps: array[int] = array("q") if steps is None else steps
        self.places: array[int] = array("q") if places is None else places

    def append(self, step: int, place: int) -> None:
        """Add the metrics of one step."""
        self.steps.append(step)
        self.places.append(place)

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all but the given rows."""
        self.steps = array("q", [self.steps[row] for row in rows])
        self.places = array("q", [self.places[row] for row in rows])


class MetricsHistory:
    """All metrics of one session; see `core.sessions.state.current_metrics` for which of them count.

    Only the places of the lines are in memory. What is asked for is read when it is asked for: of a hundred thousand
    steps a page shows a few hundred.
    """

    def __init__(self, events: Path):
        self._events = events
        self._lock = threading.Lock()
        self._kept_to, found = kept_index(events) or (0, {})
        self._reader = EventReader(events, self._kept_to)
        self._phases = {phase: PhaseIndex(*columns) for phase, columns in found.items()}

    def columns(self, phase: str, after_step: int, max_points: int) -> Columns:
        """Columns of one phase as of now: nested values under dotted names (completion_length.mean), absent ones null.

        Args:
            max_points: Of more steps after `after_step`, so many are taken, evenly spaced.
        """
        with self._lock:
            for place, line in self._reader.lines():
                self._see(place, line)
            self._keep()
            found = self._phases.get(phase, PhaseIndex())
            rows = thin([row for row, step in enumerate(found.steps) if step > after_step], max_points)
            places = [found.places[row] for row in rows]
        return _columns(self._read(places))

    def _keep(self) -> None:
        """Make a snapshot when much has been read since the last one."""
        if self._reader.offset - self._kept_to > EVERY_BYTES:
            index = {phase: (held.steps, held.places) for phase, held in self._phases.items()}
            keep_index(self._events, self._reader.offset, index)
            self._kept_to = self._reader.offset

    def _see(self, place: int, line: bytes) -> None:
        """Index a line of metrics; a resume drops some of those before it."""
        head = METRICS.match(line)
        if head and head["kind"] == b"metrics":
            self._phases.setdefault(head["phase"].decode("ascii"), PhaseIndex()).append(int(head["step"]), place)
            return
        if _may_count(line):
            event = event_in(place, line)
            if event["kind"] == "metrics":
                self._phases.setdefault(event["phase"], PhaseIndex()).append(event["step"], place)
            elif event["kind"] == "resumed":
                self._resume(event)

    def _resume(self, event: ResumedEvent) -> None:
        for phase, held in self._phases.items():
            held.keep([row for row, step in enumerate(held.steps) if survives(phase, step, event)])

    def _read(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """The flat values of the lines at some places."""
        if not places:
            return []
        flat = []
        with self._events.open("rb") as file:
            for place in places:
                file.seek(place)
                event = event_in(place, file.readline())
                if event["kind"] == "metrics":
                    row: dict[str, Any] = {}
                    _flatten(event, "", row)
                    flat.append(row)
        return flat


class Histories:
    """The histories of the sessions used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[str, MetricsHistory] = OrderedDict()

    def of(self, session_id: str, events: Path) -> MetricsHistory:
        """The history of a session, whose log is `events`."""
        with self._lock:
            history = self._held.pop(session_id, None) or MetricsHistory(events)
            self._held[session_id] = history
            while len(self._held) > SESSIONS_KEPT:
                self._held.popitem(last=False)
            return history

    def forget(self, session_id: str) -> None:
        """Remove a session from memory."""
        with self._lock:
            self._held.pop(session_id, None)


def thin(rows: Sequence[Any], max_points: int) -> Sequence[Any]:
    """At most `max_points` rows, evenly spaced, the last one always among them."""
    if len(rows) <= max_points:
        return rows
    stride = len(rows) / max_points
    return [rows[min(len(rows) - 1, round((i + 1) * stride) - 1)] for i in range(max_points)]


def _columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name) for row in rows] for name in names}


def _may_count(line: bytes) -> bool:
    return b'"metrics"' in line or b'"resumed"' in line


def _flatten(row: Mapping[str, Any], prefix: str, into: dict[str, Any]) -> None:
    for key, value in row.items():
        if type(value) is dict:
            _flatten(value, f"{prefix}{key}.", into)
        elif prefix or key not in LEFT_OUT:
            into[prefix + key] = value
