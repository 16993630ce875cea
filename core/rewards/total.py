"""The total of several rewards: the weighted sum, with a rule for missing scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Missing = TypeVar("Missing", float, None)


def total(weighed: Iterable[tuple[float, float | None]], missing: Missing) -> float | Missing:
    """The weighted sum of the rewards of one completion.

    Args:
        weighed: (weight, score) of each reward; the score is None if it could not score.
        missing: The value of a missing score; None makes the total unknown.
    """
    pairs = list(weighed)
    if missing is None and any(score is None for _, score in pairs):
        return None
    stand_in = missing or 0.0
    return sum(weight * (stand_in if score is None else score) for weight, score in pairs)
