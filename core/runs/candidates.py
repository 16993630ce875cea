"""The variants of a configuration to try on a card, and the first that fits; pure.

A setting is "left open" if the caller did not name it; pydantic records that (model_fields_set). A configuration that
names every setting, as a session's or a saved one does, has none open.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.runs.ladder import FIELDS, LEVERS, is_whole, lowered, rungs
from core.runs.phases import vllm_share_gib
from core.runs.place import Place
from core.runs.vram import fits, least_share_gib, memory_of


def left_open(config: RunConfig) -> frozenset[str]:
    """The settings of the ladder that the caller did not name.

    Where steps_per_generation is given, the batch is not open: it counts batches, so their size is part of it.
    """
    sections = config.model_fields_set
    given = {f"{name}.{key}" for name in sections for key in getattr(getattr(config, name), "model_fields_set", ())}
    if config.grpo.steps_per_generation:
        given.update(LEVERS["batch"])
    return FIELDS - given


def first_fitting(config: RunConfig, movable: frozenset[str], shape: ModelShape, place: Place) -> RunConfig | None:
    """The configuration itself or its first lowered form that fits; None for none."""
    for form in forms(config, movable, place):
        if fits(needed(shape, form, place), place.available_gib) and vllm_has_room(shape, form, place):
            return form
    return None


def forms(config: RunConfig, movable: frozenset[str], place: Place) -> Iterator[RunConfig]:
    """The configuration and its lowered forms, from the most useful to the smallest."""
    yield config
    for rung in rungs():
        form = lowered(config, rung, movable)
        if is_whole(form) and _can_sample(form, place):
            yield form


def needed(shape: ModelShape, config: RunConfig, place: Place) -> float:
    """The estimated peak of a run on a place, in GiB."""
    return memory_of(shape, config, place.engine, place.available_gib)


def vllm_has_room(shape: ModelShape, config: RunConfig, place: Place) -> bool:
    """Whether vLLM's share of the memory is enough to start, if vLLM samples."""
    share = vllm_share_gib(config, place.available_gib)
    return config.training.sampler != "vllm" or share >= least_share_gib(shape, config, place.engine)


def _can_sample(config: RunConfig, place: Place) -> bool:
    """With plain TRL vLLM takes no 4-bit weights (core/config/sampler.py), so no variant may combine them."""
    return not (config.training.sampler == "vllm" and place.engine == "trl" and config.model.quantization == "4bit")
