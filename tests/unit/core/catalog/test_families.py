"""The curated base models: complete, each once, and as large as their shapes say."""

import pytest

from constants import EMBEDDED_MODEL
from core.catalog.families import FAMILIES, base_model
from core.catalog.models import is_hub_id
from core.catalog.shapes import ModelShape, model_shape_from_config
from core.errors import InvalidInput

SMALL = {
    "num_hidden_layers": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "vocab_size": 300,
}


@pytest.mark.parametrize("model", FAMILIES, ids=lambda model: model.id)
def test_a_model_is_as_large_as_its_shape(model):
    assert model.shape.parameters == pytest.approx(model.parameters, rel=0.03)


@pytest.mark.parametrize("model", FAMILIES, ids=lambda model: model.id)
def test_a_model_is_complete_and_can_be_named_in_a_configuration(model):
    assert model.embedded or is_hub_id(model.id)
    assert all((model.family, model.title, model.licence, model.note))
    assert model.note.endswith(".")


def test_each_is_there_once_and_families_stand_together():
    assert len({model.id.lower() for model in FAMILIES}) == len(FAMILIES)
    families = [model.family for model in FAMILIES]
    assert list(dict.fromkeys(families)) == ["Qwen3", "Llama", "Mistral", "Phi", "Gemma", "SmolLM2"]
    assert families == sorted(families, key=list(dict.fromkeys(families)).index)


def test_a_model_is_found_whatever_its_case():
    assert base_model("UNSLOTH/qwen3-1.7b").title == "Qwen3 1.7B"
    assert base_model(EMBEDDED_MODEL).embedded
    assert base_model("someone/else") is None


def test_what_a_config_leaves_out_follows_from_the_rest():
    assert model_shape_from_config(SMALL) == ModelShape(2, 32, 64, 4, 4, 8, 300, tied_embeddings=True)


def test_a_mixture_of_experts_is_not_taken_for_a_plain_decoder():
    with pytest.raises(InvalidInput, match="mixture of experts"):
        model_shape_from_config(SMALL | {"num_experts": 128})


def test_the_text_part_of_a_model_that_sees_is_read():
    text = SMALL | {"head_dim": 16, "num_key_value_heads": 2, "tie_word_embeddings": False}
    shape = model_shape_from_config({"model_type": "gemma3", "text_config": text, "vision_config": {}})
    assert shape == ModelShape(2, 32, 64, 4, 2, 16, 300, tied_embeddings=False)


@pytest.mark.parametrize("broken", [{}, SMALL | {"hidden_size": "many"}, SMALL | {"vocab_size": -1}, {"layers": 3}])
def test_a_config_of_another_kind_is_refused(broken):
    with pytest.raises(InvalidInput, match=r"config\.json has no usable"):
        model_shape_from_config(broken)
