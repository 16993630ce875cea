"""Fit what the user left open to the card, and refuse what the user said where it does not fit; pure.

"Left open" is what the caller did not name: pydantic knows it of each section (model_fields_set). A configuration that
was written out in full, as a session's or a saved one, has nothing open.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.config.resolve import Notice
from core.errors import InvalidInput
from core.training.ladder import FIELDS, LEVERS, is_whole, lowered, rungs
from core.training.place import Machine, Place
from core.training.vram import FIT_FRACTION, fits, memory_of

OVERRIDE = "resources.allow_too_large"


@dataclass(frozen=True)
class Fitting:
    """A configuration and whether it fits.

    Attributes:
        config: As it is to run, or as it was where it is refused.
        notices: What was replaced.
        refusal: Why it can't start; None where it can.
    """

    config: RunConfig
    notices: list[Notice] = field(default_factory=list)
    refusal: InvalidInput | None = None


def fitted(config: RunConfig, machine: Machine, shape: ModelShape | None) -> Fitting:
    """The configuration with what the user left open at the first rung of the ladder that fits.

    On the CPU, where memory can be swapped out, and with a model of unknown shape nothing is fitted or refused; with
    resources.allow_too_large neither, but a run that is too large is warned of.

    Args:
        config: As it was parsed, so that it knows what was said.
        machine: What there is.
        shape: The model's; None where it is not known.
    """
    place = machine.place_of(config)
    if shape is None or place.gpu is None:
        return Fitting(config)
    if config.resources.allow_too_large:
        return Fitting(config, _warning(_need(shape, config, place), place))
    found = _first_fitting(config, left_open(config), shape, place)
    if found is None:
        return Fitting(config, refusal=_refusal(config, shape, place))
    notices = [
        Notice("warning", name, f"{value} is used, so that the run fits the {_card(place)}: {cost}.")
        for name, (value, cost) in changes(config, found).items()
    ]
    found, moved = _placed(found, machine, _need(shape, found, place), place)
    return Fitting(found, notices + moved)


def left_open(config: RunConfig) -> frozenset[str]:
    """The settings of the ladder that the caller did not name.

    Where steps_per_generation is given, the batch is not open: it counts batches, so their size is part of it.
    """
    sections = config.model_fields_set
    given = {f"{name}.{key}" for name in sections for key in getattr(getattr(config, name), "model_fields_set", ())}
    if config.grpo.steps_per_generation:
        given.update(LEVERS["batch"])
    return FIELDS - given


def changes(before: RunConfig, after: RunConfig) -> dict[str, tuple[str, str]]:
    """Each setting of the ladder that differs -> (its new value, what it costs), in words."""
    steps = before.completions_per_step, after.completions_per_step
    kept = f"keeps {steps[1]} completions a step"
    fewer = f"{steps[1]} instead of {steps[0]} completions a step, so steps are noisier"
    costs = {
        "model.quantization": "about 20 % slower",
        "model.gradient_checkpointing": "learning takes about half as long again",
        "training.batch_size": "fewer completions in memory at once, a little slower",
        "training.gradient_accumulation_steps": kept if steps[0] == steps[1] else fewer,
        "training.max_sequence_length": "longer prompts are left out",
        "training.max_new_tokens": "longer answers are cut",
        "pre_training.batch_size": "more and smaller steps of the warm-up",
    }
    return {
        name: (json.dumps(_value(after, name)).strip('"'), cost)
        for name, cost in costs.items()
        if _value(before, name) != _value(after, name)
    }


def _first_fitting(config: RunConfig, movable: frozenset[str], shape: ModelShape, place: Place) -> RunConfig | None:
    """The configuration itself or its first lowered form that fits."""
    for candidate in _candidates(config, movable):
        if _can_sample(candidate, place) and fits(_need(shape, candidate, place), place.available_gib):
            return candidate
    return None


def _can_sample(config: RunConfig, place: Place) -> bool:
    """Beside plain TRL vLLM takes no 4-bit weights (core/config/sampler.py), so the ladder must not lead there."""
    return not (config.training.sampler == "vllm" and place.engine == "trl" and config.model.quantization == "4bit")


def _candidates(config: RunConfig, movable: frozenset[str]) -> Iterator[RunConfig]:
    yield config
    for rung in rungs():
        candidate = lowered(config, rung, movable)
        if is_whole(candidate):
            yield candidate


def _refusal(config: RunConfig, shape: ModelShape, place: Place) -> InvalidInput:
    is_open = left_open(config)
    least = min(_need(shape, candidate, place) for candidate in _candidates(config, is_open))
    message = _shortage(least, place)
    ways = _ways(config, is_open, shape, place)
    if ways:
        hint = f"Change a setting as its field says, or set {OVERRIDE} to start all the same."
        return InvalidInput(message, hint, ways)
    least = min(_need(shape, candidate, place) for candidate in _candidates(config, FIELDS))
    problem = f"needs about {least:.1f} GiB even with the smallest settings; choose a smaller model"
    return InvalidInput(message, f"Choose a smaller model, or set {OVERRIDE}.", {"model.name": problem})


def _ways(config: RunConfig, is_open: frozenset[str], shape: ModelShape, place: Place) -> dict[str, str]:
    """Each given setting whose change would help -> its value, cost and memory; all of them where none helps alone."""
    ways = {}
    for lever in LEVERS.values():
        given = set(lever) - is_open
        found = _first_fitting(config, is_open | given, shape, place) if given else None
        if found is not None:
            ways |= _priced(config, found, given, _need(shape, found, place))
    if ways:
        return ways
    found = _first_fitting(config, FIELDS, shape, place)
    if found is None:
        return {}
    return _priced(config, found, FIELDS - is_open, _need(shape, found, place), "all of these together ")


def _priced(before: RunConfig, after: RunConfig, given: Iterable[str], gib: float, how: str = "") -> dict[str, str]:
    changed = {name: pair for name, pair in changes(before, after).items() if name in given}
    return {
        name: f"{value}{_with(changed, name)}: {cost}, {how}{gib:.1f} GiB" for name, (value, cost) in changed.items()
    }


def _with(changed: Mapping[str, tuple[str, str]], name: str) -> str:
    """The other settings of the same lever, whose change the price counts on."""
    lever = next(fields for fields in LEVERS.values() if name in fields)
    others = [f"{other.split('.')[1]} {changed[other][0]}" for other in lever if other in changed and other != name]
    return f" with {' and '.join(others)}" if others else ""


def _need(shape: ModelShape, config: RunConfig, place: Place) -> float:
    return memory_of(shape, config, place.engine, place.available_gib)


def _placed(config: RunConfig, machine: Machine, gib: float, place: Place) -> tuple[RunConfig, list[Notice]]:
    """Tied to the GPU that it was fitted to, where another one of the machine is too small for it."""
    too_small = [gpu for gpu in machine.hardware.gpus if not fits(gib, gpu.memory_gib)]
    if config.resources.gpus or not too_small or place.gpu is None:
        return config, []
    message = f"[{place.gpu.index}]: the run would not fit {too_small[0].name} (GPU {too_small[0].index})."
    resources = config.resources.model_copy(update={"gpus": (place.gpu.index,)})
    return config.model_copy(update={"resources": resources}), [Notice("info", "resources.gpus", message)]


def _warning(gib: float, place: Place) -> list[Notice]:
    """What is said of a run that starts although it is too large."""
    if fits(gib, place.available_gib):
        return []
    return [Notice("warning", OVERRIDE, f"{_shortage(gib, place)} It may end for lack of memory.")]


def _shortage(gib: float, place: Place) -> str:
    usable = FIT_FRACTION * place.available_gib
    return f"The run needs about {gib:.1f} GiB, and {usable:.1f} of the {_card(place)} can be used."


def _value(config: RunConfig, name: str) -> object:
    section, key = name.split(".")
    return getattr(getattr(config, section), key)


def _card(place: Place) -> str:
    return f"{place.available_gib:.1f} GiB of {place.device}"
