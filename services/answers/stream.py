"""Answers for another program, in pieces or whole; the answer ends when the program disconnects."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from queue import Empty, Queue
from threading import Event, Thread

from typing_extensions import NotRequired, TypedDict

from core.errors import LoraCraftError, WorkerFailed
from services.answers.generation import Ask, GenerationService
from services.answers.messages import EndedAnswer, or_cancelled

LOG = logging.getLogger(__name__)
STREAM_SILENCE_S = 10.0
"""How long a streamed answer may be silent before a comment is sent, which shows whether the client is still there."""
CLIENT_LOOK_S = 2.0
"""How often it is looked whether a client that waits for a whole answer is still there."""


class Piece(TypedDict):
    """A part of a streamed answer: text, then the answer or the error at its end; empty after a silence."""

    text: NotRequired[str]
    answer: NotRequired[EndedAnswer]
    error: NotRequired[LoraCraftError]


def pieces_of(
    generation: GenerationService, ask: Ask, silence_s: float = STREAM_SILENCE_S
) -> Generator[Piece, None, None]:
    """Stream an answer.

    Args:
        generation: Answers.
        ask: One chat with a request_id; closing the iterator stops the request.
        silence_s: An empty piece comes after so long without text; sending it shows whether the program is connected.
    """
    pieces: Queue[Piece] = Queue()

    def work() -> None:
        try:
            answer = generation.answer(ask, on_text=lambda text: pieces.put({"text": text}))[0]
            pieces.put({"answer": or_cancelled(answer)})
        except LoraCraftError as error:
            pieces.put({"error": error})
        except Exception as error:
            LOG.exception("Unforeseen error in a streamed answer")
            hint = "This is a bug of LoRA Craft; logs/server.log has its traceback."
            pieces.put({"error": WorkerFailed(f"{type(error).__name__}: {error}", hint)})

    Thread(target=work, name=ask.request_id, daemon=True).start()
    try:
        piece: Piece = {}
        while not piece.keys() & {"answer", "error"}:
            piece = _next(pieces, silence_s)
            yield piece
    finally:
        generation.stop(ask.request_id)


def answer_while(
    is_there: Callable[[], bool], generation: GenerationService, ask: Ask, look_s: float = CLIENT_LOOK_S
) -> EndedAnswer:
    """The whole answer to one chat with a request_id; it is cut short when the program disconnects.

    Args:
        is_there: Whether the program is still connected.
        generation: Answers.
        ask: The chat.
        look_s: How often `is_there` is asked.

    Raises:
        LoraCraftError: As GenerationService.answer.
    """
    done = Event()

    def watch() -> None:
        while not done.wait(look_s):
            if not is_there() and generation.stop(ask.request_id):
                return

    Thread(target=watch, name=f"{ask.request_id} watch", daemon=True).start()
    try:
        return or_cancelled(generation.answer(ask)[0])
    finally:
        done.set()


def _next(pieces: Queue[Piece], silence_s: float) -> Piece:
    try:
        return pieces.get(timeout=silence_s)
    except Empty:
        return {}
