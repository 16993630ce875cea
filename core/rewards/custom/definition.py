"""Custom rewards: a user's own Python function, run in the sandbox, or a recipe of checks."""

from __future__ import annotations

import functools
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import InvalidInput
from core.jsonfile import JsonObject
from core.rewards.base import UNIT, Range
from core.rewards.custom import recipe as recipes
from core.rewards.custom.python_reward import LIMITS, PythonReward
from core.rewards.custom.recipe import Recipe
from core.rewards.custom.returned import RETURNS
from core.rewards.custom.signature import columns_of
from core.rewards.scoring import EachAlone, Scorer

SIGNATURE = (
    "Define def reward(response, reference, example), or def reward(completions, **kwargs) -> list as TRL calls it, "
    f"and {RETURNS}. See docs/bring-your-reward.md."
)


class CustomReward(BaseModel):
    """A reward that a user made; serialises to JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)

    kind: Literal["python", "recipe"] = "python"
    """How it is written."""
    description: str = Field("", max_length=500)
    """What it rewards, for people."""
    source: str = Field("", max_length=20_000)
    """Of kind python: the text of a reward function, in our signature or in TRL's, and what it needs."""
    functions: tuple[str, ...] = Field((), max_length=20)
    """Of kind python: which of its reward functions count; their scores are added. Empty for all."""
    range: tuple[float, float] | None = None
    """Of kind python: the least and the greatest score it gives, such as [-2, 3]; any other one is then a failure."""
    recipe: Recipe | None = None
    """Of kind recipe: the checks."""

    @field_validator("recipe")
    @classmethod
    def recipe_gives_nothing_away(cls, recipe: Recipe | None) -> Recipe | None:
        """Here, and not when it is saved, so that a recipe written into a run's configuration is tried as well."""
        if recipe is not None:
            recipes.refuse_free_points(recipe)
        return recipe

    @field_validator("range")
    @classmethod
    def range_is_in_order(cls, range: Range | None) -> Range | None:
        """A range that ends where it begins, or before, has no score in it."""
        if range is not None and range[0] >= range[1]:
            raise ValueError(f"the least score, {range[0]:g}, is not below the greatest, {range[1]:g}")
        return range

    @model_validator(mode="after")
    def content_fits_the_kind(self) -> CustomReward:
        """One of source and recipe would be ignored without notice."""
        if self.kind == "python" and (self.recipe is not None or not self.source.strip()):
            raise ValueError("kind 'python' needs a source, and no recipe")
        if self.kind == "recipe" and (self.recipe is None or self.source):
            raise ValueError("kind 'recipe' needs a recipe, and no source")
        if self.kind == "recipe" and (self.functions or self.range):
            raise ValueError("functions and range need kind 'python'; a recipe gives 0 to 1")
        return self

    @property
    def known_range(self) -> Range | None:
        """The least and the greatest score, if it is known."""
        return UNIT if self.kind == "recipe" else self.range

    @property
    def columns(self) -> dict[str, bool]:
        """Every column that its Python names -> whether it can't do without."""
        return columns_of(self.source, self.functions) if self.kind == "python" else {}


def scorer(name: str, definition: CustomReward) -> Scorer:
    """The Scorer of a definition; `name` is its metric key. A custom reward never claims to judge truth."""
    if definition.recipe is not None:
        return EachAlone(name, functools.partial(recipes.judge, recipe=definition.recipe), judges_truth=False)
    return PythonReward(name, definition.source, LIMITS, definition.functions, definition.range)


def read(data: JsonObject) -> CustomReward:
    """The definition in `data` (JSON), tried by `validate`.

    Raises:
        InvalidInput: It is malformed, where `fields` names the place (recipe.checks.2.pattern), or `validate` refuses.
    """
    try:
        definition = CustomReward.model_validate(data)
    except ValidationError as error:
        fields = {_place(problem["loc"]): problem["msg"].removeprefix("Value error, ") for problem in error.errors()}
        place, problem = next(iter(fields.items()))
        hint = f"A recipe's checks are of the kinds {', '.join(recipes.KINDS)}. For kind python: {SIGNATURE}"
        raise InvalidInput(f"The reward can't be used: {place}: {problem}.", hint, fields) from error
    validate(definition)
    return definition


def _place(location: tuple[int | str, ...]) -> str:
    """Dotted place of a problem, without the kind of check, which pydantic puts in as a step of its own."""
    return ".".join(str(step) for step in location if step not in recipes.KINDS) or "kind"


def validate(definition: CustomReward) -> None:
    """Try a definition before it is saved.

    Raises:
        InvalidInput: Source with a syntax error, syntax or a module that the sandbox lacks, an unknown name, no reward
            function, a hang or a nonsense value on a harmless sample. An exception that may come from the sample (such
            as a missing column) passes.
    """
    if definition.kind == "recipe":
        return
    reward = PythonReward("reward", definition.source, LIMITS, definition.functions, definition.range)
    problem = reward.problem_with_source()
    if problem:
        raise InvalidInput(f"The reward can't be used: {problem}.", SIGNATURE, {"source": problem})
