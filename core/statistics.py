"""Exact tests and intervals for scores of the same questions before and after; standard library only."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, fsum, sqrt
from statistics import NormalDist

SIGNIFICANT = 0.05
RESAMPLES, MOST_DRAWS, RESAMPLED_ROWS = 10_000, 2_000_000, 1_000
"""The resamples of a bootstrap; the most draws (0.2 s), which limit them; the most rows, above which it draws none."""
POWER = 0.8
NORMAL = NormalDist()
SEEN = NORMAL.inv_cdf(1 - SIGNIFICANT / 2) + NORMAL.inv_cdf(POWER)
"""The number of standard errors at which a difference is significant in a share POWER of all tries."""


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
    ways = term = 1
    for i in range(k):  # each binomial coefficient from the one before; all are whole numbers, so nothing is rounded
        term = term * (n - i) // (i + 1)
        ways += term
    return min(1.0, 2 * ways / 2**n)


def bootstrap_interval(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of the mean of `values`, by a bias-corrected and accelerated bootstrap.

    For differences of pairs it is the interval of a paired comparison. The same values and seed give the same interval.
    If all values are equal it is a point, which says nothing about other rows. More than RESAMPLED_ROWS values are not
    resampled: the bootstrap's quantiles are expanded in their skewness, which is more exact than 2,000 resamples.

    Args:
        values: One per row, at least one.
        seed: The seed of the resampling.
    Source: Efron, J. Am. Stat. Assoc. 82 (1987), sections 2 and 6; the jackknife of a mean is its skewness.
        Hall, The Bootstrap and Edgeworth Expansion (1992): to first order bias and acceleration are equal, and the
        quantiles those of Cornish and Fisher.
    """
    rows, mean = len(values), fsum(values) / len(values)
    deviations = [value - mean for value in values]
    spread = fsum(d * d for d in deviations)
    if max(values) - min(values) < 1e-12 * (1 + abs(mean)):
        return mean, mean
    acceleration = fsum(d**3 for d in deviations) / (6 * spread**1.5)
    if rows > RESAMPLED_ROWS:
        bias, error = acceleration, sqrt(spread) / rows
    else:
        means = _resampled(values, seed)
        equal = 1e-9 * (1 + abs(mean))
        below = (bisect_left(means, mean - equal) + bisect_right(means, mean + equal)) / 2
        bias = NORMAL.inv_cdf(min(max(below, 0.5), len(means) - 0.5) / len(means))

    def end(probability: float) -> float:
        shifted = bias + NORMAL.inv_cdf(probability)
        place = bias + shifted / (1 - acceleration * shifted)
        if rows <= RESAMPLED_ROWS:
            return _quantile(means, NORMAL.cdf(place))
        return min(max(values), max(min(values), mean + error * (place + acceleration * (place * place - 1))))

    return end(SIGNIFICANT / 2), end(1 - SIGNIFICANT / 2)


def _resampled(values: Sequence[float], seed: int) -> list[float]:
    """The means of resamples of the values, in order."""
    draw, rows = random.Random(seed), len(values)
    count = min(RESAMPLES, MOST_DRAWS // rows)
    return sorted(fsum(draw.choices(values, k=rows)) / rows for _ in range(count))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the ordered values lies, interpolated between two of them."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """The unbiased estimate that at least one of k answers is right, from `samples` answers of which some were.

    Args:
        samples: Answers that were drawn, at least k.
        correct: How many of them were right.
        k: How many a user would draw.
    Source: Chen et al. 2021 (arXiv:2107.03374), equation 1.
    """
    return 1 - comb(samples - correct, k) / comb(samples, k)


def surplus_needed(changed: int) -> int:
    """The surplus of wins among `changed` rows that is significant in 8 of 10 tries.

    Source: the usual sample size of McNemar's test (Miettinen, Biometrics 24, 1968), on the safe side; fewer than 6
    wins are never significant by the exact test.
    """
    return max(6, ceil(SEEN * sqrt(changed)))


def rows_needed(wins: int, losses: int, rows: int) -> int:
    """The number of rows at which the observed surplus is significant in 8 of 10 tries; see surplus_needed.

    Args:
        wins: Rows that got better; not equal to losses.
        losses: Rows that got worse.
        rows: All rows that were compared.
    """
    return ceil(rows * SEEN**2 * (wins + losses) / (wins - losses) ** 2)


@dataclass(frozen=True)
class Comparison:
    """Two answers to each of the same questions: how many got better, how many worse."""

    wins: int
    losses: int

    @property
    def p_value(self) -> float:
        """See sign_test."""
        return sign_test(self.wins, self.losses)

    def in_words(self, changed: str = "turned {wins} wrong answers right and {losses} right ones wrong") -> str:
        """One sentence on the change and its significance; `changed` describes wins and losses."""
        verdict = "a significant change" if self.p_value < SIGNIFICANT else "no significant change"
        turned = changed.format(wins=self.wins, losses=self.losses)
        return f"GRPO {turned}: {verdict} (exact sign test, p = {self.p_value:.2g})."


def compare_marks(before: str, after: str) -> Comparison:
    """Compare two held-out scores by their marks, one a question: 1 correct, 0 not; any other is a tie."""
    pairs = list(zip(before, after, strict=True))
    return Comparison(pairs.count(("0", "1")), pairs.count(("1", "0")))


def compare_rewards(before: Sequence[float | None], after: Sequence[float | None]) -> Comparison:
    """Compare two held-out scores by the reward of each row, in order; a row without a reward is a tie."""
    pairs = [(b, a) for b, a in zip(before, after, strict=True) if b is not None and a is not None]
    return Comparison(sum(a > b for b, a in pairs), sum(a < b for b, a in pairs))
