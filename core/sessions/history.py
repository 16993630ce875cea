"""The metrics of a session in columns, read on as its log grows, and the few histories that are kept in memory."""

from __future__ import annotations

import math
import threading
from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.sessions.events import EventReader
from core.sessions.kinds import MetricsEvent, ResumedEvent
from core.sessions.state import survives

LEFT_OUT = ("kind", "phase")
SESSIONS_KEPT = 4
MOST_VALUES = 8_000_000
"""Values that all histories in memory hold together, 8 bytes each; the longest unused ones are dropped beyond it."""

Columns = dict[str, list[Any]]
"""Name of a metric -> its values, all as long as `step`."""


class Column:
    """The values of one metric, one per row: an array of 8-byte numbers, or a list if a value is no number.

    Args:
        rows: The number of earlier rows, which have no value.
    """

    __slots__ = ("_is_whole", "_others", "numbers")

    def __init__(self, rows: int):
        self.numbers: array[float] | None = array("d", [math.nan]) * rows
        self._others: list[Any] = []
        self._is_whole = True

    def append(self, value: Any) -> None:
        """Add a row; None for no value."""
        if self.numbers is None:
            self._others.append(value)
        elif type(value) is float:
            self._is_whole = False
            self.numbers.append(value)
        elif value is None:
            self.numbers.append(math.nan)
        elif type(value) is int and abs(value) < 2**53:
            self.numbers.append(value)
        else:
            self._others, self.numbers = [*self.take(range(len(self.numbers))), value], None

    def take(self, rows: Sequence[int]) -> list[Any]:
        """The values of the given rows."""
        if self.numbers is None:
            return [self._others[row] for row in rows]
        numbers = self.numbers
        if self._is_whole:
            return [None if (value := numbers[row]) != value else int(value) for row in rows]
        return [None if (value := numbers[row]) != value else value for row in rows]

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all but the given rows."""
        if self.numbers is None:
            self._others = [self._others[row] for row in rows]
        else:
            self.numbers = array("d", [self.numbers[row] for row in rows])


class PhaseColumns:
    """The metrics of one phase: nested values under dotted names (completion_length.mean), absent ones null."""

    def __init__(self) -> None:
        self.steps: array[int] = array("q")
        self._columns: dict[str, Column] = {}

    @property
    def values(self) -> int:
        """How many values are held."""
        return len(self.steps) * len(self._columns)

    def append(self, event: MetricsEvent) -> None:
        """Add the metrics of one step."""
        row: dict[str, Any] = {}
        _flatten(event, "", row)
        if row.keys() != self._columns.keys():
            for name in [name for name in row if name not in self._columns]:
                self._columns[name] = Column(len(self.steps))
        for name, column in self._columns.items():
            column.append(row.get(name))
        self.steps.append(event["step"])

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all but the given rows."""
        self.steps = array("q", [self.steps[row] for row in rows])
        for column in self._columns.values():
            column.keep(rows)

    def take(self, after_step: int, max_points: int) -> Columns:
        """Columns of at most `max_points` steps after `after_step`; empty without such steps."""
        rows = thin([row for row, step in enumerate(self.steps) if step > after_step], max_points)
        return {name: column.take(rows) for name, column in self._columns.items()} if rows else {}


class MetricsHistory:
    """All metrics of one session; see `core.sessions.state.current_metrics` for which of them count."""

    def __init__(self, events: Path):
        self._reader = EventReader(events)
        self._lock = threading.Lock()
        self._phases: dict[str, PhaseColumns] = {}

    @property
    def values(self) -> int:
        """How many values are held."""
        return sum(phase.values for phase in list(self._phases.values()))

    def columns(self, phase: str, after_step: int, max_points: int) -> Columns:
        """Columns of one phase as of now; none where the phase has no metrics."""
        with self._lock:
            for event in self._reader.follow():
                if event["kind"] == "metrics":
                    self._phases.setdefault(event["phase"], PhaseColumns()).append(event)
                elif event["kind"] == "resumed":
                    self._resume(event)
            found = self._phases.get(phase)
            return found.take(after_step, max_points) if found else {}

    def _resume(self, event: ResumedEvent) -> None:
        for phase, held in self._phases.items():
            held.keep([row for row, step in enumerate(held.steps) if survives(phase, step, event)])


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
            while len(self._held) > 1 and (len(self._held) > SESSIONS_KEPT or self._values() > MOST_VALUES):
                self._held.popitem(last=False)
            return history

    def forget(self, session_id: str) -> None:
        """Remove a session from memory."""
        with self._lock:
            self._held.pop(session_id, None)

    def _values(self) -> int:
        return sum(history.values for history in self._held.values())


def thin(rows: Sequence[Any], max_points: int) -> Sequence[Any]:
    """At most `max_points` rows, evenly spaced, the last one always among them."""
    if len(rows) <= max_points:
        return rows
    stride = len(rows) / max_points
    return [rows[min(len(rows) - 1, round((i + 1) * stride) - 1)] for i in range(max_points)]


def _flatten(row: Mapping[str, Any], prefix: str, into: dict[str, Any]) -> None:
    for key, value in row.items():
        if type(value) is dict:
            _flatten(value, f"{prefix}{key}.", into)
        elif prefix or key not in LEFT_OUT:
            into[prefix + key] = value
