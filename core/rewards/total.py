"""The total of several rewards: the weighted sum, unknown where a score is missing."""

from __future__ import annotations

from collections.abc import Iterable


def total(weighed: Iterable[tuple[float, float | None]]) -> float | None:
    """The weighted sum of the rewards of one completion; None if one of them has no score, or there is none.

    Args:
        weighed: (weight, score) of each reward.
    """
    pairs = list(weighed)
    products = [weight * score for weight, score in pairs if score is not None]
    return sum(products) if products and len(products) == len(pairs) else None
