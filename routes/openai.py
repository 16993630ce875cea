"""/v1: the part of OpenAI's API that chat programs need, for the models of this server.

Source: the OpenAI API reference, chat completions and models; errors have its shape, so that its clients can read them.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Literal

from flask import Blueprint, Response, stream_with_context
from typing_extensions import NotRequired, TypedDict

from core.errors import InvalidInput
from core.generation.model_path import ModelRef
from core.validation import shaped
from routes.errors import OpenAIError, openai_error
from routes.http import json_object, presence, reply, services
from routes.openai_shapes import ChatRequest
from services.answers.generation import Ask
from services.answers.messages import EndedAnswer
from services.answers.stream import Piece, answer_while, pieces_of

bp = Blueprint("openai", __name__)


class ModelEntry(TypedDict):
    """A model as OpenAI's list shows it; `created` is in Unix seconds."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ChunkHead(TypedDict):
    """The values that an answer and each of its chunks begin with."""

    id: str
    created: int
    model: str


class Usage(TypedDict):
    """The tokens of an answer."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Delta(TypedDict, total=False):
    """What a chunk adds to the message."""

    role: str
    content: str


class DeltaChoice(TypedDict):
    """The one choice of a chunk; `finish_reason` is null before the last."""

    index: int
    delta: Delta
    finish_reason: str | None


class Chunk(ChunkHead):
    """A part of a streamed answer; the last one may have the usage and no choice."""

    object: Literal["chat.completion.chunk"]
    choices: list[DeltaChoice]
    usage: NotRequired[Usage]


OWNER = "lora-craft"


@bp.get("/models")
def models():
    """The models that a request can name, the loaded ones first."""
    return reply({"object": "list", "data": [_model(ref) for ref in services().answers.nameable()]})


@bp.get("/models/<path:model>")
def model(model: str):
    """One model; its name has slashes."""
    return reply(_model(services().answers.named(model)))


@bp.post("/chat/completions")
def chat_completions():
    """A whole answer, or with "stream" the answer as server-sent events."""
    asked = shaped(ChatRequest, json_object())
    asked.require_honourable()
    ask = _ask(asked, services().generation.ref(asked.model or _loaded()))
    head = {"id": ask.request_id, "created": int(time.time()), "model": ask.model_path}
    if asked.stream:
        return Response(stream_with_context(_events(ask, head, asked.wants_usage)), mimetype="text/event-stream")
    answer = answer_while(presence(), services().generation, ask)
    message = {"role": "assistant", "content": answer["text"]}
    choice = {"index": 0, "message": message, "finish_reason": _reason(answer)}
    return reply({**head, "object": "chat.completion", "choices": [choice], "usage": _usage(answer)})


def _ask(asked: ChatRequest, ref: ModelRef) -> Ask:
    return Ask(
        ref.model_path,
        [services().answers.chat(ref, asked.chat(), None, use_template=True)],
        asked.sampling(),
        request_id=f"chatcmpl-{secrets.token_hex(12)}",
        what="a chat of another program",
        ref=ref,
    )


def _model(ref: ModelRef) -> ModelEntry:
    return {"id": ref.model_path, "object": "model", "created": ref.saved_at, "owned_by": OWNER}


def _loaded() -> str:
    """The loaded model, for clients that name no model.

    Raises:
        InvalidInput: No model is loaded.
    """
    loaded = services().generation.state()["loaded"]
    if not loaded:
        problem = "name a model: none is loaded"
        raise InvalidInput(f"model: {problem}.", "GET /v1/models lists them.", {"model": problem})
    return loaded[0]["model_path"]


def _events(ask: Ask, head: ChunkHead, wants_usage: bool) -> Iterator[str]:
    """The answer as server-sent events; the answer ends when the client disconnects."""
    yield _event(_chunk(head, {"role": "assistant", "content": ""}))
    with closing(pieces_of(services().generation, ask)) as pieces:
        for piece in pieces:
            yield from _piece_events(piece, head, wants_usage)
    yield "data: [DONE]\n\n"


def _piece_events(piece: Piece, head: ChunkHead, wants_usage: bool) -> Iterator[str]:
    if "error" in piece:
        yield _event(openai_error(piece["error"].as_dict()))
    elif "text" in piece:
        yield _event(_chunk(head, {"content": piece["text"]}))
    elif "answer" in piece:
        last = _chunk(head, {}, _reason(piece["answer"]))
        yield _event(last)
        if wants_usage:
            yield _event({**last, "choices": [], "usage": _usage(piece["answer"])})
    else:
        yield ": waiting\n\n"


def _event(value: Chunk | OpenAIError) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _chunk(head: ChunkHead, delta: Delta, reason: str | None = None) -> Chunk:
    choice: DeltaChoice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {**head, "object": "chat.completion.chunk", "choices": [choice]}


def _reason(answer: EndedAnswer) -> str:
    return "length" if answer["finish_reason"] == "length" else "stop"


def _usage(answer: EndedAnswer) -> Usage:
    prompt, completion = answer["prompt_tokens"] or 0, answer["tokens"]
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
