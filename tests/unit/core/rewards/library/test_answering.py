"""Rewards for answers with some freedom: overlap, options, numbers, keywords, patterns."""

import time

import pytest

from core.prompts.builtin import PLAIN, SOLUTION_ONLY
from core.rewards.base import Example, NotRun
from core.rewards.library.answering import keywords, multiple_choice, numeric, pattern, question_answering, squad_form

CITIES = {"choices": ["Lyon", "Paris", "Nice", "Lille"]}


def score(reward, solution, reference, extras=None, **parameters):
    example = Example("", SOLUTION_ONLY.markers, extras or {})
    return reward(f"<SOLUTION>{solution}</SOLUTION>", reference, example, **parameters)


def test_squad_form_drops_case_punctuation_articles_and_spacing():
    assert squad_form(" The  U.S. President, an  Ant") == "us president ant"


@pytest.mark.parametrize(
    ("solution", "answers", "value"),
    [
        ("Chain Bridge", ["the Chain Bridge", "Széchenyi Bridge"], 1.0),
        ("Szechenyi", ["Chain Bridge"], 0.0),
        ("old Chain Bridge", ["Chain Bridge"], 0.64),
        ("the very old and famous Chain Bridge", ["Chain Bridge"], 0.0),
        ("Bridge Chain", ["Chain Bridge"], 0.8),
        ("the", ["a"], 0.0),
        ("unanswerable", [], 1.0),
        ("Unanswerable.", ["unanswerable"], 1.0),
        ("Paris", [], 0.0),
        ("unanswerable", ["Paris"], 0.0),
    ],
)
def test_question_answering_pays_exact_answers_fully_and_close_ones_less(solution, answers, value):
    given = score(question_answering, solution, "", {"answers": {"text": answers}})
    assert given.value == pytest.approx(value)
    assert set(given.parts) == {"exact", "overlap"}


def test_question_answering_reads_the_reference_when_there_is_no_list():
    assert score(question_answering, "France", "France").value == 1.0
    assert score(question_answering, "France", "France", {"answers": ["Italy"]}).value == 0.0


def test_dumping_the_context_earns_nothing():
    context = "The Normans gave their name to Normandy, a region in France, in the 10th and 11th centuries."
    assert score(question_answering, context, "France").value == 0.0


@pytest.mark.parametrize(
    ("solution", "named"),
    [
        ("B", True),
        ("b", True),
        ("(b)", True),
        ("B) Paris", True),
        ("b) Paris", True),
        ("The answer is B.", True),
        ("**B**", True),
        ("Paris", True),
        ("A city in France: B", True),
        ("I think B", True),
        ("A", False),
        ("A or B", False),
        ("A, B, C, D", False),
        ("B) Lyon", False),
        ("B B B B", False),
        ("В", False),
        ("Ｂ", False),
        ("a river", False),
        ("It is not known.", False),
        ("B, " + "because of what it says in the text " * 5, False),
    ],
)
def test_multiple_choice_wants_one_option(solution, named):
    assert score(multiple_choice, solution, "B", CITIES).value == float(named)


@pytest.mark.parametrize(("reference", "first"), [("B", 0), ("(b)", 0), ("1", 0), ("2", 1), ("paris", 0)])
def test_the_right_option_may_be_a_letter_a_number_or_a_text(reference, first):
    assert score(multiple_choice, "B", reference, CITIES, first_index=first).value == 1.0
    assert score(multiple_choice, "C", reference, CITIES, first_index=first).value == 0.0


def test_a_reference_that_is_no_option_can_not_be_judged():
    with pytest.raises(NotRun, match="Berlin"):
        score(multiple_choice, "B", "Berlin", CITIES)


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
    assert multiple_choice("B", "B", Example("", PLAIN.markers)).value == 1.0
