"""Publisher: sends the reports of services as messages, at most five a second per session and name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from constants import LOG_CHUNK_BYTES
from core.jsonfile import JsonObject
from websockets.messages import message_of

EMIT_PERIOD_S = 0.2
"""Least time between two emits of one event name for one session: at most five a second."""

ROOM_ONLY = ("training_log", "training_completions")
"""Messages for subscribers of a session; the others go to every client."""
IDENTITY = {
    "export": ("export_id",),
    "dataset": ("job_id",),
    "generation": ("request_id", "column"),
    "batch": ("test_id",),
}
"""Topic -> the keys of its payload that tell what it is about; messages about the same are joined."""


class Publisher:
    """Collects messages and sends them in rounds; the only caller of emit.

    Args:
        emit: SocketIO.emit, called with (name, payload, to).
    """

    def __init__(self, emit: Callable[..., None]):
        self._emit = emit
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, str], JsonObject] = {}
        self._wake = threading.Event()
        threading.Thread(target=self._rounds, name="publisher", daemon=True).start()

    def publish(self, topic: str, payload: Any) -> None:
        """Take one report; each service documents its topics."""
        if topic == "event":
            state, event = payload
            message = message_of(state, event)
            if message:
                self._add(message[0], state.session_id, dict(message[1]))
        elif topic == "output":
            session_id, text = payload
            self._add("training_log", session_id, {"session_id": session_id, "text": text})
        else:
            self._add(f"{topic}_update", " ".join(str(payload[key]) for key in IDENTITY.get(topic, ())), payload)

    def flush(self) -> None:
        """Send all pending messages now."""
        with self._lock:
            pending, self._pending = self._pending, {}
        for (name, session_id), payload in pending.items():
            room = room_of(session_id) if name in ROOM_ONLY else None
            self._emit(name, payload, to=room)

    def _add(self, name: str, session_id: str, payload: JsonObject) -> None:
        with self._lock:
            earlier = self._pending.get((name, session_id))
            self._pending[name, session_id] = _joined(name, earlier, payload) if earlier else payload
        self._wake.set()

    def _rounds(self) -> None:
        pause = threading.Event()
        while self._wake.wait():
            self._wake.clear()
            self.flush()
            pause.wait(EMIT_PERIOD_S)


def room_of(session_id: str) -> str:
    """The Socket.IO room of a session's subscribers."""
    return f"session:{session_id}"


def _joined(name: str, earlier: JsonObject, later: JsonObject) -> JsonObject:
    """Two messages of one name as one: their texts are joined, and an update has the earlier ones as `earlier`."""
    if name == "training_log":
        return later | {"text": (earlier["text"] + later["text"])[-LOG_CHUNK_BYTES:]}
    if name == "generation_update":
        return later | {"text": earlier["text"] + later["text"], "tokens": max(earlier["tokens"], later["tokens"])}
    if name in ("training_update", "training_status"):
        before = [*earlier.get("earlier", ()), {k: v for k, v in earlier.items() if k != "earlier"}]
        return later | {"earlier": before}
    return later
