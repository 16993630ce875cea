"""The total of several rewards."""

import pytest

from core.rewards.base import Score
from core.rewards.for_trl import as_record, weighted_sum
from core.rewards.scoring import Outcome
from core.rewards.total import total, weighed_range


def test_scores_are_weighed_and_added():
    assert total([(2.0, 0.5), (1.0, 1.0), (0.1, 0.0)]) == 2.0


def test_one_missing_score_makes_the_total_unknown_and_never_less():
    assert total([(2.0, 1.0), (0.001, None)]) is None


def record(kind, value=None):
    return as_record(Outcome(kind, None if value is None else Score(value, ""), problem="why"))


def test_a_part_that_does_not_apply_is_left_out_of_the_total():
    records = {"maths": record("scored", 2.0), "form": record("not_applicable")}
    assert weighted_sum(records, {"maths": 1.0, "form": 5.0}) == 2.0


def test_a_part_that_failed_makes_the_total_unknown_whatever_else_does_not_apply():
    records = {"maths": record("failed"), "form": record("not_applicable"), "length": record("scored", 1.0)}
    assert weighted_sum(records, {"maths": 1.0, "form": 1.0, "length": 1.0}) is None


def test_where_no_part_applies_there_is_no_total():
    assert weighted_sum({"maths": record("not_applicable")}, {"maths": 1.0}) is None


def test_a_weight_below_0_takes_away():
    records = {"maths": record("scored", 1.0), "padding": record("scored", 0.5)}
    assert weighted_sum(records, {"maths": 1.0, "padding": -2.0}) == 0.0


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([(1.0, (0.0, 1.0)), (0.5, (0.0, 1.0))], (0.0, 1.5)),
        ([(1.0, (-2.0, 3.0)), (-1.0, (0.0, 1.0))], (-3.0, 3.0)),
        ([(1.0, (0.0, 1.0)), (1.0, None)], None),
        ([(1.0, (1.0, 3.0))], (1.0, 3.0)),
        ([(1.0, (0.0, 1.0)), (1.0, (-3.0, -1.0))], (-3.0, 1.0)),
    ],
)
def test_the_range_of_a_total_follows_from_those_of_its_parts(parts, found):
    assert weighed_range(parts) == found
