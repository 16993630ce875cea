"""Random models of several families with tokenizers like theirs, and random adapters on them, as finished runs."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config import parse_config
from core.jsonfile import write_json
from core.paths import Workspace

TEXTS = [
    "What is 12 + 34? The answer is 46, and 3.14159 is nearly pi.",
    "<SOLUTION>46</SOLUTION> between <SOLUTION> and </SOLUTION>. Answer with nothing but the solution.",
    "user assistant system model You are a helpful assistant. don't we'll I'm it's",
    "two  spaces, a tab\there\n\n    def f(x):\n        return x ** 2\n\nend (a+b)*[c-d] != {e}/f",
    "Zürich, Łódź, naïve café, Привет, 北京 and some more words to make merges of: the then there these",
]
LLAMA_3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA_3 = (
    "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n"
    "{{ m['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
MISTRAL = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set told = messages[0]['content'] + '\n\n' %}"
    "{% set turns = messages[1:] %}{% else %}{% set told = '' %}{% set turns = messages %}{% endif %}"
    "{% for m in turns %}{% if m['role'] == 'user' %}[INST] {{ (told if loop.first else '') + m['content'] }} [/INST]"
    "{% else %} {{ m['content'] }}</s>{% endif %}{% endfor %}"
)
PHI_3 = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set told = messages[0]['content'] + '\n\n' %}"
    "{% set turns = messages[1:] %}{% else %}{% set told = '' %}{% set turns = messages %}{% endif %}"
    "{% for m in turns %}<start_of_turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n"
    "{{ (told if loop.first else '') + m['content'] | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
SIZES = {
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
    "max_position_embeddings": 2048,
    "initializer_range": 0.08,
}


@dataclass(frozen=True)
class Family:
    """How a random model of one architecture is made.

    Attributes:
        config: Class name of its configuration in transformers.
        settings: Beside SIZES.
        tokenizer: Writes a tokenizer into a folder.
        template: Its chat template.
        ends: Text of the token that ends an answer.
    """

    config: str
    settings: dict
    tokenizer: Callable[[Path], None]
    template: str
    ends: str


def byte_level(specials: list[str], digits: bool = False, split: str | None = None) -> Callable[[Path], None]:
    """A byte-level BPE of about a thousand tokens, with the pre-tokenizer of SmolLM2, of Llama 3 or of GPT-2."""

    def write(folder: Path) -> None:
        from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

        inner = Tokenizer(models.BPE())
        parts = [pre_tokenizers.Digits(individual_digits=True)] if digits else []
        if split:
            parts.append(pre_tokenizers.Split(Regex(split), "isolated"))
        parts.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=split is None))
        inner.pre_tokenizer = pre_tokenizers.Sequence(parts) if len(parts) > 1 else parts[0]
        inner.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=1000, special_tokens=specials, initial_alphabet=alphabet)
        inner.train_from_iterator(TEXTS, trainer)
        inner.save(str(folder / "tokenizer.json"))
        tokens = {"bos_token": specials[0], "eos_token": specials[1], "pad_token": specials[1]}
        write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **tokens})

    return write


def sentence_piece(kind: str, added: list[str], **settings: Any) -> Callable[[Path], None]:
    """A SentencePiece tokenizer of the Llama 2 sort: tokenizer.model, and the tokenizer.json transformers makes of it."""

    def write(folder: Path) -> None:
        import sentencepiece
        from transformers import AutoTokenizer

        trained = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TEXTS * 20),
            model_writer=trained,
            vocab_size=700,
            model_type="bpe",
            byte_fallback=True,
            character_coverage=1.0,
            hard_vocab_limit=False,
            pad_id=-1,
            normalization_rule_name="identity",
            remove_extra_whitespaces=False,
            allow_whitespace_only_pieces=True,
            split_digits=True,
            user_defined_symbols=added,
            minloglevel=2,
            **settings,
        )
        (folder / "tokenizer.model").write_bytes(trained.getvalue())
        tokens = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
        write_json(folder / "tokenizer_config.json", {"tokenizer_class": kind, **tokens})
        write_json(folder / "config.json", {"model_type": "llama"})
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.add_special_tokens({"additional_special_tokens": added})
        tokenizer.save_pretrained(folder)

    return write


CHATML_TOKENS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
LLAMA_3_TOKENS = ["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"]
QWEN_SPLIT = LLAMA_3_SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")
FAMILIES: dict[str, Family] = {
    "smollm2": Family(
        "LlamaConfig", {"tie_word_embeddings": True}, byte_level(CHATML_TOKENS, digits=True), CHATML, "<|im_end|>"
    ),
    "llama": Family(
        "LlamaConfig",
        {"tie_word_embeddings": False, "dtype": "bfloat16"},
        byte_level(LLAMA_3_TOKENS, split=LLAMA_3_SPLIT),
        LLAMA_3,
        "<|eot_id|>",
    ),
    "qwen3": Family(
        "Qwen3Config",
        {"tie_word_embeddings": True, "dtype": "bfloat16"},
        byte_level(CHATML_TOKENS, split=QWEN_SPLIT),
        CHATML,
        "<|im_end|>",
    ),
    "mistral": Family(
        "MistralConfig", {"tie_word_embeddings": False}, sentence_piece("LlamaTokenizer", []), MISTRAL, "</s>"
    ),
    "phi3": Family(
        "Phi3Config", {"tie_word_embeddings": False}, sentence_piece("LlamaTokenizer", []), PHI_3, "<|end|>"
    ),
    "gemma3": Family(
        "Gemma3TextConfig",
        {"tie_word_embeddings": True, "sliding_window": 512, "query_pre_attn_scalar": 64, "dtype": "bfloat16"},
        sentence_piece("GemmaTokenizer", ["<start_of_turn>", "<end_of_turn>"], add_dummy_prefix=False),
        GEMMA,
        "<end_of_turn>",
    ),
}


def write_run(workspace: Workspace, name: str, settings: dict | None = None) -> None:
    """A base model below models/ and a finished run of that name below outputs/, with an adapter that changes much."""
    import torch
    import transformers
    from peft import LoraConfig, get_peft_model

    family, folder = FAMILIES[name], workspace.root / "models" / name
    folder.mkdir(parents=True)
    family.tokenizer(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ends = tokenizer.convert_tokens_to_ids(family.ends)
    special = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": ends, "pad_token_id": ends}
    values = SIZES | family.settings | special | {"vocab_size": len(tokenizer)}
    torch.manual_seed(0)
    dtype = getattr(torch, values.pop("dtype", "float32"))
    base = transformers.AutoModelForCausalLM.from_config(getattr(transformers, family.config)(**values), dtype=dtype)
    base.save_pretrained(folder)
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", **{"r": 8, "target_modules": "all-linear"}))
    for parameter in model.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.08)
    session = workspace.session(name)
    model.save_pretrained(session.adapter)
    tokenizer.chat_template = family.template
    tokenizer.save_pretrained(session.adapter)
    write_json(session.config, parse_config({"model": {"name": str(folder)}, **(settings or RUN)}).model_dump())


RUN = {
    "dataset": {"source": "arithmetic", "parameters": {"largest": 20}, "validation_samples": 6},
    "prompt": {"template": "solution-only"},
    "training": {"max_new_tokens": 8, "max_sequence_length": 256},
    "reward": {"type": "preset", "preset_name": "exact-match"},
}


def main(root: Path, targets: list[str]) -> None:
    """Write a run of each family below `root` and export all of them, in this one process."""
    from core.workers.export import main as export

    workspace = Workspace(root).create()
    for name in FAMILIES:
        write_run(workspace, name)
        folder = workspace.export(name)
        folder.mkdir(parents=True)
        write_json(folder / "export.json", {"targets": targets})
        export(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
