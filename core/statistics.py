"""Exact tests and intervals for scores that are counts; standard library only."""

from __future__ import annotations

from math import comb, sqrt


def wilson_interval(correct: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share of correct answers, as fractions.

    Source: Wilson, J. Am. Stat. Assoc. 22 (1927), the score interval without continuity correction.
    """
    if total == 0:
        return 0.0, 1.0
    share = correct / total
    scale = 1 + z * z / total
    centre = (share + z * z / (2 * total)) / scale
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def sign_test(wins: int, losses: int) -> float:
    """Two-sided exact p-value that wins and losses are equally likely (McNemar's exact test on paired answers).

    Args:
        wins: Questions right after and wrong before.
        losses: Questions wrong after and right before.
    """
    n, k = wins + losses, min(wins, losses)
    return min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n)


def paired_counts(before: list[bool], after: list[bool]) -> tuple[int, int]:
    """(wins, losses) of two runs over the same questions, in the same order."""
    pairs = list(zip(before, after, strict=True))
    return sum(not b and a for b, a in pairs), sum(b and not a for b, a in pairs)
