"""The verdict on the held-out scores of a session."""

from __future__ import annotations

from collections.abc import Iterable

from core.rewards.base import Range
from core.sessions.kinds import AnsweredRow, HeldOutScore
from core.statistics import compare_marks, compare_rewards, wilson_interval


class ShownScore(HeldOutScore):
    """A held-out score as a chart draws it.

    `share` is the share of right answers among the scored ones, `interval` its 95 % interval. Where no reward judges
    truth, `share` is where the mean reward lies in its range, and there is no interval. `share` is null if nothing was
    scored, or if that range is not known.
    """

    share: float | None
    interval: tuple[float, float] | None


def shown(score: HeldOutScore, bounds: Range | None) -> ShownScore:
    """A held-out score with its share and interval; `bounds` are the ends of the run's reward, if they are known."""
    correct, reward = score["correct"], score["reward"]
    if correct is None:
        return {**score, "share": _place(reward, bounds), "interval": None}
    scored = scored_rows(score)
    return {**score, "share": correct / scored, "interval": wilson_interval(correct, scored)}


def _place(reward: float | None, bounds: Range | None) -> float | None:
    """Where a reward lies between its ends, 0 to 1; None where either is not known."""
    if reward is None or bounds is None:
        return None
    return (reward - bounds[0]) / (bounds[1] - bounds[0])


def scored_rows(score: HeldOutScore) -> int:
    """The number of rows that a held-out score is about."""
    return score.get("scored", score["total"])


def learnt_answers(scores: Iterable[HeldOutScore]) -> list[tuple[AnsweredRow, AnsweredRow]]:
    """Answers that GRPO has changed from wrong to right, before and after, among those that the scores show."""
    stages = {score["stage"]: score for score in scores}
    before, after = stages.get("warm_up") or stages.get("base"), stages.get("trained")
    if before is None or after is None:
        return []
    shown = zip(before.get("samples", []), after.get("samples", []), strict=False)
    marks = zip(before["marks"] or "", after["marks"] or "", strict=False)
    return [pair for pair, mark in zip(shown, marks, strict=False) if mark == ("0", "1")]


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
