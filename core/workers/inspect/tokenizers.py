"""The tokenizers of an inspection worker."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from core.paths import Workspace
from core.prompts.chat_template import Thinking
from core.workers.loading import load_tokenizer


@lru_cache(maxsize=4)
def tokenizer_of(model: str, workspace: Workspace, thinking: Thinking = "default") -> Any:
    """The tokenizer of a model; kept, since loading takes longer than all that is done with it."""
    return load_tokenizer(model, workspace, thinking)
