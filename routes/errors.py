"""Turns every error into the one JSON shape and its HTTP status; has the only table of statuses."""

from __future__ import annotations

import logging

from flask import Flask, Response, current_app, jsonify, render_template, request
from typing_extensions import TypedDict
from werkzeug.exceptions import HTTPException

from constants import MAX_JSON_BYTES
from core.errors import (
    Broken,
    Conflict,
    DeviceTaken,
    Displaced,
    Dropped,
    ErrorReport,
    Forbidden,
    InvalidInput,
    LoraCraftError,
    NeedsConsent,
    NotFound,
    OutOfMemory,
    TooLarge,
    Unavailable,
    WorkerFailed,
)
from core.failures import of_disk

LOG = logging.getLogger(__name__)

STATUS: dict[type[LoraCraftError], int] = {
    InvalidInput: 400,
    Broken: 409,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    NeedsConsent: 409,
    DeviceTaken: 409,
    TooLarge: 413,
    Unavailable: 503,
    Dropped: 503,
    Displaced: 503,
    WorkerFailed: 500,
    OutOfMemory: 500,
}
DISK_STATUS = 507
HINTS = {
    400: "Send valid JSON.",
    404: "docs/rest.md lists every route.",
    405: "Use another method.",
    413: f"A request may have {MAX_JSON_BYTES // 1024} KiB.",
    416: "Ask for a part that lies inside the file.",
}
OPENAI = "/v1/"
OPENAI_HINT = "Of OpenAI's API there are chat/completions and models here."
KEPT_HEADERS = ("Allow", "Content-Range")
"""Headers of an HTTP error that are sent on: the allowed methods, and the length of the file."""


class OpenAIDetail(TypedDict):
    """An error in OpenAI's words; `param` names the first field that is wrong."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIError(TypedDict):
    """An error as OpenAI's clients expect it."""

    error: OpenAIDetail


def register(app: Flask) -> None:
    """Answer every error of every route in the one shape; below /v1 in OpenAI's, which its clients can read."""
    app.register_error_handler(LoraCraftError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OSError, _of_disk)
    app.register_error_handler(Exception, _unforeseen)


def openai_error(error: ErrorReport) -> OpenAIError:
    """An error in OpenAI's shape."""
    message = f"{error['message']} {error['hint']}".strip()
    return {
        "error": {
            "message": message,
            "type": error["code"],
            "param": next(iter(error["fields"]), None),
            "code": error["code"],
        }
    }


def _ours(error: LoraCraftError) -> tuple[Response, int]:
    return _reply(error.as_dict(), STATUS[type(error)])


def _http(error: HTTPException) -> tuple[Response | str, int]:
    status = error.code or 500
    if not request.path.startswith(("/api/", OPENAI)):
        return render_template("error.html", status=status, message=error.description), status
    code = {404: "not_found", 413: "too_large"}.get(status, error.name.lower().replace(" ", "_"))
    fields: dict[str, str] = {}
    message = error.description or error.name
    hint = OPENAI_HINT if status == 404 and request.path.startswith(OPENAI) else HINTS.get(status, "")
    reply, status = _reply({"code": code, "message": message, "hint": hint, "fields": fields}, status)
    reply.headers.update({name: value for name, value in error.get_headers() if name in KEPT_HEADERS})
    return reply, status


def _of_disk(error: OSError) -> tuple[Response, int]:
    told = of_disk(error)
    if told is None:
        return _unforeseen(error)
    LOG.warning("%s %s: %s", request.method, request.path, error)
    cause, cure, code = told
    return _reply({"code": code, "message": cause, "hint": cure, "fields": {}}, DISK_STATUS)


def _unforeseen(error: Exception) -> tuple[Response, int]:
    if current_app.debug:
        raise error
    LOG.exception("Unforeseen error in %s %s", request.method, request.path)
    message = f"{type(error).__name__}: {error}"
    hint = "This is a bug of LoRA Craft; logs/server.log has its traceback."
    return _reply({"code": "internal", "message": message, "hint": hint, "fields": {}}, 500)


def _reply(error: ErrorReport, status: int) -> tuple[Response, int]:
    shown = openai_error(error) if request.path.startswith(OPENAI) else {"error": error}
    return jsonify(shown), status
