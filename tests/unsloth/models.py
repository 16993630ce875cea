"""`python -m tests.unsloth.models FOLDER`: tiny random models of three families, which often end an answer."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
import transformers

from tests.support.tiny_model import write_tiny_model

FAMILIES = {"llama": "LlamaConfig", "qwen3": "Qwen3Config", "phi3": "Phi3Config"}
KEPT = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
KEPT += ("num_key_value_heads", "max_position_embeddings", "bos_token_id", "eos_token_id", "pad_token_id")
LOUD_END = 40
"""Factor on the embedding of the end of text, so that its logit is now high, now low."""


def main(folder: Path) -> None:
    """Write each family below `folder`, and two more.

    `padless` pads with its end of text, as many do, and seldom ends; `sees` is a model for pictures too.
    """
    write_tiny_model(folder / "padless")
    _write_one_that_sees(folder / "sees")
    for name, config in FAMILIES.items():
        written = write_tiny_model(folder / name, pad="<|pad|>")
        values = json.loads((written / "config.json").read_text(encoding="utf-8"))
        shape = getattr(transformers, config)(**{key: values[key] for key in KEPT}, head_dim=16)
        shape.tie_word_embeddings = True
        torch.manual_seed(0)
        model = transformers.AutoModelForCausalLM.from_config(shape)
        with torch.no_grad():
            model.get_input_embeddings().weight[shape.eos_token_id] *= LOUD_END
        model.save_pretrained(written)


def _write_one_that_sees(folder: Path) -> None:
    """A Gemma 3 with eyes and a processor, as those from 4B on."""
    values = json.loads((write_tiny_model(folder, pad="<|pad|>") / "config.json").read_text(encoding="utf-8"))
    text = {key: values[key] for key in KEPT} | {"head_dim": 16, "sliding_window": 64}
    vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision |= {"image_size": 28, "patch_size": 14}
    images = {"mm_tokens_per_image": 4, "image_token_index": 2, "boi_token_index": 3, "eoi_token_index": 4}
    shape = transformers.Gemma3Config(text_config=text, vision_config=vision, eos_token_id=1, **images)
    torch.manual_seed(0)
    transformers.Gemma3ForConditionalGeneration(shape).save_pretrained(folder)
    pictures = {"image_processor_type": "Gemma3ImageProcessor", "size": {"height": 28, "width": 28}}
    for name, more in (("preprocessor_config", pictures), ("processor_config", {"image_seq_length": 4})):
        said = json.dumps({"processor_class": "Gemma3Processor", **more})
        (folder / f"{name}.json").write_text(said, encoding="utf-8")
    file = folder / "tokenizer_config.json"
    tokens = {"boi_token": "<|im_start|>", "image_token": "<|pad|>", "eoi_token": "<|im_end|>"}
    known = json.loads(file.read_text(encoding="utf-8")) | {"processor_class": "Gemma3Processor", **tokens}
    file.write_text(json.dumps(known), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
