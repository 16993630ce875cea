"""Held-out scores as a chart draws them."""

import pytest

from core.sessions.scores import shown


def score(**values):
    return {"stage": "base", "step": 0, "total": 10, "marks": None, "reward": 1.2, "rewards": {}, **values}


def test_right_answers_are_a_share_with_wilsons_interval():
    drawn = shown(score(correct=8), full_reward=1.6)
    assert drawn["share"] == 0.8
    assert drawn["interval"] == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_rows_without_a_score_are_in_no_share():
    drawn = shown(score(correct=8, scored=8), full_reward=1.6)
    assert drawn["share"] == 1.0
    assert drawn["interval"] == pytest.approx((0.6756, 1.0), abs=1e-4)
    assert shown(score(correct=None, scored=0, reward=None), full_reward=1.6)["share"] is None


def test_without_a_judge_of_truth_the_share_is_that_of_the_full_reward_without_an_interval():
    drawn = shown(score(correct=None), full_reward=1.6)
    assert (drawn["share"], drawn["interval"]) == (pytest.approx(0.75), None)
