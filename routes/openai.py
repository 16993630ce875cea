"""/v1: the part of OpenAI's API that chat programs need, over the models of this server.

Source: the OpenAI API reference, chat completions and models; errors have its shape, so that its clients show them.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from queue import Queue
from threading import Thread
from typing import Any

from flask import Blueprint, Response, jsonify, stream_with_context
from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput, LoraCraftError
from core.generation.sampling import Sampling, sampling_from
from core.validation import shaped
from routes.errors import STATUS
from routes.http import json_object, reply, services
from services.answers import CANCELLED
from services.generation import Ask

bp = Blueprint("openai", __name__)
OWNER = "lora-craft"


class TextPart(BaseModel):
    """A piece of a message; only text can be given to the models here."""

    type: str
    text: str = ""


class ChatMessage(BaseModel):
    """One message; content is a text or a list of text parts."""

    role: str
    content: str | list[TextPart]

    def as_dict(self) -> dict:
        """The message with its content as one text.

        Raises:
            InvalidInput: A part is no text.
        """
        if isinstance(self.content, str):
            return {"role": self.role, "content": self.content}
        if any(part.type != "text" for part in self.content):
            problem = "only text parts can be answered"
            raise InvalidInput(f"messages: {problem}.", "Send text.", {"messages": problem})
        return {"role": self.role, "content": "".join(part.text for part in self.content)}


class ChatRequest(BaseModel):
    """A chat completion request; keys that have no meaning here are passed over, as OpenAI's clients expect."""

    model_config = ConfigDict(extra="ignore")

    model: str = ""
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    n: int | None = Field(None, ge=1, le=1)
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None
    stop: str | list[str] | None = None

    def sampling(self) -> Sampling:
        """The sampling values, OpenAI's names translated."""
        values = self.model_dump()
        values["max_tokens"] = self.max_completion_tokens or self.max_tokens
        values["stop"] = [self.stop] if isinstance(self.stop, str) else self.stop
        return sampling_from(values, Sampling(temperature=1.0, max_tokens=512))


@bp.errorhandler(LoraCraftError)
def openai_error(error: LoraCraftError) -> tuple[Response, int]:
    """An error in OpenAI's shape."""
    return jsonify(_error(error)), STATUS[type(error)]


@bp.get("/models")
def models():
    """What can be named as `model`, the loaded ones first."""
    loaded = [held["model_path"] for held in services().generation.state()["loaded"]]
    names = dict.fromkeys([*loaded, *(entry["model_path"] for entry in services().answers.testable())])
    return reply({"object": "list", "data": [{"id": name, "object": "model", "owned_by": OWNER} for name in names]})


@bp.post("/chat/completions")
def chat_completions():
    """An answer in one piece, or with "stream" as server-sent events."""
    asked = shaped(ChatRequest, json_object())
    messages = [message.as_dict() for message in asked.messages]
    ref = services().generation.ref(asked.model or _loaded())
    ask = Ask(
        ref.model_path,
        [services().answers.chat(ref, messages, None, use_template=True)],
        asked.sampling(),
        request_id=f"chatcmpl-{secrets.token_hex(12)}",
        what="a chat of another program",
        ref=ref,
    )
    head = {"id": ask.request_id, "created": int(time.time()), "model": ask.model_path}
    if asked.stream:
        wants_usage = bool((asked.stream_options or {}).get("include_usage"))
        return Response(stream_with_context(_events(ask, head, wants_usage)), mimetype="text/event-stream")
    answer = services().generation.answer(ask)[0] or CANCELLED
    message = {"role": "assistant", "content": answer["text"]}
    choice = {"index": 0, "message": message, "finish_reason": _reason(answer)}
    return reply({**head, "object": "chat.completion", "choices": [choice], "usage": _usage(answer)})


def _loaded() -> str:
    """The model that was used last, for clients that name none.

    Raises:
        InvalidInput: None is loaded.
    """
    loaded = services().generation.state()["loaded"]
    if not loaded:
        problem = "name a model: none is loaded"
        raise InvalidInput(f"model: {problem}.", "GET /v1/models lists them.", {"model": problem})
    return loaded[0]["model_path"]


def _events(ask: Ask, head: dict, wants_usage: bool) -> Iterator[str]:
    """The answer as server-sent events; a client that leaves ends the answer."""
    generation = services().generation
    pieces: Queue[dict] = Queue()

    def work() -> None:
        try:
            answer = generation.answer(ask, on_text=lambda text: pieces.put({"text": text}))[0]
            pieces.put({"answer": answer or CANCELLED})
        except LoraCraftError as error:
            pieces.put({"error": error})

    Thread(target=work, name=ask.request_id, daemon=True).start()
    head = {**head, "object": "chat.completion.chunk"}
    try:
        yield _event(head | {"choices": [_delta({"role": "assistant", "content": ""})]})
        while "text" in (piece := pieces.get()):
            yield _event(head | {"choices": [_delta({"content": piece["text"]})]})
        if "error" in piece:
            yield _event(_error(piece["error"]))
        else:
            yield _event(head | {"choices": [_delta({}, _reason(piece["answer"]))]})
            if wants_usage:
                yield _event(head | {"choices": [], "usage": _usage(piece["answer"])})
        yield "data: [DONE]\n\n"
    finally:
        generation.stop(ask.request_id)


def _event(value: dict) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _delta(delta: dict, reason: str | None = None) -> dict:
    return {"index": 0, "delta": delta, "finish_reason": reason}


def _reason(answer: dict) -> str:
    return "length" if answer["finish_reason"] == "length" else "stop"


def _usage(answer: dict) -> dict:
    prompt, completion = answer["prompt_tokens"] or 0, answer["tokens"]
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _error(error: LoraCraftError) -> dict:
    field = next(iter(error.fields), None)
    message = f"{error.message} {error.hint}".strip()
    return {"error": {"message": message, "type": error.code, "param": field, "code": error.code}}
