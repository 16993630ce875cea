"""Steps in which some completions have no score, and what they must come to, worked out by hand; imports nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PARTS = {
    "exact-match": [1.0, 0.0, None, 1.0, 1.0, None, 0.0, None],
    "solution-format": [0.0, 1.0, 1.0, 0.0, 1.0, 1.0, None, None],
}
WEIGHTS = {"exact-match": 1.0, "solution-format": 0.5}
REWARDS = [1.0, 0.5, None, 1.0, 1.5, None, None, None]
A, B = 0.5771503, -1.1543007
"""1, 0.5 and 1: mean 5/6, deviation sqrt((1/36 + 1/9 + 1/36) / 2) = 0.2886751; 1/6 and -1/3 over that + 0.0001."""
BATCH_A, BATCH_B = 0.4081483, -0.8162966
"""1, 0.5, 1 and 1.5: deviation sqrt((0.25 + 0.25) / 3) = 0.4082483; 1/6 and -1/3 over that + 0.0001."""
ROBUST_A, ROBUST_B = 0.7068069, -1.4136138
"""The median distance from the median is 0, so mean and deviation sqrt((1/36 + 1/9 + 1/36) / 3) = 0.2357023."""
ALONE_A, ALONE_B, ALONE_C = 0.5772503, -1.1545006, 0.7070068
"""1, 0 and 1: mean 2/3, deviation 0.5773503; and 1 and 0: mean 1/2, deviation 0.7071068."""


@dataclass(frozen=True)
class Case:
    """One run and what it must come to.

    Attributes:
        grpo: The section of its configuration.
        advantages: Those of the first step, worked out by hand.
        loss: What the loss divides by: tokens, rows of any length (grpo), or rows of full length (dr_grpo).
        masks: Whether cut completions are left out of the loss.
        parts: The rewards that are used.
    """

    grpo: dict[str, Any]
    advantages: Sequence[float] = (A, B, 0, A, 0, 0, 0, 0)
    loss: str = "tokens"
    masks: bool = False
    parts: Sequence[str] = tuple(PARTS)
    rewards: Sequence[float | None] = tuple(REWARDS)


CENTRED = (1 / 6, -1 / 3, 0, 1 / 6, 0, 0, 0, 0)
CASES = {
    "grpo": Case({"algorithm": "grpo"}),
    "batch": Case({"algorithm": "grpo", "scale_rewards": "batch"}, (BATCH_A, BATCH_B, 0, BATCH_A, 0, 0, 0, 0)),
    "one-reward": Case(
        {"algorithm": "grpo"},
        (ALONE_A, ALONE_B, 0, ALONE_A, ALONE_C, 0, -ALONE_C, 0),
        parts=("exact-match",),
        rewards=PARTS["exact-match"],
    ),
    "kl": Case({"algorithm": "grpo", "kl_penalty": 0.5}),
    "gspo": Case({"algorithm": "gspo"}, loss="rows"),
    "dr_grpo": Case({"algorithm": "dr_grpo"}, CENTRED, loss="full rows"),
    "dapo": Case({"algorithm": "dapo"}, masks=True),
    "or_grpo": Case({"algorithm": "or_grpo"}, (ROBUST_A, ROBUST_B, 0, ROBUST_A, 0, 0, 0, 0), masks=True),
}
LENGTH = 8
"""The number of tokens at which a completion is cut."""
SIGNAL = {name: 1.0 if name == "one-reward" else 0.5 for name in CASES}
"""One group of two has no two scored completions; with one reward both have, and they differ."""
