"""Custom rewards: a user's own Python function, run in the sandbox, or a recipe of checks."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import InvalidInput
from core.jsonfile import JsonObject
from core.rewards import recipe as recipes
from core.rewards import sandbox
from core.rewards.base import Example, Score
from core.rewards.recipe import Recipe
from core.rewards.scoring import EachAlone, Outcome, Scorer

CALL = "reward(_response, _reference, _example)"
LIMITS = sandbox.Limits(seconds=1.0, memory_mib=64)
PRINT_CHARACTERS = 2000
REASON_CHARACTERS = 500
RETURNS = "return a number from 0 to 1, True or False, (number, reason) or {'score', 'reason', 'parts'}"
SIGNATURE = "Define def reward(response, reference, example) and " + RETURNS + "."
TRIAL = ("Two and two make 4.", "4", Example("How much is 2 + 2?"))
"""What new source is tried on: response, reference, example."""


class CustomReward(BaseModel):
    """A reward that a user made; serialises to JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    kind: Literal["python", "recipe"] = "python"
    """How it is written."""
    description: str = Field("", max_length=500)
    """What it rewards, for people."""
    source: str = Field("", max_length=20_000)
    """Of kind python: the text of `def reward(response, reference, example)` and what it needs."""
    recipe: Recipe | None = None
    """Of kind recipe: the checks."""

    @field_validator("recipe")
    @classmethod
    def recipe_gives_nothing_away(cls, recipe: Recipe | None) -> Recipe | None:
        """Here, and not when it is saved, so that a recipe written into a run's configuration is tried as well."""
        if recipe is not None:
            recipes.refuse_free_points(recipe)
        return recipe

    @model_validator(mode="after")
    def content_fits_the_kind(self) -> CustomReward:
        """One of source and recipe would be ignored without notice."""
        if self.kind == "python" and (self.recipe is not None or not self.source.strip()):
            raise ValueError("kind 'python' needs a source, and no recipe")
        if self.kind == "recipe" and (self.recipe is None or self.source):
            raise ValueError("kind 'recipe' needs a recipe, and no source")
        return self


def scorer(name: str, definition: CustomReward) -> Scorer:
    """The Scorer of a definition; `name` is its metric key. A custom reward never claims to judge truth."""
    if definition.recipe is not None:
        return EachAlone(name, functools.partial(recipes.judge, recipe=definition.recipe), judges_truth=False)
    return PythonReward(name, definition.source)


class PythonReward:
    """A Scorer that runs a user's source in a new sandbox for every completion.

    A reward that keeps state would depend on the order of completions. A new sandbox costs 0.1 ms more than a loaded
    session, and a time-out or a crash affects nothing else.

    Args:
        name: The metric key; unique in a run.
        source: Python with `def reward(response, reference, example)`; example is a dict with "instruction",
            "reasoning" and "solution" ("" without the markers), and the further columns under their names.
        limits: The limits for one completion.
    """

    judges_truth = False

    def __init__(self, name: str, source: str, limits: sandbox.Limits = LIMITS):
        self.name = name
        self._source = source
        self._limits = limits

    def score_all(
        self, responses: Sequence[str], references: Sequence[str], examples: Sequence[Example]
    ) -> list[Outcome]:
        """One outcome per completion; a raise, a hang or a nonsense value is "failed" with the line or the cure."""
        return [self._outcome(*row) for row in zip(responses, references, examples, strict=True)]

    def _outcome(self, response: str, reference: str, example: Example) -> Outcome:
        ran = _run(self._source, response, reference, example, self._limits)
        prints = ran.prints[:PRINT_CHARACTERS]
        if ran.problem is not None:
            return Outcome("failed", problem=str(ran.problem), prints=prints)
        try:
            return Outcome("scored", read_score(ran.value), prints=prints)
        except ValueError as error:
            return Outcome("failed", problem=str(error), prints=prints)


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
        InvalidInput: Source with a syntax error, syntax or a module that the sandbox lacks, an unknown name, no
            function `reward` of three arguments, a hang or a nonsense value on a harmless sample. An exception that may
            come from the sample (such as a missing column) passes.
    """
    if definition.kind == "recipe":
        return
    loading = sandbox.run(definition.source, limits=LIMITS).problem
    if loading is not None:
        raise _refused(str(loading))
    ran = _run(definition.source, *TRIAL, LIMITS)
    if ran.problem is not None:
        _refuse_hopeless(ran.problem)
        return
    try:
        read_score(ran.value)
    except ValueError as error:
        raise _refused(str(error)) from error


def _refuse_hopeless(problem: sandbox.Problem) -> None:
    miscalled = isinstance(problem.raised, TypeError) and problem.message.startswith("TypeError: reward() ")
    if problem.kind == "error" and (problem.line is None or miscalled):
        raise _refused(f"reward(response, reference, example) can't be called: {problem.message}")
    if problem.kind != "error" or isinstance(problem.raised, (NameError, ImportError)):
        raise _refused(str(problem))


def _refused(problem: str) -> InvalidInput:
    return InvalidInput(f"The reward can't be used: {problem}.", SIGNATURE, {"source": problem})


def read_score(value: Any) -> Score:
    """The score in what a user's function returned.

    Raises:
        ValueError: It is no score; the text says what to return. Values outside 0 to 1 are refused, not clamped,
            because they show that the author used another scale.
    """
    if isinstance(value, Mapping) and set(value) <= {"score", "reason", "parts"} and "score" in value:
        parts = value.get("parts") or {}
        if not isinstance(parts, Mapping):
            raise ValueError(f"returned parts {_shown(parts)}; parts map names to numbers from 0 to 1")
        reason, number = value.get("reason") or "", value["score"]
        named = {_text(name): part for name, part in parts.items()}
        parts = {name: _fraction(part, f"part {name!r} of") for name, part in named.items()}
        return Score(_fraction(number, "score"), _text(reason), parts)
    if isinstance(value, (tuple, list)) and len(value) == 2:
        return Score(_fraction(value[0], "score"), _text(value[1]))
    return Score(_fraction(value, ""), "")


def _fraction(value: Any, what: str) -> float:
    plain = isinstance(value, (bool, int, float))
    if not plain or not 0 <= value <= 1:
        raise ValueError(f"returned {what} {_shown(value)}; {RETURNS}".replace("  ", " "))
    return float(value)


def _text(value: Any) -> str:
    return value[:REASON_CHARACTERS] if isinstance(value, str) else sandbox.shown(value)


def _shown(value: Any) -> str:
    """A value in a few characters; without repr for containers, whose depth a user's code chooses."""
    return f"a {type(value).__name__}" if isinstance(value, (list, tuple, dict, set)) else sandbox.shown(value)


def _run(source: str, response: str, reference: str, example: Example, limits: sandbox.Limits) -> sandbox.Ran:
    seen = {
        "instruction": example.instruction,
        "reasoning": recipes.reasoning_in(response, example),
        "solution": example.markers.between_solution(response) or "",
    }
    inputs = {"_response": response, "_reference": reference, "_example": {**example.extras, **seen}}
    return sandbox.run(source, CALL, inputs, limits=limits)
