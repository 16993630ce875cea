"""Scorer: what scores a batch of completions, and the outcome of each: a score, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from core.rewards.base import UNIT, Example, NotRun, Range, RewardFunction, Score
from core.rewards.total import weighed_range

OutcomeKind = Literal["scored", "not_applicable", "not_run", "failed"]
MISSING: tuple[OutcomeKind, ...] = ("not_run", "failed")
"""The kinds that leave their completion unscored, whatever its other rewards gave."""
ROUNDING = 1e-6
FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError, RecursionError)


@dataclass(frozen=True)
class Outcome:
    """The outcome of scoring one completion.

    Attributes:
        kind: scored; not_applicable if the reward says so, and then it is left out of the total; not_run if it could
            not be judged; failed if the reward itself failed.
        score: The score, if there is one.
        problem: Why there is none.
        prints: The text that the user's own code printed.
    """

    kind: OutcomeKind
    score: Score | None = None
    problem: str = ""
    prints: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether a score that should be there is not: its completion is unscored."""
        return self.kind in MISSING


class Scorer(Protocol):
    """One reward of a run, ready to score; `range` is the least and the greatest score it gives, None if not known."""

    name: str
    judges_truth: bool
    range: Range | None

    def score_all(
        self, responses: Sequence[str], references: Sequence[str], examples: Sequence[Example]
    ) -> list[Outcome]:
        """One outcome per completion, in order; all arguments have shape [completions]."""


@runtime_checkable
class Waiting(Protocol):
    """A Scorer that waits for others, and so can begin with a completion while the model still samples the rest."""

    def begin(self, response: str, reference: str, example: Example) -> None:
        """Begin to score what a later score_all will ask for."""

    def drop(self) -> None:
        """Forget what was begun: no score_all will come."""


class EachAlone:
    """A Scorer that calls a reward function once per completion.

    Args:
        name: The metric key; unique in a run.
        function: The reward, its parameters bound.
        judges_truth: Whether a full score means a correct answer.
    """

    range: Range | None = UNIT

    def __init__(self, name: str, function: RewardFunction, judges_truth: bool):
        self.name = name
        self.judges_truth = judges_truth
        self._function = function

    def score_all(
        self, responses: Sequence[str], references: Sequence[str], examples: Sequence[Example]
    ) -> list[Outcome]:
        """One outcome per completion; an error of the function is an outcome, never a silent 0."""
        return [self._outcome(*row) for row in zip(responses, references, examples, strict=True)]

    def _outcome(self, response: str, reference: str, example: Example) -> Outcome:
        try:
            return checked(self._function(response, reference, example))
        except NotRun as reason:
            return Outcome("not_run", problem=str(reason))
        except FAILURES as error:
            return Outcome("failed", problem=f"{type(error).__name__}: {error}")


def checked(score: object, prints: str = "", range: Range | None = UNIT) -> Outcome:
    """The outcome of a returned score: refused when it is not finite, or outside the range by more than rounding."""
    if not isinstance(score, Score) or isinstance(score.value, bool) or not math.isfinite(score.value):
        return Outcome("failed", problem=f"returned {score!r} instead of a score", prints=prints)
    low, high = range or (-math.inf, math.inf)
    if not low - ROUNDING <= score.value <= high + ROUNDING:
        problem = f"returned {score.value:g}, outside its range of {low:g} to {high:g}"
        return Outcome("failed", problem=problem, prints=prints)
    value = min(high, max(low, float(score.value)))
    return Outcome("scored", Score(value, score.reason, score.parts), prints=prints)


class Together:
    """Several scorers as one: the weighted sum over the sum of the weights' sizes, each part's score kept apart."""

    def __init__(self, name: str, parts: Sequence[Scorer], weights: Mapping[str, float]):
        self.name = name
        self.judges_truth = any(part.judges_truth for part in parts)
        self._parts = parts
        self._weights = weights
        self._size = sum(map(abs, weights.values()))
        whole = weighed_range([(weights[part.name], part.range) for part in parts])
        self.range: Range | None = whole and (whole[0] / self._size, whole[1] / self._size)

    def score_all(
        self, responses: Sequence[str], references: Sequence[str], examples: Sequence[Example]
    ) -> list[Outcome]:
        """One outcome per completion; where a part has no score there is none, for the reason of that part."""
        columns = [part.score_all(responses, references, examples) for part in self._parts]
        return [self._sum(outcomes) for outcomes in zip(*columns, strict=True)]

    def _sum(self, outcomes: Sequence[Outcome]) -> Outcome:
        named = {part.name: given.score for part, given in zip(self._parts, outcomes, strict=True) if given.score}
        if not named or any(outcome.is_missing for outcome in outcomes):
            return next((outcome for outcome in outcomes if outcome.is_missing), outcomes[0])
        earned = sum(self._weights[name] * score.value for name, score in named.items())
        reason = "; ".join(f"{name} {score.value:.2f}: {score.reason}" for name, score in named.items())
        parts = {name: score.value for name, score in named.items()}
        return Outcome("scored", Score(earned / self._size, reason, parts))
