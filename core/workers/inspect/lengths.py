"""The task of an inspection worker that measures the data's perfect answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.catalog.families import base_model
from core.config import RunConfig, parse_config
from core.data.lengths import AnswerLengths, CountTokens
from core.data.lengths import answer_lengths as measured
from core.data.mapping import Row, map_rows
from core.data.source import first_rows
from core.errors import LoraCraftError
from core.paths import Workspace
from core.prompts.chosen import template_of
from core.workers.corpus import render
from core.workers.inspect.arguments import OfConfig
from core.workers.inspect.tokenizers import ids, tokenizer_of

ROWS = 200
THINKING_FAMILIES = ("Qwen3",)
THOUGHT_START, THOUGHT_END = "<think>", "</think>"


def answer_lengths(workspace: Workspace, arguments: OfConfig, report: Any) -> AnswerLengths:
    """The lengths of the first rows' perfect answers, in the tokens of the configured model."""
    config = parse_config(arguments["config"])
    raw = first_rows(config.dataset, workspace, ROWS)
    return lengths_of(map_rows(raw, config.dataset, config.reward.columns).rows, config, workspace)


def lengths_of(rows: Sequence[Row], config: RunConfig, workspace: Workspace) -> AnswerLengths:
    """The lengths of some rows' perfect answers; estimated where the model's tokenizer is not at hand."""
    template = template_of(config.prompt)
    try:
        tokenizer = tokenizer_of(config.model.name, workspace)
    except (LoraCraftError, OSError, ValueError):
        known = base_model(config.model.name)
        return measured(rows, template, None, None, known is not None and known.family in THINKING_FAMILIES)
    prompts = render(list(rows), template, tokenizer)
    longest = max((len(tokens) for tokens in ids(tokenizer, prompts)), default=None)
    return measured(rows, template, counter(tokenizer), longest, thinks_first(tokenizer, prompts[:1]))


def counter(tokenizer: Any) -> CountTokens:
    """Counts the tokens of texts."""
    return lambda texts: [len(tokens) for tokens in ids(tokenizer, texts)]


def thinks_first(tokenizer: Any, prompts: Sequence[str]) -> bool:
    """Whether the model's template knows thoughts; a prompt that ends with closed ones has turned them off."""
    knows = THOUGHT_START in (tokenizer.chat_template or "")
    return knows and not any(prompt.rstrip().endswith(THOUGHT_END) for prompt in prompts)
