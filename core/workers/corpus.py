"""From rows to TRL data sets and rendered prompts; and the length filter."""

from __future__ import annotations

import json
from typing import Any

from core.config import RunConfig
from core.data.mapping import Row
from core.errors import InvalidInput
from core.prompts.template import PromptTemplate
from core.rewards.for_trl import EXTRAS_COLUMN
from core.runs.split import Split

TOO_LONG = "prompt too long"


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


def sft_dataset(rows: list[Row], template: PromptTemplate) -> Any:
    """A prompt-completion data set: TRL puts the loss on the completion alone."""
    from datasets import Dataset

    return Dataset.from_list(
        [
            {
                "prompt": template.messages(row.instruction),
                "completion": [{"role": "assistant", "content": template.answer(row.reference, row.reasoning)}],
            }
            for row in rows
        ]
    )


def render(rows: list[Row], template: PromptTemplate, tokenizer: Any) -> list[str]:
    """The prompts as the model sees them, through its own chat template, as TRL renders them for rollouts."""
    return [
        tokenizer.apply_chat_template(template.messages(row.instruction), tokenize=False, add_generation_prompt=True)
        for row in rows
    ]


def with_room(rows: list[Row], config: RunConfig, template: PromptTemplate, tokenizer: Any) -> list[Row]:
    """The rows whose prompt leaves room for a completion."""
    if not rows:
        return rows
    prompts = tokenizer(render(rows, template, tokenizer), add_special_tokens=False).input_ids
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
