"""FittingService: fits a configuration to this machine, in the same way for a plan and for the start of a run."""

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
        config: The configuration with all its values set.
        notices: The values that were replaced, and warnings.
        place: The device that it would run on.
        shape: The model's shape; None where it is not known.
        problem: Why the memory can't be estimated; None where it can.
        refusal: Why the run can't start; None where it can.
    """

    config: RunConfig
    notices: list[Notice]
    place: Place
    shape: ModelShape | None
    problem: str | None
    refusal: InvalidInput | None


class FittingService:
    """Fits configurations to the machine of `models`.

    Args:
        freeze: Writes saved templates and custom rewards into a configuration.
        models: Knows the machine and the shapes of models.
    """

    def __init__(self, freeze: Callable[[RunConfig], RunConfig], models: ModelService):
        self._freeze = freeze
        self._models = models

    def settle(self, config: Any) -> Settled:
        """Parse, freeze, fit and resolve a configuration; a run that is too large has a `refusal`.

        Raises:
            InvalidInput, NotFound: The configuration can't be used; `fields` names the setting.
        """
        parsed = self._freeze(parse_config(config))
        shape, problem = self._shape(parsed.model.name)
        machine = self._models.machine
        fitting = settled(parsed, machine, shape)
        place = machine.place_of(fitting.config)
        return Settled(fitting.config, fitting.notices, place, shape, problem, fitting.refusal)

    def require(self, config: Any) -> tuple[RunConfig, list[Notice]]:
        """The configuration that a run starts with, and notices about it.

        Raises:
            InvalidInput, NotFound: It can't be used, or does not fit; the hint names settings that fit.
        """
        found = self.settle(config)
        if found.refusal:
            raise found.refusal
        return found.config, found.notices

    def _shape(self, name: str) -> tuple[ModelShape | None, str | None]:
        """(shape of a model, why it is not known)."""
        try:
            shape = self._models.shape(name)
        except InvalidInput as error:
            if error.fields:
                raise
            return None, f"{error.message} {error.hint}"
        return shape, None if shape else f"The shape of {name} is not known yet: check the model."
