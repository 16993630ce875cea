"""What a configuration becomes on this machine: the same answer for the plan and for the start of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.catalog.shapes import ModelShape
from core.config import RunConfig, parse_config
from core.config.resolve import Notice
from core.errors import InvalidInput
from core.runs.fit import settled
from core.runs.place import Place
from services.models import ModelService


@dataclass(frozen=True)
class Settled:
    """A configuration as it would run.

    Attributes:
        config: With every value decided.
        notices: What was replaced, and what deserves a warning.
        place: Where it would run.
        shape: The model's, None where it is not known.
        problem: Why its memory can't be estimated; None where it can.
        refusal: Why it can't start; None where it can.
    """

    config: RunConfig
    notices: list[Notice]
    place: Place
    shape: ModelShape | None
    problem: str | None
    refusal: InvalidInput | None


class FittingService:
    """Fits configurations to the machine that models are to fit into.

    Args:
        freeze: Writes saved templates and custom rewards out into a configuration.
        models: Knows the machine and the shapes of models.
    """

    def __init__(self, freeze: Callable[[RunConfig], RunConfig], models: ModelService):
        self._freeze = freeze
        self._models = models

    def settle(self, config: Any) -> Settled:
        """Parse, freeze, fit and resolve; a run that is too large comes back with its refusal.

        Raises:
            InvalidInput, NotFound: It can't be used at all; `fields` names what is wrong.
        """
        parsed = self._freeze(parse_config(config))
        shape, problem = self._shape(parsed.model.name)
        machine = self._models.machine
        fitting = settled(parsed, machine, shape)
        place = machine.place_of(fitting.config)
        return Settled(fitting.config, fitting.notices, place, shape, problem, fitting.refusal)

    def start(self, config: Any) -> tuple[RunConfig, list[Notice]]:
        """The configuration with which a run starts, and what is said about it.

        Raises:
            InvalidInput, NotFound: It can't be used, or does not fit; the hint says what would.
        """
        found = self.settle(config)
        if found.refusal:
            raise found.refusal
        return found.config, found.notices

    def _shape(self, name: str) -> tuple[ModelShape | None, str | None]:
        """The shape of a model, or why there is none."""
        try:
            shape = self._models.shape(name)
        except InvalidInput as error:
            if error.fields:
                raise
            return None, f"{error.message} {error.hint}"
        return shape, None if shape else f"The shape of {name} is not known yet: check the model."
