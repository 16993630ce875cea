"""From rows to TRL data sets and rendered prompts; and the length filter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from core.config import RunConfig
from core.data.mapping import Row
from core.errors import InvalidInput
from core.prompts.template import PromptTemplate
from core.rewards.for_trl import EXTRAS_COLUMN
from core.runs.split import Split
from core.workers.chat_format import ChatFormat

TOO_LONG = "prompt too long"
IGNORED = -100
"""The label of a token that counts nothing in the loss."""


def grpo_dataset(rows: list[Row], template: PromptTemplate) -> Any:
    """A data set with TRL's prompt column and the columns our rewards read."""
    from datasets import Dataset

    return Dataset.from_list(
        [
            {
                "prompt": template.messages(row.instruction),
                "instruction": row.instruction,
                "reference": row.reference,
                EXTRAS_COLUMN: json.dumps(row.extras),
            }
            for row in rows
        ]
    )


def sft_dataset(rows: Sequence[Row], template: PromptTemplate, chat_format: ChatFormat, most_tokens: int) -> Any:
    """Token ids and labels: the loss is on the answer alone, which goes on where the prompt of a rollout ends.

    TRL would render the answer as a turn of the past, from which templates of thinking models drop the thinking.

    Args:
        most_tokens: Longer examples are cut; one without room for its answer is left out.
    """
    from datasets import Dataset

    chats = [template.messages(row.instruction) for row in rows]
    answers = [template.answer(row.reference, row.reasoning) for row in rows]
    prompts = chat_format.ids([chat_format.written(chat) for chat in chats])
    wholes = chat_format.ids([chat_format.answered(*pair) for pair in zip(chats, answers, strict=True)])
    examples = []
    for prompt, whole in zip(prompts, wholes, strict=True):
        start = common_start(prompt, whole)
        if start < most_tokens:
            labels = [IGNORED] * start + whole[start:]
            examples.append({"input_ids": whole[:most_tokens], "labels": labels[:most_tokens]})
    return Dataset.from_list(examples)


def common_start(first: Sequence[int], second: Sequence[int]) -> int:
    """How many ids two texts share at their start."""
    same = (a == b for a, b in zip(first, second, strict=False))
    return next((place for place, equal in enumerate(same) if not equal), min(len(first), len(second)))


def render(rows: Sequence[Row], template: PromptTemplate, tokenizer: Any) -> list[str]:
    """The prompts as the model sees them, through its own chat template."""
    chat_format = ChatFormat(tokenizer)
    return [chat_format.prompt(template.messages(row.instruction)) for row in rows]


def prompt_ids(rows: Sequence[Row], template: PromptTemplate, tokenizer: Any) -> list[list[int]]:
    """The token ids of the prompts; special tokens inside a question are plain text."""
    chat_format = ChatFormat(tokenizer)
    return chat_format.ids([chat_format.written(template.messages(row.instruction)) for row in rows])


def with_room(rows: list[Row], config: RunConfig, template: PromptTemplate, tokenizer: Any) -> list[Row]:
    """The rows whose prompt leaves room for a completion."""
    if not rows:
        return rows
    prompts = prompt_ids(rows, template, tokenizer)
    return [row for row, ids in zip(rows, prompts, strict=True) if len(ids) <= room_for_prompt(config)]


def room_for_prompt(config: RunConfig) -> int:
    """How many tokens a prompt may have."""
    return config.training.max_sequence_length - config.training.max_new_tokens


def fitting(split: Split, config: RunConfig, template: PromptTemplate, tokenizer: Any) -> Split:
    """The split without rows whose prompt leaves no room for a completion; they are counted.

    Raises:
        InvalidInput: Fewer rows are left than one step needs.
    """
    left_out = split.left_out.copy()

    def keep(rows: list[Row]) -> list[Row]:
        kept = with_room(rows, config, template, tokenizer)
        left_out[TOO_LONG] += len(rows) - len(kept)
        return kept

    kept = Split(keep(split.warm_up), keep(split.train), keep(split.held_out), left_out)
    if len(kept.train) < config.prompts_per_generation:
        room = room_for_prompt(config)
        problem = f"only {len(kept.train)} prompts fit into the {room} tokens that max_new_tokens leaves"
        hint = "Raise training.max_sequence_length or lower training.max_new_tokens."
        raise InvalidInput(f"{problem}.", hint, {"training.max_sequence_length": problem})
    return kept
