"""The total of several rewards."""

from core.rewards.total import total


def test_scores_are_weighed_and_added():
    assert total([(2.0, 0.5), (1.0, 1.0), (0.1, 0.0)]) == 2.0


def test_one_missing_score_makes_the_total_unknown_and_never_less():
    assert total([(2.0, 1.0), (0.001, None)]) is None
