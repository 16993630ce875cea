"""GenerationService: answers chats with the one generation worker, in turns, and frees the GPU for training."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty
from typing import Literal

from core.errors import Displaced, InvalidInput, LoraCraftError, Unavailable, WorkerFailed, from_dict
from core.failures import explain_exit, while_answering
from core.generation.answer import AnswerRequest, ModelAnswer
from core.generation.model_path import ModelDescription, ModelRef, PlacedModel, model_ref, require_adapter
from core.generation.sampling import Sampling
from core.paths import Workspace
from core.prompts.template import ChatMessage
from core.sessions.store import SessionStore
from services.answers.messages import (
    AnsweredRequest,
    CancelRequest,
    EndMessage,
    ErrorMessage,
    GenerationUpdate,
    LoadedModel,
    LoadedState,
    ProgressMessage,
    UpdateKind,
    WorkerMessage,
)
from services.processes.devices import CPU, Devices
from services.processes.in_use import InUse
from services.processes.line_worker import LineWorker, WarmWorker
from services.processes.worker import Launch, worker_environment
from services.publish import Publish

LOG = logging.getLogger(__name__)
GENERATION_IDLE_S = 900.0
"""How long a loaded model that nobody asks is kept."""
GENERATION_STOP_GRACE_S = 10.0
"""How long a stopped answer may take to end before its worker is ended."""
MODULE = "core.workers.generate"
DEVICES = ("auto", "cpu")
Task = Literal["answer", "load"]
LOOK_PERIOD_S = 0.5


@dataclass(frozen=True)
class Ask:
    """Chats for one model.

    Attributes:
        model_path: The model; see core/generation/model_path.py.
        chats: Complete conversations, with their system message.
        sampling: The sampling settings.
        use_adapter: Whether a run's adapter is on; without it the base model answers.
        request_id: Names the request in its messages and for a stop.
        column: The model's place in a comparison.
        stream: Publish the text as it comes.
        device: auto, or cpu to leave the GPU alone.
        what: The request's name for people.
        ref: The model, if it was looked up before: while a run trains, its model_path soon names a later checkpoint.
    """

    model_path: str
    chats: list[list[ChatMessage]]
    sampling: Sampling
    use_adapter: bool = True
    request_id: str = ""
    column: int = 0
    stream: bool = False
    device: str = "auto"
    what: str = "a chat"
    ref: ModelRef | None = None


@dataclass
class _Turn:
    """One request in the line; `number` is its id once the worker has it, `is_stopped` asks for its end."""

    ask: Ask
    ref: ModelRef
    answers: list[ModelAnswer | None]
    number: int | None = None
    is_stopped: bool = False
    stopped_at: float | None = None
    began: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class _Listeners:
    """What is called while one request is answered; see GenerationService.answer."""

    on_answer: Callable[[int, ModelAnswer], None] | None = None
    on_text: Callable[[str], None] | None = None


class GenerationService:
    """Answers chats, one request at a time, in the order they came.

    Args:
        workspace: The folders of the models.
        store: Reads the runs.
        launch: Starts the worker.
        devices: Gives the device to answer on, and takes a GPU back for a run.
        in_use: Tells when a run is deleted, whose files may be loaded.
        publish: Called with ("generation", GenerationUpdate) and ("model", LoadedState).
    """

    def __init__(
        self,
        workspace: Workspace,
        store: SessionStore,
        launch: Launch,
        devices: Devices,
        in_use: InUse,
        publish: Publish,
    ):
        self._workspace = workspace
        self._store = store
        self._launch = launch
        self._devices = devices
        self._publish = publish
        self._line: list[_Turn] = []
        self._moved = threading.Condition()
        self._warm = WarmWorker(self._moved, GENERATION_IDLE_S, self._leave_if_idle)
        self._device: str | None = None
        self._loaded: list[LoadedModel] = []
        self._refs: dict[str, ModelRef] = {}
        self._count = 0
        self._notice = ""
        self._why: type[LoraCraftError] = Unavailable
        devices.when_taken(self._leave)
        in_use.when_deleted(self._forget)

    def answer(
        self,
        ask: Ask,
        on_answer: Callable[[int, ModelAnswer], None] | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> list[ModelAnswer | None]:
        """Answer every chat; blocks until all are answered, or the request was stopped or failed.

        Args:
            ask: The chats and the model.
            on_answer: Called with (index, answer) for each complete answer, in any order.
            on_text: Called with the text of a single chat as it comes.
        Returns:
            One answer per chat; None for chats that were stopped before their answer began.
        Raises:
            LoraCraftError: The model can't be loaded, or the worker died or was ended.
        """
        return self._in_turn("answer", ask, _Listeners(on_answer, on_text))

    def load(self, model_path: str, device: str = "auto") -> LoadedState:
        """Load a model without asking it anything, and return the state."""
        self._in_turn("load", Ask(model_path, [], Sampling(), device=device, what="loading"), _Listeners())
        return self.state()

    def stop(self, request_id: str) -> bool:
        """End a request early, whether it waits or is being answered; false when there is no request of that id."""
        with self._moved:
            wanted = [turn for turn in self._line if turn.ask.request_id == request_id and request_id]
            for turn in wanted:
                turn.is_stopped = True
                if turn.number is not None and self._warm.current is not None:
                    self._warm.current.send(_cancel(turn.number))
            self._moved.notify_all()
        return bool(wanted)

    def unload(self, notice: str = "", kind: type[LoraCraftError] = Unavailable) -> LoadedState:
        """Kill the worker, so that its memory is free when this returns, and return the state.

        Args:
            notice: The reason, for the page and for a request that is being answered.
            kind: The error that such a request raises.
        """
        with self._moved:
            worker, self._device, self._loaded, self._refs = self._warm.take(), None, [], {}
            self._notice, self._why = notice, kind
        if worker is not None:
            worker.end()
            self._publish_state()
        return self.state()

    def state(self) -> LoadedState:
        """The models in memory, and the requests in the line."""
        with self._moved:
            busy = self._line[0] if self._line else None
            return {
                "loaded": list(self._loaded),
                "busy": _answered(busy) if busy else None,
                "waiting": max(0, len(self._line) - 1),
                "notice": self._notice,
            }

    def describe(self, model_path: str) -> ModelDescription:
        """The model that a model_path names.

        Raises:
            NotFound, InvalidInput: It names no model.
        """
        return self.ref(model_path).as_dict()

    def ref(self, model_path: str) -> ModelRef:
        """The model of a model_path; see describe."""
        return model_ref(model_path, self._workspace, lambda run: self._store.config(run).model.name)

    def _in_turn(self, task: Task, ask: Ask, listeners: _Listeners) -> list[ModelAnswer | None]:
        if ask.device not in DEVICES:
            problem = f"is auto or cpu, not {ask.device!r}"
            raise InvalidInput(f"device {problem}.", "Use auto.", {"device": problem})
        turn = _Turn(ask, ask.ref or self.ref(ask.model_path), [None] * len(ask.chats))
        require_adapter(turn.ref.kind, ask.use_adapter)
        with self._moved:
            self._line.append(turn)
        try:
            self._wait_for(turn)
            if not turn.is_stopped:
                self._serve(task, turn, listeners)
        finally:
            with self._moved:
                self._line.remove(turn)
                self._moved.notify_all()
            self._publish_update(turn, "end")
            self._publish_state()
            self._rest()
        return turn.answers

    def _wait_for(self, turn: _Turn) -> None:
        with self._moved:
            if self._line[0] is not turn:
                self._publish_update(turn, "waiting", message=f"Waiting for {self._line[0].ask.what} to end")
                self._publish_state()
            self._moved.wait_for(lambda: self._line[0] is turn or turn.is_stopped)
        self._publish_state()

    def _serve(self, task: Task, turn: _Turn, listeners: _Listeners) -> None:
        worker = self._hand_over(task, turn, listeners.on_text is not None)
        while True:
            message = self._next(worker, turn)
            if message is None:
                problem = self._worker_error(worker)
                if turn.is_stopped:  # the stop may have killed the worker, which is no error of this request
                    return None
                raise problem
            if message["id"] != turn.number:
                continue
            if message["kind"] == "end" or message["kind"] == "error":
                return self._end(worker, message)
            self._handle(turn, message, listeners)

    def _hand_over(self, task: Task, turn: _Turn, is_listened_to: bool) -> LineWorker:
        """Send a request to the worker; under the lock, so that no stop comes between the number and the request."""
        ask = turn.ask
        with self._moved:
            worker = self._require_worker(turn)
            self._count += 1
            turn.number = self._count
            self._refs[turn.ref.model_path] = turn.ref
            place = str(turn.ref.place) if turn.ref.place else None
            model: PlacedModel = {**turn.ref.as_dict(), "place": place}
            request: AnswerRequest = {
                "id": turn.number,
                "task": task,
                "model": model,
                "chats": ask.chats,
                "sampling": ask.sampling.model_dump(),
                "use_adapter": ask.use_adapter,
                "stream": ask.stream or is_listened_to,
            }
            worker.send(request)
            if turn.is_stopped:
                worker.send(_cancel(turn.number))
        return worker

    def _handle(self, turn: _Turn, message: ProgressMessage, listeners: _Listeners) -> None:
        if message["kind"] == "answer":
            turn.answers[message["index"]] = message["answer"]
            if listeners.on_answer is not None:
                listeners.on_answer(message["index"], message["answer"])
        elif message["kind"] == "text":
            if listeners.on_text is not None:
                listeners.on_text(message["text"])
            self._publish_update(turn, "text", text=message["text"], tokens=message["tokens"])
        else:
            self._publish_update(turn, "loading", message=message["text"])

    def _next(self, worker: LineWorker, turn: _Turn) -> WorkerMessage | None:
        """The worker's next message; a stopped request that does not end in time has the worker killed."""
        while True:
            try:
                message: WorkerMessage | None = worker.messages.get(timeout=LOOK_PERIOD_S)
                return message
            except Empty:
                if turn.is_stopped:
                    turn.stopped_at = turn.stopped_at or time.monotonic()
                    if time.monotonic() - turn.stopped_at > GENERATION_STOP_GRACE_S:
                        self.unload("The model was unloaded: it did not stop in time.")

    def _require_worker(self, turn: _Turn) -> LineWorker:
        """The worker on the right device; chosen under the lock, so that a run that takes the GPU next ends it."""
        device = self._device_for(turn)
        if self._warm.current is not None and (not self._warm.is_alive or self._device != device):
            self.unload()
        worker = self._warm.require(lambda: self._started(device))
        self._device, self._notice = device, ""
        return worker

    def _started(self, device: str) -> LineWorker:
        settings = worker_environment(dict(self._launch.environment), self._workspace, device)
        command = [sys.executable, "-m", self._launch.module, str(self._workspace.root)]
        return LineWorker(command, settings, self._workspace.logs / "generation.log", device == CPU)

    def _device_for(self, turn: _Turn) -> str:
        """A free GPU, or the CPU; llama.cpp runs on the CPU in any worker, so a GGUF file keeps the worker there is."""
        if turn.ask.device == CPU:
            return CPU
        if turn.ref.kind == "gguf":
            return self._device or CPU
        return self._devices.for_answers(self._device)

    def _worker_error(self, worker: LineWorker) -> LoraCraftError:
        with self._moved:
            is_known = self._warm.current is not worker
            notice, kind = self._notice, self._why
        if is_known:
            return kind(notice or "The model was unloaded.", "Ask again to load it anew.")
        cause, cure, _ = while_answering(explain_exit(worker.exit_code(), worker.memory.was_short()))
        LOG.error("The generation worker died: %s", cause)
        self.unload(f"The model is gone: {cause}")
        return WorkerFailed(f"The model's process ended: {cause}", cure)

    def _end(self, worker: LineWorker, message: EndMessage | ErrorMessage) -> None:
        """Note which models the worker holds, and raise the error of a failed request.

        Models are noted as they were described when they were asked for, since their files may have been deleted. A
        worker that can't continue is ended, so that the next request gets a new one.
        """
        with self._moved:
            if self._warm.current is worker:
                self._loaded = [{**self._refs[held["model_path"]].as_dict(), **held} for held in message["loaded"]]
                if message["kind"] == "error" and message["is_last"]:
                    self.unload(f"The model was unloaded: {message['error']['message']}")
        if message["kind"] == "error":
            raise from_dict(message["error"])

    def _publish_update(
        self, turn: _Turn, kind: UpdateKind, text: str = "", tokens: int = 0, message: str = ""
    ) -> None:
        if not (turn.ask.request_id and turn.ask.stream):
            return
        update: GenerationUpdate = {
            "request_id": turn.ask.request_id,
            "column": turn.ask.column,
            "kind": kind,
            "text": text,
            "tokens": tokens,
            "seconds": round(time.monotonic() - turn.began, 2),
            "message": message,
        }
        self._publish("generation", update)

    def _publish_state(self) -> None:
        self._publish("model", self.state())

    def _rest(self) -> None:
        with self._moved:
            self._warm.rest()

    def _leave_if_idle(self) -> None:
        if not self._line:
            self.unload("The model was unloaded: nobody asked it for a while.")

    def _leave(self, device: str, session_id: str) -> None:
        """Free a GPU for a run that is about to train on it; a model on the CPU may stay."""
        with self._moved:
            if device != CPU and self._device == device:
                self.unload(f"The model was unloaded: the run {session_id} trains on {device} now.", Displaced)

    def _forget(self, session_id: str) -> None:
        """Unload the models of a run that is being deleted."""
        with self._moved:
            if any(held["session_id"] == session_id for held in self._loaded):
                self.unload(f"The model was unloaded: the run {session_id} was deleted.")


def _cancel(number: int) -> CancelRequest:
    return {"id": number, "task": "cancel"}


def _answered(turn: _Turn) -> AnsweredRequest:
    return {"request_id": turn.ask.request_id, "what": turn.ask.what, "model_path": turn.ref.model_path}
