"""Exact tests and intervals for scores that are counts; standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, sqrt

SIGNIFICANT = 0.05


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
        """One sentence, which says so when there is no significant change; `changed` tells what wins and losses are."""
        verdict = "a significant change" if self.p_value < SIGNIFICANT else "no significant change"
        turned = changed.format(wins=self.wins, losses=self.losses)
        return f"GRPO {turned}: {verdict} (exact sign test, p = {self.p_value:.2g})."


def compare_marks(before: str, after: str) -> Comparison:
    """Compare two evaluations by their marks, strings of 1 (correct) and 0 over the same questions in order."""
    pairs = list(zip(before, after, strict=True))
    return Comparison(pairs.count(("0", "1")), pairs.count(("1", "0")))


def compare_rewards(before: Sequence[float | None], after: Sequence[float | None]) -> Comparison:
    """Compare two evaluations by the reward of each row, in order; rows without one, or with equal ones, are ties."""
    pairs = [(b, a) for b, a in zip(before, after, strict=True) if b is not None and a is not None]
    return Comparison(sum(a > b for b, a in pairs), sum(a < b for b, a in pairs))


def verdict(evaluations: Iterable[dict]) -> str:
    """What GRPO changed, in one sentence, from a session's evaluations; empty before the last one.

    Right and wrong answers are compared where a reward of the run judges truth, the rewards themselves otherwise.
    """
    stages = {score["stage"]: score for score in evaluations}
    before, after = stages.get("warm_up") or stages.get("base"), stages.get("trained")
    if before is None or after is None:
        return ""
    if before.get("marks") and after.get("marks"):
        return compare_marks(before["marks"], after["marks"]).in_words()
    if before.get("row_rewards") and after.get("row_rewards"):
        comparison = compare_rewards(before["row_rewards"], after["row_rewards"])
        return comparison.in_words("raised the reward of {wins} held-out rows and lowered that of {losses}")
    return ""
