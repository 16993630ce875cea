"""How far an export or a push is and how long it will still take, folded from its events; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.sessions.kinds import Event

KNOWN_FROM_FRACTION, KNOWN_FROM_S = 0.03, 2.0
"""Before both are reached nothing is said about the rest."""
SMOOTH_OVER_FRACTION, LEAST_SMOOTH_S, MOST_SMOOTH_S = 0.2, 1.0, 15.0
"""A change of pace shows in the estimate by half after this part of the time so far, within these bounds: at first
little is known and the estimate follows, later it moves gently."""


@dataclass(frozen=True)
class Progress:
    """Progress after some events; times are Unix seconds.

    Attributes:
        fraction: Of the whole work, 0 to 1; never falls.
        text: What is being done, in words.
        began: When the worker was started.
        seen: When the worker last gave a sign of life.
        moved: When the estimate was last renewed.
        whole_s: How long all of it takes by the present estimate; None until that can be known.
    """

    fraction: float = 0.0
    text: str = ""
    began: float | None = None
    seen: float | None = None
    moved: float | None = None
    whole_s: float | None = None

    def eta_seconds(self, now: float) -> float | None:
        """Seconds that are left at `now`; None until they can be known."""
        if self.whole_s is None or self.began is None:
            return None
        elapsed = now - self.began
        return round(max(self.whole_s - elapsed, elapsed * (1 - self.fraction) * 0.1, 0.0), 1)

    def elapsed_seconds(self, now: float | None) -> float | None:
        """Seconds since the start, up to `now`, or up to the last sign of life where that is None."""
        until = self.seen if now is None else now
        return None if self.began is None or until is None else round(max(0.0, until - self.began), 1)


def advance(progress: Progress, event: Event) -> Progress:
    """Progress after one more event."""
    kind = event["kind"]
    if kind == "starting":
        return Progress(began=event["t"], seen=event["t"])
    if kind != "interrupted":  # which is written when the loss is found, maybe days later
        progress = replace(progress, seen=event["t"])
    if kind == "completed":
        return replace(progress, fraction=1.0, text="", whole_s=None)
    if event["kind"] != "progress" or progress.began is None:
        return progress
    fraction = min(1.0, max(progress.fraction, event["fraction"] or 0.0))
    moved = replace(progress, fraction=fraction, text=event.get("text") or "")
    return _with_estimate(moved, event["t"])


def _with_estimate(progress: Progress, now: float) -> Progress:
    """The estimate drawn towards what the whole would take at the pace so far, the more the longer ago it was made."""
    elapsed = now - (progress.began or now)
    if progress.fraction < KNOWN_FROM_FRACTION or elapsed < KNOWN_FROM_S:
        return progress
    at_this_pace = elapsed / progress.fraction
    if progress.whole_s is None or progress.moved is None:
        return replace(progress, whole_s=at_this_pace, moved=now)
    passed = max(0.0, now - progress.moved)
    weight = passed / (passed + min(MOST_SMOOTH_S, max(LEAST_SMOOTH_S, elapsed * SMOOTH_OVER_FRACTION)))
    return replace(progress, whole_s=progress.whole_s + weight * (at_this_pace - progress.whole_s), moved=now)
