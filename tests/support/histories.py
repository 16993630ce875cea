"""Histories of sessions as lists of events, for tests of folding and of supervision."""

from __future__ import annotations

from typing import Any


def history(*events: tuple[str, dict[str, Any]] | str) -> list[dict]:
    """Events from (kind, fields) or a kind alone, numbered from 1, one second apart."""
    pairs = [(event, {}) if isinstance(event, str) else event for event in events]
    return [{"seq": i, "t": float(i), "kind": kind, **fields} for i, (kind, fields) in enumerate(pairs, 1)]


def metrics(step: int, phase: str = "training", total: int = 10) -> tuple[str, dict[str, Any]]:
    """One step's event."""
    return "metrics", {"step": step, "total_steps": total, "phase": phase, "reward": step / 10, "eta_seconds": 1.0}


STARTED = ["queued", ("starting", {"device": "cpu"}), ("started", {"pid": 7})]
COMPLETED = [
    *STARTED,
    ("phase", {"phase": "training"}),
    metrics(1),
    metrics(2),
    ("saved", {"path": "adapter"}),
    "completed",
]
