"""The messages of answering models: between server and generation worker, and to the page."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class AnswerRequest(TypedDict):
    """A request to the generation worker; `task` load leaves `chats` empty."""

    id: int
    task: str
    model: dict[str, Any]
    chats: list[list[dict[str, Any]]]
    sampling: dict[str, Any]
    use_adapter: bool
    stream: bool


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
    answer: dict[str, Any]


class EndMessage(TypedDict):
    """The last message of a request; `loaded` lists the models in memory."""

    id: int
    kind: Literal["end"]
    loaded: list[dict[str, Any]]


class ErrorMessage(TypedDict):
    """The last message of a failed request; after one that `is_last` the worker ends."""

    id: int
    kind: Literal["error"]
    loaded: list[dict[str, Any]]
    error: dict[str, Any]
    is_last: bool


WorkerMessage = LoadingMessage | TextMessage | AnswerMessage | EndMessage | ErrorMessage


class GenerationUpdate(TypedDict):
    """The payload of generation_update: the state of one model's answer, and its text since the last update.

    `kind` is waiting, loading, text or end; `message` says what a waiting or loading request waits for.
    """

    request_id: str
    column: int
    kind: str
    text: str
    tokens: int
    seconds: float
    message: str


class AnsweredRequest(TypedDict):
    """The request that is being answered; `what` names it for people."""

    request_id: str
    what: str
    model_path: str


class LoadedState(TypedDict):
    """The payload of model_update: the models in memory, the request being answered, and the number that wait.

    `notice` says why the last model was unloaded; it is empty otherwise.
    """

    loaded: list[dict[str, Any]]
    busy: AnsweredRequest | None
    waiting: int
    notice: str
