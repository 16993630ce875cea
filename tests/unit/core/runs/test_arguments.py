"""Every setting reaches TRL or PEFT through the table, or stands on the short list with its reason."""

import pytest

from core.config import parse_config
from core.config.algorithms import ALGORITHMS
from core.config.describe import describe
from core.runs.arguments import NOT_TRL, TABLE, grpo_arguments, lora_arguments, sft_arguments

NAMES = {field.name for field in describe()}


def test_every_setting_is_in_the_table_or_on_the_list_and_in_one_only():
    ours = {ours for ours, _, _ in TABLE}
    assert ours | set(NOT_TRL) == NAMES
    assert not ours & set(NOT_TRL)


def test_everything_on_the_list_has_its_reason():
    assert all(NOT_TRL.values())


def test_the_users_words_become_trls():
    config = parse_config({"grpo": {"kl_penalty": 0.05, "clip_range": 0.1}, "training": {"max_new_tokens": 99}})
    arguments = grpo_arguments(config)
    assert (arguments["beta"], arguments["epsilon"], arguments["max_completion_length"]) == (0.05, 0.1, 99)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_gives_every_argument_unsloth_would_fill_itself(algorithm):
    arguments = grpo_arguments(parse_config({"grpo": {"algorithm": algorithm}}))
    for name in ("loss_type", "beta", "epsilon", "epsilon_high", "mask_truncated_completions", "scale_rewards"):
        assert arguments[name] is not None


def test_a_given_value_wins_over_the_algorithms():
    arguments = grpo_arguments(
        parse_config({"grpo": {"algorithm": "dapo", "epsilon_high": 0.5, "mask_truncated": False}})
    )
    assert (arguments["epsilon_high"], arguments["mask_truncated_completions"]) == (0.5, False)


def test_gspo_is_the_ratio_per_completion():
    assert grpo_arguments(parse_config({"grpo": {"algorithm": "gspo"}}))["importance_sampling_level"] == "sequence"


def test_weights_follow_the_order_of_the_rewards():
    parts = [{"preset_name": "exact", "weight": 2}, {"preset_name": "format", "weight": 0.5}]
    config = parse_config({"reward": {"type": "composite", "components": parts}})
    assert grpo_arguments(config)["reward_weights"] == [2, 0.5]
    assert list(config.reward.weights) == ["exact-match", "solution-format"]


@pytest.mark.parametrize(("sampler", "uses"), [("auto", False), ("transformers", False), ("vllm", True)])
def test_only_the_choice_of_vllm_uses_it(sampler, uses):
    training = {"sampler": sampler, "vllm_memory_fraction": 0.3, "max_sequence_length": 700}
    arguments = grpo_arguments(parse_config({"training": training}))
    assert arguments["use_vllm"] is uses
    assert (arguments["vllm_gpu_memory_utilization"], arguments["vllm_max_model_length"]) == (0.3, 700)


def test_the_correction_of_vllms_probabilities_is_always_given():
    arguments = grpo_arguments(parse_config({}))
    assert arguments["vllm_importance_sampling_correction"] is True
    assert arguments["vllm_importance_sampling_mode"] == "sequence_mask"
    assert arguments["vllm_importance_sampling_clip_max"] == 3.0


def test_no_checkpoints_means_no_checkpoints():
    assert grpo_arguments(parse_config({"training": {"save_steps": 0}}))["save_strategy"] == "no"


def test_the_warm_up_learns_from_completions_alone():
    assert sft_arguments(parse_config({}))["completion_only_loss"] is True


def test_the_adapter_takes_lists_of_layers_and_all_linear():
    assert lora_arguments(parse_config({}))["target_modules"] == "all-linear"
    named = parse_config({"model": {"target_modules": ["q_proj", "v_proj"]}})
    assert lora_arguments(named)["target_modules"] == ["q_proj", "v_proj"]
