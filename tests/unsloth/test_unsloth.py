"""Unsloth's compiled trainers do what the plan says and what TRL does: arguments, losses, adapters, stop, resume."""

import json
import statistics

import pytest

from core.config import parse_config
from core.config.algorithms import ALGORITHMS
from core.runs.arguments import grpo_arguments
from core.runs.plan import warm_up_steps
from core.sessions.state import current_metrics
from tests.unsloth.conftest import FAMILIES
from tests.unsloth.hand_computed import CASES, SIGNAL

SAME_IN_EFFECT = {
    "generation_kwargs": "no arguments more, in both",
    "dataset_num_proc": "how many processes tokenise",
    "context_parallel_backend": "one device holds all of a sequence",
    "context_parallel_rotate_method": "one device holds all of a sequence",
    "context_parallel_size": "one device holds all of a sequence",
    "unsloth_num_chunks": "how large a piece of the loss is computed at once",
}
TRAINED = [*ALGORITHMS, "kl"]


BOTH = ["trl", "unsloth"]


def steps(run, phase="training"):
    return [row for row in current_metrics(run.events) if row["phase"] == phase]


def weight_names(file):
    """The names in the header of a safetensors file."""
    content = file.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return set(header) - {"__metadata__"}


def test_every_argument_reaches_unsloths_trainers_as_it_reaches_trls(runs):
    found = {trainer: set(fields) - set(SAME_IN_EFFECT) for trainer, fields in runs.facts["config_differences"].items()}
    assert len(found) == 4 * len(ALGORITHMS)
    assert {trainer: fields for trainer, fields in found.items() if fields} == {}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_run_goes_through_every_phase_in_the_plans_number_of_steps(runs, family):
    run = runs.sessions[family]
    assert run.state.status == "completed", run.log()
    assert run.state.engine["engine"] == "unsloth"
    config = run.state.data
    assert [row["step"] for row in steps(run)] == [1, 2, 3, 4]
    assert len(steps(run, "pre_training")) == warm_up_steps(config["warm_up"], run.config) == 2
    assert steps(run, "pre_training")[0]["learning_rate"] == 1e-3
    assert [score["stage"] for score in run.state.evaluations] == ["base", "warm_up", "trained"]
    assert all(row["grad_norm"] > 0 for row in steps(run))


@pytest.mark.parametrize("family", FAMILIES)
def test_all_linear_layers_of_a_family_get_an_adapter(runs, family):
    layers = runs.sessions[family].state.engine["adapted_layers"]
    assert {tuple(counts) for counts in layers.values()} == {(2, 2)}
    assert ("qkv_proj" in layers) == (family == "phi3")
    assert f"{2 * len(layers)} layers" in runs.sessions[family].paths.card.read_text(encoding="utf-8")


def test_what_an_engine_does_not_report_is_not_zero(runs):
    for row in steps(runs.sessions["llama"]):
        assert "entropy" not in row
        assert row["kl"] is None
    assert all(row["kl"] is not None for row in steps(runs.sessions["unsloth-kl"]))


def test_the_warm_up_learns_as_under_trl(runs):
    both = [steps(runs.sessions[name], "pre_training") for name in ("llama", "trl-llama")]
    assert both[0][0]["loss"] == pytest.approx(both[1][0]["loss"], abs=1e-3)
    assert [row["learning_rate"] for row in both[0]] == [row["learning_rate"] for row in both[1]]


@pytest.mark.parametrize("name", TRAINED)
def test_both_passes_over_a_batch_have_the_loss_and_gradient_of_trl(runs, name):
    ours, theirs = steps(runs.sessions[f"unsloth-{name}"]), steps(runs.sessions[f"trl-{name}"])
    assert ours[0]["completion_length"] == theirs[0]["completion_length"]
    assert ours[0]["reward"] == pytest.approx(theirs[0]["reward"], abs=1e-6)
    for mine, plain in zip(ours, theirs, strict=True):
        assert mine["loss"] == pytest.approx(plain["loss"], abs=1e-5)
        assert mine["grad_norm"] == pytest.approx(plain["grad_norm"], rel=1e-4)
        assert mine["clip_ratio"] == pytest.approx(plain["clip_ratio"])


@pytest.mark.parametrize("name", TRAINED)
def test_a_first_pass_clips_nothing_and_a_second_one_can(runs, name):
    first, second = steps(runs.sessions[f"unsloth-{name}"])
    assert set(first["clip_ratio"].values()) == {0.0}
    assert second["clip_ratio"]["region"] > 0


@pytest.mark.parametrize("name", TRAINED)
def test_a_second_pass_samples_nothing_and_says_so(runs, name):
    first, second = steps(runs.sessions[f"unsloth-{name}"])
    assert first["tokens_per_second"] > 0
    assert second.get("tokens_per_second") is None
    assert "reward" not in second


def test_every_algorithm_and_every_way_to_scale_rewards_is_worked_out_by_hand():
    made = [grpo_arguments(parse_config({"grpo": case.grpo})) for case in CASES.values()]
    assert {case.grpo["algorithm"] for case in CASES.values()} == set(ALGORITHMS)
    assert {arguments["scale_rewards"] for arguments in made} == {"group", "batch", "none"}


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("name", CASES)
def test_a_completion_without_a_score_has_no_advantage_and_shifts_no_mean_or_spread(runs, engine, name):
    case, found = CASES[name], runs.facts[f"unscored_under_{engine}"][name]
    completions = [one for group in found["first"] for one in group["completions"]]
    assert [one["reward"] for one in completions] == list(case.rewards)
    scored = [one["advantage"] for one in completions if one["reward"] is not None]
    by_hand = [advantage for advantage, reward in zip(case.advantages, case.rewards, strict=True) if reward is not None]
    assert scored == pytest.approx(by_hand, abs=1e-6)
    assert {one["advantage"] for one in completions if one["reward"] is None} == {None}


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_the_scored_completions_alone(runs, engine, name):
    found = runs.facts[f"unscored_under_{engine}"][name]
    assert found["largest"] > 0.1
    assert found["apart"] < 1e-4


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("name", CASES)
def test_a_step_in_which_nothing_is_scored_moves_no_weight_not_even_by_momentum_or_decay(runs, engine, name):
    found = runs.facts[f"unscored_under_{engine}"][name]
    assert found["moved"][0] > 0.001
    assert found["moved"][1] == 0.0
    assert all(one["advantage"] is None for group in found["second"] for one in group["completions"])


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("name", CASES)
def test_the_curves_leave_unscored_completions_out_and_count_them(runs, engine, name):
    case, found = CASES[name], runs.facts[f"unscored_under_{engine}"][name]
    first, second = found["metrics"]
    known = [reward for reward in case.rewards if reward is not None]
    assert first["reward"] == pytest.approx(statistics.fmean(known))
    assert first["reward_std"] == pytest.approx(statistics.stdev(known), abs=1e-6)
    assert first["unscored_fraction"] == 1 - len(known) / len(case.rewards)
    assert first["signal_fraction"] == SIGNAL[name]
    assert (second["unscored_fraction"], second["signal_fraction"]) == (1.0, 0.0)
    assert "reward" not in second and "reward_std" not in second


def test_a_step_after_an_evaluation_learns_though_it_samples_nothing(runs):
    run = runs.sessions["evaluated"]
    assert run.state.status == "completed", run.log()
    assert [row["step"] for row in steps(run)] == [1, 2, 3, 4]
    assert all(row["grad_norm"] > 0 for row in steps(run))
    assert [score["step"] for score in run.state.evaluations if score["stage"] == "step"] == [1, 2, 3]


def test_an_answer_leaves_every_module_in_the_state_of_training(runs):
    modes = runs.facts["modes_around_an_answer"]
    assert modes["after"] == modes["before"] != modes["within"]


def test_the_pad_token_is_never_the_end_of_text_and_is_not_saved(runs):
    tokens = runs.facts["pad_tokens"]
    assert tokens["pad"] != tokens["eos"]
    assert tokens["pad"] >= tokens["saved_vocabulary"]
    assert all(".lora_" in name for name in tokens["saved_weights"])


def test_a_stop_in_mid_generation_is_seen_at_once_and_a_resume_goes_on_with_the_same_rewards(runs):
    stopped, whole = runs.sessions["stopped"], runs.sessions["whole"]
    kinds = [event["kind"] for event in stopped.events]
    assert kinds.count("stopped") == kinds.count("completed") == 1
    (first,) = [event for event in stopped.events if event["kind"] == "stopped"]
    assert (first["step"], first["saved"]) == (2, True)
    asked = next(event for event in stopped.events if event["kind"] == "stopping")
    assert first["t"] - asked["t"] < whole.series("step_seconds")[2] + 5
    assert stopped.seen("resumed", from_step=2)
    for name in ("step", "reward", "completion_length"):
        assert stopped.series(name) == whole.series(name)


@pytest.mark.parametrize("name", ["sees", "trl-sees"])
def test_of_a_model_that_sees_the_part_for_text_is_trained(runs, name):
    run = runs.sessions[name]
    assert run.state.status == "completed", run.log()
    layers = run.state.engine["adapted_layers"]
    assert set(layers) == set(runs.sessions["llama"].state.engine["adapted_layers"])
    assert {tuple(counts) for counts in layers.values()} == {(2, 2)}


def test_both_engines_name_the_layers_of_an_adapter_alike(runs):
    files = [runs.sessions[name].paths.adapter / "adapter_model.safetensors" for name in ("sees", "trl-sees")]
    assert weight_names(files[0]) == weight_names(files[1])


def test_an_adapter_is_exported_and_proven(runs):
    assert runs.facts["export_of"] == 0
