"""The verdict on the held-out scores of a session."""

from __future__ import annotations

from collections.abc import Iterable

from core.rewards.base import Range
from core.sessions.kinds import HeldOutScore
from core.statistics import compare_marks, compare_rewards, wilson_interval


class ShownScore(HeldOutScore):
    """A held-out score as a chart draws it.

    `share` is the share of right answers, `interval` its 95 % interval. Where no reward judges truth, `share` is where
    the mean reward lies in its range, null if that is not known, and there is no interval.
    """

    share: float | None
    interval: tuple[float, float] | None


def shown(score: HeldOutScore, reward: Range | None) -> ShownScore:
    """A held-out score with its share and interval; `reward` is the range of the run's reward, if it is known."""
    correct, total = score["correct"], score["total"]
    if correct is None:
        share = None if reward is None else (score["reward"] - reward[0]) / (reward[1] - reward[0])
        return {**score, "share": share, "interval": None}
    return {**score, "share": correct / total, "interval": wilson_interval(correct, total)}


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
