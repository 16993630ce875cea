"""The forms of export: names, files, and what can't be made of an adapter or on a base model."""

import pytest

from core.errors import InvalidInput
from core.export.adapters import base_limits, limits
from core.export.targets import TARGETS, target_named

PLAIN = {"peft_type": "LORA", "r": 8, "bias": "none", "use_dora": False, "alpha_pattern": {}, "modules_to_save": None}


def test_every_file_is_named_after_its_type():
    ggufs = [one for one in TARGETS.values() if one.kind == "gguf"]
    assert len(ggufs) >= 8
    assert all(one.file == f"model-{one.name}.gguf" for one in ggufs)
    assert len({one.file for one in TARGETS.values()}) == len(TARGETS)


def test_smaller_types_may_differ_more_from_the_adapter():
    ggufs = sorted((one for one in TARGETS.values() if one.kind == "gguf"), key=lambda one: -(one.bits or 0))
    bounds = [one.max_difference for one in ggufs if one.name != "q4_0"]
    assert bounds == sorted(bounds)


def test_a_name_is_found_in_any_case():
    assert target_named("Q4_K_M") is TARGETS["q4_k_m"]


def test_an_unknown_name_is_refused_with_all_that_there_are():
    with pytest.raises(InvalidInput) as refused:
        target_named("q9_9")
    assert set(refused.value.fields) == {"targets"}
    assert "q4_k_m" in refused.value.message


def test_a_plain_adapter_has_no_limits():
    assert limits(PLAIN) == {}
    assert limits({**PLAIN, "use_rslora": True}) == {}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"alpha_pattern": {"q_proj": 4}}, "alpha_pattern"),
        ({"rank_pattern": {"q_proj": 4}}, "rank_pattern"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"bias": "all"}, "biases"),
    ],
)
def test_what_llama_cpp_has_no_place_for_can_only_be_merged(changes, word):
    reasons = limits({**PLAIN, **changes})
    assert list(reasons) == ["adapter_gguf"]
    assert word in reasons["adapter_gguf"]
    assert "Merge" in reasons["adapter_gguf"]


def test_nothing_can_be_merged_into_weights_that_are_stored_quantised():
    config = {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}
    reasons = base_limits(config, "someone/small")
    assert set(TARGETS) - set(reasons) == {"adapter"}
    assert "bitsandbytes" in reasons["merged"]
    assert base_limits({"hidden_size": 64}, "someone/small") == {}


def test_a_repository_that_is_named_as_quantised_is_known_before_it_is_fetched_and_the_whole_one_is_named():
    reasons = base_limits({}, "unsloth/Qwen3-4B-unsloth-bnb-4bit")
    assert set(TARGETS) - set(reasons) == {"adapter"}
    assert "Train on unsloth/Qwen3-4B with model.quantization 4bit" in reasons["merged"]
