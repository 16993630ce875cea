"""The tokenizers of an inspection worker."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from core.paths import Workspace
from core.workers.loading import load_tokenizer


@lru_cache(maxsize=2)
def tokenizer_of(model: str, workspace: Workspace) -> Any:
    """The tokenizer of a model; kept, since loading takes longer than all that is done with it."""
    return load_tokenizer(model, workspace)


def ids(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    """The tokens of each text."""
    return tokenizer(texts, add_special_tokens=False).input_ids if texts else []
