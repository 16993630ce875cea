"""TrlReward: one of our reward functions in the shape TRL calls, with its scores and reasons kept for the record."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.prompts.template import Markers
from core.rewards.base import Example, RewardFunction, Score


@dataclass(frozen=True)
class Batch:
    """What TRL handed to a reward in one call; all lists have shape [completions]."""

    responses: list[str]
    references: list[str]
    instructions: list[str]
    token_ids: list[list[int]]


class TrlReward:
    """Callable as TRL wants a reward function; an error in it is a counted failure, never a silent 0.

    Args:
        name: The metric key TRL reports it under; unique in a run.
        function: The reward.
        markers: The markers of the run's prompt template.
        extras: Names of further columns the reward reads.
    """

    def __init__(self, name: str, function: RewardFunction, markers: Markers, extras: Sequence[str] = ()):
        self.__name__ = name
        self.function = function
        self.markers = markers
        self.extras = tuple(extras)
        self.batch: Batch | None = None
        self.scores: list[Score | None] = []
        self.calls = 0
        self.errors = 0
        self.last_error = ""
        self.seconds = 0.0

    def __call__(self, completions: list, reference: list[str], **columns: Any) -> list[float | None]:
        """Scores of one batch, shape [completions]; None, which TRL leaves out, where the reward failed."""
        started = time.perf_counter()
        responses = [text_of(completion) for completion in completions]
        questions = columns.get("instruction") or [""] * len(completions)
        self.batch = Batch(responses, reference, questions, columns.get("completion_ids") or [[]] * len(completions))
        self.scores = [
            self._score(response, reference[i], self._example(i, questions[i], columns))
            for i, response in enumerate(responses)
        ]
        self.calls += 1
        self.seconds += time.perf_counter() - started
        return [score.value if score else None for score in self.scores]

    def _example(self, index: int, instruction: str, columns: dict) -> Example:
        return Example(instruction, self.markers, {name: columns[name][index] for name in self.extras})

    def _score(self, response: str, reference: str, example: Example) -> Score | None:
        try:
            score = self.function(response, reference, example)
        except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError, RecursionError) as error:
            return self._failed(f"{type(error).__name__}: {error}")
        if not isinstance(score, Score) or not math.isfinite(score.value):
            return self._failed(f"returned {score!r} instead of a score from 0 to 1")
        return Score(min(1.0, max(0.0, float(score.value))), score.reason)

    def _failed(self, problem: str) -> None:
        self.errors += 1
        self.last_error = problem


def text_of(completion: Any) -> str:
    """The text of a completion, which TRL hands over as a message list when the prompt was one."""
    return completion if isinstance(completion, str) else completion[0]["content"]
