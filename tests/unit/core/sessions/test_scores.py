"""Held-out scores as a chart draws them."""

import pytest

from core.sessions.scores import shown


def score(**values):
    return {"stage": "base", "step": 0, "total": 10, "marks": None, "reward": 1.2, "rewards": {}, **values}


def test_right_answers_are_a_share_with_wilsons_interval():
    drawn = shown(score(correct=8), (0.0, 1.6))
    assert drawn["share"] == 0.8
    assert drawn["interval"] == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_without_a_judge_of_truth_the_share_is_that_of_the_full_reward_without_an_interval():
    drawn = shown(score(correct=None), (0.0, 1.6))
    assert (drawn["share"], drawn["interval"]) == (pytest.approx(0.75), None)


def test_the_share_of_a_reward_that_may_be_below_0_is_its_place_in_the_range():
    assert shown(score(correct=None), (-2.8, 5.2))["share"] == pytest.approx(0.5)
    assert shown(score(correct=None), None)["share"] is None
