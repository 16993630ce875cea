"""The total of several rewards: the weighted sum, unknown where a score is missing."""

from __future__ import annotations

from collections.abc import Iterable


def total(weighed: Iterable[tuple[float, float | None]]) -> float | None:
    """The weighted sum of the rewards of one completion; None if one of them has no score.

    Args:
        weighed: (weight, score) of each reward.
    """
    earned = 0.0
    for weight, score in weighed:
        if score is None:
            return None
        earned += weight * score
    return earned
