"""What llama.cpp has to be told about a tokenizer, so that it cuts text as the training did; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPLITS = {CONTRACTIONS + r"\p{N}{1,3}" + REST: "llama-bpe", CONTRACTIONS + r"\p{N}" + REST: "qwen2"}
PHI_3 = re.compile(r"phi-?3", re.IGNORECASE)
PHI_3_TOKENS = ("</s>", "<unk>", "<s>", "<|endoftext|>")


def pre_tokenizer_name(tokenizer: Mapping[str, Any]) -> str | None:
    """llama.cpp's name for the pre-tokenizer of a tokenizer.json; None when it is none of the known shapes."""
    outer = tokenizer.get("pre_tokenizer") or {}
    parts = outer.get("pretokenizers", []) if outer.get("type") == "Sequence" else [outer]
    kinds = [part.get("type") for part in parts]
    if kinds == ["ByteLevel"] and parts[0].get("use_regex", True):
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and parts[0].get("individual_digits") and parts[1].get("use_regex", True):
        return "smollm"
    if kinds[:1] == ["Split"]:
        return SPLITS.get((parts[0].get("pattern") or {}).get("Regex", ""))
    return None


def general_name(wanted: str, tokenizer: Mapping[str, Any]) -> str:
    """The name to write into a GGUF file, which llama.cpp takes as a hint.

    A file whose name holds phi3 or phi-3 gets the special tokens of Phi-3, which swallow the space behind them. So
    such a tokenizer needs that name, and any other must not have it: llama.cpp would refuse to load the file.

    Args:
        wanted: The name for people.
        tokenizer: tokenizer.json, empty where there is none.
    """
    added = tokenizer.get("added_tokens") or []
    known = {token.get("content") for token in added}
    swallows = any(token.get("rstrip") for token in added) and known.issuperset(PHI_3_TOKENS)
    has_name = PHI_3.search(wanted) is not None
    if swallows == has_name:
        return wanted
    return f"{wanted} (Phi-3)" if swallows else PHI_3.sub("phi 3", wanted)
