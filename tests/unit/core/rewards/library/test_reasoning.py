"""Rewards for reasoning in view: the answer first, then the steps that lead to it."""

import pytest

from core.prompts.builtin import GRPO_DEFAULT, PLAIN, SOLUTION_ONLY
from core.rewards.base import Example
from core.rewards.library.reasoning import chain_of_thought, false_sum, is_right, reasoning, reasoning_of

CLIPS = Example("Natalia sold 48 clips in April and half as many in May. How many in total?", GRPO_DEFAULT.markers)
STEPS = "In May she sold 48 / 2 = 24 clips.\nTogether that is 48 + 24 = 72.\nSo she sold 72 clips in both months."
CATS = Example("All cats are mammals. Tom is a cat. Is Tom a mammal?", GRPO_DEFAULT.markers)
THOUGHT = "Tom is a cat, and every one of the cats is one of the mammals. So Tom has to be a mammal as well."


def chain(thought, solution, example=CLIPS, **parameters):
    return chain_of_thought(GRPO_DEFAULT.answer(solution, thought), "72", example, **parameters)


def test_a_right_answer_after_sound_steps_earns_everything():
    assert chain(STEPS, "72").value == 1.0


@pytest.mark.parametrize("solution", ["71", "", "71 or 72", "72 72"])
def test_a_wrong_answer_earns_exactly_0_however_it_is_argued(solution):
    assert chain(STEPS, solution).value == 0.0


@pytest.mark.parametrize(
    ("thought", "steps"),
    [
        ("", 0.0),
        ("First of all, let us think step by step. Therefore we have it.", 0.0),
        ("In May she sold 48 / 2 = 24 clips.", 1 / 3),
        ("In May she sold 48 / 2 = 23 clips.", 0.0),
        ("In May she sold 24 clips. " * 5, 1 / 3),
        (CLIPS.instruction, 0.0),
        ("river seven blue. chair apple table. green stone walk.", 0.0),
        (STEPS, 1.0),
    ],
    ids=["none", "magic words", "one", "a false sum", "the same again", "the question", "random words", "all"],
)
def test_steps_count_by_what_they_use_and_add(thought, steps):
    assert chain(thought, "72").parts["steps"] == pytest.approx(steps)


def test_the_last_step_must_hold_the_answer():
    assert chain(STEPS, "72").parts["conclusion"] == 1.0
    assert chain("In May she sold 48 / 2 = 24 clips. Both months are added.", "72").parts["conclusion"] == 0.0


def test_fewer_steps_may_be_asked():
    assert chain("In May she sold 24 clips, which makes 72.", "72", wanted_steps=1).value == 1.0


@pytest.mark.parametrize(
    ("step", "false"),
    [
        ("48 / 2 = 24", False),
        ("$48 x 2 = $96", False),
        ("1,000 + 1 = 1001", False),
        ("10 / 3 = 3.33", False),
        ("2 + 3 + 4 = 9", False),
        ("10 / 4 = 5 / 2", False),
        ("20% of 50 = 10", False),
        ("48 / 2 = 23", True),
        ("5 / 0 = 0", True),
        ("7 × 8 = 54", True),
    ],
)
def test_plain_sums_are_checked(step, false):
    assert bool(false_sum(step)) == false


@pytest.mark.parametrize(
    ("solution", "reference", "extras", "right"),
    [
        ("1,000", "1000", {}, True),
        ("\\frac{1}{2}", "0.5", {}, True),
        ("$x = 3$", "3", {}, True),
        ("50%", "1/2", {}, True),
        ("Anna.", "anna", {}, True),
        ("Yes, it does.", "true", {}, True),
        ("(B)", "B", {}, True),
        ("Paris", "1", {"choices": ["Lyon", "Paris"], "first_index": 0}, True),
        ("Paris", "B", {"choices": {"A": "Lyon", "B": "Paris", "E": None}}, True),
        ("yes and no", "yes", {}, False),
        ("It is not true", "yes", {}, False),
        ("A or B", "B", {}, False),
        ("1/0", "1", {}, False),
        ("Аnna", "Anna", {}, False),
    ],
)
def test_right_is_judged_on_normal_forms(solution, reference, extras, right):
    assert is_right(solution, reference, Example("", SOLUTION_ONLY.markers, extras)) == right


def test_the_reasoning_is_what_stands_between_its_markers_or_before_the_solution():
    assert reasoning_of(GRPO_DEFAULT.answer("72", "why"), GRPO_DEFAULT.markers) == "why"
    assert reasoning_of("why<end_working_out><SOLUTION>72</SOLUTION>", GRPO_DEFAULT.markers) == "why"
    assert reasoning_of("why <SOLUTION>72</SOLUTION>", SOLUTION_ONLY.markers) == "why"
    assert reasoning_of("72", PLAIN.markers) == ""


def logic(thought, solution, **parameters):
    return reasoning(GRPO_DEFAULT.answer(solution, thought), "yes", CATS, **parameters)


def test_reasoning_from_the_premises_to_the_right_verdict_earns_everything():
    assert logic(THOUGHT, "Yes").value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("thought", "solution", "value"),
    [
        (THOUGHT, "No", 0.0),
        ("", "yes", 0.5),
        ("Yes because therefore logic premises conclusion.", "yes", 0.5),
        (CATS.instruction, "yes", 0.5),
        ("It is easy to see what the answer must be. There is nothing else that it could be.", "yes", 0.5),
    ],
    ids=["wrong", "no reasoning", "keywords", "the question", "no premises"],
)
def test_reasoning_pays_half_for_the_answer_alone_and_nothing_without_it(thought, solution, value):
    assert logic(thought, solution).value == value
