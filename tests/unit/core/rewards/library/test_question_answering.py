"""Question Answering: what is the same answer, and what is another, in many languages."""

import json
import random
import time

import pytest

from core.prompts.builtin import SOLUTION_ONLY
from core.rewards.base import Example
from core.rewards.library.question_answering import question_answering
from tests.conftest import REPOSITORY

CASES = [
    json.loads(line)
    for name in ("question_answering", "answers")
    for line in (REPOSITORY / f"tests/cases/{name}.jsonl").read_text(encoding="utf-8").splitlines()
]


CITIES, CHINESE = ["Lyon", "Paris"], ["北京", "南京"]
NAMES, WORDS_OF_TRUTH = ["Barack Obama", "George Bush"], ["yes", "no"]
NUMBERS, YEARS, DATES = ["7", "8"], ["1969", "1968"], ["July 4, 1776", "July 5, 1776"]


def score(solution, reference, extras=None, question="", **parameters):
    example = Example(question, SOLUTION_ONLY.markers, extras or {})
    return question_answering(f"<SOLUTION>{solution}</SOLUTION>", reference, example, **parameters)


def test_every_pair_is_judged_as_a_person_would():
    wrong = [
        (case["id"], case["reference"], case["answer"], given)
        for case in CASES
        if ((given := score(case["answer"], case["reference"]).value) >= 0.5) != case["right"]
    ]
    assert len(CASES) > 350
    assert wrong == []


def test_the_answer_itself_is_right_in_full_and_never_with_a_sign_more():
    for case in CASES:
        if case["reference"]:
            assert score(case["reference"], case["reference"]).value == 1.0, case
            assert score(f"not {case['reference']}", case["reference"]).value < 0.5, case


@pytest.mark.parametrize(
    ("solution", "answers", "value"),
    [
        ("Chain Bridge", ["the Chain Bridge", "Széchenyi Bridge"], 1.0),
        ("Széchenyi bridge", ["the Chain Bridge", "Széchenyi Bridge"], 1.0),
        ("Szechenyi", ["Chain Bridge"], 0.0),
        ("old Chain Bridge", ["Chain Bridge"], 0.64),
        ("the very old and famous Chain Bridge", ["Chain Bridge"], 0.0),
        ("Bridge Chain", ["Chain Bridge"], 0.0),
        ("the", ["a"], 0.0),
        ("unanswerable", ["Paris"], 0.0),
    ],
)
def test_exact_answers_earn_in_full_and_close_ones_less(solution, answers, value):
    given = score(solution, "", {"answers": {"text": answers}})
    assert given.value == pytest.approx(value)
    assert set(given.parts) == {"exact", "overlap"}


@pytest.mark.parametrize(
    "solution",
    [
        "unanswerable",
        "Unanswerable.",
        "No answer",
        "The question is unanswerable.",
        "It cannot be answered from the given context.",
        "I don't know",
        "There is no answer in the passage",
        "Not mentioned in the text.",
        "N/A",
        "keine Antwort",
        "无法回答。",
        "нет ответа",
    ],
)
def test_a_question_without_an_answer_wants_to_be_called_so(solution):
    for reference, extras in (("", {}), ("unanswerable", {"answers": []}), ("", {"answers": {"text": []}})):
        assert score(solution, reference, extras).value == 1.0


@pytest.mark.parametrize("solution", ["Paris", "unanswerable or Paris", "Paris, or there is no answer", "42", "?"])
def test_another_answer_to_it_earns_nothing(solution):
    assert score(solution, "", {"answers": []}).value == 0.0


def test_the_reference_counts_where_there_is_no_list():
    assert score("France", "France").value == 1.0
    assert score("France", "France", {"answers": ["Italy"]}).value == 0.0
    assert score("72", "72", {"answers": "6 * 12\n#### 72"}).value == 1.0


@pytest.mark.parametrize("solution", ["Paris is は です", "x is 是 :", "是", "The answer is: です"])
def test_a_sentence_that_states_nothing_earns_nothing(solution):
    assert score(solution, "Paris").value == 0.0


def test_dumping_the_context_earns_nothing():
    context = "The Normans gave their name to Normandy, a region in France, in the 10th and 11th centuries."
    assert score(context, "France").value == 0.0


def test_words_of_the_question_may_follow_the_answer_and_others_may_not():
    question = "What is the capital of France?"
    assert score("Paris is the capital of France.", "Paris", question=question).value >= 0.5
    assert score("Paris is Lyon.", "Paris", question=question).value == 0.0
    assert score("Lyon is the capital of France.", "Paris", question=question).value == 0.0


def test_a_reference_such_as_none_is_an_answer_like_any_other():
    assert score("None", "none").value == 1.0
    assert score("no answer", "none").value == 0.0


def test_no_answer_pays_for_two_guesses_at_once():
    """A guess beside another may not earn more than one guess between two."""
    forms = ("{} {}", "{}, {}", "{} or {}", "{} and {}", "{} is {}", "{}: {}", "It is {}, {}", "It is {} {}", "{}. {}.")
    forms += (
        "{} ({})",
        "{}\n{}",
        "{} / {}",
        "{}-{}",
        "{}; {}",
        "{} because of {}",
        "{}，{}",
        "{}是{}",
        "{}は{}です",
        "{} {} है",
    )
    for guesses in (CITIES, NAMES, NUMBERS, YEARS, DATES, WORDS_OF_TRUTH, CHINESE):
        for form in forms:
            both = form.format(*guesses)
            assert sum(score(both, guess).value for guess in guesses) <= 1.0 + 1e-9, both


def test_long_answers_are_compared_by_the_words_they_share():
    draw = random.Random(1)
    words = [f"word{number}" for number in range(200)]
    text = " ".join(words)
    near = " ".join(word for word in words if draw.random() < 0.9)
    assert score(text, text).value == 1.0
    assert 0.6 < score(near, text).value < 0.8
    assert score(" ".join(words[100:]), text).value > 0
    assert score(" ".join(f"other{number}" for number in range(200)), text).value == 0.0


def seconds(characters):
    started = time.process_time()
    for piece in ("a1, ", "(", "北京", "1 ", "not ", "U.", "$a", "4 july ", "是", "はです", "a: ", "12,345 ", " . "):
        assert score(piece * (characters // len(piece)), "Paris").value == 0.0
    return time.process_time() - started


def test_the_time_grows_with_the_length_of_a_text_and_not_with_its_square():
    seconds(1000)
    assert seconds(16_000) < 10 * seconds(4000)
