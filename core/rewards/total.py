"""The total of several rewards: the weighted sum, unknown where a score is missing, and its range."""

from __future__ import annotations

from collections.abc import Iterable


def total(weighed: Iterable[tuple[float, float | None]]) -> float | None:
    """The weighted sum of the rewards of one completion; None if one of them has no score, or there is none.

    Args:
        weighed: (weight, score) of each reward that applies.
    """
    pairs = list(weighed)
    products = [weight * score for weight, score in pairs if score is not None]
    return sum(products) if products and len(products) == len(pairs) else None


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
