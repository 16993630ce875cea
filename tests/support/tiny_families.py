"""Random models of several families with tokenizers like theirs, and random adapters on them, as finished runs."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.config import parse_config
from core.jsonfile import read_json, write_json
from core.paths import Workspace

TEXTS = [
    "What is 12 + 34? The answer is 46, and 3.14159 is nearly pi.",
    "<SOLUTION>46</SOLUTION> between <SOLUTION> and </SOLUTION>. Answer with nothing but the solution.",
    "user assistant system model You are a helpful assistant. don't we'll I'm it's",
    "two  spaces, a tab\there\n\n    def f(x):\n        return x ** 2\n\nend (a+b)*[c-d] != {e}/f",
    "Zürich, Łódź, naïve café, Привет, 北京 and some more words to make merges of: the then there these",
]
WORDS, SIGNS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|", r"| ?[^\s\p{L}\p{N}]+[\r\n]*"
SPACES = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA_3_SPLIT, QWEN_SPLIT = WORDS + r"\p{N}{1,3}" + SIGNS + SPACES, WORDS + r"\p{N}" + SIGNS + SPACES
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


def sentence_piece(
    kind: str, inside: tuple[str, ...] = (), added: tuple[str, ...] = (), **settings: Any
) -> Callable[[Path], None]:
    """A SentencePiece tokenizer of the Llama 2 sort: tokenizer.model, and the tokenizer.json transformers makes of it.

    Args:
        kind: Its class in transformers.
        inside: Special tokens that tokenizer.model knows as words.
        added: Special tokens that it does not know; they swallow the space behind them, as those of Phi-3 do.
        settings: Of the training of SentencePiece.
    """

    def write(folder: Path) -> None:
        import sentencepiece
        from transformers import AddedToken, AutoTokenizer

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
            user_defined_symbols=list(inside),
            minloglevel=2,
            **settings,
        )
        (folder / "tokenizer.model").write_bytes(trained.getvalue())
        tokens = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
        write_json(folder / "tokenizer_config.json", {"tokenizer_class": kind, **tokens})
        write_json(folder / "config.json", {"model_type": "llama"})
        tokenizer = AutoTokenizer.from_pretrained(folder)
        more = [*inside, *(AddedToken(text, rstrip=text != PLAIN_END, special=True) for text in added)]
        tokenizer.add_special_tokens({"additional_special_tokens": more})
        tokenizer.save_pretrained(folder)

    return write


PLAIN_END = "<|endoftext|>"
PHI_3_TOKENS = (PLAIN_END, "<|assistant|>", "<|system|>", "<|end|>", "<|user|>")
CHATML_TOKENS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
LLAMA_3_TOKENS = ["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"]
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
        "MistralConfig", {"tie_word_embeddings": False}, sentence_piece("LlamaTokenizer"), MISTRAL, "</s>"
    ),
    "phi3": Family(
        "Phi3Config",
        {"tie_word_embeddings": False},
        sentence_piece("LlamaTokenizer", added=PHI_3_TOKENS),
        PHI_3,
        "<|end|>",
    ),
    "gemma3": Family(
        "Gemma3TextConfig",
        {"tie_word_embeddings": True, "sliding_window": 512, "query_pre_attn_scalar": 64, "dtype": "bfloat16"},
        sentence_piece("GemmaTokenizer", ("<start_of_turn>", "<end_of_turn>"), add_dummy_prefix=False),
        GEMMA,
        "<end_of_turn>",
    ),
}


RUN = {
    "dataset": {"source": "arithmetic", "parameters": {"largest": 20}, "validation_samples": 6},
    "prompt": {"template": "solution-only"},
    "training": {"max_new_tokens": 8, "max_sequence_length": 256},
    "reward": {"type": "preset", "preset_name": "exact-match"},
}
LORA = {"r": 8, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM"}


@dataclass(frozen=True)
class Run:
    """A finished run to write.

    Attributes:
        id: Of the session.
        family: Its base model.
        lora: What its adapter's configuration differs in.
        strength: Deviation of the adapter's random weights.
        sections: What its configuration differs in.
        template: The chat template, where it is not the family's.
        base_config: What is added to the base model's config.json.
        generation_config: The base model's generation_config.json, where it has one of its own.
        is_nan: Whether training has diverged.
        has_base: Whether the base model is still there.
    """

    id: str
    family: str
    lora: dict = field(default_factory=dict)
    strength: float = 0.08
    sections: dict = field(default_factory=dict)
    template: str | None = None
    base_config: dict = field(default_factory=dict)
    generation_config: dict | None = None
    is_nan: bool = False
    has_base: bool = True


def write_run(workspace: Workspace, run: Run) -> None:
    """Write the base model below models/ and the run below outputs/."""
    import torch
    import transformers
    from peft import LoraConfig, get_peft_model

    family, folder = FAMILIES[run.family], workspace.root / "models" / run.id
    folder.mkdir(parents=True)
    family.tokenizer(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(0)
    base = _base(family, tokenizer)
    base.save_pretrained(folder)
    model = get_peft_model(base, LoraConfig(**LORA | run.lora))
    for parameter in model.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=run.strength)
            if run.is_nan:
                parameter.data.flatten()[0] = torch.nan
    session = workspace.session(run.id)
    model.save_pretrained(session.adapter)
    tokenizer.chat_template = run.template or family.template
    tokenizer.save_pretrained(session.adapter)
    write_json(folder / "config.json", {**read_json(folder / "config.json"), **run.base_config})
    if run.generation_config is not None:
        write_json(folder / "generation_config.json", run.generation_config)
    if not run.has_base:
        shutil.rmtree(folder)
    config = parse_config({"name": run.id, "model": {"name": str(folder)}, **RUN, **run.sections})
    write_json(session.config, config.model_dump(mode="json"))


def _base(family: Family, tokenizer: Any) -> Any:
    import torch
    import transformers

    ends = tokenizer.convert_tokens_to_ids(family.ends)
    special = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": ends, "pad_token_id": ends}
    values = SIZES | family.settings | special | {"vocab_size": len(tokenizer)}
    dtype = getattr(torch, values.pop("dtype", "float32"))
    config = getattr(transformers, family.config)(**values)
    return transformers.AutoModelForCausalLM.from_config(config, dtype=dtype)


def export(workspace: Workspace, session_id: str, targets: Sequence[str]) -> int:
    """Export a run as its worker does, in this process; the worker's exit code."""
    from core.workers.export.__main__ import main

    folder = workspace.export(session_id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.jsonl").unlink(missing_ok=True)
    write_json(folder / "export.json", {"targets": list(targets)})
    return main(folder)


def main(root: Path, jobs: list[dict]) -> None:
    """Write runs and export them, all in this one process.

    Args:
        root: Of the data folders.
        jobs: [{"run": fields of Run, "exports": [[target, ...], ...]}].
    """
    workspace = Workspace(root).create()
    for job in jobs:
        run = Run(**job["run"])
        write_run(workspace, run)
        for targets in job["exports"]:
            export(workspace, run.id, targets)


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
