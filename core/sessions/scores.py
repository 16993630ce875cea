"""What the held-out scores of a session say."""

from __future__ import annotations

from collections.abc import Iterable

from core.sessions.kinds import HeldOutScore
from core.statistics import compare_marks, compare_rewards


def verdict(evaluations: Iterable[HeldOutScore]) -> str:
    """What GRPO changed, in one sentence, from a session's evaluations; empty before the last one.

    Right and wrong answers are compared where a reward of the run judges truth, the rewards themselves otherwise.
    """
    stages = {score["stage"]: score for score in evaluations}
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
