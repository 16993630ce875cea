"""What a configuration becomes on this machine, and what is said about it."""

import pytest

from core.config import parse_config
from core.config.resolve import as_stored, resolve
from core.cuda import GpuProblem
from core.errors import InvalidInput
from core.hardware import Gpu, Hardware

CPU = Hardware()
GPU = Hardware((Gpu(0, "A card", 24.0),))


def fields(notices):
    return [notice.field for notice in notices]


def test_a_paged_optimiser_on_cpu_is_replaced_out_loud():
    config, notices = resolve(parse_config({"training": {"optim": "paged_adamw_32bit"}}), CPU)
    assert config.training.optim == "adamw_torch_fused"
    assert "training.optim" in fields(notices)


def test_quantisation_on_cpu_is_dropped_out_loud():
    config, notices = resolve(parse_config({"model": {"quantization": "4bit"}}), CPU)
    assert config.model.quantization == "none"
    assert "model.quantization" in fields(notices)


def test_a_gpu_keeps_what_only_a_gpu_can_do():
    value = {"training": {"optim": "paged_adamw_32bit"}, "model": {"quantization": "4bit"}}
    config, _ = resolve(parse_config(value), GPU)
    assert (config.training.optim, config.model.quantization) == ("paged_adamw_32bit", "4bit")


def test_a_gpu_that_torch_can_not_use_is_said_first_and_the_run_stays_meant_for_it():
    broken = Hardware(GPU.gpus, GpuProblem("It can't be used.", "Mend it."))
    config, notices = resolve(parse_config({"model": {"quantization": "4bit"}}), broken)
    assert config.model.quantization == "4bit"
    assert (notices[0].field, notices[0].message) == ("resources.gpus", "It can't be used. Mend it.")


def test_a_model_that_is_stored_quantised_is_said_before_training_with_the_one_to_take():
    _, notices = resolve(parse_config({"model": {"name": "unsloth/Qwen3-4B-unsloth-bnb-4bit"}}), GPU)
    (said,) = [notice.message for notice in notices if notice.field == "model.name"]
    assert "only the adapter can be exported" in said and "Train on unsloth/Qwen3-4B with" in said


def test_weights_that_are_stored_in_4_bit_count_as_such():
    config, notices = as_stored(parse_config({"model": {"name": "unsloth/Qwen3-4B-unsloth-bnb-4bit"}}))
    assert config.model.quantization == "4bit"
    assert [notice.message for notice in notices] == [
        "4bit: the weights of unsloth/Qwen3-4B-unsloth-bnb-4bit are stored in 4 bit."
    ]
    assert as_stored(config) == (config, [])


def test_weights_that_are_stored_in_4_bit_are_refused_without_a_gpu_and_the_whole_ones_named():
    with pytest.raises(InvalidInput) as refused:
        resolve(parse_config({"model": {"name": "unsloth/Qwen3-4B-unsloth-bnb-4bit"}}), CPU)
    assert "unsloth/Qwen3-4B." in refused.value.hint and "model.name" in refused.value.fields


def test_warm_up_steps_turn_constant_into_the_schedule_that_has_them():
    config, notices = resolve(parse_config({"training": {"warmup_steps": 10}}), GPU)
    assert config.training.lr_scheduler_type == "constant_with_warmup"
    assert "training.lr_scheduler_type" in fields(notices)


def test_scoring_on_the_way_without_held_out_rows_draws_a_warning():
    value = {"training": {"eval_steps": 5}, "dataset": {"validation_fraction": 0}}
    assert "training.eval_steps" in fields(resolve(parse_config(value), CPU)[1])


def test_a_supervised_learning_rate_draws_a_warning():
    _, notices = resolve(parse_config({"training": {"learning_rate": 2e-4}}), CPU)
    assert any(n.field == "training.learning_rate" and n.level == "warning" for n in notices)


def test_on_policy_training_is_told_that_it_never_clips():
    _, notices = resolve(parse_config({}), CPU)
    assert "grpo.num_iterations" in fields(notices)
    _, notices = resolve(parse_config({"grpo": {"num_iterations": 2}}), CPU)
    assert "grpo.num_iterations" not in fields(notices)


@pytest.mark.parametrize("hardware", [CPU, GPU])
def test_a_gpu_that_is_not_there_is_refused(hardware):
    with pytest.raises(InvalidInput) as refusal:
        resolve(parse_config({"resources": {"gpus": [3]}}), hardware)
    assert "resources.gpus" in refusal.value.fields


def test_what_is_recommended_for_the_embedded_model_draws_no_warning_about_its_learning_rate():
    config = parse_config({"training": {"learning_rate": 1.5e-4}})
    assert "training.learning_rate" not in [notice.field for notice in resolve(config, Hardware())[1]]


@pytest.mark.parametrize(
    ("model", "thinking", "tokens", "level"),
    [
        ("someone/model", "on", 512, "warning"),
        ("someone/model", "on", 2048, None),
        ("someone/model", "default", 512, None),
        ("unsloth/Qwen3-4B", "default", 512, "info"),
        ("unsloth/Qwen3-4B-unsloth-bnb-4bit", "default", 512, "info"),
        ("unsloth/Qwen3-4B", "off", 512, None),
    ],
)
def test_thinking_costs_tokens_which_is_said_where_there_are_few(model, thinking, tokens, level):
    training = {"max_new_tokens": tokens, "max_sequence_length": 4096}
    value = {"model": {"name": model}, "prompt": {"thinking": thinking}, "training": training}
    _, notices = resolve(parse_config(value), GPU)
    said = [notice.level for notice in notices if "thinking costs tokens" in notice.message]
    assert said == ([level] if level else [])


MISSING = ("bubblewrap is not installed", "Install bubblewrap")


def lane(reward, obstacle=None):
    config, notices = resolve(parse_config({"reward": reward}), CPU, obstacle=lambda: obstacle)
    return config.reward.sandbox, [
        (notice.level, notice.message) for notice in notices if notice.field == "reward.sandbox"
    ]


def test_where_the_rewards_python_runs_is_decided_and_said_at_the_start():
    programming = {"preset_name": "programming"}
    assert lane(programming)[0] == "system"
    assert "CPython" in lane(programming)[1][0][1]
    taken, ((level, message),) = lane(programming, MISSING)
    assert (taken, level) == ("monty", "warning")
    assert "bubblewrap is not installed. Install bubblewrap." in message


def test_a_reward_without_python_leaves_the_sandbox_open():
    assert lane({"preset_name": "math"}, MISSING) == ("auto", [])


@pytest.mark.parametrize("kind", ["python", "recipe"])
def test_a_custom_reward_in_python_decides_it_too(kind):
    recipe = {"kind": "recipe", "recipe": {"checks": [{"kind": "contains", "text": "because"}]}}
    custom = {"kind": "python", "source": "def reward(r, f, e): return 1"} if kind == "python" else recipe
    taken, _ = lane({"type": "custom", "custom_name": "mine", "custom": custom})
    assert taken == ("system" if kind == "python" else "auto")


def test_the_system_sandbox_where_there_is_none_is_refused_with_what_to_install():
    with pytest.raises(InvalidInput) as refused:
        lane({"preset_name": "programming", "sandbox": "system"}, MISSING)
    assert refused.value.fields == {"reward.sandbox": "bubblewrap is not installed"}
    assert refused.value.hint == "Install bubblewrap, or use reward.sandbox monty."


def test_monty_is_taken_where_it_is_asked_for():
    assert lane({"preset_name": "programming", "sandbox": "monty"}) == ("monty", [])
