"""Socket.IO requests of clients: subscribe to a session and get the messages missed, and unsubscribe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from flask_socketio import SocketIO, emit, join_room, leave_room
from typing_extensions import TypedDict

from constants import LOOPBACK_HOSTS
from core.errors import ErrorReport, InvalidInput, LoraCraftError
from core.jsonfile import JsonObject
from core.sessions.store import SessionStore
from services.wiring import Services
from websockets.messages import message_of
from websockets.publisher import room_of

PIECE_MESSAGES = 2000
"""The most messages that one subscribe answer carries; the client asks again for those after them."""


class MissedMessage(TypedDict):
    """A message that was sent while the client was disconnected."""

    name: str
    payload: Mapping[str, object]


class Subscribed(TypedDict):
    """The session as of now, and the messages that a client missed, oldest first, up to the event `last_seq`.

    `more` tells that there are later ones: who asks again, after `last_seq`, gets the next piece.
    """

    session_id: str
    session: JsonObject
    last_seq: int
    more: bool
    missed: list[MissedMessage]


class Unsubscribed(TypedDict):
    """The session whose messages no longer come."""

    session_id: str


class Refused(TypedDict):
    """Why a request was refused."""

    error: ErrorReport


def register(socketio: SocketIO) -> None:
    """Register the handlers."""
    socketio.on_event("connect", _connect)
    socketio.on_event("subscribe", _subscribe)
    socketio.on_event("unsubscribe", _unsubscribe)


def missed_messages(store: SessionStore, session_id: str, after_seq: int) -> Subscribed:
    """The messages after `after_seq`, which a client missed.

    Raises:
        NotFound: No such session.
    """
    state = store.state(session_id)
    last_seq = state.last_seq
    missed: list[MissedMessage] = []
    if after_seq < state.last_seq:
        last_seq, missed = _piece(store, session_id, after_seq)
    return {
        "session_id": session_id,
        "session": state.as_dict(),
        "last_seq": last_seq,
        "more": last_seq < state.last_seq,
        "missed": missed,
    }


def _piece(store: SessionStore, session_id: str, after_seq: int) -> tuple[int, list[MissedMessage]]:
    """The last event of the next piece, and the messages of the piece."""
    last_seq, missed = after_seq, list[MissedMessage]()
    for state, event in store.replay(session_id, after_seq):
        last_seq, message = event["seq"], message_of(state, event)
        if message:
            missed.append({"name": message[0], "payload": message[1]})
        if len(missed) == PIECE_MESSAGES:
            return last_seq, missed
    return max(last_seq, store.state(session_id).last_seq), missed


def _services() -> Services:
    return current_app.extensions["lora_craft"]


def _connect(auth: Any = None) -> bool | None:
    """Send the machine and the queue to a new client; refuse a client that used a foreign host name."""
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK_HOSTS:
        return False
    emit("system_update", _services().monitor.latest)
    emit("queue_update", _services().devices.snapshot())
    return None


def _subscribe(message: Any) -> Subscribed | Refused:
    """Subscribe a client to a session.

    It joins the room before the log is read: a message may then come twice, which `seq` shows, but none is lost.
    """
    try:
        session_id, after_seq = _checked(message)
        _services().store.paths(session_id)
        join_room(room_of(session_id))
        answer = missed_messages(_services().store, session_id, after_seq)
    except LoraCraftError as error:
        return {"error": error.as_dict()}
    emit("subscribed", answer)
    return answer


def _unsubscribe(message: Any) -> Unsubscribed | Refused:
    try:
        session_id, _ = _checked(message)
    except LoraCraftError as error:
        return {"error": error.as_dict()}
    leave_room(room_of(session_id))
    return {"session_id": session_id}


def _checked(message: Any) -> tuple[str, int]:
    if not isinstance(message, dict) or not isinstance(message.get("session_id"), str):
        raise InvalidInput("subscribe needs {session_id, after_seq?}.", "Name a session.", {"session_id": "is missing"})
    after_seq = message.get("after_seq", 0)
    if isinstance(after_seq, bool) or not isinstance(after_seq, int):
        raise InvalidInput("after_seq is a whole number.", "Use 0 for everything.", {"after_seq": "is no number"})
    return message["session_id"], after_seq
