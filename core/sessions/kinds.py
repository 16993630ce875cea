"""The content of each kind of event, besides its place in the log and its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from typing_extensions import NotRequired, TypedDict

from core.errors import LoraCraftError
from core.rewards.record import SampleCompletion
from core.sessions.metrics import StepMetrics


class Stamp(TypedDict):
    """`seq` counts from 1, unbroken; `t` is Unix time in seconds."""

    seq: int
    t: float


class PlainEvent(Stamp):
    """Nothing but what happened."""

    kind: Literal["queued", "heartbeat", "completed"]


class StartingEvent(Stamp):
    """The server starts a worker; `attempt` is present if it is not the previous one plus 1."""

    kind: Literal["starting"]
    device: NotRequired[str | None]
    attempt: NotRequired[int]


class StartedEvent(Stamp):
    """The worker runs."""

    kind: Literal["started"]
    pid: int


class PhaseEvent(Stamp):
    """A phase begins."""

    kind: Literal["phase"]
    phase: str
    detail: NotRequired[str]


class NoticeText(TypedDict):
    """Something the user should know about a setting: `level` is info or warning."""

    level: str
    field: str
    message: str


class NoticeEvent(Stamp, NoticeText):
    """Something the user should know."""

    kind: Literal["notice"]


class EngineReport(TypedDict):
    """The model in memory: `parameters` counts weights, `adapted_layers` see core/workers/run_card.py."""

    engine: str
    device: str
    dtype: str
    parameters: int
    trainable_parameters: int
    adapted_layers: NotRequired[Mapping[str, list[int]] | None]
    seconds: float


class LoadedEvent(Stamp, EngineReport):
    """The model is in memory."""

    kind: Literal["loaded"]


class DataReport(TypedDict):
    """The number of rows of each part of the run; `left_out` counts unused rows by reason."""

    warm_up: int
    train: int
    held_out: int
    left_out: dict[str, int]


class PromptSample(TypedDict):
    """A rendered prompt of a training row and its reference."""

    prompt: str
    reference: str


class DataEvent(Stamp, DataReport):
    """The rows are split."""

    kind: Literal["data"]
    samples: NotRequired[list[PromptSample]]


class StepReport(StepMetrics):
    """One logged step: progress, speed and metrics."""

    step: int
    phase: str
    total_steps: NotRequired[int | None]
    tokens_per_second: NotRequired[float | None]
    eta_seconds: NotRequired[float | None]
    reward_seconds: NotRequired[float | None]
    reward_errors: NotRequired[dict[str, int] | None]
    reward_not_run: NotRequired[dict[str, int] | None]


class MetricsEvent(Stamp, StepReport):
    """One step was logged."""

    kind: Literal["metrics"]


class StoredGroups(TypedDict):
    """The file of the groups of a step, and their best and worst completion."""

    step: int
    file: str
    groups: int
    sample: list[SampleCompletion]
    prints: NotRequired[list[str]]


class CompletionsEvent(Stamp, StoredGroups):
    """The groups of a step are stored."""

    kind: Literal["completions"]


class AnsweredRow(TypedDict):
    """A held-out row and the model's answer to it."""

    instruction: str
    reference: str
    answer: str


class RowScores(TypedDict):
    """How the answers to some rows were judged.

    `marks` has one character a row, in order: 1 correct, 0 not, - not judged, so that two scores can be compared in
    pairs. It is empty when no reward of the run judges truth; `correct` is then null, as it is when no row was judged.
    `scored` counts the rows that `correct`, or without it `reward`, is about; it is absent in older runs, which were
    about all rows. `reward` is the mean of `row_rewards`, the weighted sum of each row, null where a reward failed.
    `unscored` counts the answers on which a reward failed.
    """

    correct: int | None
    marks: str
    scored: NotRequired[int]
    reward: float | None
    rewards: dict[str, float | None]
    row_rewards: NotRequired[list[float | None]]
    unscored: NotRequired[dict[str, int]]


class HeldOutAnswers(RowScores):
    """How the model answered the held-out rows."""

    total: int
    seconds: NotRequired[float]
    samples: NotRequired[list[AnsweredRow]]


class HeldOutScore(HeldOutAnswers):
    """The same at one point of the run: `stage` is base, warm_up, step or trained."""

    stage: Literal["base", "warm_up", "step", "trained"]
    step: int


class EvaluationEvent(Stamp, HeldOutScore):
    """The held-out rows were scored."""

    kind: Literal["evaluation"]


class CheckpointEvent(Stamp):
    """A checkpoint is on disk."""

    kind: Literal["checkpoint"]
    step: int
    path: str


class ResumedEvent(Stamp):
    """Training continues from a checkpoint; earlier metrics of later steps no longer count."""

    kind: Literal["resumed"]
    from_step: int
    warm_up_kept: NotRequired[bool]


class StoppingEvent(Stamp):
    """A stop request was seen."""

    kind: Literal["stopping"]
    mode: str


class ProgressEvent(Stamp):
    """How far a phase is; `fraction` is null where nobody knows."""

    kind: Literal["progress"]
    fraction: float | None
    phase: NotRequired[str]
    text: NotRequired[str]


class SavedEvent(Stamp):
    """The adapter is on disk."""

    kind: Literal["saved"]
    path: str


class StoppedEvent(Stamp):
    """Stopped on request."""

    kind: Literal["stopped"]
    mode: NotRequired[str]
    step: NotRequired[int]
    saved: NotRequired[bool]


class Failure(TypedDict):
    """Why a run ended before its time, what to do, and the end of the worker's log."""

    cause: str
    cure: str
    code: str
    exit_code: int | None
    log_tail: str | None


def failure_of(error: LoraCraftError) -> Failure:
    """An error that has ended something, as a failure."""
    return {"cause": error.message, "cure": error.hint, "code": error.code, "exit_code": None, "log_tail": None}


class FailedEvent(Stamp):
    """The run failed, or its worker ended without a final event."""

    kind: Literal["failed", "interrupted"]
    cause: str
    cure: NotRequired[str]
    code: NotRequired[str]
    exit_code: NotRequired[int | None]
    log_tail: NotRequired[str]


class UnreadEvent(Stamp):
    """In place of a line that can't be read; `problem` is a sentence."""

    kind: Literal["unread"]
    problem: str


class LaterEvent(Stamp):
    """An event of a later version."""

    kind: str


Event = (
    PlainEvent
    | StartingEvent
    | StartedEvent
    | PhaseEvent
    | NoticeEvent
    | LoadedEvent
    | DataEvent
    | MetricsEvent
    | CompletionsEvent
    | EvaluationEvent
    | CheckpointEvent
    | ResumedEvent
    | StoppingEvent
    | ProgressEvent
    | SavedEvent
    | StoppedEvent
    | FailedEvent
    | UnreadEvent
)
"""One line of an event log; `kind` names its shape."""


def without(event: Mapping[str, object], *names: str) -> Any:
    """The content of an event without the named keys, in its order."""
    return {key: value for key, value in event.items() if key not in names}
