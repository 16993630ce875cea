"""A random Llama of a few thousand weights with its own tokenizer, for where learning is not the point."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXTS = ["What is 12 + 34?", "<SOLUTION>46</SOLUTION>", "user assistant system", "0123456789"]


END = "<|im_end|>"


def tiny_tokenizer(chat_template: str | None = CHAT_TEMPLATE, pad: str = END) -> Any:
    """The tokenizer of the tiny model; see write_tiny_model."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    specials = list(dict.fromkeys(["<|im_start|>", END, pad]))
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    inner.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=300, special_tokens=specials, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=END, pad_token=pad)
    tokenizer.chat_template = chat_template
    return tokenizer


def write_tiny_model(
    folder: Path, chat_template: str | None = CHAT_TEMPLATE, pad: str = END, hidden_size: int = 32
) -> Path:
    """Save model and tokenizer below `folder`.

    Args:
        folder: Where both go.
        chat_template: Of the tokenizer; None for none.
        pad: The tokenizer pads with its end of text, or with a token of its own.
        hidden_size: Shared by two attention heads.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = tiny_tokenizer(chat_template, pad)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden_size,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=4096,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    write_tiny_model(Path(sys.argv[1]))
