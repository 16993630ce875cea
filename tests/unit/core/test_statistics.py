"""Exact tests and intervals, against values worked out by hand."""

import random
import time
from math import comb

import pytest

from core.statistics import (
    RESAMPLED_ROWS,
    Comparison,
    bootstrap_interval,
    compare_marks,
    compare_rewards,
    pass_at_k,
    rows_needed,
    sign_test,
    surplus_needed,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("wins", "losses", "p"), [(0, 0, 1.0), (1, 1, 1.0), (5, 0, 2 / 32), (10, 0, 2 / 1024), (8, 2, 2 * 56 / 1024)]
)
def test_the_sign_test_is_exact_and_two_sided(wins, losses, p):
    assert sign_test(wins, losses) == pytest.approx(p)
    assert sign_test(losses, wins) == pytest.approx(p)


def by_definition(wins, losses):
    n, k = wins + losses, min(wins, losses)
    return min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n)


def test_the_sign_test_is_exact_to_the_last_bit_for_few_rows_and_for_many():
    small = [(wins, losses) for wins in range(40) for losses in range(40)]
    assert [sign_test(*pair) for pair in small] == [by_definition(*pair) for pair in small]
    assert sign_test(900, 1100) == by_definition(900, 1100)


def test_ten_thousand_rows_are_tested_within_a_moment():
    started = time.process_time()
    assert sign_test(4900, 5000) == pytest.approx(0.3197, abs=1e-3)
    bootstrap_interval([0.1 * (i % 11) for i in range(10_000)])
    assert time.process_time() - started < 0.5


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


def test_rewards_are_compared_row_by_row():
    assert compare_rewards([0.1, 0.5, 0.5, None], [0.2, 0.4, 0.5, 1.0]) == Comparison(1, 1)


@pytest.mark.parametrize(
    ("values", "interval", "tolerance"),
    [
        ([0.0, 0.0, 1.0, 0.0, 2.5, 0.3, 0.1, 4.0, 0.2, 0.0], (0.20, 1.99), 0.06),
        ([-1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, -1, 1, 0, 1], (-1 / 15, 2 / 3), 1e-9),
    ],
    ids=["skewed", "differences of marks"],
)
def test_the_bootstrap_agrees_with_scipy(values, interval, tolerance):
    """scipy.stats.bootstrap(method="BCa"), 200,000 resamples, scipy 1.17."""
    assert bootstrap_interval(values) == pytest.approx(interval, abs=tolerance)


def test_the_bootstrap_gives_the_same_interval_for_the_same_seed():
    values = [0.1 * (i % 7) for i in range(40)]
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert bootstrap_interval(values) != bootstrap_interval(values, seed=1)


def test_equal_values_leave_a_point():
    assert bootstrap_interval([0.3] * 5) == pytest.approx((0.3, 0.3))
    assert bootstrap_interval([1.0]) == (1.0, 1.0)


def test_a_large_sample_agrees_with_the_normal_interval():
    values = [float(i % 2) for i in range(1000)]
    assert bootstrap_interval(values) == pytest.approx((0.469, 0.531), abs=0.004)


SKEWED = random.Random(1)
LARGE = {
    "right and wrong": ([float(i % 3 == 0) for i in range(1000)], 0.002),
    "rarely right": ([1.0] * 10 + [0.0] * 990, 0.001),
    "differences": ([float(i % 7 == 0) - float(i % 5 == 0) for i in range(1000)], 0.002),
    "far outliers": ([SKEWED.lognormvariate(0, 1.5) for _ in range(1000)], 0.1),
}


@pytest.mark.parametrize(("values", "tolerance"), LARGE.values(), ids=LARGE.keys())
def test_the_interval_of_many_rows_agrees_with_the_one_that_is_drawn_for_a_row_less(values, tolerance):
    assert len(values) == RESAMPLED_ROWS
    drawn = bootstrap_interval(values)
    expanded = bootstrap_interval([*values, sum(values) / len(values)])
    assert expanded == pytest.approx(drawn, abs=tolerance)


def test_the_interval_of_many_rows_stays_among_the_values():
    low, high = bootstrap_interval([1.0] + [0.0] * 1999)
    assert low == 0.0 < high < 0.01


@pytest.mark.parametrize(
    ("samples", "correct", "k", "value"),
    [(1, 0, 1, 0.0), (1, 1, 1, 1.0), (10, 3, 1, 0.3), (10, 3, 5, 1 - 21 / 252), (5, 2, 2, 0.7), (4, 4, 4, 1.0)],
)
def test_pass_at_k_is_the_unbiased_estimate(samples, correct, k, value):
    assert pass_at_k(samples, correct, k) == pytest.approx(value)


def power(wins, losses, rows):
    """The exact chance that a sign test over so many rows is significant, when the rows change at these rates."""
    changing, winning = (wins + losses) / rows, wins / (wins + losses)

    def binomial(n, k, p):
        return comb(n, k) * p**k * (1 - p) ** (n - k)

    def found(changed):
        significant = (w for w in range(changed + 1) if sign_test(w, changed - w) < 0.05)
        return sum(binomial(changed, w, winning) for w in significant)

    return sum(binomial(rows, changed, changing) * found(changed) for changed in range(rows + 1))


@pytest.mark.parametrize(("wins", "losses"), [(20, 10), (25, 5), (32, 18)])
def test_as_many_rows_as_are_said_to_be_needed_show_the_change_in_8_of_10_tries(wins, losses):
    needed = rows_needed(wins, losses, 100)
    assert power(wins * needed / 100, losses * needed / 100, needed) == pytest.approx(0.8, abs=0.04)


def test_fewer_than_six_wins_are_never_enough():
    assert surplus_needed(1) == 6
    assert sign_test(6, 0) < 0.05 < sign_test(5, 0)
