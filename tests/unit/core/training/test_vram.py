"""The estimate of a run's memory, against numbers worked out by hand."""

import pytest

from core.catalog.families import base_model
from core.catalog.shapes import ModelShape
from core.config import parse_config
from core.training.vram import GIB, adapter_parameters, fits, memory_parts, total_gib

QWEN = base_model("unsloth/Qwen3-1.7B").shape
TINY = ModelShape(layers=2, hidden=8, intermediate=16, heads=2, kv_heads=1, head_dim=4, vocab=100)
LENGTHS = {"max_sequence_length": 64, "max_new_tokens": 32}


def parts(shape=TINY, on_cuda=True, **sections):
    config = parse_config({**sections, "training": {**LENGTHS, **sections.get("training", {})}})
    return {part.key: part.gib * GIB for part in memory_parts(shape, config, on_cuda)}


def total(**sections):
    return total_gib(memory_parts(QWEN, parse_config(sections), True))


def test_the_parts_come_in_the_order_of_the_bar():
    assert list(parts()) == ["weights", "adapter", "optimizer", "activations", "logits", "kv_cache", "runtime"]


def test_qwen_3_1_7b_weighs_3_2_gib_in_bfloat16():
    assert parts(QWEN)["weights"] / GIB == pytest.approx(3.2, abs=0.02)


def test_weights_are_counted_by_hand():
    linear = 2 * (8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16)
    assert parts()["weights"] == pytest.approx(2 * (linear + 800))
    assert parts(on_cuda=False)["weights"] == pytest.approx(4 * (linear + 800))
    assert parts(model={"quantization": "4bit"})["weights"] == pytest.approx(0.5625 * linear + 2 * 800)
    assert parts(model={"quantization": "8bit"})["weights"] == pytest.approx(linear + 2 * 800)


def test_an_adapter_has_rank_times_inputs_and_outputs_of_every_layer():
    found = parts(model={"lora_rank": 4})
    weights = 2 * 4 * ((8 + 8) + 2 * (8 + 4) + (8 + 8) + 3 * (8 + 16))
    assert found["adapter"] == pytest.approx(weights * 8)
    assert found["optimizer"] == pytest.approx(weights * 8)


@pytest.mark.parametrize(
    ("modules", "ends"),
    [
        (["q_proj"], 8 + 8),
        (["model.layers.0.self_attn.k_proj"], 8 + 4),
        (["qkv_proj"], 8 + 8 + 4 + 4),
        (["gate_up_proj"], 8 + 32),
        (["something"], 0),
    ],
)
def test_an_adapter_sits_on_the_named_layers_only(modules, ends):
    model = parse_config({"model": {"lora_rank": 4, "target_modules": modules}}).model
    assert adapter_parameters(TINY, model) == 2 * 4 * ends


@pytest.mark.parametrize(("optim", "size"), [("adamw_8bit", 2), ("paged_adamw_32bit", 8), ("sgd", 0), ("adafactor", 1)])
def test_an_optimiser_keeps_what_it_needs(optim, size):
    found = parts(model={"lora_rank": 4}, training={"optim": optim})
    assert found["optimizer"] == pytest.approx(found["adapter"] / 8 * size)


def test_a_paged_optimiser_says_so():
    config = parse_config({"training": {"optim": "paged_adamw_8bit"}})
    assert "paged" in memory_parts(TINY, config, True)[2].label


def test_logits_of_a_batch_are_whole_on_cpu_and_those_of_one_completion_on_cuda():
    assert parts(on_cuda=False)["logits"] == pytest.approx(8 * 32 * 100 * 4 * 2)
    assert parts(on_cuda=True)["logits"] == pytest.approx(32 * 100 * 4 * 2)
    assert parts(training={"temperature": 0.7})["logits"] == pytest.approx(32 * 100 * 4 * 3)


def test_the_cache_holds_every_completion_that_is_sampled_at_once():
    found = parts(training={"batch_size": 4, "gradient_accumulation_steps": 4})
    assert found["kv_cache"] == pytest.approx(2 * 2 * 1 * 4 * 2 * 64 * 16)


GROWS = {
    "rank": ({"model": {"lora_rank": 8}}, {"model": {"lora_rank": 64}}),
    "batch": ({"training": {"batch_size": 8}}, {"training": {"batch_size": 16}}),
    "group": (
        {"training": {"batch_size": 4, "gradient_accumulation_steps": 2, "num_generations": 8}},
        {"training": {"batch_size": 4, "gradient_accumulation_steps": 4, "num_generations": 16}},
    ),
    "sequence": ({"training": {"max_sequence_length": 1024}}, {"training": {"max_sequence_length": 2048}}),
    "completion": ({"training": {"max_new_tokens": 128}}, {"training": {"max_new_tokens": 512}}),
    "precision": ({"model": {"quantization": "4bit"}}, {"model": {"quantization": "none"}}),
    "checkpointing": ({"model": {"gradient_checkpointing": True}}, {}),
}


@pytest.mark.parametrize(("less", "more"), GROWS.values(), ids=GROWS)
def test_more_of_it_needs_more_memory(less, more):
    assert total(**less) < total(**more)


def test_activations_are_what_pytorch_saves_for_the_embedded_model():
    """11,011 (float32) and 14,783 (bfloat16) values a token and layer were counted with saved_tensors_hooks."""
    shape = base_model("SmolLM2-135M-Instruct").shape
    tokens = 8 * 64 * shape.layers
    assert parts(shape, on_cuda=False)["activations"] / 4 / tokens == pytest.approx(11_011, rel=0.05)
    assert parts(shape, on_cuda=True)["activations"] / 2 / tokens == pytest.approx(14_783, rel=0.05)


def test_checkpointing_lowers_the_activations_alone():
    without, with_it = parts(QWEN), parts(QWEN, model={"gradient_checkpointing": True})
    assert with_it.pop("activations") < without.pop("activations") / 5
    assert with_it == without


def test_a_tenth_of_the_memory_stays_free():
    assert fits(9.0, 10.0)
    assert not fits(9.1, 10.0)


def test_a_warm_up_in_larger_batches_needs_more_than_grpo():
    small = {"batch_size": 4, "num_generations": 4}
    without = parts(training=small)
    warm = parts(training=small, pre_training={"enabled": True, "batch_size": 16})
    assert warm["activations"] == pytest.approx(without["activations"] * 4)
    assert parts(on_cuda=False, pre_training={"enabled": True})["logits"] >= parts(on_cuda=False)["logits"]
