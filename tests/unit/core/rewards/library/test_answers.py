"""Rewards that judge truth."""

import pytest

from core.prompts.builtin import SOLUTION_ONLY
from core.rewards.base import Example
from core.rewards.library.answers import exact_match, plain_value

MARKED = Example("", SOLUTION_ONLY.markers)


@pytest.mark.parametrize(
    ("solution", "reference", "value"),
    [
        ("56", "56", 1.0),
        (" 56 ", "56", 1.0),
        ("56.0", "56", 1.0),
        ("1,000", "1000", 1.0),
        ("-0", "0", 1.0),
        ("1,000.0", "1000", 1.0),
        ("-1,234,567.50", "-1234567.5", 1.0),
        ("007", "7", 1.0),
        (".50", "0.5", 1.0),
        ("1,2", "12", 0.0),
        ("3,5", "35", 0.0),
        ("12,34,567", "1234567", 0.0),
        ("1,0000", "10000", 0.0),
        ("0,123", "123", 0.0),
        ("1" * 29 + "2", "1" * 29 + "3", 0.0),
        ("0." + "1" * 29 + "2", "0." + "1" * 29 + "3", 0.0),
        ("Paris", "paris", 1.0),
        ("New  York", "new york", 1.0),
        ("57", "56", 0.0),
        ("5 6", "56", 0.0),
        ("560", "56", 0.0),
        ("", "56", 0.0),
    ],
)
def test_exact_match_compares_the_solution(solution, reference, value):
    assert exact_match(f"<SOLUTION>{solution}</SOLUTION>", reference, MARKED).value == value


def test_only_the_last_solution_counts():
    text = "<SOLUTION>1</SOLUTION> no, <SOLUTION>56</SOLUTION>"
    assert exact_match(text, "56", MARKED).value == 1.0
    assert exact_match(text, "1", MARKED).value == 0.0


def test_an_answer_outside_the_markers_earns_nothing():
    assert exact_match("56", "56", MARKED).value == 0.0


@pytest.mark.parametrize(
    "text", ["1000", "1,000", "$1,000.00$", "x = 1,000", r"\frac{2,000}{2}", "2,000/2", "100,000%"]
)
def test_one_value_is_read_however_it_is_written(text):
    assert plain_value(text) == 1000


@pytest.mark.parametrize("text", ["1,0", "10,00", "1, 000", "0,001", "1,000,00"])
def test_a_comma_that_separates_no_thousands_makes_it_no_number(text):
    assert plain_value(text) is None
