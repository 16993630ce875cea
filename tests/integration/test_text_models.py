"""Of a model that also sees, the part for text is loaded with the weights of the whole, or not at all."""

import pytest

torch = pytest.importorskip("torch")

import transformers  # noqa: E402 - after torch is known to be there

from core.errors import InvalidInput  # noqa: E402
from core.workers.text_model import load_text_model  # noqa: E402

pytestmark = pytest.mark.real

TEXT = {
    "vocab_size": 300,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 16,
}
EYES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 28,
    "patch_size": 14,
}
SEEING = {
    "Gemma3": ({}, {}, {"mm_tokens_per_image": 4, "image_token_index": 2}),
    "Mistral3": ({"model_type": "mistral"}, {"model_type": "pixtral", "head_dim": 16}, {}),
    "Llava": ({"model_type": "llama"}, {"model_type": "clip_vision_model", "projection_dim": 32}, {}),
}
"""Family -> what its text, its vision and the whole have beside the sizes."""


def write(folder, family):
    text, vision, more = SEEING[family]
    config = getattr(transformers, f"{family}Config")(text_config=TEXT | text, vision_config=EYES | vision, **more)
    torch.manual_seed(0)
    whole = getattr(transformers, f"{family}ForConditionalGeneration")(config).eval()
    whole.save_pretrained(folder)
    return whole


@pytest.mark.parametrize("family", SEEING)
def test_the_part_for_text_says_what_the_whole_says(tmp_path, family):
    whole, part = write(tmp_path, family), load_text_model(str(tmp_path)).eval()
    assert not [name for name, _ in part.named_parameters() if "vision" in name]
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        assert torch.equal(part(input_ids=ids).logits, whole(input_ids=ids).logits)


def test_a_checkpoint_that_lacks_weights_is_refused_instead_of_made_up(tmp_path):
    from safetensors.torch import load_file, save_file

    write(tmp_path, "Gemma3")
    weights = load_file(tmp_path / "model.safetensors")
    gone = next(name for name in weights if name.endswith("q_proj.weight") and "vision" not in name)
    del weights[gone]
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(InvalidInput, match=r"lacks 1 of the model's weights, such as model\.layers"):
        load_text_model(str(tmp_path))
