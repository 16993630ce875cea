"""The types of rewards: Example in, Score out, and the Preset that describes a shipped one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.prompts.template import Markers

NO_MARKERS = Markers()
PATTERN = "regular expression"
"""The unit of a parameter that is one."""

Category = Literal["math", "code", "reasoning", "answers", "writing", "form"]
Level = Literal["beginner", "intermediate", "advanced"]


Range = tuple[float, float]
"""The least and the greatest score of a reward."""
UNIT: Range = (0.0, 1.0)
"""The range of presets, recipes and judges."""


@dataclass(frozen=True)
class Score:
    """The score of one completion by one reward: a finite value, the reason, and its parts.

    Shipped rewards give 0 to 1, in all parts; what a user's own code gives is up to it.
    """

    value: float
    reason: str
    parts: Mapping[str, float] = field(default_factory=dict)


class NotRun(Exception):
    """A completion can't be judged, which does not mean that it is wrong; the text says why."""


ExtraColumns = Mapping[str, Any]
"""Further columns of a row: the reward's name of each -> its value."""


@dataclass(frozen=True)
class Example:
    """The inputs of a reward besides response and reference: the question, the markers, further columns.

    `token_ids` are those of the response; empty where it was not made of tokens.
    """

    instruction: str = ""
    markers: Markers = NO_MARKERS
    extras: ExtraColumns = field(default_factory=dict)
    token_ids: Sequence[int] = ()


RewardFunction = Callable[..., Score]
"""(response, reference, example, *, parameters) -> Score. Pure; raises NotRun if it can't judge."""


@dataclass(frozen=True)
class Parameter:
    """One value a user may set on a preset; a keyword argument of its function.

    Attributes:
        name: The keyword.
        default: Its default; its type is the parameter's type.
        summary: Its effect, for the form.
        choices: The allowed values, if they are listed.
        unit: The unit of a number.
    """

    name: str
    default: int | float | str | bool
    summary: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Component:
    """One part of a preset's score: its key in `Score.parts`, its weight, and its summary.

    A weight of 0 marks a gate: the part multiplies the whole score instead of adding to it.
    """

    name: str
    weight: float
    summary: str


@dataclass(frozen=True)
class Sample:
    """A worked example: a response, and the row it answers."""

    response: str
    reference: str = ""
    example: Example = Example()


@dataclass(frozen=True)
class Preset:
    """One shipped reward.

    Attributes:
        level: The knowledge that it needs.
        summary: What earns points, in one sentence.
        judges_truth: Whether a full score means a correct answer, so that a held-out row counts as right or wrong.
        good: Samples that score at least 0.8.
        bad: Samples that score at most 0.3.
        tags: Words to find it by.
        fields: Columns it needs: "reference", or names of extras.
        optional: Columns that it reads where a row has them, with what they are.
        components: Its parts; empty when it is all or nothing.
        runs_python: Whether it runs Python that a model wrote.
    """

    title: str
    function: RewardFunction
    category: Category
    level: Level
    summary: str
    judges_truth: bool
    good: tuple[Sample, ...]
    bad: tuple[Sample, ...]
    tags: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("reference",)
    optional: Mapping[str, str] = field(default_factory=dict)
    components: tuple[Component, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    runs_python: bool = False


def right(reason: str) -> Score:
    """Full marks."""
    return Score(1.0, reason)


def wrong(reason: str) -> Score:
    """No marks."""
    return Score(0.0, reason)


def weighted(parts: Mapping[str, float], components: tuple[Component, ...], reason: str) -> Score:
    """The score whose value is the weighted mean of `parts`, times every gate (a component of weight 0)."""
    total = sum(component.weight for component in components) or 1.0
    value = sum(component.weight * parts[component.name] for component in components) / total
    for component in components:
        if component.weight == 0:
            value *= parts[component.name]
    return Score(value, reason, dict(parts))


def excerpt(text: str, characters: int = 60) -> str:
    """The start of `text` in quotation marks, for reasons."""
    return repr(text if len(text) <= characters else text[: characters - 3] + "...")
