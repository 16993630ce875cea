"""Rewards that users write."""

import json
import pickle

import pytest

from core.errors import InvalidInput
from core.prompts.builtin import GRPO_DEFAULT
from core.rewards.base import Example
from core.rewards.custom.definition import CustomReward, read, scorer
from core.rewards.custom.python_reward import PRINT_CHARACTERS, PythonReward
from core.rewards.sandbox import Limits

PLAIN = Example()

pytestmark = pytest.mark.usefixtures("monty")


def outcome(body, response="text", reference="", example=PLAIN):
    source = "def reward(response, reference, example):\n    " + body
    return scorer("mine", CustomReward(source=source)).score_all([response], [reference], [example])[0]


@pytest.mark.parametrize(
    ("body", "value", "reason"),
    [
        ("return 0.25", 0.25, ""),
        ("return 1", 1.0, ""),
        ("return True", 1.0, ""),
        ("return 3", 3.0, ""),
        ("return -2.5", -2.5, ""),
        ("return 0.5, 'half'", 0.5, "half"),
        ("return {'score': 0.5, 'reason': 'half', 'parts': {'a': 1}}", 0.5, "half"),
    ],
)
def test_each_way_to_return_a_score_is_understood(body, value, reason):
    score = outcome(body).score
    assert (score.value, score.reason) == (value, reason)


def test_parts_are_kept():
    assert outcome("return {'score': 1, 'parts': {'a': 0.5, 'b': True}}").score.parts == {"a": 0.5, "b": 1.0}


NONSENSE = (
    *("'good'", "float('nan')", "float('inf')", "[]", "(1, 2, 3)", "{}", "{'score': '7'}"),
    *("{'score': 1, 'parts': {'a': 'b'}}", "{'score': 1, 'parts': 5}", "len", "10**400", "10**5000"),
)


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_a_nonsense_value_is_a_failure_that_says_what_to_return(nonsense):
    result = outcome(f"return {nonsense}")
    assert result.kind == "failed"
    assert "return a finite number" in result.problem or "map names to numbers" in result.problem


@pytest.mark.parametrize("nothing", ["None", "(None, 'no numbers in it')"])
def test_none_means_that_the_reward_does_not_apply(nothing):
    result = outcome(f"return {nothing}")
    assert (result.kind, result.score) == ("not_applicable", None)


def test_a_score_outside_the_declared_range_is_a_failure_that_names_both():
    result = PythonReward("mine", "def reward(r, f, e): return 4", bounds=(-2, 3)).score_all(["x"], [""], [PLAIN])[0]
    assert (result.kind, result.problem) == ("failed", "returned 4, outside its range of -2 to 3")


@pytest.mark.parametrize("reason", ["10**5000", "deep", "{'deep': deep}"])
def test_a_reason_of_any_size_is_cut(reason):
    score = outcome(f"deep = []\n    for _ in range(3000): deep = [deep]\n    return 0.5, {reason}").score
    assert 0 < len(score.reason) < 100


def test_an_exception_is_a_failure_with_its_line():
    result = outcome("return 1 / 0")
    assert (result.kind, result.problem) == ("failed", "line 2: ZeroDivisionError: division by zero")


def test_the_completion_after_a_hang_is_scored():
    source = "def reward(response, reference, example):\n    while response == 'hang': pass\n    return 1"
    results = PythonReward("mine", source, Limits(seconds=0.05)).score_all(["hang", "fine"], ["", ""], [PLAIN] * 2)
    assert [result.kind for result in results] == ["failed", "scored"]
    assert "ran longer" in results[0].problem


def test_nothing_is_remembered_from_one_completion_to_the_next():
    source = "seen = []\ndef reward(response, reference, example):\n    seen.append(1)\n    return len(seen) / 10"
    results = scorer("mine", CustomReward(source=source)).score_all(["a", "b"], ["", ""], [PLAIN] * 2)
    assert [result.score.value for result in results] == [0.1, 0.1]


def test_prints_are_kept_and_cut():
    assert outcome("print('seen')\n    return 1").prints == "seen\n"
    assert len(outcome("print('a' * 5000)\n    return 1").prints) == PRINT_CHARACTERS


def test_the_example_has_the_parts_of_the_answer_and_the_further_columns():
    example = Example("Add.", GRPO_DEFAULT.markers, {"unit": "kg"})
    seen = {"instruction": "Add.", "reasoning": "think", "solution": "4", "unit": "kg"}
    body = f"return example == {seen!r}"
    assert outcome(body, GRPO_DEFAULT.answer("4", "think"), "4", example).score.value == 1.0


def test_a_column_that_can_not_be_handed_over_is_a_failure():
    assert outcome("return 1", example=Example(extras={"odd": object()})).kind == "failed"


def test_it_can_be_pickled():
    copy = pickle.loads(pickle.dumps(scorer("mine", CustomReward(source="def reward(r, f, e): return 1"))))
    assert copy.score_all(["x"], [""], [PLAIN])[0].score.value == 1.0


def test_a_definition_survives_json():
    data = {"kind": "recipe", "recipe": {"checks": [{"kind": "contains", "text": "because"}]}}
    definition = read(data)
    assert read(json.loads(definition.model_dump_json())) == definition
    assert scorer("mine", definition).score_all(["because"], [""], [PLAIN])[0].score.value == 1.0


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def reward(response, reference, example:\n    return 1", "line 2: "),
        ("def reward(r, f, e):\n    yield 1", "line 2: the sandbox has no yield expressions"),
        ("def reward(r, f, e):\n    import heapq\n    return 1", "line 2: the sandbox can't run this: No module"),
        ("import no_such_module", "line 1: ModuleNotFoundError"),
        ("x = 1", "there is no reward function: define def reward(response, reference, example)"),
        ("reward = 1", "reward() can't be called: TypeError"),
        ("def reward(response): return 1", "reward(response) can't be called: a reward takes"),
        ("def reward(a, b, c, d): return 1", "reward(a, b, c, d) can't be called: a reward takes"),
        ("def reward(r, f, e):\n    return no_such_name", "line 2: NameError"),
        ("def reward(r, f, e): return 'good'", "returned 'good'; return a finite number"),
        ("def f(completions, **kwargs): return 1.0", "f returned 1.0; return a list with one score for each"),
        ("def f(completions, **kwargs): return [1.0]", "f returned 1 scores for 2 completions; return a list"),
        ("1 / 0", "line 1: ZeroDivisionError"),
    ],
)
def test_source_that_can_not_work_is_refused_when_it_is_saved(source, problem):
    with pytest.raises(InvalidInput) as refused:
        read({"kind": "python", "source": source})
    assert refused.value.fields["source"].startswith(problem)


def test_an_exception_that_the_sample_may_have_caused_is_no_reason_to_refuse():
    definition = read({"source": "def reward(r, f, e): return e['a column of the data set'] == r"})
    assert definition.kind == "python"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"kind": "python"}, "kind"),
        ({"kind": "recipe", "source": "x"}, "kind"),
        ({"kind": "magic"}, "kind"),
        ({"source": "def reward(r, f, e): return 1", "range": [3, -2]}, "range"),
        ({"source": "def reward(r, f, e): return 1", "range": [0, "many"]}, "range.1"),
        ({"kind": "recipe", "recipe": {"checks": [{"kind": "contains", "text": "a"}, {"kind": "length"}]}}, "maximum"),
    ],
)
def test_a_malformed_definition_names_the_field(data, field):
    with pytest.raises(InvalidInput) as refused:
        read(data)
    assert any(place.endswith(field) for place in refused.value.fields)
