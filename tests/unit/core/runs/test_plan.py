"""What a run will do, against what the worker does."""

import pytest

from core.config import parse_config
from core.data.builtin import BUILTIN, builtin_rows
from core.data.source import rows_expected
from core.jsonfile import read_json
from core.runs.plan import (
    Pace,
    Rows,
    estimate,
    grpo_steps,
    plan_notices,
    sampled_completions,
    step_summary,
    warm_up_steps,
)
from core.runs.split import load_split, split_sizes
from tests.conftest import REPOSITORY

DEMO = parse_config(read_json(REPOSITORY / "configs" / "examples" / "demo-arithmetic.json"))
PACE = Pace("one", 4.0, 32, 14)


def config(**sections):
    return parse_config(sections)


def trained(**training):
    return config(training=training)


def test_the_demo_is_planned_as_the_worker_splits_it(workspace):
    split = load_split(DEMO, workspace)
    plan = estimate(DEMO, Rows(rows_expected(DEMO.dataset)), None)
    assert (plan.warm_up_rows, plan.train_rows, plan.held_out_rows) == tuple(
        len(part) for part in (split.warm_up, split.train, split.held_out)
    )
    assert (plan.steps, plan.warm_up_steps, plan.completions, plan.tokens_at_most) == (24, 5, 1536, 1536 * 14)


@pytest.mark.parametrize("name", BUILTIN)
def test_the_rows_of_a_built_in_set_are_known_without_making_them(name, workspace):
    dataset = config(dataset={"source": name}).dataset
    assert rows_expected(dataset) == sum(1 for _ in builtin_rows(name, {}))


@pytest.mark.parametrize(
    ("parameters", "rows"),
    [
        ({"operations": "+x", "largest": 5}, 30),
        ({"smallest": 3, "largest": 5}, 6),
        ({"largest": 99, "second_largest": 9}, 855),
        ({"smallest": 5, "largest": 9, "second_largest": 3}, 0),
        ({"operations": "++"}, 1225),
    ],
)
def test_sums_are_counted_without_being_made(parameters, rows):
    assert rows_expected(config(dataset={"source": "arithmetic", "parameters": parameters}).dataset) == rows
    assert sum(1 for _ in builtin_rows("arithmetic", parameters)) == rows


@pytest.mark.parametrize(
    ("dataset", "rows"),
    [
        ({"source": "strings", "parameters": {"size": 70}}, 70),
        ({"source": "openai/gsm8k"}, 7473),
        ({"source": "openai/gsm8k", "subset": "main"}, 7473),
        ({"source": "openai/gsm8k", "subset": "socratic"}, None),
        ({"source": "openai/gsm8k", "split": "test"}, None),
        ({"source": "someone/else"}, None),
        ({"source": "leg_counting", "kind": "procedural"}, 1000),
        ({"source": "leg_counting", "kind": "procedural", "parameters": {"size": 20}}, 20),
        ({"source": "leg_counting", "kind": "procedural", "parameters": {"size": "x"}}, None),
        ({"source": "uploads/a.csv"}, None),
        ({"filters": [{"field": "response", "comparison": "equals", "value": "5"}]}, None),
    ],
)
def test_rows_are_known_where_someone_has_counted_them(dataset, rows):
    assert rows_expected(config(dataset=dataset).dataset) == rows


@pytest.mark.parametrize(
    ("sections", "sizes"),
    [
        ({}, (0, 90, 10)),
        ({"dataset": {"validation_fraction": 0}}, (0, 100, 0)),
        ({"dataset": {"validation_fraction": 0.5, "validation_samples": 20}}, (0, 80, 20)),
        ({"pre_training": {"enabled": True, "max_samples": 30}}, (30, 60, 10)),
        ({"pre_training": {"enabled": True, "max_samples": None}}, (90, 90, 10)),
        ({"pre_training": {"enabled": True, "max_samples": 500}, "training": {"samples_per_epoch": 7}}, (90, 7, 10)),
    ],
)
def test_a_hundred_rows_are_split(sections, sizes):
    found = split_sizes(100, config(**sections))
    assert (found.warm_up, found.train, found.held_out) == sizes


@pytest.mark.parametrize(
    ("sections", "rows", "steps"),
    [
        ({"training": {"num_epochs": 2}}, 10, 20),
        ({"training": {"num_epochs": 0.5}}, 10, 5),
        ({"training": {"batch_size": 32}}, 10, 2),
        ({"training": {"batch_size": 8, "gradient_accumulation_steps": 4}}, 11, 2),
        ({"training": {"max_steps": 7}}, 10, 7),
        ({"grpo": {"num_iterations": 3}}, 10, 30),
        ({"grpo": {"steps_per_generation": 4}}, 10, 8),
        ({"training": {"gradient_accumulation_steps": 2}, "grpo": {"num_iterations": 3}}, 4, 6),
        ({"training": {"max_steps": 7}}, None, 7),
        ({}, None, None),
    ],
)
def test_steps_are_counted_as_trl_counts_them(sections, rows, steps):
    assert grpo_steps(rows, config(**sections)) == steps


def test_completions_used_again_are_sampled_once():
    assert sampled_completions(6, config(grpo={"num_iterations": 3})) == 16
    assert sampled_completions(6, trained(batch_size=32)) == 192


def test_the_last_batch_of_a_warm_up_need_not_be_full():
    warm = config(pre_training={"enabled": True, "batch_size": 4, "epochs": 2})
    assert warm_up_steps(9, warm) == 6
    assert warm_up_steps(9, config()) == 0
    assert warm_up_steps(None, warm) is None


def test_max_samples_limits_the_rows():
    assert estimate(config(dataset={"max_samples": 50}), Rows(1000), None).rows == 50


def test_time_is_that_of_a_past_run_for_each_completion():
    plan = estimate(DEMO, Rows(855), PACE)
    assert plan.seconds == pytest.approx(4.0 / 32 * 1536)
    assert "session one" in plan.basis


def test_without_a_past_run_or_rows_there_is_no_time_and_the_reason_is_said():
    assert "no past run" in estimate(DEMO, Rows(855), None).basis
    unknown = estimate(config(), Rows(None), PACE)
    assert unknown.seconds is None
    assert "not been counted" in unknown.basis


def test_a_step_is_told_in_words():
    words = step_summary(trained(batch_size=8, gradient_accumulation_steps=4))["words"]
    assert words == "One step: 4 prompts x 8 completions = 32 completions, 8 in memory at once."


@pytest.mark.parametrize(
    ("warm_up", "rows", "steps", "said"),
    [
        (
            {"enabled": True, "max_samples": 100, "batch_size": 4},
            500,
            12,
            "100 answers in 25 steps, GRPO from 96 in 12",
        ),
        ({"enabled": True, "max_samples": 100, "epochs": 2}, None, 20, "200 answers in 50 steps, GRPO from 160 in 20"),
        ({"enabled": True, "max_samples": 100, "batch_size": 4}, 500, 13, None),
        ({"enabled": True, "max_samples": None}, None, 20, None),
        ({"enabled": False}, 500, 1, None),
    ],
    ids=["longer", "longer, rows not counted", "shorter", "nobody knows", "off"],
)
def test_a_warm_up_longer_than_the_run_is_a_warning(warm_up, rows, steps, said):
    config = parse_config({"pre_training": warm_up, "training": {"max_steps": steps}})
    notices = plan_notices(config, estimate(config, Rows(rows), None))
    assert [notice.level for notice in notices] == (["warning"] if said else [])
    assert all(said in notice.message for notice in notices)
