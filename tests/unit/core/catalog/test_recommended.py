"""Recommended settings: always valid, and chosen to fit."""

import pytest

from constants import EMBEDDED_MODEL
from core.catalog.families import FAMILIES, base_model
from core.config.describe import describe
from core.config.resolve import resolve
from core.hardware import Gpu, Hardware
from core.runs.fit import fitted
from core.runs.place import Machine, Place
from core.runs.recommended import as_config, recommended
from core.runs.vram import fits, memory_of

MACHINES = {
    size: Machine(Hardware((Gpu(0, "a card", float(size)),) if size else ()), ram_gib=16.0, has_unsloth=True)
    for size in (0, 4, 8, 12, 24, 80)
}


@pytest.mark.parametrize("size", MACHINES)
@pytest.mark.parametrize("model", FAMILIES, ids=lambda model: model.id)
def test_it_is_valid_and_needs_nothing_that_the_machine_lacks(model, size):
    fragment = recommended(model, MACHINES[size].largest)
    assert set(fragment) <= {"model", "training", "grpo"}
    config = as_config(model, fragment)
    assert resolve(config, MACHINES[size].hardware)[0].model == config.model
    assert config.completions_per_step % config.training.num_generations == 0


@pytest.mark.parametrize("model", FAMILIES, ids=lambda model: model.id)
def test_everything_fits_into_80_gib_in_16_bit(model):
    config = as_config(model, recommended(model, MACHINES[80].largest))
    assert config.model.quantization == "none"
    assert fits(memory_of(model.shape, config, "unsloth"), 80)


@pytest.mark.parametrize(
    ("name", "size", "quantization"),
    [
        ("unsloth/Qwen3-1.7B", 8, "none"),
        ("unsloth/Qwen3-4B", 8, "4bit"),
        ("unsloth/Qwen3-8B", 24, "none"),
        ("unsloth/Llama-3.1-8B-Instruct", 12, "4bit"),
        ("unsloth/phi-4", 24, "4bit"),
    ],
)
def test_weights_are_quantised_where_they_would_not_fit(name, size, quantization):
    model = base_model(name)
    config = as_config(model, recommended(model, MACHINES[size].largest))
    assert config.model.quantization == quantization
    assert fits(memory_of(model.shape, config, "unsloth"), size)


def test_a_model_that_is_far_too_large_gets_the_smallest_settings():
    model = base_model("unsloth/phi-4")
    config = as_config(model, recommended(model, MACHINES[4].largest))
    assert (config.model.quantization, config.training.batch_size) == ("4bit", 1)
    assert not fits(memory_of(model.shape, config, "unsloth"), 4)


def test_the_embedded_model_trains_on_two_cores():
    training = recommended(base_model(EMBEDDED_MODEL), Place("cpu", "CPU", 4.0))["training"]
    assert (training["learning_rate"], training["lr_scheduler_type"]) == (1.5e-4, "linear")
    assert training["max_sequence_length"] <= 256


def test_larger_models_learn_more_slowly():
    rates = [recommended(model, MACHINES[80].largest)["training"]["learning_rate"] for model in FAMILIES]
    assert set(rates) == {1e-5, 2e-5}


@pytest.mark.parametrize("model", FAMILIES, ids=lambda model: model.id)
def test_what_is_recommended_and_fits_needs_no_fitting(model):
    """One ladder: a card for which there is a recommendation takes it as it is."""
    here = MACHINES[24]
    config = as_config(model, recommended(model, here.largest))
    assert fitted(config, here, model.shape).config == config


def typical(name):
    """(lowest, highest) of the range that a setting's help calls usual, and the values it names beside it."""
    text = next(field.typical for field in describe() if field.name == name)
    range_text, _, beside = text.partition(";")
    low, high = (float(number) for number in range_text.split(" to "))
    return low, high, [float(word) for word in beside.split() if word[0].isdigit()]


@pytest.mark.parametrize("name", ["batch_size", "gradient_accumulation_steps", "num_generations", "learning_rate",
                                  "max_sequence_length", "max_new_tokens"])  # fmt: skip
def test_what_is_recommended_is_what_the_help_calls_usual(name):
    low, high, beside = typical(f"training.{name}")
    for model in FAMILIES:
        for machine in MACHINES.values():
            value = recommended(model, machine.largest)["training"][name]
            assert low <= value <= high or value in beside, (model.id, value)
