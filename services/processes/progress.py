"""Progress: the fraction and the remaining time of an export or a push, folded from its events; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.sessions.kinds import Event

KNOWN_FROM_FRACTION, KNOWN_FROM_S = 0.03, 2.0
"""There is no estimate before both are reached."""
SMOOTH_OVER_FRACTION, LEAST_SMOOTH_S, MOST_SMOOTH_S = 0.2, 1.0, 15.0
"""After this part of the time so far, within these bounds, half of a change of pace is in the estimate: it follows
quickly at first, when little is known, and slowly later."""


@dataclass(frozen=True)
class Progress:
    """Progress after some events; times are Unix seconds.

    Attributes:
        fraction: Of the whole work, 0 to 1; never falls.
        text: The present work, in words.
        began: When the worker was started.
        seen: When the worker wrote its last event.
        moved: When the estimate was last changed.
        whole_s: The estimate of the whole duration; None before there is one.
    """

    fraction: float = 0.0
    text: str = ""
    began: float | None = None
    seen: float | None = None
    moved: float | None = None
    whole_s: float | None = None

    def eta_seconds(self, now: float) -> float | None:
        """Seconds left at `now`; None before there is an estimate."""
        if self.whole_s is None or self.began is None:
            return None
        elapsed = now - self.began
        return round(max(self.whole_s - elapsed, elapsed * (1 - self.fraction) * 0.1, 0.0), 1)

    def elapsed_seconds(self, now: float | None) -> float | None:
        """Seconds from the start to `now`, or to the last event when `now` is None."""
        until = self.seen if now is None else now
        return None if self.began is None or until is None else round(max(0.0, until - self.began), 1)


def advance(progress: Progress, event: Event) -> Progress:
    """Progress after one more event."""
    kind = event["kind"]
    if kind == "starting":
        return Progress(began=event["t"], seen=event["t"])
    if kind != "interrupted":  # a server writes it when it finds the loss, maybe days later
        progress = replace(progress, seen=event["t"])
    if kind == "completed":
        return replace(progress, fraction=1.0, text="", whole_s=None)
    if event["kind"] != "progress" or progress.began is None:
        return progress
    fraction = min(1.0, max(progress.fraction, event["fraction"] or 0.0))
    moved = replace(progress, fraction=fraction, text=event.get("text") or "")
    return _with_estimate(moved, event["t"])


def _with_estimate(progress: Progress, now: float) -> Progress:
    """Draw the estimate towards the duration at the pace so far, the more the older the estimate is."""
    elapsed = now - (progress.began or now)
    if progress.fraction < KNOWN_FROM_FRACTION or elapsed < KNOWN_FROM_S:
        return progress
    at_this_pace = elapsed / progress.fraction
    if progress.whole_s is None or progress.moved is None:
        return replace(progress, whole_s=at_this_pace, moved=now)
    passed = max(0.0, now - progress.moved)
    weight = passed / (passed + min(MOST_SMOOTH_S, max(LEAST_SMOOTH_S, elapsed * SMOOTH_OVER_FRACTION)))
    return replace(progress, whole_s=progress.whole_s + weight * (at_this_pace - progress.whole_s), moved=now)
