"""What is left open is fitted to the card; what was said is kept, or refused with what would fit."""

import pytest

from core.catalog.families import base_model, known_shape
from core.config import parse_config
from core.hardware import Gpu, Hardware
from core.runs.candidates import left_open
from core.runs.fit import fitted, settled
from core.runs.ladder import FIELDS
from core.runs.place import Machine
from core.runs.vram import fits, memory_of

LLAMA, QWEN_4B = "unsloth/Llama-3.1-8B-Instruct", "unsloth/Qwen3-4B"
QWEN_1_7B, QWEN_0_6B = "unsloth/Qwen3-1.7B", "unsloth/Qwen3-0.6B"
CARDS = {24: 23.6, 16: 15.7, 8: 7.8, 4: 3.9}
"""Size in GB on the box -> what the driver reports, in GiB."""


def machine(*cards, unsloth=True):
    gpus = tuple(Gpu(index, f"Card {index}", CARDS.get(size, size)) for index, size in enumerate(cards))
    return Machine(Hardware(gpus), 16.0, unsloth)


def fit(name, here, **sections):
    config = parse_config({**sections, "model": {"name": name, **sections.get("model", {})}})
    return fitted(config, here, base_model(name).shape)


def fields(fitting):
    return [notice.field for notice in fitting.notices]


@pytest.mark.parametrize("unsloth", [True, False], ids=["unsloth", "trl"])
@pytest.mark.parametrize(
    ("name", "size"),
    [(LLAMA, 24), (QWEN_4B, 16), (QWEN_4B, 8), (QWEN_1_7B, 8), (QWEN_0_6B, 4), (QWEN_1_7B, 4)],
)
def test_the_default_configuration_fits_the_cards_of_the_user_guide(name, size, unsloth):
    here = machine(size, unsloth=unsloth)
    found = fit(name, here)
    assert found.refusal is None
    needed = memory_of(base_model(name).shape, found.config, here.largest.engine)
    assert fits(needed, CARDS[size])


def test_a_configuration_that_fits_is_left_as_it_is():
    config = parse_config({"model": {"name": QWEN_0_6B}})
    found = fitted(config, machine(80), base_model(QWEN_0_6B).shape)
    assert (found.config, found.notices, found.refusal) == (config, [], None)


def test_the_first_rung_that_fits_is_taken_and_each_replacement_is_said():
    found = fit(QWEN_1_7B, machine(4))
    assert found.config.model.quantization == "4bit"
    assert fields(found) == [
        "model.quantization",
        "model.gradient_checkpointing",
        "training.batch_size",
        "training.gradient_accumulation_steps",
    ]
    assert found.config.completions_per_step == 8
    assert found.notices[0].message == "4bit is used, so that the run fits the 3.9 GiB of Card 0: about 20 % slower."
    assert {notice.level for notice in found.notices} == {"warning"}


def test_weights_are_quantised_only_where_nothing_milder_helps():
    assert fit(LLAMA, machine(24)).config.model.quantization == "none"
    assert fit(LLAMA, machine(16)).config.model.quantization == "4bit"


@pytest.mark.parametrize(
    "sections",
    [
        {"model": {"quantization": "8bit"}},
        {"training": {"batch_size": 8}},
        {"training": {"max_new_tokens": 700}},
        {"pre_training": {"enabled": True, "batch_size": 8}},
    ],
    ids=lambda sections: next(iter(sections)),
)
def test_what_the_user_said_is_never_changed(sections):
    found = fit(QWEN_4B, machine(16), **sections)
    assert found.refusal is None
    for section, values in sections.items():
        kept = getattr(found.config, section)
        assert {key: getattr(kept, key) for key in values} == values


def test_a_value_that_equals_its_default_was_said_all_the_same():
    assert fit(LLAMA, machine(16), model={"quantization": "none"}).refusal is not None


def test_what_was_written_out_in_full_leaves_nothing_open():
    assert left_open(parse_config(parse_config({}).dump())) == frozenset()
    assert left_open(parse_config({})) == FIELDS
    assert left_open(parse_config({"training": {"batch_size": 8}})) == FIELDS - {"training.batch_size"}


def test_a_number_of_batches_fixes_their_size():
    config = parse_config({"grpo": {"steps_per_generation": 4}})
    assert FIELDS - left_open(config) == {"training.batch_size", "training.gradient_accumulation_steps"}


def test_a_refusal_names_what_would_fit_and_what_it_costs():
    refusal = fit(LLAMA, machine(24), model={"quantization": "none", "gradient_checkpointing": False}).refusal
    assert refusal.message == (
        "With all that was left open at its smallest, the run needs about 23.4 GiB, and 21.2 of the 23.6 GiB of Card 0 "
        "can be used."
    )
    assert "resources.allow_too_large" in refusal.hint
    assert refusal.fields == {
        "model.quantization": "4bit: about 20 % slower, 14.2 GiB",
        "model.gradient_checkpointing": "true: learning takes about half as long again, 19.2 GiB",
    }


def test_what_helps_only_together_says_so():
    said = {"batch_size": 8, "gradient_accumulation_steps": 4, "max_sequence_length": 4096, "max_new_tokens": 2048}
    refusal = fit(QWEN_4B, machine(8), training=said).refusal
    assert set(refusal.fields) == {f"training.{name}" for name in said}
    assert all("all of these together" in words for words in refusal.fields.values())


def test_a_warm_up_that_is_too_large_is_named():
    refusal = fit(QWEN_4B, machine(8), pre_training={"enabled": True, "batch_size": 64}).refusal
    assert list(refusal.fields) == ["pre_training.batch_size"]


def test_a_model_that_is_too_large_in_any_case_is_named():
    refusal = fit("unsloth/phi-4", machine(4)).refusal
    assert list(refusal.fields) == ["model.name"]
    assert "choose a smaller model" in refusal.fields["model.name"]


@pytest.mark.parametrize(
    ("name", "sections", "says"),
    [
        (
            "training.num_generations",
            {"training": {"num_generations": 256, "batch_size": 4, "gradient_accumulation_steps": 64}},
            "16 with batch_size 2",
        ),
        ("grpo.steps_per_generation", {"grpo": {"steps_per_generation": 256}}, "null: one step's completions at once"),
        ("model.lora_rank", {"model": {"lora_rank": 256}}, "64: a smaller adapter"),
    ],
)
def test_a_setting_outside_the_ladder_that_decides_is_named_and_not_the_model(name, sections, says):
    refusal = fit(QWEN_4B, machine(8), **sections).refusal
    assert list(refusal.fields) == [name]
    assert says in refusal.fields[name]


def test_a_message_without_open_settings_tells_the_need_of_the_run_itself():
    config = parse_config(parse_config({"model": {"name": QWEN_4B}}).dump())
    needed = memory_of(base_model(QWEN_4B).shape, config, "unsloth", CARDS[8])
    refusal = fitted(config, machine(8), base_model(QWEN_4B).shape).refusal
    assert refusal.message.startswith(f"The run needs about {needed:.1f} GiB, and 7.0 of the 7.8 GiB of Card 0")


def test_a_share_of_vllm_that_does_not_hold_the_weights_is_refused_with_one_that_does():
    said = {"training": {"sampler": "vllm", "vllm_memory_fraction": 0.1}}
    refusal = fit(LLAMA, machine(24), **said).refusal
    assert "vLLM gets 2.4 GiB of Card 0 (training.vllm_memory_fraction)" in refusal.message
    assert set(refusal.fields) == {"training.vllm_memory_fraction", "training.sampler"}
    share = float(refusal.fields["training.vllm_memory_fraction"].split(":")[0].split()[0])
    said["training"]["vllm_memory_fraction"] = share
    assert fit(LLAMA, machine(24), **said).refusal is None


def test_whoever_allows_it_may_try():
    config = parse_config({"model": {"name": "unsloth/phi-4"}, "resources": {"allow_too_large": True}})
    found = fitted(config, machine(4), base_model("unsloth/phi-4").shape)
    assert (found.config, found.refusal) == (config, None)
    assert fields(found) == ["resources.allow_too_large"]
    assert "It may end for lack of memory." in found.notices[0].message
    assert fitted(config, machine(1000), base_model("unsloth/phi-4").shape).notices == []


@pytest.mark.parametrize("here", [machine(), machine(4)], ids=["cpu", "unknown shape"])
def test_nothing_is_fitted_without_a_gpu_or_a_shape(here):
    config = parse_config({"model": {"name": "unsloth/phi-4"}})
    shape = None if here.hardware.gpus else base_model("unsloth/phi-4").shape
    assert fitted(config, here, shape).config == config
    assert fitted(config, here, shape).refusal is None


def test_a_repository_of_4_bit_weights_is_fitted_as_what_it_is():
    config = parse_config({"model": {"name": LLAMA + "-bnb-4bit"}})
    shape = known_shape(config.model.name)
    found = settled(config, machine(16), shape)
    assert shape == base_model(LLAMA).shape and found.refusal is None
    assert found.config.model.quantization == "4bit"
    assert fits(memory_of(shape, found.config, "unsloth"), CARDS[16])


def test_the_gpu_that_was_asked_for_counts():
    found = fit(LLAMA, machine(24, 8), resources={"gpus": [1]}, model={"quantization": "none"})
    assert "of Card 1 can be used" in found.refusal.message


def test_a_run_is_tied_to_its_gpu_where_another_is_too_small():
    found = fit(LLAMA, machine(8, 24))
    assert found.config.resources.gpus == (1,)
    assert found.notices[-1].message == "[1]: the run would not fit Card 0 (GPU 0)."
    assert fit(QWEN_0_6B, machine(24, 24)).config.resources.gpus is None


def test_groups_of_any_size_have_a_rung_and_its_price_names_all_that_it_counts_on():
    given = {"num_generations": 6, "batch_size": 6, "gradient_accumulation_steps": 4}
    found = fit(QWEN_4B, machine(6), training=given)
    assert "with gradient_accumulation_steps" in found.refusal.fields["training.batch_size"]


def test_the_ladder_does_not_lead_vllm_to_weights_that_it_refuses():
    found = fit(QWEN_4B, machine(16, unsloth=False), training={"sampler": "vllm"})
    assert found.config.model.quantization == "none"
