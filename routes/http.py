"""The tools of every view: the services, typed bodies and queries, replies."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, jsonify, request
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

from core.errors import InvalidInput
from core.jsonfile import JsonObject
from core.validation import Shape, shaped
from services.processes.awaited import IS_AWAITED
from services.wiring import Services

View = TypeVar("View", bound=Callable[..., Any])


class Body(BaseModel):
    """A request body: unknown keys are errors, and no value is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """Query parameters: unknown keys are errors, and text is converted to numbers."""

    model_config = ConfigDict(extra="forbid")


def services() -> Services:
    """The services of the running application."""
    return current_app.extensions["lora_craft"]


def body(shape: type[Shape]) -> Shape:
    """The JSON body as `shape`.

    Raises:
        InvalidInput: It is no JSON object of that shape; `fields` names what is wrong.
    """
    return shaped(shape, json_object())


def json_object() -> JsonObject:
    """The JSON body with any keys.

    Raises:
        InvalidInput: It is no JSON object.
    """
    try:
        value = from_json(request.get_data(), allow_inf_nan=False)
    except ValueError as error:  # also halves of characters, and what is nested too deeply
        raise InvalidInput(f"The body is not valid JSON: {error}.", "Send {...}.") from error
    if not isinstance(value, dict):
        raise InvalidInput(f"The body is a JSON object, not {type(value).__name__}.", "Send {...}.")
    return value


def query(shape: type[Shape]) -> Shape:
    """The query parameters as `shape`.

    Raises:
        InvalidInput: One is unknown or of the wrong type.
    """
    return shaped(shape, request.args.to_dict())


def presence() -> Callable[[], bool]:
    """A function, for any thread, that tells whether the client of this request is still connected; true if unknown."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    return lambda: connection is None or not _is_closed(connection)


def droppable(view: View) -> View:
    """Mark a view that only looks: its work is dropped when its client has left. Put below the route."""

    @wraps(view)
    def watched(*arguments: Any, **named: Any) -> Any:
        token = IS_AWAITED.set(presence())
        try:
            return view(*arguments, **named)
        finally:
            IS_AWAITED.reset(token)

    return cast(View, watched)


def _is_closed(connection: socket.socket) -> bool:
    try:
        with selectors.DefaultSelector() as ready:
            ready.register(connection, selectors.EVENT_READ)
            return bool(ready.select(0)) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):  # the client reset it, or the server closed it
        return True


def reply(value: Any, status: int = 200) -> tuple[Response, int]:
    """`value` as JSON."""
    return jsonify(value), status
