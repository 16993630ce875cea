"""Held-out scores as a chart draws them."""

import pytest

from core.sessions.scores import learnt_answers, shown, verdict


def score(**values):
    return {"stage": "base", "step": 0, "total": 10, "marks": None, "reward": 1.2, "rewards": {}, **values}


def test_right_answers_are_a_share_with_wilsons_interval():
    drawn = shown(score(correct=8), (0.0, 1.6))
    assert drawn["share"] == 0.8
    assert drawn["interval"] == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_rows_without_a_score_are_in_no_share():
    drawn = shown(score(correct=8, scored=8), (0.0, 1.6))
    assert drawn["share"] == 1.0
    assert drawn["interval"] == pytest.approx((0.6756, 1.0), abs=1e-4)
    assert shown(score(correct=None, scored=0, reward=None), (0.0, 1.6))["share"] is None


def test_without_a_judge_of_truth_the_share_is_that_of_the_full_reward_without_an_interval():
    drawn = shown(score(correct=None), (0.0, 1.6))
    assert (drawn["share"], drawn["interval"]) == (pytest.approx(0.75), None)


def test_the_share_of_a_reward_that_may_be_below_0_is_its_place_in_the_range():
    assert shown(score(correct=None), (-2.8, 5.2))["share"] == pytest.approx(0.5)
    assert shown(score(correct=None), None)["share"] is None


def answers(stage, marks, *texts):
    samples = [{"instruction": f"q{place}", "reference": "1", "answer": text} for place, text in enumerate(texts)]
    return score(stage=stage, marks=marks, samples=samples)


def test_what_training_has_made_right_is_found_among_the_answers_that_are_shown():
    base, trained = answers("base", "0011-", "a", "b", "c"), answers("trained", "01010", "a", "1", "d")
    [(before, after)] = learnt_answers([base, trained])
    assert (before["instruction"], before["answer"], after["answer"]) == ("q1", "b", "1")
    warmed = answers("warm_up", "01011", "a", "1", "c")
    assert learnt_answers([base, warmed, trained]) == []
    assert learnt_answers([base]) == []


def test_of_answers_without_a_score_no_change_is_claimed():
    marked = score(correct=None, marks="-" * 10, scored=0, reward=None)
    assert verdict([marked, marked | {"stage": "trained"}]).startswith("The held-out answers could not be scored")


def test_a_row_without_a_score_on_either_side_is_no_change():
    before = score(correct=4, marks="1111-00000", scored=9)
    after = score(correct=4, marks="-111100000", scored=9, stage="trained")
    assert "turned 0 wrong answers right and 0 right ones wrong" in verdict([before, after])
