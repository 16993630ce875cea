"""From a reward section to the scorers of a run."""

import pytest

from core.data.mapping import IfThere
from core.errors import InvalidInput
from core.prompts.builtin import SOLUTION_ONLY
from core.rewards import sandbox
from core.rewards.base import Example
from core.rewards.build import RewardTools, scorers
from core.rewards.section import RewardConfig

EXAMPLE = Example("", SOLUTION_ONLY.markers)


@pytest.fixture
def tools(tmp_path):
    return RewardTools(tmp_path / "judge.sqlite", {"OPENAI_API_KEY": "key"})


def value(scorer, response, reference=""):
    return scorer.score_all([response], [reference], [EXAMPLE])[0].score.value


def test_parameters_are_bound_to_a_preset(tools):
    parts = [
        {"preset_name": "numeric", "name": "near", "parameters": {"absolute_tolerance": 2.0}},
        {"preset_name": "numeric", "name": "exact"},
    ]
    near, exact = scorers(RewardConfig.model_validate({"type": "composite", "components": parts}), tools)
    assert (near.name, exact.name) == ("near", "exact")
    assert value(near, "<SOLUTION>5</SOLUTION>", "6") == 1.0
    assert value(exact, "<SOLUTION>5</SOLUTION>", "6") == 0.0
    assert near.judges_truth


def test_a_custom_reward_scores_from_its_definition(tools):
    source = "def reward(response, reference, example):\n    return len(example['solution']) / 10\n"
    config = RewardConfig.model_validate(
        {"type": "custom", "custom_name": "mine", "custom": {"kind": "python", "source": source}}
    )
    (mine,) = scorers(config, tools)
    assert value(mine, "<SOLUTION>12345</SOLUTION>") == 0.5
    assert not mine.judges_truth


def config_of(*components, fields=()):
    return RewardConfig.model_validate({"type": "composite", "components": components, "fields": dict(fields)})


def custom(source, weight=1.0, **more):
    return {"custom_name": "mine", "weight": weight, "custom": {"source": source, **more}}


LADDER = "def f(completions, target, nums, level=None, **kwargs): return [3.0 for _ in completions]"
FORM = {"preset_name": "solution-format", "weight": 0.5}


def test_the_columns_that_code_names_are_read_and_those_with_a_stand_in_only_where_they_are_there():
    columns = config_of(custom(LADDER), fields={"nums": "numbers"}).columns
    assert columns == {"target": "target", "nums": "numbers", "level": "level"}
    assert [name for name, column in columns.items() if isinstance(column, IfThere)] == ["target", "level"]


def test_a_column_called_solution_can_be_mapped_for_code_that_names_it_and_for_no_other():
    named = custom("def f(completions, solution, **kwargs): return [1.0 for _ in completions]")
    assert config_of(named, fields={"solution": "gold"}).columns == {"solution": "gold"}
    with pytest.raises(ValueError, match="fields can't be called solution"):
        config_of(custom(LADDER), fields={"solution": "gold"})


def test_the_range_of_a_reward_is_known_where_that_of_every_part_is():
    assert config_of(custom(LADDER, range=[-2, 3]), FORM).range == (-2.0, 3.5)
    assert config_of(custom(LADDER, weight=-1, range=[-2, 3]), FORM).range == (-3.0, 2.5)
    assert config_of(custom(LADDER), FORM).range is None


@pytest.mark.parametrize("weight", [0, 101, -101])
def test_a_weight_may_be_below_0_but_not_0_and_not_beyond_100(weight):
    with pytest.raises(ValueError, match="weight"):
        config_of({"preset_name": "length", "weight": weight})


def test_a_custom_reward_that_is_not_written_out_is_refused(tools):
    with pytest.raises(InvalidInput, match="no custom reward 'mine'"):
        scorers(RewardConfig(type="custom", custom_name="mine"), tools)


@pytest.mark.parametrize(("variable", "is_set"), [("OPENAI_API_KEY", True), ("OTHER_API_KEY", False), ("", True)])
def test_a_judge_gets_the_key_that_its_settings_name(tools, variable, is_set):
    judge = {"url": "http://localhost:1/v1", "model": "m", "api_key_variable": variable}
    config = RewardConfig.model_validate({"type": "composite", "components": [{"judge": judge}]})
    if is_set:
        assert scorers(config, tools)[0].name == "judge"
    else:
        with pytest.raises(InvalidInput, match="OTHER_API_KEY is not set"):
            scorers(config, tools)


def test_the_configurations_lane_runs_the_code(tools):
    source = "import heapq\ndef reward(response, reference, example):\n    return heapq.nlargest(1, [0, 0.5])[0]"
    custom = {"type": "custom", "custom_name": "mine", "custom": {"kind": "python", "source": source}}
    (mine,) = scorers(RewardConfig.model_validate({**custom, "sandbox": "monty"}), tools)
    assert "heapq" in mine.score_all(["x"], [""], [EXAMPLE])[0].problem
    (mine,) = scorers(RewardConfig.model_validate({**custom, "sandbox": "auto"}), tools)
    assert (mine.score_all(["x"], [""], [EXAMPLE])[0].kind == "scored") == (sandbox.chosen("auto") == "system")


def test_code_is_scored_on_several_threads_in_the_order_of_the_completions(tools):
    (programming,) = scorers(RewardConfig(preset_name="programming"), tools)
    codes = [f"def f(x):\n    return {n}" for n in range(8)]
    examples = [Example("", extras={"tests": [f"assert f(0) == {n - n % 2}"]}) for n in range(8)]
    outcomes = programming.score_all(codes, [""] * 8, examples)
    assert [outcome.score.value for outcome in outcomes] == [1.0, 0.0] * 4
