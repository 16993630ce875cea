"""Fits the open settings to the card, and refuses a configuration whose given settings do not fit; pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.config.resolve import Notice, as_stored, resolve
from core.errors import InvalidInput
from core.runs.candidates import first_fitting, left_open, needed
from core.runs.place import Machine, Place
from core.runs.refusal import OVERRIDE, card, changes, refusal, shortage
from core.runs.vram import fits


@dataclass(frozen=True)
class Fitting:
    """A configuration and whether it fits.

    Attributes:
        config: As it will run; unchanged if it is refused.
        refusal: Why it can't start; None if it can.
    """

    config: RunConfig
    notices: list[Notice] = field(default_factory=list)
    refusal: InvalidInput | None = None


def settled(config: RunConfig, machine: Machine, shape: ModelShape | None) -> Fitting:
    """The configuration with its stored quantisation, fitted to the card and resolved; see `fitted`.

    Args:
        config: As it was parsed, so that it knows what was said.
        shape: The model's; None where it is not known.
    Raises:
        InvalidInput: It needs hardware or packages that the machine does not have.
    """
    stored, said = as_stored(config)
    fitting = fitted(stored, machine, shape)
    resolved, notices = resolve(fitting.config, machine.hardware)
    return Fitting(resolved, said + notices + fitting.notices, fitting.refusal)


def fitted(config: RunConfig, machine: Machine, shape: ModelShape | None) -> Fitting:
    """The configuration with its open settings at the first rung of the ladder that fits.

    Nothing is fitted or refused on the CPU, whose memory can be swapped out, and for a model of unknown shape. The same
    holds for resources.allow_too_large, but then a run that is too large gets a warning.

    Args:
        config: As it was parsed, so that it knows what was said.
        shape: The model's; None where it is not known.
    """
    place = machine.place_of(config)
    if shape is None or place.gpu is None:
        return Fitting(config)
    if config.resources.allow_too_large:
        return Fitting(config, _warning(config, shape, place))
    found = first_fitting(config, left_open(config), shape, place)
    if found is None:
        return Fitting(config, refusal=refusal(config, shape, place))
    notices = [
        Notice("warning", name, f"{value} is used, so that the run fits the {card(place)}: {cost}.")
        for name, (value, cost) in changes(config, found).items()
    ]
    found, moved = _placed(found, machine, needed(shape, found, place), place)
    return Fitting(found, notices + moved)


def _placed(config: RunConfig, machine: Machine, gib: float, place: Place) -> tuple[RunConfig, list[Notice]]:
    """Tied to the GPU that it was fitted to, where another one of the machine is too small for it."""
    too_small = [gpu for gpu in machine.hardware.gpus if not fits(gib, gpu.memory_gib)]
    if config.resources.gpus or not too_small or place.gpu is None:
        return config, []
    message = f"[{place.gpu.index}]: the run would not fit {too_small[0].name} (GPU {too_small[0].index})."
    resources = config.resources.model_copy(update={"gpus": (place.gpu.index,)})
    return config.model_copy(update={"resources": resources}), [Notice("info", "resources.gpus", message)]


def _warning(config: RunConfig, shape: ModelShape, place: Place) -> list[Notice]:
    """The warning for a run that starts although it is too large."""
    problem = shortage(config, frozenset(), shape, place)
    return [Notice("warning", OVERRIDE, f"{problem} It may end for lack of memory.")] if problem else []
