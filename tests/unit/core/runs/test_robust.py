"""Outlier-robust advantages."""

import pytest

from core.runs.robust import ADVANTAGE_LIMIT, robust_advantages


def test_equal_rewards_carry_no_signal():
    assert robust_advantages([0.5] * 4) == [0, 0, 0, 0]


def test_a_completion_without_a_score_has_no_advantage_and_changes_no_other():
    alone = robust_advantages([0.1, 0.2, 0.4])
    assert robust_advantages([0.1, None, 0.2, None, 0.4]) == [alone[0], 0, alone[1], 0, alone[2]]
    assert robust_advantages([None, 0.7, None]) == robust_advantages([None] * 3) == [0, 0, 0]


def test_one_outlier_does_not_move_the_others():
    calm = robust_advantages([0.1, 0.2, 0.3, 0.4, 0.5])
    shaken = robust_advantages([0.1, 0.2, 0.3, 0.4, 100.0])
    assert shaken[:4] == pytest.approx(calm[:4])
    assert shaken[4] == ADVANTAGE_LIMIT


def test_the_spread_is_that_of_a_normal_distribution():
    assert robust_advantages([0.0, 1.0, 2.0])[2] == pytest.approx(1 / 1.4826, abs=1e-3)


def test_mostly_equal_rewards_fall_back_to_mean_and_deviation():
    advantages = robust_advantages([0, 0, 0, 1])
    assert advantages[3] == pytest.approx(3**0.5, abs=1e-2)
    assert sum(advantages) == pytest.approx(0, abs=1e-9)
