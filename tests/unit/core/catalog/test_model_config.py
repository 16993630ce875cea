"""A config.json that is not ours: names that are no names, and weights that are stored quantised."""

import pytest

from core.catalog.model_config import require_plain_config, stored_quantised, whole_name
from core.errors import InvalidInput

ATTACK = "llama\nimport os; os.system('id')"


@pytest.mark.parametrize(
    ("config", "key"),
    [
        pytest.param({"model_type": ATTACK}, "model_type", id="the model's"),
        pytest.param(
            {"model_type": "llama", "text_config": {"model_type": ATTACK}}, "model_type", id="the text part's"
        ),
        pytest.param({"parts": [{"vision": {"model_type": "a b"}}]}, "model_type", id="deep inside"),
        pytest.param({"architectures": ["LlamaForCausalLM", "X(), exec('')"]}, "architectures", id="an architecture"),
        pytest.param({"architectures": "LlamaForCausalLM\n"}, "architectures", id="a line's end"),
        pytest.param({"model_type": {"a": 1}}, "model_type", id="no text"),
        pytest.param({"architectures": [[]]}, "architectures", id="a list in a list"),
        pytest.param({"model_type": "lläma"}, "model_type", id="another alphabet"),
    ],
)
def test_a_name_that_is_none_is_refused(config, key):
    with pytest.raises(InvalidInput, match=f"of someone/model has the {key} .* no name") as refused:
        require_plain_config(config, "someone/model")
    assert "Choose another model" in refused.value.hint
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"]},
        {"model_type": "gemma3", "text_config": {"model_type": "gemma3_text"}, "vision_config": None},
        {"model_type": "phi-msft.v2", "architectures": None},
        {"model_type": "llava", "vision_config": {"model_type": ""}},
        {},
    ],
)
def test_honest_names_pass(config):
    require_plain_config(config, "someone/model")


def test_a_file_that_points_to_others_is_refused():
    config = {"model_type": "llama", "configuration_files": ["config.4.0.0.json"]}
    with pytest.raises(InvalidInput, match="points to other files"):
        require_plain_config(config, "someone/model")


@pytest.mark.parametrize("config", [[], "text", None, 3])
def test_a_file_without_an_object_is_refused(config):
    with pytest.raises(InvalidInput, match="no JSON object"):
        require_plain_config(config, "someone/model")


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("unsloth/Qwen3-4B-unsloth-bnb-4bit", "unsloth/Qwen3-4B"),
        ("unsloth/Llama-3.1-8B-Instruct-bnb-4bit", "unsloth/Llama-3.1-8B-Instruct"),
        ("unsloth/Qwen3-4B", None),
        ("", None),
    ],
)
def test_the_repository_with_whole_weights_is_told_from_the_name(name, whole):
    assert whole_name(name) == whole


def test_weights_that_are_stored_quantised_are_known_by_the_file_or_by_the_name():
    assert stored_quantised({"quantization_config": {"quant_method": "gptq"}}, "someone/small") == "gptq"
    assert stored_quantised({}, "someone/small-bnb-4bit") == "bitsandbytes"
    assert stored_quantised({"quantization_config": None}, "someone/small") is None
