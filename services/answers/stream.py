"""An answer in pieces for a program that may leave meanwhile, which ends it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from queue import Empty, Queue
from threading import Event, Thread

from core.errors import LoraCraftError, WorkerFailed
from services.answers.generation import Ask, GenerationService
from services.answers.service import CANCELLED

LOG = logging.getLogger(__name__)
STREAM_SILENCE_S = 10.0
"""How long a streamed answer may be silent before a comment is sent, which shows whether the client is still there."""
CLIENT_LOOK_S = 2.0
"""How often it is looked whether a client that waits for a whole answer is still there."""


def pieces_of(
    generation: GenerationService, ask: Ask, silence_s: float = STREAM_SILENCE_S
) -> Generator[dict, None, None]:
    """{"text"} as it comes, {} after each silence, and last {"answer"} or {"error"}.

    Args:
        generation: Answers.
        ask: One chat with a request_id; closing the iterator stops it.
        silence_s: After so long without text an empty piece is due, whose sending shows whether somebody listens.
    """
    pieces: Queue[dict] = Queue()

    def work() -> None:
        try:
            answer = generation.answer(ask, on_text=lambda text: pieces.put({"text": text}))[0]
            pieces.put({"answer": answer or CANCELLED})
        except LoraCraftError as error:
            pieces.put({"error": error})
        except Exception as error:
            LOG.exception("Unforeseen error in a streamed answer")
            hint = "This is a bug of LoRA Craft; logs/server.log has its traceback."
            pieces.put({"error": WorkerFailed(f"{type(error).__name__}: {error}", hint)})

    Thread(target=work, name=ask.request_id, daemon=True).start()
    try:
        piece: dict = {}
        while not piece.keys() & {"answer", "error"}:
            piece = _next(pieces, silence_s)
            yield piece
    finally:
        generation.stop(ask.request_id)


def answer_while(
    is_there: Callable[[], bool], generation: GenerationService, ask: Ask, look_s: float = CLIENT_LOOK_S
) -> dict:
    """The whole answer to one chat with a request_id; cut short where whoever asked is not there any more.

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
        return generation.answer(ask)[0] or CANCELLED
    finally:
        done.set()


def _next(pieces: Queue[dict], silence_s: float) -> dict:
    try:
        return pieces.get(timeout=silence_s)
    except Empty:
        return {}
