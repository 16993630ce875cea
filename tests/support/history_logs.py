"""Event logs of metrics, for tests of the history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.sessions.events import EventLog


def rows(step: int, phase: str = "training", **values: Any) -> dict[str, Any]:
    """The fields of one metrics event."""
    return {"step": step, "phase": phase, **values}


def append(log: Path, *events: tuple[str, dict[str, Any]]) -> None:
    """Write events (kind, fields) to the end of a log."""
    writer = EventLog(log)
    for kind, fields in events:
        writer.append(kind, **fields)
