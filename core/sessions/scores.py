"""The verdict on the held-out scores of a session."""

from __future__ import annotations

from collections.abc import Iterable

from core.sessions.kinds import HeldOutScore
from core.statistics import compare_marks, compare_rewards, wilson_interval


class ShownScore(HeldOutScore):
    """A held-out score as a chart draws it.

    `share` is the share of right answers among the scored ones, `interval` its 95 % interval. Where no reward judges
    truth, `share` is the mean reward over the full one, and there is no interval. `share` is null if nothing was
    scored.
    """

    share: float | None
    interval: tuple[float, float] | None


def shown(score: HeldOutScore, full_reward: float) -> ShownScore:
    """A held-out score with its share and interval; `full_reward` is the sum of the run's weights."""
    correct, reward = score["correct"], score["reward"]
    if correct is None:
        return {**score, "share": None if reward is None else reward / full_reward, "interval": None}
    scored = scored_rows(score)
    return {**score, "share": correct / scored, "interval": wilson_interval(correct, scored)}


def scored_rows(score: HeldOutScore) -> int:
    """The number of rows that a held-out score is about."""
    return score.get("scored", score["total"])


def verdict(scores: Iterable[HeldOutScore]) -> str:
    """The change that GRPO made, in one sentence; empty before the last score.

    Right and wrong answers are compared if a reward of the run judges truth, else the rewards.
    """
    stages = {score["stage"]: score for score in scores}
    before, after = stages.get("warm_up") or stages.get("base"), stages.get("trained")
    if before is None or after is None:
        return ""
    if not scored_rows(before) or not scored_rows(after):
        return "The held-out answers could not be scored, so nothing is known of the change."
    if before.get("marks") and after.get("marks"):
        return compare_marks(before["marks"], after["marks"]).in_words()
    rewards_before, rewards_after = before.get("row_rewards"), after.get("row_rewards")
    if rewards_before and rewards_after:
        comparison = compare_rewards(rewards_before, rewards_after)
        return comparison.in_words("raised the reward of {wins} held-out rows and lowered that of {losses}")
    return ""
