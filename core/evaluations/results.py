"""The shapes of results: the rows that results.jsonl holds, and the summaries of them that test.json holds."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from core.generation.answer import ModelAnswer
from core.rewards.record import ScoreRecord

Interval = tuple[float | None, float | None]
"""The ends of a 95 % interval; null where there is no value."""


class RefusedAnswer(TypedDict):
    """The answer to a prompt that a model can't take, such as one longer than its context."""

    text: str
    tokens: int
    seconds: float
    finish_reason: Literal["refused"]
    problem: str


GivenAnswer = ModelAnswer | RefusedAnswer


class AnswerScore(TypedDict):
    """The score of one answer.

    `reward` is the weighted sum, null where a part has no score; `scores` has every reward by its name, null where the
    answer was not scored; `is_correct` is null where no reward judges truth, or one could not score.
    """

    reward: float | None
    scores: dict[str, ScoreRecord] | None
    is_correct: bool | None


class BatchRow(AnswerScore):
    """A prompt of a batch and its answer; `solution` is the text between the run's markers, null without them."""

    index: int
    prompt: str
    reference: str | None
    response: str
    tokens: int
    seconds: float
    finish_reason: str
    problem: str | None
    solution: str | None


class EvaluationAnswer(AnswerScore):
    """One answer of a model to a held-out row; `problem` says why the model refused the prompt."""

    text: str
    tokens: int
    finish_reason: str
    problem: str | None


class RowSide(TypedDict):
    """The answers of one model to a row, in the order in which they were drawn."""

    answers: list[EvaluationAnswer]


class EvaluationRow(TypedDict):
    """A held-out row and the answers of both models, before and after."""

    index: int
    instruction: str
    reference: str | None
    sides: list[RowSide]


ResultRow = BatchRow | EvaluationRow


class BatchSummary(TypedDict):
    """A batch in figures; `most` is the highest reward an answer can get, `judged` counts right and wrong answers."""

    answered: int
    refused: int
    tokens: int
    seconds: float
    tokens_per_second: float | None
    truncated: int
    mean_reward: float | None
    most: float | None
    correct: int | None
    judged: int
    scored: int
    unscored: int


class PassPoint(TypedDict):
    """`value` is the share of rows on which at least one of `k` answers is expected to be right."""

    k: int
    value: float


class PassRates(TypedDict):
    """pass@1 with its interval, and pass@k for k up to the number of samples; null where no reward judges truth."""

    pass_at_1: float | None
    pass_at_1_interval: Interval
    pass_at_k: float | None
    pass_curve: list[PassPoint]


class SideSummary(PassRates):
    """One model in figures; `k` is the number of samples, `refused` counts the prompts that it could not take."""

    label: str
    mean: float | None
    interval: Interval
    k: int
    correct: int | None
    judged: int
    mean_tokens: float | None
    truncated_fraction: float | None
    refused: int
    unscored: int


class MeanChange(TypedDict):
    """The mean of the paired differences, after less before, with its interval."""

    mean: float | None
    interval: Interval


class RewardChange(MeanChange):
    """How the rewards changed: `wins` rows rose, `losses` fell, `ties` stayed, and how likely that is by chance."""

    p_value: float
    test: str
    wins: int
    losses: int
    ties: int
    is_significant: bool


class ShownAnswer(TypedDict):
    """A model's typical answer to a row; `mean` is the mean reward of all its answers to that row."""

    text: str
    reward: float | None
    mean: float | None
    reason: str


class ShownRow(TypedDict):
    """A row on which the models differ most."""

    index: int
    instruction: str
    reference: str | None
    before: ShownAnswer
    after: ShownAnswer


class Findings(TypedDict):
    """Two models compared on the same rows; `compared` counts the rows that both have a reward for."""

    rows: int
    compared: int
    samples: int
    most: float | None
    is_judged: bool
    sides: list[SideSummary]
    difference: RewardChange
    length_change: MeanChange
    regressions: list[ShownRow]
    improvements: list[ShownRow]


class EvaluationSummary(Findings):
    """The same with the verdict in words and with notes on the figures."""

    verdict: str
    notes: list[str]
