"""A run in the terminal: a progress bar for each phase, and the reward as a small curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from core.sessions.kinds import Event
from core.sessions.scores import scored_rows
from core.sessions.state import SessionState

BLOCKS = " ▁▂▃▄▅▆▇█"
TITLES = {
    ("loading", "libraries"): "Loading the libraries",
    ("loading", "data"): "Loading the questions",
    ("loading", "model"): "Loading the model",
    ("evaluating", "base"): "Scoring the base model",
    ("pre_training", ""): "Supervised warm-up",
    ("evaluating", "warm_up"): "Scoring the warmed-up model",
    ("training", ""): "GRPO",
    ("evaluating", "trained"): "Scoring the trained model",
    ("saving", ""): "Saving the adapter",
    ("merging", ""): "Merging the adapter",
    ("converting", ""): "Converting to GGUF",
}


class RunProgress:
    """Shows events as they come, from any thread. Use as a context manager."""

    def __init__(self, console: Console):
        self._progress = Progress(
            TextColumn("{task.description}", table_column=None),
            BarColumn(bar_width=32),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._task: Any = None
        self._phase: tuple[str, str] | None = None

    def __enter__(self) -> "RunProgress":
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._finish_task()
        self._progress.stop()

    def publish(self, topic: str, payload: Any) -> None:
        """Show one report of the services."""
        if topic == "event":
            self._event(*payload)
        elif topic == "export" and payload["phase"]:
            self._enter(payload["phase"], payload["detail"])

    def _event(self, state: SessionState, event: Event) -> None:
        if event["kind"] == "phase":
            self._enter(event["phase"], event.get("detail", ""))
        elif event["kind"] == "metrics":
            reward = event.get("reward")
            note = f"loss {event.get('loss') or 0:.3f}" if reward is None else f"reward {reward:.2f}"
            self._advance(
                event["step"] / (event["total_steps"] or 1), f"step {event['step']}/{event['total_steps']}  {note}"
            )
        elif event["kind"] == "progress":
            self._advance(event["fraction"], "")
        elif event["kind"] == "evaluation":
            self._advance(1.0, f"{event['correct']} of {scored_rows(event)} correct")
        elif state.is_final:
            self._finish_task()

    def _enter(self, phase: str, detail: str) -> None:
        if (phase, detail) == self._phase:
            return
        self._finish_task()
        self._phase = (phase, detail)
        title = TITLES.get(self._phase, f"{phase} {detail}".strip().capitalize())
        self._task = self._progress.add_task(f"{title:<30}", total=None, note="")

    def _advance(self, fraction: float | None, note: str) -> None:
        if self._task is not None:
            self._progress.update(self._task, total=1.0, completed=fraction, note=note)

    def _finish_task(self) -> None:
        if self._task is not None:
            self._progress.update(self._task, total=1.0, completed=1.0)
            self._progress.stop_task(self._task)
            self._task = None


def curve(values: Sequence[float], height: int = 5) -> str:
    """Values from 0 to 1 as a curve of block characters, `height` lines high, with one column per value."""
    lines = []
    for row in range(height - 1, -1, -1):
        cells = (min(8, max(0, round((value * height - row) * 8))) for value in values)
        label = {height - 1: " 1.0 ", 0: " 0.0 "}.get(row, "     ")
        lines.append(label + "".join(BLOCKS[cell] for cell in cells))
    return "\n".join(lines)
