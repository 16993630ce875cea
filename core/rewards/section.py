"""The reward section: which scoring functions judge a completion, and how they are weighed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from core.data.mapping import IfThere
from core.jsonfile import JsonObject
from core.rewards.base import UNIT, Preset, Range
from core.rewards.custom.definition import CustomReward
from core.rewards.judge.section import JudgeSettings
from core.rewards.names import TITLES, resolve_preset
from core.rewards.total import weighed_range
from core.schema import Section, knob

DEFAULT_PRESET = "math-science"
MAX_NAME_CHARACTERS = 64
RESERVED_FIELDS = ("instruction", "reference", "reasoning", "solution")
NEED_NONE = "creative-writing, length, language or solution-format"
"""Rewards that compare with nothing, for a hint."""
OWN_REFERENCE = ("keywords", "pattern")
"""Presets that a parameter of their own name spares the reference."""
SOURCES = ("preset_name", "custom_name", "judge")


def _object(tier: str = "advanced") -> Any:
    return Field(default_factory=dict, json_schema_extra={"unit": "", "typical": "", "tier": tier})


def known_preset(name: str | None) -> str | None:
    """`name` if it is a preset or an alias of one; a ValueError that lists them otherwise."""
    if name is not None and resolve_preset(name) is None:
        raise ValueError(f"there is no preset {name!r}; there are: {', '.join(TITLES)}")
    return name


def preset_of(name: str) -> str:
    """The name of a preset out of its name or an alias that validation has let through."""
    return resolve_preset(name) or name


def check_parameters(preset: str, parameters: JsonObject) -> None:
    """Raise a ValueError where a preset does not take these parameters."""
    if parameters:
        from core.rewards.presets import checked_parameters

        checked_parameters(preset, parameters)


def presets_among(parts: Iterable[RewardComponent]) -> list[tuple[str, Preset]]:
    """(label, preset) of each part that is one; the library is loaded here, since the schema does without it."""
    from core.rewards.presets import PRESETS

    return [(part.label, PRESETS[preset_of(part.preset_name)]) for part in parts if part.preset_name]


class RewardComponent(Section):
    """One scoring function of a composite reward: a preset, a reward of the user's, or a judge."""

    name: str | None = knob(None, min_length=1, max_length=MAX_NAME_CHARACTERS, pattern=r"^[^/]*$")
    """What it is called in charts and logs; null takes the name of what scores."""
    preset_name: str | None = knob(None, tier="essential")
    """The preset that scores."""
    custom_name: str | None = knob(None, tier="essential")
    """The saved custom reward that scores."""
    custom: CustomReward | None = knob(None, tier="expert")
    """The custom reward itself; a session has it written out, since the saved one may change."""
    judge: JudgeSettings | None = knob(None, tier="expert")
    """A language model that scores, behind an OpenAI-compatible address."""
    parameters: dict[str, Any] = _object()
    """Parameters of the preset."""
    weight: float = knob(1.0, ge=-100, le=100, unit="weight", tier="essential")
    """What its score is multiplied by in the sum; below 0 it takes away."""

    _known = field_validator("preset_name")(known_preset)

    @model_validator(mode="after")
    def one_thing_scores(self) -> "RewardComponent":
        """Two sources would leave open which one scores."""
        if sum(getattr(self, source) is not None for source in SOURCES) != 1:
            raise ValueError(f"a component has exactly one of {', '.join(SOURCES)}")
        if self.custom is not None and self.custom_name is None:
            raise ValueError("custom needs its custom_name")
        if self.preset_name is None and self.parameters:
            raise ValueError("only presets take parameters")
        if self.weight == 0:
            raise ValueError("a weight of 0 scores nothing; remove the part, or give it another weight")
        if self.preset_name is not None:
            check_parameters(preset_of(self.preset_name), self.parameters)
        return self

    @property
    def label(self) -> str:
        """The name it is reported under."""
        if self.name is not None:
            return self.name
        if self.preset_name is not None:
            return preset_of(self.preset_name)
        return self.custom_name or "judge"

    @property
    def range(self) -> Range | None:
        """The least and the greatest score it gives, before it is weighed; None if that is not known."""
        if self.custom_name is None:
            return UNIT
        return None if self.custom is None else self.custom.known_range


class RewardConfig(Section):
    """One preset, one reward of the user's, or several with weights."""

    type: Literal["preset", "custom", "composite"] = knob("preset", tier="essential")
    """One preset, one custom reward, or a weighted sum of several of them."""
    preset_name: str | None = knob(None, tier="essential")
    """The preset of type 'preset', by name or alias, such as math; null takes math-science."""
    parameters: dict[str, Any] = _object()
    """Parameters of that preset, such as {"max_words": 50}; GET /api/rewards/list names them with their bounds."""
    custom_name: str | None = knob(None, tier="essential")
    """The saved custom reward of type 'custom'."""
    custom: CustomReward | None = knob(None, tier="expert")
    """The custom reward itself; a session has it written out, since the saved one may change."""
    components: tuple[RewardComponent, ...] = Field(
        default=(), json_schema_extra={"unit": "", "typical": "", "tier": "advanced"}
    )
    """The parts of type 'composite'."""
    fields: dict[str, str] = _object("expert")
    """Further dataset columns a reward reads: the reward's name for it -> the column. What a preset can't do without
    is looked for in the column of the same name when it is not listed."""

    _known = field_validator("preset_name")(known_preset)

    sandbox: Literal["auto", "monty", "system"] = knob("auto")
    """Where Python runs that a model or a user wrote. system: CPython with all its libraries, in bubblewrap (Linux).
    monty: a safe subset of Python, anywhere. auto takes system where that works, and the run keeps what it took."""

    @model_validator(mode="after")
    def parts_fit_the_type(self) -> "RewardConfig":
        """A part that the type does not use would be ignored without notice."""
        if self.type != "composite" and self.components:
            raise ValueError("components need type 'composite'")
        if self.type == "composite" and (not self.components or self.preset_name or self.custom_name):
            raise ValueError("type 'composite' needs at least one component, and no preset_name or custom_name")
        if (self.type == "custom") != (self.custom_name is not None):
            raise ValueError("type 'custom' needs a custom_name, and the other types none")
        if self.type == "custom" and self.preset_name:
            raise ValueError("type 'custom' has no preset_name")
        if self.type != "preset" and self.parameters:
            raise ValueError("parameters need type 'preset'; a component of a composite has its own")
        if self.type == "preset":
            check_parameters(preset_of(self.preset_name or DEFAULT_PRESET), self.parameters)
        return self

    @model_validator(mode="after")
    def names_can_be_told_apart(self) -> "RewardConfig":
        """Two rewards of one name would share a curve, and a field of a reserved name would hide an argument."""
        owned = {name for part in self.parts if part.custom for name in part.custom.columns}
        is_open = any(part.custom_name and part.custom is None for part in self.parts)
        taken = sorted(set(self.fields) & set(RESERVED_FIELDS) - owned)
        if taken and not is_open:
            raise ValueError(f"fields can't be called {', '.join(taken)}")
        labels = [part.label for part in self.parts]
        twice = next((label for label in labels if labels.count(label) > 1), None)
        if twice is not None:
            raise ValueError(f"two components are called {twice}; change its weight instead, or give one a name")
        return self

    @property
    def parts(self) -> tuple[RewardComponent, ...]:
        """The scoring functions, in order; one unless the type is composite."""
        if self.type == "composite":
            return self.components
        if self.type == "custom":
            return (RewardComponent(custom_name=self.custom_name, custom=self.custom),)
        return (RewardComponent(preset_name=self.preset_name or DEFAULT_PRESET, parameters=self.parameters),)

    @property
    def weights(self) -> dict[str, float]:
        """Name of each scoring function -> its weight, in order."""
        return {part.label: part.weight for part in self.parts}

    @property
    def judges_of_truth(self) -> tuple[str, ...]:
        """The names of the scoring functions whose full score means a correct answer."""
        return tuple(label for label, preset in presets_among(self.parts) if preset.judges_truth)

    @property
    def comparing(self) -> tuple[str, ...]:
        """The names of the scoring functions that can't do without a reference."""
        return tuple(
            part.label
            for part in self.parts
            for _, preset in presets_among([part])
            if "reference" in preset.fields
            and not (preset_of(part.preset_name or "") in OWN_REFERENCE and any(part.parameters.values()))
        )

    @property
    def runs_python(self) -> bool:
        """Whether a part runs Python that a model or a user wrote."""
        presets = any(preset.runs_python for _, preset in presets_among(self.parts))
        return presets or any(part.custom is not None and part.custom.kind == "python" for part in self.parts)

    @property
    def columns(self) -> dict[str, str]:
        """Every further column that is read: the rewards' name for it -> the column."""
        needed = [name for _, preset in presets_among(self.parts) for name in preset.fields if name != "reference"]
        columns: dict[str, str] = {name: name for name in needed}
        for part in self.parts:
            for name, is_needed in (part.custom.columns if part.custom else {}).items():
                columns.setdefault(name, name if is_needed else IfThere(name))
        return columns | self.fields

    @property
    def range(self) -> Range | None:
        """The least and the greatest total that a completion can earn; None if that is not known."""
        return weighed_range([(part.weight, part.range) for part in self.parts])

    def columns_with(self, response_field: str | None) -> dict[str, str]:
        """The columns, and for a preset that knows several answers all those in the column of the answer."""
        knows_several = any("answers" in preset.optional for _, preset in presets_among(self.parts))
        return ({"answers": response_field} if knows_several and response_field else {}) | self.columns
