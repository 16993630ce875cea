"""GenerationService: owns the one generation worker, lets requests take turns, and leaves the GPU to training."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty

from core.errors import Displaced, InvalidInput, LoraCraftError, Unavailable, WorkerFailed, from_dict
from core.failures import explain_exit, while_answering
from core.generation.model_path import ModelDescription, ModelRef, model_ref, require_adapter
from core.generation.sampling import Sampling
from core.paths import Workspace
from core.prompts.template import ChatMessage
from core.sessions.store import SessionStore
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
LOOK_PERIOD_S = 0.5


@dataclass(frozen=True)
class Ask:
    """Chats for one model.

    Attributes:
        model_path: Which model; see core/generation/model_path.py.
        chats: Complete conversations, the system message included.
        sampling: How answers are drawn.
        use_adapter: Whether a run's adapter is on; off, the same weights answer as the base model.
        request_id: By which the request can be stopped, and its messages told from others.
        column: Its place among the models of a comparison.
        stream: Publish the text as it comes.
        device: auto, or cpu where the GPU is to be left alone.
        what: Who asks, for people.
        ref: The model where it is known already; a run under way moves on, and what model_path names with it.
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
    """One request in the line; `number` is its id once the worker has it, `is_stopped` says that it is to end."""

    ask: Ask
    ref: ModelRef
    answers: list[dict | None]
    number: int | None = None
    is_stopped: bool = False
    stopped_at: float | None = None
    began: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class _Listeners:
    """Who is told what of one request as it comes; see GenerationService.answer."""

    on_answer: Callable[[int, dict], None] | None = None
    on_text: Callable[[str], None] | None = None


class GenerationService:
    """Answers chats, one request at a time, in the order they came.

    Args:
        workspace: Where models lie.
        store: Knows the runs.
        launch: How its worker is started.
        devices: Where it may answer; it leaves a GPU that a run needs.
        in_use: Says when a run is deleted whose files are loaded.
        publish: Called with ("generation", a message of one request) and ("model", the state).
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
        self._loaded: list[dict] = []
        self._refs: dict[str, ModelRef] = {}
        self._count = 0
        self._notice = ""
        self._why: type[LoraCraftError] = Unavailable
        devices.when_taken(self._leave)
        in_use.when_deleted(self._forget)

    def answer(
        self,
        ask: Ask,
        on_answer: Callable[[int, dict], None] | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> list[dict | None]:
        """Answer every chat; blocks until all are there, the request was stopped, or it failed.

        Args:
            ask: What is asked of which model.
            on_answer: Told of each answer as it is complete, in any order, as (index, answer).
            on_text: Told of the text of a single chat as it comes.
        Returns:
            One answer per chat: text, tokens, prompt_tokens, seconds, tokens_per_second, first_token_seconds,
            finish_reason (stop, length or cancelled), seed. None for those that a stop came before.
        Raises:
            LoraCraftError: The model can't be had, or the worker died or had to leave.
        """
        return self._in_turn("answer", ask, _Listeners(on_answer, on_text))

    def load(self, model_path: str, device: str = "auto") -> dict:
        """Load a model without asking it anything; the state after it."""
        self._in_turn("load", Ask(model_path, [], Sampling(), device=device, what="loading"), _Listeners())
        return self.state()

    def stop(self, request_id: str) -> bool:
        """End a request early, whether it waits or is being answered; false when there is none of that id."""
        with self._moved:
            wanted = [turn for turn in self._line if turn.ask.request_id == request_id and request_id]
            for turn in wanted:
                turn.is_stopped = True
                if turn.number is not None and self._warm.current is not None:
                    self._warm.current.send({"id": turn.number, "task": "cancel"})
            self._moved.notify_all()
        return bool(wanted)

    def unload(self, notice: str = "", kind: type[LoraCraftError] = Unavailable) -> dict:
        """End the worker, whatever it does, so that its memory is free when this returns; the state after it.

        Args:
            notice: Why, for whoever is still being answered and for the page.
            kind: What it is to whoever is still being answered.
        """
        with self._moved:
            worker, self._device, self._loaded, self._refs = self._warm.take(), None, [], {}
            self._notice, self._why = notice, kind
        if worker is not None:
            worker.end()
            self._tell()
        return self.state()

    def state(self) -> dict:
        """What is loaded where, who is being answered, how many wait, and why the last model had to go."""
        with self._moved:
            busy = self._line[0] if self._line else None
            return {
                "loaded": list(self._loaded),
                "busy": busy
                and {
                    "request_id": busy.ask.request_id,
                    "what": busy.ask.what,
                    "model_path": busy.ref.model_path,
                },
                "waiting": max(0, len(self._line) - 1),
                "notice": self._notice,
            }

    def describe(self, model_path: str) -> ModelDescription:
        """What a model_path names: model_path, kind, title, session_id, base.

        Raises:
            NotFound, InvalidInput: It names nothing.
        """
        return self.ref(model_path).as_dict()

    def ref(self, model_path: str) -> ModelRef:
        """See describe."""
        return model_ref(model_path, self._workspace, lambda run: self._store.config(run).model.name)

    def _in_turn(self, task: str, ask: Ask, listeners: _Listeners) -> list[dict | None]:
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
            self._say(turn, "end")
            self._tell()
            self._rest()
        return turn.answers

    def _wait_for(self, turn: _Turn) -> None:
        with self._moved:
            if self._line[0] is not turn:
                self._say(turn, "waiting", message=f"Waiting for {self._line[0].ask.what} to end")
                self._tell()
            self._moved.wait_for(lambda: self._line[0] is turn or turn.is_stopped)
        self._tell()

    def _serve(self, task: str, turn: _Turn, listeners: _Listeners) -> None:
        worker = self._hand_over(task, turn, listeners.on_text is not None)
        while True:
            message = self._next(worker, turn)
            if message is None:
                problem = self._died(worker)
                if turn.is_stopped:  # whoever stopped it is not told that it took the worker along
                    return None
                raise problem
            if message["id"] != turn.number:
                continue
            if message["kind"] in ("end", "error"):
                return self._end(worker, message)
            self._take(turn, message, listeners)

    def _hand_over(self, task: str, turn: _Turn, is_listened_to: bool) -> LineWorker:
        """Send a request to the worker; under the lock, so that a stop finds it before or after, never between."""
        ask = turn.ask
        with self._moved:
            worker = self._require_worker(turn)
            self._count += 1
            turn.number = self._count
            self._refs[turn.ref.model_path] = turn.ref
            model = {**turn.ref.as_dict(), "place": turn.ref.place and str(turn.ref.place)}
            request = {"id": turn.number, "task": task, "model": model, "chats": ask.chats}
            request |= {"sampling": ask.sampling.model_dump(), "use_adapter": ask.use_adapter}
            worker.send(request | {"stream": ask.stream or is_listened_to})
            if turn.is_stopped:
                worker.send({"id": turn.number, "task": "cancel"})
        return worker

    def _take(self, turn: _Turn, message: dict, listeners: _Listeners) -> None:
        if message["kind"] == "answer":
            turn.answers[message["index"]] = message["answer"]
            if listeners.on_answer is not None:
                listeners.on_answer(message["index"], message["answer"])
        elif message["kind"] == "text":
            if listeners.on_text is not None:
                listeners.on_text(message["text"])
            self._say(turn, "text", text=message["text"], tokens=message["tokens"])
        else:
            self._say(turn, "loading", message=message["text"])

    def _next(self, worker: LineWorker, turn: _Turn) -> dict | None:
        """The worker's next message; a request that is stopped and does not end in time takes the worker along."""
        while True:
            try:
                return worker.messages.get(timeout=LOOK_PERIOD_S)
            except Empty:
                if turn.is_stopped:
                    turn.stopped_at = turn.stopped_at or time.monotonic()
                    if time.monotonic() - turn.stopped_at > GENERATION_STOP_GRACE_S:
                        self.unload("The model was unloaded: it did not stop in time.")

    def _require_worker(self, turn: _Turn) -> LineWorker:
        """The worker on the right device; chosen under the lock, so that a run that takes the GPU now finds it."""
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
        """The GPU that is free, or the CPU; a file of llama.cpp runs on the CPU and takes whatever worker there is."""
        if turn.ask.device == CPU:
            return CPU
        if turn.ref.kind == "gguf":
            return self._device or CPU
        return self._devices.for_answers(self._device)

    def _died(self, worker: LineWorker) -> LoraCraftError:
        with self._moved:
            is_known = self._warm.current is not worker
            notice, kind = self._notice, self._why
        if is_known:
            return kind(notice or "The model was unloaded.", "Ask again to load it anew.")
        cause, cure, _ = while_answering(explain_exit(worker.exit_code()))
        LOG.error("The generation worker died: %s", cause)
        self.unload(f"The model is gone: {cause}")
        return WorkerFailed(f"The model's process ended: {cause}", cure)

    def _end(self, worker: LineWorker, message: dict) -> None:
        """Note what a worker holds, as it was asked for, since files may be gone of what is in memory; raise its error.

        One that says it can't go on is ended, so that the next request does not find it.
        """
        with self._moved:
            if self._warm.current is worker:
                self._loaded = [self._refs[held["model_path"]].as_dict() | held for held in message["loaded"]]
                if message.get("is_last"):
                    self.unload(f"The model was unloaded: {message['error']['message']}")
        if message["kind"] == "error":
            raise from_dict(message["error"])

    def _say(self, turn: _Turn, kind: str, text: str = "", tokens: int = 0, message: str = "") -> None:
        if turn.ask.request_id and turn.ask.stream:
            self._publish(
                "generation",
                {
                    "request_id": turn.ask.request_id,
                    "column": turn.ask.column,
                    "kind": kind,
                    "text": text,
                    "tokens": tokens,
                    "seconds": round(time.monotonic() - turn.began, 2),
                    "message": message,
                },
            )

    def _tell(self) -> None:
        self._publish("model", self.state())

    def _rest(self) -> None:
        with self._moved:
            self._warm.rest()

    def _leave_if_idle(self) -> None:
        if not self._line:
            self.unload("The model was unloaded: nobody asked it for a while.")

    def _leave(self, device: str, session_id: str) -> None:
        """Free a GPU for a run that is about to train on it; on the CPU there is nothing to free."""
        with self._moved:
            if device != CPU and self._device == device:
                self.unload(f"The model was unloaded: the run {session_id} trains on {device} now.", Displaced)

    def _forget(self, session_id: str) -> None:
        """Unload what comes from a run that is being deleted."""
        with self._moved:
            if any(held["session_id"] == session_id for held in self._loaded):
                self.unload(f"The model was unloaded: the run {session_id} was deleted.")
