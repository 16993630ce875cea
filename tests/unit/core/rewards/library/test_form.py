"""Rewards for form: JSON, length, plain formats, repetition."""

import pytest

from core.prompts.builtin import GRPO_DEFAULT, SOLUTION_ONLY
from core.rewards.base import Example
from core.rewards.library.form import json_output, length, no_repetition, plain_format, solution_format

MARKED = Example("", SOLUTION_ONLY.markers)
SENTENCE = "The moon pulls at the water of the sea, and so it rises and falls twice a day."


def score(reward, solution, reference="", **parameters):
    return reward(f"<SOLUTION>{solution}</SOLUTION>", reference, MARKED, **parameters)


@pytest.mark.parametrize("inside", ["", " \n", "\u200b\u2060"], ids=["nothing", "space", "zero width"])
def test_markers_around_nothing_visible_are_no_format(inside):
    text = GRPO_DEFAULT.answer(inside, "7 x 8")
    assert solution_format(text, "", Example("", GRPO_DEFAULT.markers)).value == 0.0


@pytest.mark.parametrize(
    ("solution", "value"),
    [
        ('{"a": 1}', 1.0),
        ('Here:\n```json\n{"a": 1}\n```\nDone.', 1.0),
        ('Here: {"a": 1}', 0.0),
        ('{"a": 1', 0.0),
        ('{"a": 1, "a": 2}', 0.0),
        ('{"a": NaN}', 0.0),
        ("{}", 0.0),
        ("[1]", 0.0),
        ("[" * 100_000 + "]" * 100_000, 0.0),
        ('{"a": ' + "[" * 100 + "]" * 100 + "}", 0.0),
        ('{"a": ' + "9" * 5000 + "}", 0.0),
        ('```json\n{"a": 1}\n```\n```json\n{"a": 2}\n```', 0.0),
    ],
    ids=lambda value: str(value)[:20],
)
def test_json_is_strict(solution, value):
    given = score(json_output, solution)
    assert given.value == value
    assert given.reason


@pytest.mark.parametrize(
    ("solution", "kind", "value"),
    [("[1]", "array", 1.0), ('{"a": 1}', "array", 0.0), ("5", "any", 1.0), ("[]", "array", 0.0)],
)
def test_json_is_of_the_wanted_kind(solution, kind, value):
    assert score(json_output, solution, kind=kind).value == value


@pytest.mark.parametrize(
    ("solution", "value"),
    [
        ('{"name": "Ada", "age": 36}', 1.0),
        ('{"name": "Ada", "age": "36"}', 0.5),
        ('{"name": "Ada", "age": true}', 0.5),
        ('{"nom": "Ada"}', 0.0),
    ],
)
def test_required_keys_must_be_there_with_their_types(solution, value):
    assert score(json_output, solution, required_keys="name:string, age:number").value == value


def test_required_keys_are_asked_of_every_object_of_an_array():
    assert score(json_output, '[{"a": 1}, {"a": 2}]', kind="array", required_keys="a").value == 1.0
    assert score(json_output, '[{"a": 1}, {"b": 2}]', kind="array", required_keys="a").value == 0.0


def test_an_unknown_json_type_is_an_error():
    with pytest.raises(ValueError, match="'int' is no JSON type"):
        score(json_output, '{"a": 1}', required_keys="a:int")


@pytest.mark.parametrize(
    ("solution", "value"),
    [
        ('{"b": {"c": [1, 2]}, "a": "x"}', 1.0),
        ('{"a": "x", "b": {"c": [1.0, 2]}}', 1.0),
        ('{"a": "x", "b": {"c": [1, 3]}}', 2 / 3),
        ('{"a": "x"}', 0.5),
        ('{"a": "y", "z": 1}', 0.0),
    ],
)
def test_a_reference_in_json_must_be_met_value_by_value(solution, value):
    assert score(json_output, solution, '{"a": "x", "b": {"c": [1, 2]}}').value == pytest.approx(value)


@pytest.mark.parametrize(
    ("bounds", "value"), [((10, 20), 1.0), ((18, 18), 1.0), ((20, 30), 0.6), ((8, 16), 0.5), ((8, 10), 0.0)]
)
def test_length_falls_off_beyond_its_bounds(bounds, value):
    low, high = bounds
    assert score(length, SENTENCE, min_words=low, max_words=high).value == pytest.approx(value)


def test_length_may_have_a_hard_edge():
    assert score(length, SENTENCE, min_words=8, max_words=16, soft_edge=0.0).value == 0.0


@pytest.mark.parametrize(
    ("kind", "solution", "value"),
    [
        ("bullets", "- an apple\n- a pear", 1.0),
        ("bullets", "Fruits:\n\n* an apple\n* a pear", 1.0),
        ("bullets", "- an apple", 0.0),
        ("bullets", "- an apple\n- an apple", 0.0),
        ("bullets", "- an apple\nand a pear", 0.0),
        ("bullets", "- 1\n- 2\n- 3", 0.0),
        ("numbered", "1. an apple\n2. a pear", 1.0),
        ("numbered", "1. an apple\n3. a pear", 0.0),
        ("numbered", "- an apple\n- a pear", 0.0),
        ("table", "| name | age |\n|---|---|\n| Ada | 36 |", 1.0),
        ("table", "| name | age |\n| Ada | 36 |\n| Bob | 3 |", 0.0),
        ("table", "| name | age |\n|---|---|\n| Ada |", 0.0),
        ("table", "| | |\n|---|---|\n| | |", 0.0),
        ("plain", SENTENCE, 1.0),
        ("plain", f"**Tides** {SENTENCE}", 0.0),
        ("plain", f"<b>{SENTENCE}</b>", 0.0),
        ("plain", f"# Tides\n{SENTENCE}", 0.0),
        ("plain", "river seven blue run chair of the apple stone", 0.0),
    ],
)
def test_plain_formats_hold_throughout(kind, solution, value):
    given = score(plain_format, solution, kind=kind)
    assert given.value == value
    assert given.reason


def test_an_instruction_sent_back_is_no_answer():
    example = Example(f"- read this text\n- say why: {SENTENCE}", SOLUTION_ONLY.markers)
    text = f"<SOLUTION>{example.instruction}</SOLUTION>"
    assert plain_format(text, "", example).value == 0.0
    assert "copied" in plain_format(text, "", example).reason


def test_repetition_costs_in_proportion():
    other = "When the earth turns, each coast passes through the two places where the ocean stands high."
    assert score(no_repetition, SENTENCE).value == 1.0
    once = score(no_repetition, f"{SENTENCE} {other} And the water of the sea, and so it goes.", tolerated_share=0.5)
    assert 0.0 < once.value < 1.0
    assert score(no_repetition, f"{SENTENCE} {SENTENCE}").value == 0.0
