"""OR-GRPO: advantages that one outlier in a group can't bend."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median, pstdev

ADVANTAGE_LIMIT = 3.0
MAD_TO_DEVIATION = 1.4826
EPSILON = 1e-4


def robust_advantages(rewards: Sequence[float | None]) -> list[float]:
    """Distance from the group's median in units of its spread, clipped to +-3.

    The spread is 1.4826 x MAD, which equals the standard deviation for normal values. Where the MAD is 0, as for
    mostly equal rewards, mean and standard deviation are used, as in GRPO.

    Args:
        rewards: One score per completion of one prompt, shape [group], finite; None for one without a score.
    Returns:
        Advantages, shape [group], without unit; 0 for a completion without a score, and all 0 when the rewards are
        equal.
    Source: median baseline arXiv:2601.22582; 1.4826 is 1 / (the normal distribution's third quartile).
    """
    scored = [reward for reward in rewards if reward is not None]
    if not scored:
        return [0.0] * len(rewards)
    centre = median(scored)
    spread = MAD_TO_DEVIATION * median(abs(reward - centre) for reward in scored)
    if spread == 0:
        centre, spread = fmean(scored), pstdev(scored)
    return [0.0 if reward is None else _clip((reward - centre) / (spread + EPSILON)) for reward in rewards]


def _clip(value: float) -> float:
    return max(-ADVANTAGE_LIMIT, min(ADVANTAGE_LIMIT, value))
