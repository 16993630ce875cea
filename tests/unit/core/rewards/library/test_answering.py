"""Rewards for answers with some freedom: numbers, keywords, patterns."""

import time

import pytest

from core.prompts.builtin import PLAIN, SOLUTION_ONLY
from core.rewards.base import Example, NotRun
from core.rewards.library.answering import keywords, numeric, pattern


def score(reward, solution, reference, extras=None, **parameters):
    example = Example("", SOLUTION_ONLY.markers, extras or {})
    return reward(f"<SOLUTION>{solution}</SOLUTION>", reference, example, **parameters)


@pytest.mark.parametrize(
    ("solution", "reference", "value"),
    [
        ("72", "72", 1.0),
        ("72 clips", "72", 1.0),
        ("$1,234.50", "1234.5", 1.0),
        ("3 x 10^8 m/s", "3e8", 1.0),
        ("−4", "-4", 1.0),
        ("25%", "0.25", 1.0),
        ("25%", "25", 1.0),
        ("56 (56.0)", "56", 1.0),
        ("about 10 m2", "10", 1.0),
        ("71", "72", 0.0),
        ("71 or 72", "72", 0.0),
        ("72 72 72", "72", 0.0),
        ("1/2", "0.5", 0.0),
        ("７２", "72", 0.0),
        ("1e999", "72", 0.0),
        ("3.7.2", "3.7", 0.0),
        ("none", "72", 0.0),
        ("0 1 2 3 4 5", "3", 0.0),
    ],
)
def test_numeric_wants_one_number(solution, reference, value):
    assert score(numeric, solution, reference).value == value


@pytest.mark.parametrize(
    ("solution", "value"), [("100", 1.0), ("101", 1.0), ("105", 0.25), ("95", 0.25), ("110", 0.0), ("0", 0.0)]
)
def test_numeric_pays_less_the_further_off(solution, value):
    given = score(numeric, solution, "100", relative_tolerance=0.01, partial_reach=0.1)
    assert given.value == pytest.approx(value)


def test_a_reference_without_one_number_can_not_be_judged():
    with pytest.raises(NotRun, match="2 numbers"):
        score(numeric, "1", "1 or 2")


def test_keywords_count_as_whole_words_in_real_sentences():
    text = "The cat sat on the mat and it looked at the birds in the garden. Then the cat went to sleep."
    assert score(keywords, text, "", keywords="cat, Garden").value == 1.0
    assert score(keywords, text, "cat, bird").value == 0.5
    assert "missing: bird" in score(keywords, text, "cat, bird").reason


@pytest.mark.parametrize(
    "text",
    [
        "cat, garden, mat, birds, sleep, house, tree, river.",
        "Cat. Garden. Mat. Cat and garden. The garden cat mat. Cat garden mat. The cat. The garden.",
        "cat garden " * 20,
    ],
    ids=["list", "stuffed", "repeated"],
)
def test_stuffed_keywords_earn_nothing(text):
    assert score(keywords, text, "cat, garden, mat").value == 0.0


def test_a_pattern_must_match_the_whole_solution():
    assert score(pattern, "1945-05-08", r"\d{4}-\d{2}-\d{2}").value == 1.0
    assert score(pattern, "on 1945-05-08", "", pattern=r"\d{4}-\d{2}-\d{2}").value == 0.0
    assert score(pattern, "#FF8800", r"#[0-9a-f]{6}", ignore_case=True).value == 1.0


def test_a_pattern_that_backtracks_forever_is_cut_off():
    started = time.process_time()
    with pytest.raises(NotRun, match="simpler"):
        score(pattern, "a" * 40 + "b", r"(a|aa)+$")
    assert time.process_time() - started < 1


def test_a_broken_pattern_is_an_error_with_its_place():
    with pytest.raises(ValueError, match="position 1"):
        score(pattern, "x", "(")


def test_without_markers_the_whole_text_is_judged():
    assert numeric("72", "72", Example("", PLAIN.markers)).value == 1.0
