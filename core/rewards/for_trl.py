"""TrlReward: one scorer of a run in the shape TRL calls, with its outcomes kept for the record."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from core.prompts.template import Markers
from core.rewards.base import Example
from core.rewards.record import ScoreRecord
from core.rewards.scoring import Outcome, Scorer, Waiting
from core.rewards.total import total

EXTRAS_COLUMN = "extras"
"""A row's further columns as one JSON text: as columns of their own, values of mixed types would be made alike."""


@dataclass(frozen=True)
class Batch:
    """The arguments of TRL's call of a reward; all lists have shape [completions]."""

    responses: list[str]
    references: list[str]
    instructions: list[str]
    extras: list[dict[str, Any]]
    token_ids: list[list[int]]

    def part(self, part: slice) -> Batch:
        """Some of the completions."""
        return Batch(*(column[part] for column in self._lists()))

    def joined(self, other: Batch) -> Batch:
        """The completions of both."""
        return Batch(*(mine + theirs for mine, theirs in zip(self._lists(), other._lists(), strict=True)))

    def _lists(self) -> tuple[list[Any], ...]:
        return self.responses, self.references, self.instructions, self.extras, self.token_ids


class TrlReward:
    """A reward function for TRL; completions without a score are counted, and never get a 0 without notice.

    Args:
        scorer: The reward; its name is the metric key TRL reports it under, unique in a run.
        markers: The markers of the run's prompt template.
        opening: What the chat template has begun of every answer; it counts as written.

    Attributes:
        outcomes: The outcomes of the latest batch, shape [completions].
        errors: Completions on which the reward failed, since the start; `last_error` is the latest reason.
        not_run: Completions that it could not judge, since the start; `last_not_run` is the latest reason.
        seconds: Time spent scoring.
    """

    def __init__(self, scorer: Scorer, markers: Markers, opening: str = ""):
        self.__name__ = scorer.name
        self.scorer = scorer
        self.markers = markers
        self.opening = opening
        self.batch: Batch | None = None
        self.outcomes: list[Outcome] = []
        self.calls = 0
        self.errors = 0
        self.last_error = ""
        self.not_run = 0
        self.last_not_run = ""
        self.seconds = 0.0

    def __call__(self, completions: list[Any], reference: list[str], **columns: Any) -> list[float | None]:
        """Scores of one batch, shape [completions]; None, which TRL leaves out, where there is none."""
        started = time.perf_counter()
        responses = [self.opening + text_of(completion) for completion in completions]
        questions = columns.get("instruction") or [""] * len(completions)
        extras = [json.loads(text) for text in columns.get(EXTRAS_COLUMN) or ["{}"] * len(completions)]
        token_ids = columns.get("completion_ids") or [[]] * len(completions)
        self.batch = Batch(responses, reference, questions, extras, token_ids)
        rows = zip(questions, extras, token_ids, strict=True)
        examples = [Example(question, self.markers, extra, ids) for question, extra, ids in rows]
        self.outcomes = self.scorer.score_all(responses, reference, examples)
        self._count()
        self.calls += 1
        self.seconds += time.perf_counter() - started
        return [outcome.score.value if outcome.score else None for outcome in self.outcomes]

    @property
    def can_begin(self) -> bool:
        """Whether it waits for others, so that `begin` saves time."""
        return isinstance(self.scorer, Waiting)

    def begin(self, completion: str, token_ids: list[int], row: Mapping[str, Any]) -> None:
        """Begin to score a completion of a batch that is still being sampled.

        Args:
            completion: Its text, as TRL will hand it over.
            row: Its row of the dataset.
        """
        extra = json.loads(row.get(EXTRAS_COLUMN) or "{}")
        example = Example(row.get("instruction") or "", self.markers, extra, token_ids)
        if isinstance(self.scorer, Waiting):
            self.scorer.begin(self.opening + completion, row["reference"], example)

    def drop(self) -> None:
        """Forget what was begun: the batch will not be asked for."""
        if isinstance(self.scorer, Waiting):
            self.scorer.drop()

    def recall(self, parts: Sequence[tuple[Batch, list[Outcome]]]) -> None:
        """Let the latest batch be one put together from parts of earlier ones; nothing is scored or counted again."""
        batches = [batch for batch, _ in parts]
        self.batch = reduce(Batch.joined, batches)
        self.outcomes = [outcome for _, outcomes in parts for outcome in outcomes]

    def _count(self) -> None:
        for outcome in self.outcomes:
            if outcome.kind == "failed":
                self.errors, self.last_error = self.errors + 1, outcome.problem
            elif outcome.kind == "not_run":
                self.not_run, self.last_not_run = self.not_run + 1, outcome.problem


def text_of(completion: Any) -> str:
    """The text of a completion, which TRL hands over as a message list when the prompt was one."""
    return completion if isinstance(completion, str) else completion[0]["content"]


def as_record(outcome: Outcome) -> ScoreRecord:
    """The stored record of one outcome."""
    record: ScoreRecord = {"value": None, "reason": outcome.problem, "kind": outcome.kind}
    if outcome.score:
        record |= {"value": outcome.score.value, "reason": outcome.score.reason}
        if outcome.score.parts:
            record["parts"] = dict(outcome.score.parts)
    if outcome.prints:
        record["prints"] = outcome.prints
    return record


def weighted_sum(records: Mapping[str, ScoreRecord], weights: Mapping[str, float]) -> float | None:
    """The reward of one completion from what as_record made of each of its parts.

    None where a part has no score though it applies, or where none applies.
    """
    counted = {name: record for name, record in records.items() if record["kind"] != "not_applicable"}
    return total((weights[name], record["value"]) for name, record in counted.items())
