"""Recipes of checks."""

import pytest
from pydantic import ValidationError

from core.errors import InvalidInput
from core.prompts.builtin import GRPO_DEFAULT
from core.rewards.base import Example
from core.rewards.custom.definition import read
from core.rewards.custom.recipe import KINDS, Recipe, judge
from core.rewards.section import RewardConfig

GATE = {"kind": "contains", "text": "because", "required": True}
PLAIN = Example()


def score(response, *checks, reference="", example=PLAIN):
    return judge(response, reference, example, recipe=Recipe.model_validate({"checks": checks}))


@pytest.mark.parametrize(
    ("check", "passing", "failing"),
    [
        ({"kind": "contains", "text": "Because"}, "so because", "so"),
        ({"kind": "contains", "text": "Because", "ignore_case": False}, "Because", "because"),
        ({"kind": "not_contains", "text": "sorry"}, "gladly", "I am Sorry"),
        ({"kind": "starts_with", "text": "dear"}, "Dear Ada", "Oh dear"),
        ({"kind": "ends_with", "text": "?"}, "Is it?", "It is? Yes"),
        ({"kind": "matches", "pattern": r"^\d+ apples$"}, "12 apples", "no 12 apples"),
        ({"kind": "matches", "pattern": "ada", "ignore_case": True}, "ADA", "eve"),
        ({"kind": "length", "minimum": 2, "maximum": 3}, "two words", "one"),
        ({"kind": "length", "maximum": 3, "unit": "characters"}, "abc", "abcd"),
        ({"kind": "length", "maximum": 1, "unit": "lines"}, "a b", "a\nb"),
        ({"kind": "equals_reference"}, "1,000", "1001"),
        ({"kind": "contains_reference"}, "It is 1000.", "It is 10001"),
        ({"kind": "number_close", "tolerance": 0.5}, "1000.4", "about 1000"),
        ({"kind": "json_valid"}, '{"a": [1]}', "{'a': 1}"),
        ({"kind": "json_valid"}, "[]", "5"),
        ({"kind": "one_line"}, "one", "one\ntwo"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_a_check_tells_passing_from_failing(check, passing, failing):
    assert score(passing, check, reference="1000").value == 1.0
    assert score(failing, check, reference="1000").value == 0.0


def test_every_kind_fails_on_blank_text():
    least = {"text": "a", "pattern": ".*", "maximum": 9}
    needs = {"contains": "text", "not_contains": "text", "starts_with": "text", "ends_with": "text"}
    needs |= {"matches": "pattern", "length": "maximum"}
    for kind in KINDS:
        extra = {needs[kind]: least[needs[kind]]} if kind in needs else {}
        assert score(" \n", {"kind": kind, **extra}, reference="").value == 0.0, kind


def test_markers_present_asks_for_all_of_the_template():
    example = Example("", GRPO_DEFAULT.markers)
    check = {"kind": "markers_present"}
    assert score(GRPO_DEFAULT.answer("4", "think"), check, example=example).value == 1.0
    assert score("<SOLUTION>4</SOLUTION>", check, example=example).value == 0.0


@pytest.mark.parametrize(("look_at", "value"), [("solution", 0.0), ("reasoning", 1.0), ("response", 1.0)])
def test_a_check_looks_where_it_is_told(look_at, value):
    example = Example("", GRPO_DEFAULT.markers)
    check = {"kind": "contains", "text": "because", "look_at": look_at}
    assert score(GRPO_DEFAULT.answer("4", "because"), check, example=example).value == value


def test_weights_share_the_score_and_the_reason_names_what_failed():
    checks = ({"kind": "contains", "text": "a", "weight": 3}, {"kind": "contains", "text": "z", "label": "has z"})
    result = score("a", *checks)
    assert (result.value, result.reason) == (0.75, "failed: has z")
    assert result.parts == {"contains 'a'": 1.0, "has z": 0.0}


def test_a_required_check_that_fails_takes_everything():
    result = score("fine", {"kind": "one_line"}, GATE)
    assert result.value == 0.0
    assert "required" in result.reason


def test_checks_of_equal_wording_stay_apart():
    assert len(score("a", {"kind": "one_line"}, {"kind": "one_line", "look_at": "response"}).parts) == 2


@pytest.mark.parametrize(
    ("checks", "place", "problem"),
    [
        ([], "recipe", "there is no check"),
        ([GATE, {"kind": "matches", "pattern": "("}], "recipe.checks.1.pattern", "is no regular expression"),
        ([GATE, {"kind": "contains", "txt": "a"}], "recipe.checks.1.txt", "Extra inputs"),
        ([{"kind": "magic"}], "recipe.checks.0", "Input tag 'magic'"),
        ([{"kind": "length", "minimum": 5, "maximum": 3}], "recipe.checks.0", "minimum 5 is above maximum 3"),
        ([GATE, {"kind": "one_line", "weight": 0}], "recipe.checks.1.weight", "greater than 0"),
        ([{**GATE, "label": "a"}, {"kind": "one_line", "label": "a"}], "recipe", "two checks have the same label"),
    ],
)
def test_a_malformed_recipe_names_the_check_and_the_field(checks, place, problem):
    with pytest.raises(InvalidInput) as refused:
        read({"kind": "recipe", "recipe": {"checks": checks}})
    assert problem in refused.value.fields[place]


@pytest.mark.parametrize(
    "check",
    [
        {"kind": "length", "maximum": 50},
        {"kind": "not_contains", "text": "sorry"},
        {"kind": "one_line", "look_at": "response"},
        {"kind": "matches", "pattern": "[a-z]"},
    ],
)
def test_a_recipe_that_pays_for_nonsense_is_refused_until_a_check_is_required(check):
    with pytest.raises(InvalidInput, match="pays for nonsense") as refused:
        read({"kind": "recipe", "recipe": {"checks": [check]}})
    assert "mark a check as required" in refused.value.fields["recipe"]
    read({"kind": "recipe", "recipe": {"checks": [check, GATE]}})


def test_a_recipe_written_into_a_configuration_is_refused_too():
    custom = {"kind": "recipe", "recipe": {"checks": [{"kind": "one_line", "look_at": "response"}]}}
    with pytest.raises(ValidationError, match="pays for nonsense"):
        RewardConfig.model_validate({"type": "custom", "custom_name": "mine", "custom": custom})


def test_a_pattern_that_backtracks_without_end_is_refused():
    with pytest.raises(InvalidInput, match="would hang"):
        read({"kind": "recipe", "recipe": {"checks": [{"kind": "matches", "pattern": "(a+)+$"}]}})


def test_an_unknown_key_is_an_error():
    with pytest.raises(ValidationError):
        Recipe.model_validate({"checks": [GATE], "mode": "strict"})
