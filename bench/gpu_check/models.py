"""`python -m bench.gpu_check.models FOLDER SHAPE DEVICE`: models with random weights, which need no download."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from core.catalog.shapes import ModelShape

LOUD_END = 40
"""Factor on the embedding of the end of text in small models, so that they end some answers and not others."""


@dataclass(frozen=True)
class Design:
    """A model to make: its configuration class in transformers, its shape, and whether it often ends an answer."""

    family: str
    shape: ModelShape
    ends_answers: bool = False


DESIGNS = {
    "tiny": Design("LlamaConfig", ModelShape(2, 32, 64, 2, 1, 16, 320), ends_answers=True),
    "endless": Design("LlamaConfig", ModelShape(2, 32, 64, 2, 1, 16, 4096)),
    "small": Design("LlamaConfig", ModelShape(4, 256, 768, 4, 2, 64, 320), ends_answers=True),
    "medium": Design("LlamaConfig", ModelShape(8, 1024, 3072, 16, 8, 64, 4096)),
    "qwen3-4b": Design("Qwen3Config", ModelShape(36, 2560, 9728, 32, 8, 128, 151936)),
    "llama-8b": Design("LlamaConfig", ModelShape(32, 4096, 14336, 32, 8, 128, 128256, tied_embeddings=False)),
}
"""Name -> design. The tokenizer has 320 tokens; other sampled tokens are no text, and never end one."""


def write(folder: Path, name: str, device: str) -> None:
    """Write a model and its tokenizer into `folder`: for a card in bfloat16, drawn there if it has room, in seconds."""
    import torch
    import transformers

    from tests.support.tiny_model import write_tiny_model

    write_tiny_model(folder, pad="<|pad|>")
    is_for_cpu = device == "cpu"
    design, tokens = DESIGNS[name], json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config = getattr(transformers, design.family)(
        **_arguments(design.shape), **{key: tokens[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    )
    torch.manual_seed(0)
    if device == "cuda" and 2 * design.shape.parameters > torch.cuda.mem_get_info()[0]:
        device = "cpu"
    with torch.device(device), torch.no_grad():
        dtype = torch.float32 if is_for_cpu else torch.bfloat16
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=dtype)
        if design.ends_answers:
            model.get_input_embeddings().weight[config.eos_token_id] *= LOUD_END
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="4GB")


def _arguments(shape: ModelShape) -> dict[str, int | bool]:
    return {
        "num_hidden_layers": shape.layers,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "vocab_size": shape.vocab,
        "tie_word_embeddings": shape.tied_embeddings,
        "max_position_embeddings": 4096,
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
