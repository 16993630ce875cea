"""The reward section: which scoring functions judge a completion, and how they are weighed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.config.base import Section, knob
from core.rewards.presets import PRESETS, resolve_preset

DEFAULT_PRESET = "math-science"
RESERVED_FIELDS = ("prompt", "prompts", "completion", "completions", "completion_ids", "instruction", "reference")


def known_preset(name: str) -> str:
    """`name` if it is a preset or an alias of one; a ValueError that lists them otherwise."""
    if resolve_preset(name) is None:
        raise ValueError(f"there is no preset {name!r}; there are: {', '.join(PRESETS)}")
    return name


class RewardComponent(Section):
    """One scoring function of a composite reward."""

    preset_name: str = knob("exact-match", tier="essential")
    """The preset that scores."""
    weight: float = knob(1.0, gt=0, le=100, unit="weight", tier="essential")
    """Its share of the sum."""

    _known = field_validator("preset_name")(known_preset)


class RewardConfig(Section):
    """One preset, or several with weights."""

    type: Literal["preset", "composite"] = knob("preset", tier="essential")
    """One preset, or a weighted sum of several."""
    preset_name: str | None = knob(None, tier="essential")
    """The preset of type 'preset', by name or alias, such as math; null takes math-science."""
    components: tuple[RewardComponent, ...] = Field(
        default=(), json_schema_extra={"unit": "", "typical": "", "tier": "advanced"}
    )
    """The parts of type 'composite'."""
    fields: dict[str, str] = Field(
        default_factory=dict, json_schema_extra={"unit": "", "typical": "", "tier": "expert"}
    )
    """Further dataset columns a reward reads: the reward's name for it -> the column."""

    @field_validator("preset_name")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        return None if name is None else known_preset(name)

    @model_validator(mode="after")
    def parts_fit_the_type(self) -> "RewardConfig":
        """A part that the type does not use would be ignored in silence, one listed twice counted twice."""
        if self.type == "preset" and self.components:
            raise ValueError("components need type 'composite'")
        if self.type == "composite" and (not self.components or self.preset_name is not None):
            raise ValueError("type 'composite' needs at least one component, and no preset_name")
        taken = sorted(set(self.fields) & set(RESERVED_FIELDS))
        if taken:
            raise ValueError(f"fields can't be called {', '.join(taken)}")
        names = [resolve_preset(part.preset_name) for part in self.components]
        if len(set(names)) != len(names):
            raise ValueError("each preset may stand in components once; change its weight instead")
        return self

    @property
    def weights(self) -> dict[str, float]:
        """Canonical preset name -> weight, in the order given."""
        if self.type == "preset":
            return {resolve_preset(self.preset_name or DEFAULT_PRESET): 1.0}
        return {resolve_preset(part.preset_name): part.weight for part in self.components}
