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
    """Write each family below `folder`, and `padless`, whose tokenizer pads with its end of text, as many do."""
    write_tiny_model(folder / "padless")
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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
