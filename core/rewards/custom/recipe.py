"""Recipe: a reward put together from declarative checks, each a thing that a text has or lacks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.prompts.builtin import GRPO_DEFAULT, SOLUTION_ONLY
from core.rewards.base import NO_MARKERS, Example, Score
from core.rewards.text.markers import problem_with_markers
from core.rewards.text.normal import normal_form

PATTERN_TIMEOUT_S = 0.2
RANDOM_WORDS = "the quick brown fox jumps over the lazy dog"
NONSENSE = {
    "an empty response": "",
    "blank space": " \n\t ",
    "empty tags": "<start_working_out><end_working_out><SOLUTION></SOLUTION>",
    "random words": RANDOM_WORDS,
    "one letter repeated": "a" * 2000 + "!",
}
"""Every new recipe is tried on these; on the last one a pattern with endless backtracking hangs."""

Unit = Literal["words", "characters", "lines"]


class CheckBase(BaseModel):
    """The settings of every check; a check never passes on a blank text, so that silence earns nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)

    look_at: Literal["solution", "reasoning", "response"] = "solution"
    """Which text it reads: between the solution markers, between the reasoning markers, or everything."""
    weight: float = Field(1.0, gt=0, le=100)
    """Its share of the score."""
    required: bool = False
    """Whether the whole score is 0 without it."""
    label: str = Field("", max_length=80)
    """Its name in the reason; "" makes one from its kind and values."""


class TextCheck(CheckBase):
    """It contains, or does not contain, a fixed text."""

    kind: Literal["contains", "not_contains", "starts_with", "ends_with"]
    text: str = Field(min_length=1, max_length=1000)
    """The text to look for."""
    ignore_case: bool = True
    """Whether capitals count as small letters."""

    def describe(self) -> str:
        """A name for people."""
        return f"{self.kind.replace('_', ' ')} {self.text[:40]!r}"

    def passes(self, text: str, reference: str) -> bool:
        """Whether `text` has it, or lacks it."""
        text, wanted = (text.casefold(), self.text.casefold()) if self.ignore_case else (text, self.text)
        if self.kind == "starts_with":
            return text.startswith(wanted)
        if self.kind == "ends_with":
            return text.endswith(wanted)
        return (wanted in text) == (self.kind == "contains")


class PatternCheck(CheckBase):
    """A regular expression matches somewhere in it."""

    kind: Literal["matches"]
    pattern: str = Field(min_length=1, max_length=1000)
    """The expression, in the syntax of Python's re; use ^ and $ to bind it to the ends."""
    ignore_case: bool = False
    """Whether capitals count as small letters."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        import regex

        try:
            regex.compile(pattern)
        except regex.error as error:
            raise ValueError(f"is no regular expression: {error}") from error
        return pattern

    def describe(self) -> str:
        """A name for people."""
        return f"matches {self.pattern[:40]}"

    def passes(self, text: str, reference: str) -> bool:
        """Whether it matches; a RuntimeError when that takes too long, since `re` could then hang a run for ever."""
        import regex

        flags = regex.IGNORECASE if self.ignore_case else 0
        try:
            return regex.search(self.pattern, text, flags, timeout=PATTERN_TIMEOUT_S) is not None
        except TimeoutError as error:
            raise RuntimeError(f"the pattern {self.pattern!r} took over {PATTERN_TIMEOUT_S} s") from error


class LengthCheck(CheckBase):
    """Its length is within bounds."""

    kind: Literal["length"]
    minimum: int = Field(1, ge=1)
    """The least number of units."""
    maximum: int = Field(ge=1)
    """The greatest number of units."""
    unit: Unit = "words"
    """What is counted."""

    @model_validator(mode="after")
    def bounds_are_in_order(self) -> LengthCheck:
        """Nothing lies between a minimum and a smaller maximum."""
        if self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
        return self

    def describe(self) -> str:
        """A name for people."""
        return f"{self.minimum} to {self.maximum} {self.unit}"

    def passes(self, text: str, reference: str) -> bool:
        """Whether the count is within the bounds, both included."""
        counts = {"words": len(text.split()), "characters": len(text), "lines": len(text.splitlines())}
        return self.minimum <= counts[self.unit] <= self.maximum


class ReferenceCheck(CheckBase):
    """It equals or contains the reference, in normal form (see `normal_form`)."""

    kind: Literal["equals_reference", "contains_reference"]

    def describe(self) -> str:
        """A name for people."""
        return self.kind.replace("_", " the ")

    def passes(self, text: str, reference: str) -> bool:
        """Whether it does; never for a blank reference. Words are compared whole: 56 does not contain 5."""
        wanted, found = normal_form(reference), normal_form(text)
        if self.kind == "equals_reference" or not wanted:
            return bool(wanted) and found == wanted
        return f" {wanted} " in f" {' '.join(normal_form(word.strip('.,;:!?')) for word in found.split())} "


class NumberCheck(CheckBase):
    """It is one number, close to the reference."""

    kind: Literal["number_close"]
    tolerance: float = Field(1e-6, ge=0)
    """The greatest difference allowed, in the number's own unit."""

    def describe(self) -> str:
        """A name for people."""
        return f"a number within {self.tolerance:g} of the reference"

    def passes(self, text: str, reference: str) -> bool:
        """Whether both are numbers (1,000.5 and 1e3 are, "about 3" is none) and close."""
        try:
            found, wanted = float(normal_form(text)), float(normal_form(reference))
        except ValueError:
            return False
        return abs(found - wanted) <= self.tolerance


class ShapeCheck(CheckBase):
    """It has a shape: valid JSON (an object or a list), or one line."""

    kind: Literal["json_valid", "one_line"]

    def describe(self) -> str:
        """A name for people."""
        return "valid JSON" if self.kind == "json_valid" else "one line"

    def passes(self, text: str, reference: str) -> bool:
        """Whether it has; a bare number or word is valid JSON too, but too easy to count."""
        if self.kind == "one_line":
            return len(text.splitlines()) == 1
        try:
            return isinstance(json.loads(text), (dict, list))
        except (ValueError, RecursionError):
            return False


class MarkersCheck(CheckBase):
    """The response has every marker of the prompt template once, in order, around text."""

    kind: Literal["markers_present"]
    look_at: Literal["response"] = "response"
    """Always everything: the markers stand outside the parts."""

    def describe(self) -> str:
        """A name for people."""
        return "markers in place"


Check = Annotated[
    TextCheck | PatternCheck | LengthCheck | ReferenceCheck | NumberCheck | ShapeCheck | MarkersCheck,
    Field(discriminator="kind"),
]
KINDS = tuple(
    kind for check in get_args(get_args(Check)[0]) for kind in get_args(check.model_fields["kind"].annotation)
)
"""Every kind of check."""


class Recipe(BaseModel):
    """Checks that together are a reward."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    checks: tuple[Check, ...] = Field(max_length=50)
    """The checks; the score is the weight of those that pass over the weight of all, 0 when a required one fails."""

    @model_validator(mode="after")
    def checks_are_there_and_differ(self) -> Recipe:
        """There must be a check, and the labels of checks must differ."""
        if not self.checks:
            raise ValueError("there is no check")
        given = [check.label for check in self.checks if check.label]
        if len(set(given)) != len(given):
            raise ValueError("two checks have the same label")
        return self


def refuse_free_points(recipe: Recipe) -> None:
    """Raise ValueError, with what to do, when nonsense would earn points or a pattern hangs on it.

    Takes 0.1 ms for a check and 3 ms for fifty; a pattern that hangs takes PATTERN_TIMEOUT_S.
    """
    for markers in (NO_MARKERS, SOLUTION_ONLY.markers, GRPO_DEFAULT.markers):
        for name, text in NONSENSE.items():
            try:
                score = judge(text, "sample reference 8271", Example("", markers), recipe=recipe)
            except RuntimeError as error:
                raise ValueError(f"would hang: {error}; avoid repeats inside repeats, such as (a+)+") from error
            if score.value > 0:
                passed = ", ".join(label for label, part in score.parts.items() if part)
                raise ValueError(
                    f"pays for nonsense: {name} would earn {score.value:.2f} ({passed}); mark a check as required that "
                    "only a real answer passes, such as markers_present or a text"
                )


def judge(response: str, reference: str, example: Example, *, recipe: Recipe) -> Score:
    """The score of a response: the weight of the checks it passes over the weight of all; 0 without a required one.

    Raises:
        RuntimeError: A pattern took too long on this response.
    """
    texts = {
        "response": response.strip(),
        "solution": example.markers.between_solution(response) or "",
        "reasoning": reasoning_in(response, example),
    }
    labels = labels_of(recipe)
    passed = [_passes(check, texts, reference, response, example) for check in recipe.checks]
    failed = [label for label, fine in zip(labels, passed, strict=True) if not fine]
    parts = dict(zip(labels, map(float, passed), strict=True))
    if any(check.required and not fine for check, fine in zip(recipe.checks, passed, strict=True)):
        missing = [labels[i] for i, check in enumerate(recipe.checks) if check.required and not passed[i]]
        return Score(0.0, f"required, but failed: {', '.join(missing)}", parts)
    total = sum(check.weight for check in recipe.checks)
    value = sum(check.weight for check, fine in zip(recipe.checks, passed, strict=True) if fine) / total
    return Score(value, f"failed: {', '.join(failed)}" if failed else "every check passed", parts)


def labels_of(recipe: Recipe) -> list[str]:
    """One name per check, shape [checks]; a name made twice gets its place behind it."""
    names = [check.label or check.describe() for check in recipe.checks]
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, 1)]


def reasoning_in(response: str, example: Example) -> str:
    """The text between the reasoning markers; "" without them."""
    marks = example.markers
    start = response.find(marks.reasoning_start)
    end = response.find(marks.reasoning_end, max(start, 0))
    if not marks.reasoning_start or start < 0 or end < 0:
        return ""
    return response[start + len(marks.reasoning_start) : end].strip()


def _passes(check: Any, texts: Mapping[str, str], reference: str, response: str, example: Example) -> bool:
    if isinstance(check, MarkersCheck):
        return not problem_with_markers(response, example.markers)
    text = texts[check.look_at]
    return bool(text) and check.passes(text, reference)
