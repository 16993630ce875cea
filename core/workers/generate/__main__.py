"""`python -m core.workers.generate ROOT`: answers chats with the requested model, one JSON line each way.

Requests are {"id", "task": "answer" | "load", ...}, answered one after another; {"id", "task": "cancel"} acts at once.
Messages are {"id", "kind": "loading" | "text" | "answer" | "end" | "error", ...}; the last two list the loaded models,
and an error also has "is_last", true if the process ends. The process ends with its input.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any, NoReturn, TextIO

from core.errors import ErrorReport, LoraCraftError, OutOfMemory, WorkerFailed
from core.failures import while_answering
from core.generation.answer import AnswerRequest
from core.generation.sampling import Sampling
from core.paths import Workspace
from core.workers.generate.asked import Asked
from core.workers.placement import explain_on_gpu
from core.workers.protocol import move_stdout_aside

STARTING = "Starting the process that holds models"
"""What a first question reads while torch and transformers are imported, for seconds."""


class Link:
    """The worker's end of the pipe: requests in order, cancellations at once, messages out."""

    def __init__(self, out: TextIO):
        self.requests: Queue[AnswerRequest] = Queue()
        self._out = out
        self._cancelled: set[int] = set()
        self._lock = threading.Lock()

    def read(self) -> None:
        """Take requests until the server is gone; then leave, even in the middle of an answer."""
        for line in sys.stdin:
            request = json.loads(line)
            if request["task"] == "cancel":
                self._cancelled.add(request["id"])
            else:
                self.requests.put(request)
        os._exit(0)

    def is_cancelled(self, number: int) -> bool:
        """Whether request `number` is to end early."""
        return number in self._cancelled

    def send(self, number: int, kind: str, **content: Any) -> None:
        """Send one message; safe from any thread."""
        line = json.dumps({"id": number, "kind": kind, **content}) + "\n"
        with self._lock:
            self._out.write(line)
            self._out.flush()


def main(root: Path) -> NoReturn:
    """Serve requests until the input ends."""
    faulthandler.enable()
    link = Link(move_stdout_aside())
    threading.Thread(target=link.read, name="requests", daemon=True).start()
    request = link.requests.get()
    link.send(request["id"], "loading", text=STARTING)
    from core.workers.generate.shelf import ModelShelf

    shelf = ModelShelf(Workspace(root.resolve()))
    while True:
        serve(request, shelf, link)
        request = link.requests.get()


@dataclass(frozen=True)
class FailedRequest:
    """Why a request failed, without the exception, whose frames would keep models in memory."""

    error: ErrorReport
    code: str


def serve(request: AnswerRequest, shelf: Any, link: Link) -> None:
    """Carry out one request, or send its error."""
    failure = _failure(request, shelf, link)
    if failure is not None:
        _report(failure, request["id"], shelf, link)


def _failure(request: AnswerRequest, shelf: Any, link: Link) -> FailedRequest | None:
    try:
        _answer(request, shelf, link)
    except LoraCraftError as error:
        return FailedRequest(error.as_dict(), error.code)
    except Exception as error:  # noqa: BLE001 - the worker's outermost frame
        traceback.print_exc()
        cause, cure, code = while_answering(explain_on_gpu(error))
        kind = OutOfMemory if code == OutOfMemory.code else WorkerFailed
        return FailedRequest(kind(cause, cure).as_dict(), code)
    return None


def _report(failure: FailedRequest, number: int, shelf: Any, link: Link) -> None:
    """Send a failure; after an error of CUDA the process can't use the GPU again, so it ends."""
    if failure.code == "cuda":
        link.send(number, "error", error=failure.error, loaded=[], is_last=True)
        os._exit(1)
    if failure.code == OutOfMemory.code:
        shelf.make_room()
    link.send(number, "error", error=failure.error, loaded=shelf.loaded(), is_last=False)


def _answer(request: AnswerRequest, shelf: Any, link: Link) -> None:
    number = request["id"]
    model = shelf.get(request["model"], lambda text: link.send(number, "loading", text=text))
    if request["task"] == "answer" and not link.is_cancelled(number):
        model.answer(_asked(request, link))
    link.send(number, "end", loaded=shelf.loaded())


def _asked(request: AnswerRequest, link: Link) -> Asked:
    number = request["id"]

    def say_text(index: int, text: str, tokens: int) -> None:
        link.send(number, "text", index=index, text=text, tokens=tokens)

    return Asked(
        chats=request["chats"],
        sampling=Sampling(**request["sampling"]),
        use_adapter=request["use_adapter"],
        on_answer=lambda index, answer: link.send(number, "answer", index=index, answer=answer),
        on_text=say_text if request["stream"] else None,
        is_cancelled=lambda: link.is_cancelled(number),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
