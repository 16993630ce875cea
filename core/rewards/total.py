"""The total of several rewards: the weighted sum, and what a missing score makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Missing = TypeVar("Missing", float, None)


def total(weighed: Iterable[tuple[float, float | None]], missing: Missing) -> float | Missing:
    """The weighted sum of the rewards of one completion.

    Args:
        weighed: (weight, score) of each reward; None where it could not score.
        missing: What a score of None counts as; None for unknown, which makes the total unknown, too.
    """
    pairs = list(weighed)
    if missing is None and any(score is None for _, score in pairs):
        return None
    stand_in = missing or 0.0
    return sum(weight * (stand_in if score is None else score) for weight, score in pairs)
