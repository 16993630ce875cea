"""The task of an inspection worker that measures the data's perfect answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.catalog.families import base_model
from core.config import RunConfig, parse_config
from core.config.training import MOST_TOKENS
from core.data.lengths import AnswerLengths
from core.data.lengths import answer_lengths as measured
from core.data.mapping import Row
from core.data.source import first_usable, looked_at
from core.errors import LoraCraftError
from core.paths import Workspace
from core.prompts.chosen import template_of
from core.prompts.template import PromptTemplate
from core.workers.corpus import prompt_ids, render
from core.workers.inspect.arguments import OfConfig
from core.workers.inspect.tokenizers import tokenizer_of

ROWS = 200
THINKING_FAMILIES = ("Qwen3",)
THOUGHT_START, THOUGHT_END = "<think>", "</think>"


class Lengths:
    """Measures rows with a model's tokenizer."""

    def __init__(self, tokenizer: Any, template: PromptTemplate):
        self._tokenizer = tokenizer
        self._template = template

    def of(self, rows: Sequence[Row], prompt: int | None = None) -> AnswerLengths:
        """The lengths of perfect answers; `prompt` is the longest prompt, measured here if it is not given."""
        if prompt is None:
            prompt = max(map(len, prompt_ids(rows, self._template, self._tokenizer)), default=0)
        found = measured(rows, self._template, self._count, prompt, self._thinks(rows[:1]))
        most = self._tokenizer.model_max_length
        return {**found, "context": most if most <= MOST_TOKENS else None}  # a huge number stands for none

    def _count(self, texts: list[str]) -> list[int]:
        return [len(ids) for ids in self._tokenizer(texts, add_special_tokens=False).input_ids]

    def _thinks(self, rows: Sequence[Row]) -> bool:
        """Whether the model's template knows thoughts; a prompt that ends with closed ones has turned them off."""
        knows = THOUGHT_START in (self._tokenizer.chat_template or "")
        prompts = render(rows, self._template, self._tokenizer)
        return knows and not any(prompt.rstrip().endswith(THOUGHT_END) for prompt in prompts)


def answer_lengths(workspace: Workspace, arguments: OfConfig, report: Any) -> AnswerLengths:
    """The lengths of the first rows' perfect answers, in the tokens of the configured model."""
    config = parse_config(arguments["config"])
    mapped, _ = first_usable(config.dataset, workspace, config.columns, ROWS)
    found = lengths_of(mapped.rows, config, workspace)
    return {**found, "first_only": len(mapped.rows) >= max(ROWS, looked_at(config.dataset))}


def lengths_of(rows: Sequence[Row], config: RunConfig, workspace: Workspace) -> AnswerLengths:
    """The lengths of some rows' perfect answers; estimated where the model's tokenizer is not at hand."""
    template = template_of(config.prompt)
    try:
        tokenizer = tokenizer_of(config.model.name, workspace, config.prompt.thinking)
    except (LoraCraftError, OSError, ValueError):
        known = base_model(config.model.name)
        is_thinker = known is not None and known.family in THINKING_FAMILIES and config.prompt.thinking != "off"
        return measured(rows, template, None, None, is_thinker)
    return Lengths(tokenizer, template).of(rows)
