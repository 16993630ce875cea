"""The ladder of settings that need less and less memory, for recommendations and for fitting; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from core.config import RunConfig

LONG, SHORT = (2048, 1024), (1024, 512)
"""(max_sequence_length, max_new_tokens): room to think, and the least that is useful with a worked answer."""
BATCHES = ((False, 8, 32), (True, 8, 32), (True, 4, 32), (True, 2, 16), (True, 1, 8))
"""(gradient_checkpointing, batch_size, completions of a step, which are sampled at once), the fastest first."""
QUANTISATIONS: tuple[Literal["none", "4bit"], ...] = ("none", "4bit")

LEVERS: dict[str, tuple[str, ...]] = {
    "quantisation": ("model.quantization",),
    "checkpointing": ("model.gradient_checkpointing",),
    "batch": ("training.batch_size", "training.gradient_accumulation_steps"),
    "lengths": ("training.max_sequence_length", "training.max_new_tokens"),
    "warm-up": ("pre_training.batch_size",),
}
"""Lever of the ladder -> its settings."""
FIELDS = frozenset(field for fields in LEVERS.values() for field in fields)


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Attributes:
        quantization: How the weights are held.
        recompute: Whether gradient_checkpointing is on.
        batch_size: Completions in memory at once.
        step: Completions of one optimiser step.
        lengths: (max_sequence_length, max_new_tokens).
    """

    quantization: Literal["none", "4bit"]
    recompute: bool
    batch_size: int
    step: int
    lengths: tuple[int, int]


def rungs(lengths: Sequence[tuple[int, int]] = (LONG, SHORT)) -> Iterator[Rung]:
    """From the most useful settings to the smallest: 16-bit before 4bit, then long texts before short, then speed."""
    for quantization, texts, (recompute, batch, step) in product(QUANTISATIONS, lengths, BATCHES):
        yield Rung(quantization, recompute, batch, step, texts)


def lowered(config: RunConfig, rung: Rung, movable: frozenset[str]) -> RunConfig:
    """`config` with its movable settings at the rung, none of them higher than before.

    Args:
        movable: Dotted names out of FIELDS.
    """
    wanted = _wanted(config, rung, movable)
    sections: dict[str, dict[str, object]] = {}
    for field, value in wanted.items():
        section, name = field.split(".")
        sections.setdefault(section, {})[name] = value
    update = {name: getattr(config, name).model_copy(update=values) for name, values in sections.items()}
    return config.model_copy(update=update)


def _wanted(config: RunConfig, rung: Rung, movable: frozenset[str]) -> dict[str, object]:
    training = config.training
    group = training.num_generations
    step = max(group, min(config.completions_per_step, rung.step) // group * group)
    batch = training.batch_size
    if "training.batch_size" in movable:
        batch = max(size for size in range(1, min(batch, rung.batch_size) + 1) if step % size == 0)
    values = {
        "model.quantization": rung.quantization if config.model.quantization == "none" else config.model.quantization,
        "model.gradient_checkpointing": config.model.gradient_checkpointing or rung.recompute,
        "training.batch_size": batch,
        "training.gradient_accumulation_steps": max(1, step // batch),
        "training.max_sequence_length": min(training.max_sequence_length, rung.lengths[0]),
        "training.max_new_tokens": min(training.max_new_tokens, rung.lengths[1]),
        "pre_training.batch_size": min(config.pre_training.batch_size, rung.batch_size),
    }
    if not config.pre_training.enabled:
        del values["pre_training.batch_size"]
    return {field: value for field, value in values.items() if field in movable}


def is_whole(config: RunConfig) -> bool:
    """Whether a lowered configuration keeps what RunConfig checks: whole groups, whole steps, room for a prompt."""
    training, at_once = config.training, config.grpo.steps_per_generation
    groups = config.completions_per_generation % training.num_generations == 0
    steps = at_once is None or at_once % training.gradient_accumulation_steps == 0
    return groups and steps and training.max_new_tokens < training.max_sequence_length
