"""What the phases of a run need, against numbers worked out by hand and counted by PyTorch."""

import pytest

from core.catalog.families import base_model
from core.catalog.shapes import ModelShape
from core.config import parse_config
from core.runs.phases import GIB, memory_phases, passing_values, saved_values

TINY = ModelShape(layers=2, hidden=8, intermediate=16, heads=2, kv_heads=1, head_dim=4, vocab=100)
LLAMA, QWEN = base_model("unsloth/Llama-3.1-8B-Instruct").shape, base_model("unsloth/Qwen3-4B").shape
LENGTHS = {"max_sequence_length": 64, "max_new_tokens": 32}
CHECKPOINTING = {"gradient_checkpointing": True}


def phases(shape=TINY, engine="trl", **sections):
    config = parse_config({**sections, "training": {**LENGTHS, **sections.get("training", {})}})
    return {phase.key: phase for phase in memory_phases(shape, config, engine)}


def parts(phase):
    return {part.key: part.gib * GIB for part in phase.parts}


def test_a_run_goes_through_its_phases_in_order():
    assert list(phases(pre_training={"enabled": True})) == ["evaluation", "warm_up", "sampling", "learning"]
    assert list(phases(dataset={"validation_fraction": 0})) == ["sampling", "learning"]


def test_evaluation_answers_as_many_rows_as_are_sampled_at_once():
    found = phases(training={"batch_size": 4, "gradient_accumulation_steps": 8})
    assert found["evaluation"].parts == found["sampling"].parts


def test_the_cache_holds_every_completion_that_is_sampled_at_once():
    found = parts(
        phases(training={"batch_size": 4, "gradient_accumulation_steps": 4, "max_new_tokens": 62})["sampling"]
    )
    assert found["kv_cache"] == pytest.approx(2 * 2 * 1 * 4 * 2 * 64 * 16)
    assert found["logits"] == pytest.approx(16 * 100 * 4 * 3)


def test_long_prompts_need_more_while_they_are_read():
    found = parts(phases(training={"max_new_tokens": 2})["sampling"])
    assert found["kv_cache"] == pytest.approx(2 * 2 * 1 * 4 * 2 * 62 * 8)
    assert found["activations"] == pytest.approx(8 * 62 * (4 * 16 + 6 * 8) * 2)


@pytest.mark.parametrize(
    ("engine", "each"),
    [("trl", 8 * 4 * 2), ("cpu", 8 * 4 * 4), ("unsloth", 8 * 2 + 6 / 4)],
    ids=str,
)
def test_the_logits_are_those_of_a_batch(engine, each):
    wide = ModelShape(2, 8, 16, 2, 1, 4, vocab=10_000)
    assert parts(phases(wide, engine)["learning"])["logits"] == pytest.approx(each * 32 * 10_000)


def test_a_batch_of_plain_trl_on_cuda_takes_4_6_gib_of_logits():
    training = {"max_sequence_length": 1024, "max_new_tokens": 512}
    learning = phases(QWEN, "trl", model=CHECKPOINTING, training=training)["learning"]
    assert parts(learning)["logits"] / GIB == pytest.approx(4.64, abs=0.01)


def test_a_warm_up_takes_the_logits_of_256_tokens_at_a_time():
    wide = ModelShape(2, 8, 16, 2, 1, 4, vocab=10_000)
    warm_up = phases(wide, pre_training={"enabled": True, "batch_size": 1})["warm_up"]
    assert parts(warm_up)["logits"] == pytest.approx(256 * 10_000 * 16)


def test_without_checkpointing_every_layer_is_kept():
    saved, passing = saved_values(TINY, 16, "trl"), passing_values(TINY, "trl")
    kept = 8 * 64 * 2 * saved * 2
    found = parts(phases()["learning"])
    assert found["activations"] in (pytest.approx(kept), pytest.approx(kept + 8 * 64 * passing * 2))


@pytest.mark.parametrize(("engine", "inputs"), [("trl", 32), ("unsloth", 4)])
def test_checkpointing_keeps_the_inputs_of_layers_which_unsloth_moves_to_main_memory(engine, inputs):
    training = {"max_sequence_length": 1024, "max_new_tokens": 8}
    found = parts(phases(LLAMA, engine, model=CHECKPOINTING, training=training)["learning"])
    layer = saved_values(LLAMA, 16, engine) + passing_values(LLAMA, engine)
    assert found == {"activations": pytest.approx(8 * 1024 * 2 * (inputs * 4096 + layer))}


COUNTED = {
    "SmolLM2 in float32": ("SmolLM2-135M-Instruct", "cpu", 11_011),
    "SmolLM2": ("SmolLM2-135M-Instruct", "trl", 14_783),
    "Llama 8B": ("unsloth/Llama-3.1-8B-Instruct", "trl", 116_532),
    "Llama 8B in float32": ("unsloth/Llama-3.1-8B-Instruct", "cpu", 91_282),
    "Qwen3 1.7B": ("unsloth/Qwen3-1.7B", "trl", 54_724),
    "Qwen3 4B": ("unsloth/Qwen3-4B", "trl", 84_084),
}


@pytest.mark.parametrize(("name", "engine", "values"), COUNTED.values(), ids=COUNTED)
def test_a_layer_saves_what_pytorch_saves(name, engine, values):
    """Values a token and layer, counted over forward passes on CPU (saved tensors, fake tensors)."""
    assert saved_values(base_model(name).shape, 16, engine) == pytest.approx(values, rel=0.035)


AT_ONCE = {"Llama 8B": (LLAMA, "trl", 180_634), "Llama 8B in float32": (LLAMA, "cpu", 120_469)}
AT_ONCE |= {"Qwen3 4B": (QWEN, "trl", 126_694), "Qwen3 4B in float32": (QWEN, "cpu", 86_629)}


@pytest.mark.parametrize(("shape", "engine", "values"), AT_ONCE.values(), ids=AT_ONCE)
def test_a_layer_that_is_computed_anew_takes_what_pytorch_takes(shape, engine, values):
    """Values a token at the peak of a backward pass with checkpointing, beside the layers' inputs (fake tensors)."""
    assert saved_values(shape, 16, engine) + passing_values(shape, engine) == pytest.approx(values, rel=0.06)
