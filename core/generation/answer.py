"""Requests to a generation worker, and its answers."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from core.generation.model_path import PlacedModel
from core.prompts.template import ChatMessage

FinishReason = Literal["stop", "length", "cancelled"]


class ModelAnswer(TypedDict):
    """A model's answer to one chat.

    `tokens` counts its own, `prompt_tokens` those before it, null where nobody counted; `seed` is null
    where nothing was drawn.
    """

    text: str
    tokens: int
    prompt_tokens: int | None
    seconds: float
    tokens_per_second: float | None
    first_token_seconds: float
    finish_reason: FinishReason
    seed: int | None


class HeldModel(TypedDict):
    """A model in the memory of a worker, and on which device."""

    model_path: str
    device: str


class AnswerRequest(TypedDict):
    """One request to a generation worker; `sampling` has the values of Sampling, `stream` asks for text as it comes."""

    id: int
    task: Literal["answer", "load"]
    model: PlacedModel
    chats: list[list[ChatMessage]]
    sampling: dict[str, Any]
    use_adapter: bool
    stream: bool
