"""/v1: the part of OpenAI's API that chat programs need, over the models of this server.

Source: the OpenAI API reference, chat completions and models; errors have its shape, so that its clients show them.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import closing

from flask import Blueprint, Response, stream_with_context

from core.errors import InvalidInput
from core.generation.model_path import ModelRef
from core.validation import shaped
from routes.errors import openai_error
from routes.http import json_object, presence, reply, services
from routes.openai_shapes import ChatRequest
from services.answers.generation import Ask
from services.answers.stream import answer_while, pieces_of

bp = Blueprint("openai", __name__)
OWNER = "lora-craft"


@bp.get("/models")
def models():
    """What can be named as `model`, the loaded ones first."""
    return reply({"object": "list", "data": [_model(ref) for ref in services().answers.nameable()]})


@bp.get("/models/<path:model>")
def model(model: str):
    """One of them; its name has slashes."""
    return reply(_model(services().answers.named(model)))


@bp.post("/chat/completions")
def chat_completions():
    """An answer in one piece, or with "stream" as server-sent events."""
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


def _model(ref: ModelRef) -> dict:
    return {"id": ref.model_path, "object": "model", "created": ref.saved_at, "owned_by": OWNER}


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
    head = {**head, "object": "chat.completion.chunk"}
    yield _event(head | {"choices": [_delta({"role": "assistant", "content": ""})]})
    with closing(pieces_of(services().generation, ask)) as pieces:
        for piece in pieces:
            yield from _told(piece, head, wants_usage)
    yield "data: [DONE]\n\n"


def _told(piece: dict, head: dict, wants_usage: bool) -> Iterator[str]:
    if "error" in piece:
        yield _event(openai_error(piece["error"].as_dict()))
    elif "text" in piece:
        yield _event(head | {"choices": [_delta({"content": piece["text"]})]})
    elif "answer" in piece:
        yield _event(head | {"choices": [_delta({}, _reason(piece["answer"]))]})
        if wants_usage:
            yield _event(head | {"choices": [], "usage": _usage(piece["answer"])})
    else:
        yield ": waiting\n\n"


def _event(value: dict) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _delta(delta: dict, reason: str | None = None) -> dict:
    return {"index": 0, "delta": delta, "finish_reason": reason}


def _reason(answer: dict) -> str:
    return "length" if answer["finish_reason"] == "length" else "stop"


def _usage(answer: dict) -> dict:
    prompt, completion = answer["prompt_tokens"] or 0, answer["tokens"]
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
