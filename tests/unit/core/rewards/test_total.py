"""The total of several rewards."""

import pytest

from core.rewards.total import total

WHOLE = [(2.0, 0.5), (1.0, 1.0), (0.1, 0.0)]
WITH_A_GAP = [(2.0, None), (1.0, 1.0)]


@pytest.mark.parametrize("missing", [None, 0.0])
def test_scores_are_weighed_and_added(missing):
    assert total(WHOLE, missing) == 2.0


def test_a_missing_score_makes_the_total_unknown():
    assert total(WITH_A_GAP, missing=None) is None


def test_or_it_counts_nothing():
    assert total(WITH_A_GAP, missing=0.0) == 1.0


def test_where_every_score_is_missing_zero_is_all_there_is():
    assert total([(1.0, None)], missing=0.0) == 0.0
