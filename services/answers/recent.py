"""RecentAnswers: owns the newest requests to models and what became of them, so that a reloaded page finds its own."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from core.errors import Conflict, LoraCraftError, NotFound
from services.publish import Publish

KEPT = 32
"""Requests kept; the oldest goes first. At their longest, 6 answers of 32768 tokens each, they take a few MB."""


class RecentAnswers:
    """Requests by their request_id: the text so far, then the reply or the refusal. In memory only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, dict] = OrderedDict()

    def keep(self, request_id: str, columns: int, action: Callable[[], dict]) -> dict:
        """The result of `action`, which is kept under `request_id` if that is not empty.

        Args:
            request_id: The page's name of the request.
            columns: How many models are asked.
            action: Asks them.
        Raises:
            Conflict: A request of this name is still being answered.
            LoraCraftError: As `action`; kept, too.
        """
        if not request_id:
            return action()
        entry = self._begin(request_id, columns)
        try:
            entry["reply"] = action()
        except LoraCraftError as error:
            entry["error"] = error.as_dict()
            raise
        finally:
            entry["is_pending"] = False
        return entry["reply"]

    def listen(self, publish: Publish) -> Publish:
        """`publish`, with its reports on answers noted here first."""

        def noting(topic: str, payload: Any) -> None:
            if topic == "generation":
                self.note(payload)
            publish(topic, payload)

        return noting

    def note(self, message: dict) -> None:
        """Take a generation_update; one of a request that is not kept is passed over."""
        with self._lock:
            entry = self._known.get(message["request_id"])
            if entry is None:
                return
            column = entry["columns"][message["column"]]
            column["text"] += message["text"]
            column["tokens"] = max(column["tokens"], message["tokens"])
            column |= {key: message[key] for key in ("kind", "seconds", "message")}

    def get(self, request_id: str) -> dict[str, Any]:
        """A request as it stands: request_id, is_pending, columns, reply, error; either of the last two is null.

        Raises:
            NotFound: It is not known, or no longer.
        """
        with self._lock:
            entry = self._known.get(request_id)
            if entry is None:
                raise NotFound(f"There is no request {request_id!r} any more.", "Ask again.")
            return {**entry, "columns": [dict(column) for column in entry["columns"]]}

    def _begin(self, request_id: str, columns: int) -> dict:
        blank = {"kind": "sent", "text": "", "tokens": 0, "seconds": 0.0, "message": ""}
        entry = {"request_id": request_id, "is_pending": True, "columns": [dict(blank) for _ in range(columns)]}
        entry |= {"reply": None, "error": None}
        with self._lock:
            known = self._known.get(request_id)
            if known is not None and known["is_pending"]:
                raise Conflict(f"The request {request_id!r} is being answered.", "Give each request an id of its own.")
            self._known[request_id] = entry
            self._known.move_to_end(request_id)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return entry
