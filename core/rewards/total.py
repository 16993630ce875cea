"""The total of several rewards: the weighted sum, with rules for missing scores, and its range."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Missing = TypeVar("Missing", float, None)


def total(weighed: Iterable[tuple[float, float | None]], missing: Missing) -> float | Missing:
    """The weighted sum of the rewards of one completion, without those that do not apply; of none there is no total.

    Args:
        weighed: (weight, score) of each reward that applies; the score is None if it could not score.
        missing: The value of a missing score; None makes the total unknown.
    """
    pairs = list(weighed)
    if missing is None and (not pairs or any(score is None for _, score in pairs)):
        return None
    stand_in = missing or 0.0
    return sum(weight * (stand_in if score is None else score) for weight, score in pairs)


def weighed_range(weighed: Iterable[tuple[float, tuple[float, float] | None]]) -> tuple[float, float] | None:
    """The least and the greatest total, from (weight, range) of each reward; None if one has no known range.

    Of several rewards one may not apply, and then it adds 0.
    """
    ends = [range and (weight * range[0], weight * range[1]) for weight, range in weighed]
    known = [pair for pair in ends if pair is not None]
    if len(known) < len(ends):
        return None
    nothing = (0.0,) if len(known) > 1 else ()
    return sum(min(*pair, *nothing) for pair in known), sum(max(*pair, *nothing) for pair in known)
