"""What a run holds from start to end, against numbers worked out by hand."""

import pytest

from core.catalog.families import base_model
from core.catalog.shapes import ModelShape
from core.config import parse_config
from core.runs.phases import GIB, memory_phases
from core.runs.vram import adapter_parameters, fits, held_parts, largest, memory_of, memory_parts, total_gib

QWEN = base_model("unsloth/Qwen3-1.7B").shape
TINY = ModelShape(layers=2, hidden=8, intermediate=16, heads=2, kv_heads=1, head_dim=4, vocab=100)
LENGTHS = {"max_sequence_length": 64, "max_new_tokens": 32}


def parts(shape=TINY, engine="trl", **sections):
    config = parse_config({**sections, "training": {**LENGTHS, **sections.get("training", {})}})
    return {part.key: part.gib * GIB for part in held_parts(shape, config, engine)}


def total(**sections):
    return memory_of(QWEN, parse_config(sections), "unsloth")


def test_what_is_held_comes_first_and_the_largest_phase_after_it():
    config = parse_config({})
    found = memory_parts(QWEN, config, "unsloth")
    assert [part.key for part in found][:4] == ["weights", "adapter", "optimizer", "runtime"]
    phase = largest(memory_phases(QWEN, config, "unsloth"))
    assert found[4:] == list(phase.parts)
    assert total_gib(found) == pytest.approx(total_gib(held_parts(QWEN, config, "unsloth")) + phase.gib)


def test_qwen_3_1_7b_weighs_3_2_gib_in_bfloat16():
    assert parts(QWEN)["weights"] / GIB == pytest.approx(3.2, abs=0.02)


def test_weights_are_counted_by_hand():
    linear = 2 * (8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16)
    unpacked = 2 * 8 * 16
    assert parts()["weights"] == pytest.approx(2 * (linear + 800))
    assert parts(engine="cpu")["weights"] == pytest.approx(4 * (linear + 800))
    assert parts(model={"quantization": "4bit"})["weights"] == pytest.approx(0.5625 * linear + 2 * 800 + unpacked)
    assert parts(model={"quantization": "8bit"})["weights"] == pytest.approx(linear + 2 * 800 + unpacked)


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
    assert "paged" in held_parts(TINY, config, "trl")[2].label


GROWS = {
    "rank": ({"model": {"lora_rank": 8}}, {"model": {"lora_rank": 64}}),
    "batch": ({"training": {"batch_size": 8}}, {"training": {"batch_size": 16}}),
    "group": (
        {"model": {"gradient_checkpointing": True}},
        {"model": {"gradient_checkpointing": True}, "training": {"gradient_accumulation_steps": 8}},
    ),
    "sequence": ({"training": {"max_sequence_length": 1024}}, {"training": {"max_sequence_length": 2048}}),
    "completion": ({"training": {"max_new_tokens": 128}}, {"training": {"max_new_tokens": 512}}),
    "precision": ({"model": {"quantization": "4bit"}}, {"model": {"quantization": "none"}}),
    "checkpointing": ({"model": {"gradient_checkpointing": True}}, {}),
}


@pytest.mark.parametrize(("less", "more"), GROWS.values(), ids=GROWS)
def test_more_of_it_needs_more_memory(less, more):
    assert total(**less) < total(**more)


def test_a_tenth_of_the_memory_stays_free():
    assert fits(9.0, 10.0)
    assert not fits(9.1, 10.0)


VLLM = {"training": {"sampler": "vllm", "vllm_memory_fraction": 0.5}}


def test_vllm_beside_plain_trl_takes_its_share_while_it_samples():
    config = parse_config(VLLM)
    (sampling,) = [phase for phase in memory_phases(QWEN, config, "trl", 24.0) if phase.key == "sampling"]
    assert sampling.gib == 12.0
    assert "vllm" not in [part.key for part in held_parts(QWEN, config, "trl", 24.0)]


def test_vllm_within_unsloth_holds_what_its_share_leaves_beside_the_weights():
    held = {part.key: part.gib for part in held_parts(QWEN, parse_config(VLLM), "unsloth", 24.0)}
    assert held["vllm"] == pytest.approx(12.0 - held["weights"])
    assert "vllm" not in [part.key for part in held_parts(QWEN, parse_config({}), "unsloth", 24.0)]
