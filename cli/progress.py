"""A run in the terminal: a line for each phase, a bar for the whole with the time left, and the reward as a curve."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console, Group
from rich.live import Live
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
    ("proving", "f16"): "Proving the F16 file",
    ("quantising", "q4_k_m"): "Quantising to Q4_K_M",
    ("proving", "q4_k_m"): "Proving the Q4_K_M file",
    ("scoring", "q4_k_m"): "Scoring the Q4_K_M file",
    ("packing", ""): "Finishing",
}


SECONDS = {
    ("loading", "libraries"): 3.0,
    ("loading", "data"): 0.5,
    ("loading", "model"): 6.0,
    ("evaluating", "base"): 8.0,
    ("pre_training", ""): 4.0,
    ("evaluating", "warm_up"): 7.0,
    ("training", ""): 64.0,
    ("evaluating", "trained"): 8.0,
    ("saving", ""): 0.5,
    ("merging", ""): 10.0,
    ("converting", ""): 1.5,
    ("proving", "f16"): 1.5,
    ("quantising", "q4_k_m"): 1.5,
    ("proving", "q4_k_m"): 1.0,
    ("scoring", "q4_k_m"): 5.0,
    ("packing", ""): 1.0,
}
"""What the phases of the demo take on two idle cores; the time left is in proportion to it."""
KNOWN_FROM = 0.04
"""The part of the whole that must be done before the time left is shown."""
CURVE_COLUMNS = 24


class RunProgress:
    """Shows events as they come, from any thread. Use as a context manager."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic):
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=32), TextColumn("{task.fields[note]}"))
        self._phases = Progress(*columns, TimeElapsedColumn(), console=console)
        self._all = Progress(*columns, console=console)
        self._live = Live(Group(self._phases, self._all), console=console, refresh_per_second=4)
        self._clock = clock
        self._started = clock()
        self._whole = self._all.add_task(f"{'All of it':<30}", total=1.0, note="")
        self._task: Any = None
        self._phase: tuple[str, str] | None = None
        self._done = 0.0
        self._rewards: list[float] = []

    def __enter__(self) -> "RunProgress":
        self._live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._finish_task()
        self._live.stop()

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
            self._rewards += [] if reward is None else [reward]
            self._advance(
                event["step"] / (event["total_steps"] or 1), f"step {event['step']}/{event['total_steps']}  {note}"
            )
        elif event["kind"] == "progress":
            self._advance(event["fraction"], event.get("text") or f"{event['fraction'] or 0:.0%}")
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
        self._task = self._phases.add_task(f"{title:<30}", total=None, note="")

    def _advance(self, fraction: float | None, note: str) -> None:
        if self._task is not None:
            self._phases.update(self._task, total=1.0, completed=fraction, note=note)
            self._show_whole(fraction or 0.0)

    def _finish_task(self) -> None:
        if self._task is not None and self._phase is not None:
            note = self._phases.tasks[self._task].fields["note"]
            self._phases.update(self._task, total=1.0, completed=1.0, note="" if note.endswith("%") else note)
            self._phases.stop_task(self._task)
            self._done += SECONDS.get(self._phase, 0.0)
            self._task = None
            self._show_whole(0.0)

    def _show_whole(self, fraction: float) -> None:
        """Move the bar of the whole, with the time left and the rewards so far."""
        current = SECONDS.get(self._phase, 0.0) if self._task is not None and self._phase else 0.0
        share = min(1.0, (self._done + fraction * current) / sum(SECONDS.values()))
        left = (self._clock() - self._started) * (1 - share) / share if share > KNOWN_FROM else None
        time_left = "" if left is None or share == 1.0 else f"{left // 60:.0f}:{left % 60:02.0f} left"
        self._all.update(self._whole, completed=share, note=f"{time_left}  {spark(self._rewards[-CURVE_COLUMNS:])}")


def spark(values: Sequence[float]) -> str:
    """Values from 0 to 1 as one line of block characters."""
    return "".join(BLOCKS[min(8, max(1, round(value * 8)))] for value in values)


def curve(values: Sequence[float], height: int = 5) -> str:
    """Values from 0 to 1 as a curve of block characters, `height` lines high, with one column per value."""
    lines = []
    for row in range(height - 1, -1, -1):
        cells = (min(8, max(0, round((value * height - row) * 8))) for value in values)
        label = {height - 1: " 1.0 ", 0: " 0.0 "}.get(row, "     ")
        lines.append(label + "".join(BLOCKS[cell] for cell in cells))
    return "\n".join(lines)
