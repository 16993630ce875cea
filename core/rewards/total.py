"""The total of several rewards: the weighted sum, and what a missing score makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, overload

Missing = Literal["unknown", "zero"]
"""What a missing score is: unknown, so that the total is None, or zero, so that it adds nothing."""


@overload
def total(weighed: Iterable[tuple[float, float | None]], missing: Literal["zero"]) -> float: ...
@overload
def total(weighed: Iterable[tuple[float, float | None]], missing: Missing) -> float | None: ...
def total(weighed: Iterable[tuple[float, float | None]], missing: Missing) -> float | None:
    """The weighted sum of the rewards of one completion.

    Args:
        weighed: (weight, score) of each reward; None where it could not score.
        missing: What a score of None counts as.
    """
    pairs = list(weighed)
    if missing == "unknown" and any(score is None for _, score in pairs):
        return None
    return sum(weight * (score or 0.0) for weight, score in pairs)
