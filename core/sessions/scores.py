"""The verdict on the held-out scores of a session."""

from __future__ import annotations

from collections.abc import Iterable

from core.sessions.kinds import HeldOutScore
from core.statistics import compare_marks, compare_rewards


def verdict(scores: Iterable[HeldOutScore]) -> str:
    """The change that GRPO made, in one sentence; empty before the last score.

    Right and wrong answers are compared if a reward of the run judges truth, else the rewards.
    """
    stages = {score["stage"]: score for score in scores}
    before, after = stages.get("warm_up") or stages.get("base"), stages.get("trained")
    if before is None or after is None:
        return ""
    if before.get("marks") and after.get("marks"):
        return compare_marks(before["marks"], after["marks"]).in_words()
    rewards_before, rewards_after = before.get("row_rewards"), after.get("row_rewards")
    if rewards_before and rewards_after:
        comparison = compare_rewards(rewards_before, rewards_after)
        return comparison.in_words("raised the reward of {wins} held-out rows and lowered that of {losses}")
    return ""
