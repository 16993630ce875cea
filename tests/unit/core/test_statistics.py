"""Exact tests and intervals, against values worked out by hand."""

import pytest

from core.statistics import Comparison, compare_marks, compare_rewards, sign_test, verdict, wilson_interval


@pytest.mark.parametrize(
    ("wins", "losses", "p"), [(0, 0, 1.0), (1, 1, 1.0), (5, 0, 2 / 32), (10, 0, 2 / 1024), (8, 2, 2 * 56 / 1024)]
)
def test_the_sign_test_is_exact_and_two_sided(wins, losses, p):
    assert sign_test(wins, losses) == pytest.approx(p)
    assert sign_test(losses, wins) == pytest.approx(p)


def test_the_interval_matches_a_published_value():
    low, high = wilson_interval(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_the_interval_stays_between_0_and_1():
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert wilson_interval(0, 5)[0] == 0.0
    assert wilson_interval(5, 5)[1] == 1.0


def test_marks_are_compared_where_they_differ():
    assert compare_marks("1001", "1110") == Comparison(2, 1)


def test_a_comparison_says_when_nothing_changed():
    assert "no significant change" in Comparison(3, 2).in_words()
    assert "a significant change" in Comparison(20, 2).in_words()


def test_the_verdict_compares_grpo_with_the_warm_up_or_else_with_the_base():
    scores = [
        {"stage": "base", "marks": "000"},
        {"stage": "warm_up", "marks": "100"},
        {"stage": "trained", "marks": "110"},
    ]
    assert "turned 1 wrong" in verdict(scores)
    assert "turned 2 wrong" in verdict([scores[0], scores[2]])
    assert verdict(scores[:2]) == ""
    assert verdict([]) == ""


def test_rewards_are_compared_row_by_row():
    assert compare_rewards([0.1, 0.5, 0.5, None], [0.2, 0.4, 0.5, 1.0]) == Comparison(1, 1)


def test_without_right_and_wrong_the_verdict_compares_rewards():
    before = {"stage": "base", "marks": "", "row_rewards": [0.0] * 8}
    after = {"stage": "trained", "marks": "", "row_rewards": [0.5] * 7 + [0.0]}
    assert "raised the reward of 7 held-out rows and lowered that of 0: a significant" in verdict([before, after])
