"""RecentAnswers: keeps the newest requests to models with their answers, so that a reloaded page finds its own."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from typing_extensions import TypedDict

from core.errors import Conflict, ErrorReport, LoraCraftError, NotFound
from services.answers.messages import GenerationUpdate, UpdateKind
from services.answers.service import ChatAnswer, Comparison
from services.publish import Publish

Reply = TypeVar("Reply", ChatAnswer, Comparison)

KEPT = 32
"""Requests kept; the oldest goes first. At their longest, 6 answers of 32768 tokens each, they take a few MB."""


class AnswerColumn(TypedDict):
    """The answer of one model so far: the values of its latest GenerationUpdate, with all of its text."""

    kind: Literal["sent"] | UpdateKind
    text: str
    tokens: int
    seconds: float
    message: str


class RecentAnswer(TypedDict):
    """A request to models; `reply` is null before its end, `error` unless it was refused."""

    request_id: str
    is_pending: bool
    columns: list[AnswerColumn]
    reply: ChatAnswer | Comparison | None
    error: ErrorReport | None


class RecentAnswers:
    """The newest requests by their request_id, in memory only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, RecentAnswer] = OrderedDict()

    def keep(self, request_id: str, columns: int, action: Callable[[], Reply]) -> Reply:
        """Return the result of `action`, and keep it under `request_id` if that is not empty.

        Args:
            request_id: The page's name of the request.
            columns: The number of models that are asked.
            action: Asks them.
        Raises:
            Conflict: A request of this name is still being answered.
            LoraCraftError: The error of `action`, which is kept as well.
        """
        if not request_id:
            return action()
        entry = self._begin(request_id, columns)
        try:
            reply = action()
            entry["reply"] = reply
        except LoraCraftError as error:
            entry["error"] = error.as_dict()
            raise
        finally:
            entry["is_pending"] = False
        return reply

    def listen(self, publish: Publish) -> Publish:
        """A `publish` that notes each generation_update here before it is published."""

        def noted(topic: str, payload: Any) -> None:
            if topic == "generation":
                self.note(payload)
            publish(topic, payload)

        return noted

    def note(self, message: GenerationUpdate) -> None:
        """Add an update to the answer of its request, if that is kept."""
        with self._lock:
            entry = self._known.get(message["request_id"])
            if entry is None:
                return
            column = entry["columns"][message["column"]]
            column["text"] += message["text"]
            column["tokens"] = max(column["tokens"], message["tokens"])
            column["kind"], column["seconds"] = message["kind"], message["seconds"]
            column["message"] = message["message"]

    def get(self, request_id: str) -> RecentAnswer:
        """A request with its answers so far.

        Raises:
            NotFound: There is no such request, or it is no longer kept.
        """
        with self._lock:
            entry = self._known.get(request_id)
            if entry is None:
                raise NotFound(f"There is no request {request_id!r} any more.", "Ask again.")
            return {**entry, "columns": [{**column} for column in entry["columns"]]}

    def _begin(self, request_id: str, columns: int) -> RecentAnswer:
        entry: RecentAnswer = {
            "request_id": request_id,
            "is_pending": True,
            "columns": [_sent() for _ in range(columns)],
            "reply": None,
            "error": None,
        }
        with self._lock:
            known = self._known.get(request_id)
            if known is not None and known["is_pending"]:
                raise Conflict(f"The request {request_id!r} is being answered.", "Give each request an id of its own.")
            self._known[request_id] = entry
            self._known.move_to_end(request_id)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return entry


def _sent() -> AnswerColumn:
    return {"kind": "sent", "text": "", "tokens": 0, "seconds": 0.0, "message": ""}
