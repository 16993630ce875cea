"""TokenizerFacts: the facts that llama.cpp needs to tokenise text as in training; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPLITS = {CONTRACTIONS + r"\p{N}{1,3}" + REST: "llama-bpe", CONTRACTIONS + r"\p{N}" + REST: "qwen2"}
PHI_3 = re.compile(r"phi-?3", re.IGNORECASE)
PHI_3_TOKENS = ("</s>", "<unk>", "<s>", "<|endoftext|>")
NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
"""llama.cpp's types of tokens (llama.h, enum llama_token_type)."""
ADDED_SCORE = -1000.0


TokenizerPart = Mapping[str, Any]
"""A tokenizer.json, or an object in it."""


@dataclass(frozen=True)
class TokenizerFacts:
    """The tokenizer of the training.

    Attributes:
        tokenizer: Its tokenizer.json; empty if it has none.
        prompt: A rendered prompt of the training.
    """

    tokenizer: TokenizerPart
    prompt: str = ""

    @property
    def pre_tokenizer(self) -> str | None:
        """llama.cpp's name for the pre-tokenizer, by its structure; None when it is none of the known shapes."""
        parts = _steps(self.tokenizer.get("pre_tokenizer"), "pretokenizers")
        kinds = [part.get("type") for part in parts]
        if kinds == ["ByteLevel"] and parts[0].get("use_regex", True):
            return "gpt-2"
        is_smollm = kinds == ["Digits", "ByteLevel"] and parts[0].get("individual_digits")
        if is_smollm and parts[1].get("use_regex", True):
            return "smollm"
        if kinds[:1] == ["Split"]:
            return SPLITS.get((parts[0].get("pattern") or {}).get("Regex", ""))
        return None

    @property
    def adds_space(self) -> bool | None:
        """Whether a SentencePiece model adds a space after a special token; None if that is not known.

        llama.cpp has one switch for the start of a text and for text after a special token. If the training added a
        space only at the start of a text, prompts that begin with a special token need it off.
        """
        schemes = [step.get("prepend_scheme") for step in _steps(self.tokenizer.get("pre_tokenizer"), "pretokenizers")]
        if "first" in schemes:
            return not any(self.prompt.startswith(token["content"]) for token in self._added)
        if "always" in schemes or "never" in schemes:
            return "always" in schemes
        kinds = [step.get("type") for step in _steps(self.tokenizer.get("normalizer"), "normalizers")]
        return "Prepend" in kinds if kinds else None

    def name(self, wanted: str) -> str:
        """The name to write into a GGUF file, which llama.cpp takes as a hint.

        If the name contains phi3 or phi-3, llama.cpp uses the special tokens of Phi-3, which remove the space after
        them. Such a tokenizer needs that name; with any other tokenizer llama.cpp would refuse to load the file.

        Args:
            wanted: The name for people.
        """
        known = {token.get("content") for token in self._added}
        swallows = any(token.get("rstrip") for token in self._added) and known.issuperset(PHI_3_TOKENS)
        if swallows == (PHI_3.search(wanted) is not None):
            return wanted
        return f"{wanted} (Phi-3)" if swallows else PHI_3.sub("phi 3", wanted)

    def mark_added(self, tokens: list[bytes], scores: list[float], types: list[int]) -> None:
        """Add the tokens that only tokenizer.json has to the lists of a SentencePiece model.

        Without them llama.cpp reads <start_of_turn> as plain text. Tokens that are marked already do not change.

        Args:
            tokens: Texts as bytes, shape [vocabulary].
            scores: Their scores, same shape.
            types: Their types, same shape.
        """
        for token in self._added:
            place = token["id"]
            if place < len(types) and types[place] in (NORMAL, UNUSED):
                tokens[place] = token["content"].encode("utf-8")
                scores[place] = ADDED_SCORE
                types[place] = CONTROL if token.get("special") else USER_DEFINED

    @property
    def _added(self) -> list[TokenizerPart]:
        return self.tokenizer.get("added_tokens") or []


def _steps(part: TokenizerPart | None, inner: str) -> list[TokenizerPart]:
    """The steps of a part of tokenizer.json, which is one step, a sequence of them, or nothing."""
    if not part:
        return []
    return part.get(inner, []) if part.get("type") == "Sequence" else [part]
