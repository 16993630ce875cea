"""Settings that suit a base model on this machine, and lengths that suit the data; pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from typing_extensions import TypedDict

from core.catalog.families import BaseModel
from core.config import RunConfig, parse_config
from core.config.training import MOST_NEW_TOKENS, MOST_TOKENS
from core.data.lengths import AnswerLengths
from core.runs.ladder import LONG, SHORT, rungs
from core.runs.place import Place
from core.runs.vram import fits, memory_of

SMALL_PARAMETERS, LARGE_PARAMETERS = 900_000_000, 3_000_000_000
CPU_LENGTHS = (192, 48)
CPU_GROUP = 4
FEWEST_NEW_TOKENS = CPU_LENGTHS[1]
"""The least max_new_tokens: before it is trained, a model says a few words around its answer."""
THOUGHT_TOKENS = SHORT[1]
"""The least for a model that thinks first, of whose thoughts the data know nothing."""
ROOM = 1.25
"""max_new_tokens is so many times the longest perfect answer: hardly anybody is as terse as a reference."""
STEP = 8
CPU_BATCHES = ((False, 16, 16), (False, 8, 16), (True, 8, 16), (True, 4, 16))
"""(gradient_checkpointing, batch_size, completions of a step) without a GPU, the fastest first."""

SectionValues = dict[str, int | float | str]
"""Setting -> value."""


class Fragment(TypedDict):
    """The part of a configuration that suits a model on a machine."""

    model: SectionValues
    training: SectionValues


def recommended(entry: BaseModel, place: Place) -> Fragment:
    """The first of the sensible settings that fits.

    On a GPU they come from `ladder.py`, which prefers 16-bit to 4-bit weights, then long texts, then speed. A step has
    4 prompts with 8 completions, or fewer if memory is short. Without a GPU texts are short and groups small, as in
    configs/examples/demo-arithmetic.json. A model that does not fit gets the smallest settings.

    Returns:
        Values for the sections model and training; valid together with the model's name.
    """
    fragment: Fragment = {"model": {}, "training": {}}
    for fragment in _on_cpu(entry) if place.gpu is None else _on_gpu(entry):
        if fits(memory_of(entry.shape, as_config(entry, fragment), place.engine), place.available_gib):
            break
    return fragment


def as_config(entry: BaseModel, fragment: Fragment) -> RunConfig:
    """The whole configuration that a fragment makes with its model."""
    return parse_config({**fragment, "model": {"name": entry.id, **fragment["model"]}})


def _on_gpu(entry: BaseModel) -> Iterator[Fragment]:
    rate = 1e-5 if entry.parameters > LARGE_PARAMETERS else 2e-5
    for rung in rungs((SHORT,) if entry.parameters < SMALL_PARAMETERS else (LONG, SHORT)):
        sizes = {"batch_size": rung.batch_size, "gradient_accumulation_steps": rung.step // rung.batch_size}
        training: SectionValues = {"num_generations": 8, "learning_rate": rate, "lr_scheduler_type": "constant"}
        yield _fragment(rung.quantization, rung.recompute, {**sizes, **training}, rung.lengths)


def _on_cpu(entry: BaseModel) -> Iterator[Fragment]:
    rate = 1.5e-4 if entry.embedded else 2e-5
    for recompute, batch, step in CPU_BATCHES:
        sizes = {"batch_size": batch, "gradient_accumulation_steps": step // batch}
        training: SectionValues = {"num_generations": CPU_GROUP, "learning_rate": rate, "lr_scheduler_type": "linear"}
        yield _fragment("none", recompute, {**sizes, **training}, CPU_LENGTHS)


def _fragment(quantization: str, recompute: bool, training: SectionValues, texts: tuple[int, int]) -> Fragment:
    model: SectionValues = {
        "lora_rank": 16,
        "lora_alpha": 32,
        "quantization": quantization,
        "gradient_checkpointing": recompute,
    }
    return {"model": model, "training": training | {"max_sequence_length": texts[0], "max_new_tokens": texts[1]}}


def new_tokens(lengths: AnswerLengths) -> int:
    """The max_new_tokens that has room for every perfect answer and a quarter more."""
    least = THOUGHT_TOKENS if lengths["thinks"] else FEWEST_NEW_TOKENS
    return max(least, math.ceil(lengths["longest"] * ROOM / STEP) * STEP)


def most_new_tokens(config: RunConfig, lengths: AnswerLengths) -> int:
    """The largest max_new_tokens that can be set, and that the model has room for where its context is known."""
    context = lengths["context"]
    return MOST_NEW_TOKENS if context is None else min(MOST_NEW_TOKENS, max(1, context - _prompt(config, lengths)))


def _prompt(config: RunConfig, lengths: AnswerLengths) -> int:
    """The tokens that prompts have, and need."""
    room = config.training.max_sequence_length - config.training.max_new_tokens
    return room if lengths["prompt"] is None else min(room, lengths["prompt"])


def with_room(config: RunConfig, lengths: AnswerLengths) -> dict[str, int]:
    """The settings that give every answer its tokens, as far as that goes; prompts keep what they have and need."""
    training = config.training
    tokens = min(new_tokens(lengths), most_new_tokens(config, lengths))
    needed = min(MOST_TOKENS, tokens + _prompt(config, lengths))
    longer = {"training.max_sequence_length": needed} if needed > training.max_sequence_length else {}
    return {"training.max_new_tokens": tokens, **longer}


def recommended_lengths(config: RunConfig, lengths: AnswerLengths) -> dict[str, int]:
    """The lengths that suit the data; none where the model thinks first, whose own recommendation then holds."""
    if lengths["thinks"] or not lengths["rows"]:
        return {}
    return with_room(config, lengths)
