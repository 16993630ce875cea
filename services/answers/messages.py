"""Answers, and the messages about them: between server and generation worker, and to the page."""

from __future__ import annotations

from typing import Literal

from typing_extensions import NotRequired, TypedDict

from core.errors import ErrorReport
from core.generation.answer import FinishReason, HeldModel, ModelAnswer
from core.generation.model_path import ModelDescription


class CancelRequest(TypedDict):
    """Ends the request `id` early."""

    id: int
    task: Literal["cancel"]


class LoadingMessage(TypedDict):
    """The worker loads the model of a request; `text` says what it does."""

    id: int
    kind: Literal["loading"]
    text: str


class TextMessage(TypedDict):
    """More text of the answer to chat `index`, which has `tokens` tokens so far."""

    id: int
    kind: Literal["text"]
    index: int
    text: str
    tokens: int


class AnswerMessage(TypedDict):
    """The complete answer to chat `index`."""

    id: int
    kind: Literal["answer"]
    index: int
    answer: ModelAnswer


class EndMessage(TypedDict):
    """The last message of a request; `loaded` lists the models in memory."""

    id: int
    kind: Literal["end"]
    loaded: list[HeldModel]


class ErrorMessage(TypedDict):
    """The last message of a failed request; after one that `is_last` the worker ends."""

    id: int
    kind: Literal["error"]
    loaded: list[HeldModel]
    error: ErrorReport
    is_last: bool


ProgressMessage = LoadingMessage | TextMessage | AnswerMessage
WorkerMessage = ProgressMessage | EndMessage | ErrorMessage


UpdateKind = Literal["waiting", "loading", "text", "end"]


class GenerationUpdate(TypedDict):
    """The payload of generation_update: the state of one model's answer, and its text since the last update.

    `kind` is waiting, loading, text or end; `message` says what a waiting or loading request waits for.
    """

    request_id: str
    column: int
    kind: UpdateKind
    text: str
    tokens: int
    seconds: float
    message: str


class AnsweredRequest(TypedDict):
    """The request that is being answered; `what` names it for people."""

    request_id: str
    what: str
    model_path: str


class LoadedModel(ModelDescription):
    """A model in memory, and its device."""

    device: str


class LoadedState(TypedDict):
    """The payload of model_update: the models in memory, the request being answered, and the number that wait.

    `notice` says why the last model was unloaded; it is empty otherwise.
    """

    loaded: list[LoadedModel]
    busy: AnsweredRequest | None
    waiting: int
    notice: str


class AnswerFigures(TypedDict):
    """What an answer cost, and how it ended: stop, length, cancelled, or refused with a `problem`."""

    tokens: int
    prompt_tokens: int | None
    seconds: float
    tokens_per_second: float | None
    first_token_seconds: float | None
    finish_reason: FinishReason | Literal["refused"]
    seed: int | None
    problem: NotRequired[str]


class EndedAnswer(AnswerFigures):
    """An answer, also to a question that was stopped or refused before its answer began."""

    text: str


CANCELLED: EndedAnswer = {
    "text": "",
    "tokens": 0,
    "prompt_tokens": None,
    "seconds": 0.0,
    "tokens_per_second": None,
    "first_token_seconds": None,
    "finish_reason": "cancelled",
    "seed": None,
}
"""The answer to a question that was stopped before its turn."""


def or_cancelled(answer: ModelAnswer | None) -> EndedAnswer:
    """A model's answer, or CANCELLED for None."""
    return {**answer} if answer is not None else CANCELLED
