"""Why a run does not fit a card, and which changes would make it fit, with their cost; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.errors import InvalidInput
from core.runs.candidates import first_fitting, forms, left_open, needed
from core.runs.ladder import FIELDS, LEVERS, is_whole
from core.runs.phases import vllm_share_gib
from core.runs.place import Place
from core.runs.vram import FIT_FRACTION, fits, least_share_gib

OVERRIDE = "resources.allow_too_large"
SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def shortage(config: RunConfig, movable: frozenset[str], shape: ModelShape, place: Place) -> str | None:
    """Why no variant of the configuration fits, in a sentence; None if one fits."""
    if first_fitting(config, movable, shape, place) is not None:
        return None
    least = min(forms(config, movable, place), key=lambda form: needed(shape, form, place))
    gib = needed(shape, least, place)
    if fits(gib, place.available_gib):
        return _share_text(shape, least, place)
    whom = "The run" if gib == needed(shape, config, place) else "With all that was left open at its smallest, the run"
    usable = FIT_FRACTION * place.available_gib
    return f"{whom} needs about {gib:.1f} GiB, and {usable:.1f} of the {card(place)} can be used."


def refusal(config: RunConfig, shape: ModelShape, place: Place) -> InvalidInput:
    """The error of a run that does not fit; its fields name the changes that would help, with their cost."""
    is_open = left_open(config)
    message = shortage(config, is_open, shape, place) or ""
    ways = _ways(config, is_open, shape, place) or _beyond(config, is_open, shape, place)
    if ways:
        hint = f"Change a setting as its field says, or set {OVERRIDE} to start all the same."
        return InvalidInput(message, hint, ways)
    least = min(needed(shape, form, place) for form in forms(config, FIELDS, place))
    problem = f"needs about {least:.1f} GiB even with the smallest settings; choose a smaller model"
    return InvalidInput(message, f"Choose a smaller model, or set {OVERRIDE}.", {"model.name": problem})


def changes(before: RunConfig, after: RunConfig) -> dict[str, tuple[str, str]]:
    """Each setting of the ladder that differs -> (its new value, its cost), in words."""
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
        name: (_shown(_value(after, name)), cost)
        for name, cost in costs.items()
        if _value(before, name) != _value(after, name)
    }


def card(place: Place) -> str:
    """A GPU as sentences name it."""
    return f"{place.available_gib:.1f} GiB of {place.device}"


def _ways(config: RunConfig, is_open: frozenset[str], shape: ModelShape, place: Place) -> dict[str, str]:
    """Each given setting whose change would help -> its value, cost and memory; all of them where none helps alone."""
    ways: dict[str, str] = {}
    for lever in LEVERS.values():
        given = set(lever) - is_open
        found = first_fitting(config, is_open | given, shape, place) if given else None
        if found is not None:
            ways |= _priced(config, found, given, needed(shape, found, place))
    if ways:
        return ways
    found = first_fitting(config, FIELDS, shape, place)
    if found is None:
        return {}
    return _priced(config, found, FIELDS - is_open, needed(shape, found, place), "all of these together ")


def _beyond(config: RunConfig, is_open: frozenset[str], shape: ModelShape, place: Place) -> dict[str, str]:
    """Each setting outside the ladder that helps -> its value, required changes, its meaning and the memory."""
    ways = {}
    for name, values, meaning in _outside(config):
        for value in values:
            changed = _with_value(config, name, value)
            found = first_fitting(changed, FIELDS, shape, place) if is_whole(changed) else None
            if found is not None:
                given = {key: pair for key, pair in changes(changed, found).items() if key not in is_open}
                gib = needed(shape, found, place)
                ways[name] = f"{_shown(value)}{_listed(given)}: {meaning}, {gib:.1f} GiB"
                break
    return ways


def _outside(config: RunConfig) -> list[tuple[str, Sequence[object], str]]:
    """Settings outside the ladder, the values to try from the smallest change on, and the meaning of a change."""
    has_vllm = config.training.sampler == "vllm"
    groups, ranks = _halves(config.training.num_generations, 2), _halves(config.model.lora_rank, 8)
    return [
        (
            "grpo.steps_per_generation",
            [None] if config.grpo.steps_per_generation else [],
            "one step's completions at once",
        ),
        ("training.num_generations", groups, "fewer answers to compare with each other"),
        ("model.lora_rank", ranks, "a smaller adapter"),
        ("training.vllm_memory_fraction", SHARES if has_vllm else [], "another share for vLLM"),
        ("training.sampler", ["transformers"] if has_vllm else [], "sampling is slower"),
    ]


def _halves(value: int, least: int) -> list[int]:
    return [value >> times for times in range(1, value.bit_length()) if value >> times >= least]


def _share_text(shape: ModelShape, config: RunConfig, place: Place) -> str:
    share, least = vllm_share_gib(config, place.available_gib), least_share_gib(shape, config, place.engine)
    return (
        f"vLLM gets {share:.1f} GiB of {place.device} (training.vllm_memory_fraction), and its weights with the cache "
        f"of one text need about {least:.1f} GiB."
    )


def _priced(before: RunConfig, after: RunConfig, given: Iterable[str], gib: float, how: str = "") -> dict[str, str]:
    changed = {name: pair for name, pair in changes(before, after).items() if name in given}
    return {
        name: f"{value}{_with(changed, name)}: {cost}, {how}{gib:.1f} GiB" for name, (value, cost) in changed.items()
    }


def _with(changed: Mapping[str, tuple[str, str]], name: str) -> str:
    """The other settings of the same lever, whose change the price counts on."""
    lever = next(fields for fields in LEVERS.values() if name in fields)
    return _listed({other: changed[other] for other in lever if other in changed and other != name})


def _listed(changed: Mapping[str, tuple[str, str]]) -> str:
    others = [f"{name.split('.')[1]} {value}" for name, (value, _) in changed.items()]
    return f" with {' and '.join(others)}" if others else ""


def _with_value(config: RunConfig, name: str, value: object) -> RunConfig:
    section, key = name.split(".")
    return config.model_copy(update={section: getattr(config, section).model_copy(update={key: value})})


def _value(config: RunConfig, name: str) -> object:
    section, key = name.split(".")
    return getattr(getattr(config, section), key)


def _shown(value: object) -> str:
    return json.dumps(value).strip('"')
