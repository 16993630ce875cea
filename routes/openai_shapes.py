"""The requests of OpenAI's clients, and their translation into our messages and sampling."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput
from core.generation.chat import ForeignMessage, merged
from core.generation.sampling import MOST_SEEDS, MOST_TOKENS, Sampling, sampling_from
from core.prompts.template import ChatMessage

DEFAULT = Sampling(temperature=1.0, max_tokens=512)
NEUTRAL: dict[str, tuple[object, ...]] = {
    "n": (1,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False, 0),
    "response_format": ({"type": "text"},),
    "tools": ([],),
    "functions": ([],),
}
"""Key that is not supported -> its values, besides null, that change no answer and are accepted."""


class TextPart(BaseModel):
    """A part of a message; only text is supported."""

    type: str
    text: str = ""


class OpenAIMessage(BaseModel):
    """One message; its content is a text, a list of text parts, or null for a tool call."""

    role: str
    content: str | list[TextPart] | None = None

    def as_turn(self) -> ForeignMessage:
        """The message with its content as one text, or None.

        Raises:
            InvalidInput: A part is no text.
        """
        if not isinstance(self.content, list):
            return {"role": self.role, "content": self.content}
        if any(part.type != "text" for part in self.content):
            problem = "only text parts can be answered"
            raise InvalidInput(f"messages: {problem}.", "Send text.", {"messages": problem})
        return {"role": self.role, "content": "".join(part.text for part in self.content)}


class ChatRequest(BaseModel):
    """A chat completion request; null means the default, and keys that change no answer are ignored."""

    model_config = ConfigDict(extra="allow")

    model: str | None = None
    messages: list[OpenAIMessage] = Field(min_length=1)
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None
    stop: str | list[str] | None = None

    def require_honourable(self) -> None:
        """Refuse keys that would change the answer and are not supported.

        Raises:
            InvalidInput: There is such a key; `fields` names it.
        """
        for name, value in (self.model_extra or {}).items():
            if value is not None and name in NEUTRAL and value not in NEUTRAL[name]:
                problem = f"{value!r} can't be honoured here"
                raise InvalidInput(f"{name}: {problem}.", "Leave it out.", {name: problem})

    def chat(self) -> list[ChatMessage]:
        """The conversation for AnswerService.chat."""
        return merged([message.as_turn() for message in self.messages])

    def sampling(self) -> Sampling:
        """The sampling values, translated from OpenAI's names and ranges."""
        values = self.model_dump()
        most = self.max_completion_tokens or self.max_tokens
        values["max_tokens"] = most and min(most, MOST_TOKENS)
        values["seed"] = None if self.seed is None else self.seed % MOST_SEEDS
        values["stop"] = [text for text in ([self.stop] if isinstance(self.stop, str) else self.stop or ()) if text]
        if self.top_p == 0:  # only the likeliest token
            values |= {"temperature": 0.0, "top_p": None}
        return sampling_from(values, DEFAULT)

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with the usage."""
        return bool((self.stream_options or {}).get("include_usage"))
