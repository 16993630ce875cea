"""Start, stop, resume, fork and delete sessions; one training thread per run; recovery at boot."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from constants import LEAVE_GRACE_S, MIN_FREE_DISK_BYTES
from core.config import RunConfig
from core.config.resolve import Notice, resolve
from core.errors import Conflict, InvalidInput, LoraCraftError, Unavailable
from core.failures import explain, explain_exit
from core.jsonfile import JsonObject, write_text
from core.paths import SessionPaths, Workspace, checked_name
from core.sessions.events import EventLog, keep_reserve
from core.sessions.kinds import Event
from core.sessions.state import SessionState
from core.sessions.store import SessionStore
from services.processes.supervisor import Supervisor, Watch
from services.processes.worker import Launch, WorkerProcess, living_worker, worker_command, worker_environment
from services.publish import Publish
from services.training.queue import RunQueue

LOG = logging.getLogger(__name__)
STOP_MODES = ("save", "discard")


@dataclass(frozen=True)
class Preconditions:
    """What is asked before a run starts; each raises what is wrong.

    Attributes:
        settle: Makes a configuration one that can run here, with what is to be said about it.
        model: Whether the model of a name can be had, given the root of the data folders.
        data: Whether the first rows can be read and mapped.
    """

    settle: Callable[[Any], tuple[RunConfig, list[Notice]]]
    model: Callable[[str, Path], None]
    data: Callable[[RunConfig], None]


@dataclass(frozen=True)
class Neighbours:
    """Who else uses sessions and devices.

    Attributes:
        release: Called with a session_id before that session is deleted; raises Conflict while it is exported or
            tested.
        stand_by: Called with a session_id before it is trained again; raises Conflict while its adapter is read.
        leave: Called with (device, session_id) before a run starts there; when it returns, the device is free.
    """

    release: Callable[[str], None]
    stand_by: Callable[[str], None]
    leave: Callable[[str, str], None]


class TrainingService:
    """The sessions of one server.

    Args:
        workspace: Where sessions live.
        store: Reads and makes them.
        launch: How workers are started.
        preconditions: What is asked before a run starts.
        publish: Called with (topic, payload): "event" (state, event), "output" (session_id, text), "queue" snapshot.
        neighbours: The other users of sessions and devices.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: SessionStore,
        launch: Launch,
        preconditions: Preconditions,
        publish: Publish,
        neighbours: Neighbours,
    ):
        self._workspace = workspace
        self._store = store
        self._launch = launch
        self._checks = preconditions
        self._publish = publish
        self._neighbours = neighbours
        self._threads: dict[str, threading.Thread] = {}
        self._changes = threading.Lock()
        self.queue = RunQueue(launch.hardware.devices, self._start_thread, self._queue_changed)

    def start(self, session_id: str | None, config: Any) -> SessionState:
        """Check everything that can be checked, make the session and queue it.

        Raises:
            InvalidInput, NotFound, Conflict, Unavailable: Nothing was started and nothing is left behind.
        """
        session_id = checked_name(session_id, "session_id") if session_id is not None else new_session_id()
        self._store.require_free(session_id)
        self._require_usable_gpu()
        resolved, notices = self._checks.settle(config)
        self._check(resolved)
        paths = self._store.create(session_id, resolved)
        log = EventLog(paths.events)
        events = [log.append("queued")]
        events += [log.append("notice", level=n.level, field=n.field, message=n.message) for n in notices]
        return self._enter(session_id, events)

    def stop(self, session_id: str, mode: str = "save") -> SessionState:
        """Ask a run to save and leave, or to leave without saving.

        Raises:
            Conflict: It has ended already.
        """
        if mode not in STOP_MODES:
            problem = f"is save or discard, not {mode!r}"
            raise InvalidInput(f"mode {problem}.", "Use save or discard.", {"mode": problem})
        paths = self._store.paths(session_id)
        with self._changes:
            state = self._store.state(session_id)
            if state.is_final:
                raise Conflict(f"The session {session_id!r} is {state.status}.", "There is nothing to stop.")
            if self.queue.withdraw(session_id):
                if mode == "discard":
                    shutil.rmtree(paths.checkpoints, ignore_errors=True)
                self._tell(session_id, EventLog(paths.events).append("stopped", mode=mode, step=0, saved=False))
            elif paths.stop.exists():
                raise Conflict(f"The session {session_id!r} is stopping already.", "Wait for it.")
            else:
                write_text(paths.stop, mode)
        return self._store.state(session_id)

    def resume(self, session_id: str) -> SessionState:
        """Queue an ended session again; its worker goes on from the last loadable checkpoint.

        Raises:
            Conflict: It is running or completed, or being exported.
        """
        paths = self._store.paths(session_id)
        with self._changes:
            state = self._store.state(session_id)
            if not state.is_final or state.status == "completed":
                hint = "Fork it to train on." if state.is_final else "Wait for it, or stop it first."
                raise Conflict(f"The session {session_id!r} is {state.status}.", hint)
            self._require_gone(session_id)
            self._neighbours.stand_by(session_id)
            self._check(self._store.config(session_id))
            paths.stop.unlink(missing_ok=True)
            keep_reserve(paths.folder)
            event = EventLog(paths.events).append("queued")
        return self._enter(session_id, [event])

    def fork(self, session_id: str, new_id: str | None, changes: Any) -> SessionState:
        """Start a new session with the configuration of another and some values changed.

        Raises:
            InvalidInput: The changes are no object, or do not fit.
        """
        config = self._store.config(session_id).dump()
        if not isinstance(changes, dict):
            raise InvalidInput("The changes are a JSON object.", 'Send {"config": {...}}.', {"config": "is no object"})
        return self.start(new_id, merged(config, changes))

    def delete(self, session_id: str) -> None:
        """Remove an ended session and what was exported from it.

        Raises:
            Conflict: It has not ended.
        """
        with self._changes:
            state = self._store.state(session_id)
            if not state.is_final:
                raise Conflict(f"The session {session_id!r} is {state.status}.", "Stop it first.")
            self._neighbours.release(session_id)
            self._require_gone(session_id)
            self._store.delete(session_id)
            shutil.rmtree(self._workspace.export(session_id), ignore_errors=True)

    def recover(self) -> None:
        """At boot: take up runs whose worker lives, queue those that waited, mark the others interrupted."""
        for state in reversed(self._store.states()):
            if state.has_worker:
                self._recover_run(state)
        for state in reversed(self._store.states()):
            if state.status == "queued":
                self._recover_waiting(state.session_id)

    def wait(self, session_id: str, timeout_s: float | None = None) -> SessionState:
        """Block until a session's thread has ended, at most `timeout_s`; for the demo and for tests."""
        thread = self._threads.get(session_id)
        if thread is not None:
            thread.join(timeout_s)
        return self._store.state(session_id)

    def _require_gone(self, session_id: str) -> None:
        """A worker that has told its end may still be leaving; its thread holds the device until it has left."""
        thread = self._threads.get(session_id)
        if thread is not None:
            thread.join(LEAVE_GRACE_S)
            if thread.is_alive():
                raise Conflict(f"The worker of {session_id!r} is still leaving.", "Try again in a moment.")

    def _require_usable_gpu(self) -> None:
        problem = self._launch.hardware.problem
        if problem is not None:
            raise Unavailable(problem.cause, problem.cure)

    def _check(self, config: RunConfig) -> None:
        self._require_usable_gpu()
        resolve(config, self._launch.hardware)
        self._checks.model(config.model.name, self._workspace.root)
        self._checks.data(config)
        free = shutil.disk_usage(self._workspace.outputs).free
        if free < MIN_FREE_DISK_BYTES:
            gib = free / 1024**3
            raise Unavailable(f"Only {gib:.2f} GiB of disk are free.", "Free at least 0.5 GiB and start again.")

    def _enter(self, session_id: str, events: list[Event]) -> SessionState:
        for event in events:
            self._tell(session_id, event)
        self.queue.enter(session_id, self._wanted_device(session_id))
        return self._store.state(session_id)

    def _wanted_device(self, session_id: str) -> str | None:
        gpus = self._store.config(session_id).resources.gpus
        return f"cuda:{gpus[0]}" if gpus else None

    def _recover_waiting(self, session_id: str) -> None:
        """Queue a session again; one that this version or this machine can't run any more fails by itself."""
        try:
            resolve(self._store.config(session_id), self._launch.hardware)
            self.queue.enter(session_id, self._wanted_device(session_id))
        except LoraCraftError as error:
            log = EventLog(self._workspace.session(session_id).events)
            log.append("failed", cause=error.message, cure=error.hint, code=error.code)

    def _recover_run(self, state: SessionState) -> None:
        paths = self._store.paths(state.session_id)
        process = living_worker(state, self._launch.module, paths)
        if process is None:
            cause, cure, code = explain_exit(None)
            event = EventLog(paths.events).append("interrupted", cause=cause, cure=cure, code=code)
            self._tell(state.session_id, event)
            return
        LOG.info("Re-attached to %s (process %s)", state.session_id, process.pid)
        self.queue.hold(state.session_id, state.device or "cpu")
        self._spawn_thread(paths, lambda: process)

    def _start_thread(self, session_id: str, device: str) -> None:
        paths = self._workspace.session(session_id)
        self._spawn_thread(paths, lambda: self._start_worker(paths, device))

    def _spawn_thread(self, paths: SessionPaths, get_process: Callable[[], WorkerProcess]) -> None:
        name = f"training-{paths.id}"
        thread = threading.Thread(target=self._train, args=(paths, get_process), name=name, daemon=True)
        self._threads[paths.id] = thread
        thread.start()

    def _start_worker(self, paths: SessionPaths, device: str) -> WorkerProcess:
        self._neighbours.leave(device, paths.id)
        event = EventLog(paths.events).append("starting", device=device)
        self._tell(paths.id, event)
        environment = worker_environment(dict(self._launch.environment), self._workspace, device)
        command = worker_command(self._launch.module, paths.folder)
        return WorkerProcess.start(command, paths.log, environment, polite=device == "cpu")

    def _train(self, paths: SessionPaths, get_process: Callable[[], WorkerProcess]) -> None:
        """The body of a training thread."""
        watch = Watch(
            event=lambda state, event: self._publish("event", (state, event)),
            output=lambda text: self._publish("output", (paths.id, text)),
        )
        process = None
        try:
            process = get_process()
            Supervisor(paths, process, watch).run()
        except Exception as error:  # the supervising loop: nobody else would hear of it
            LOG.exception("Supervising %s failed", paths.id)
            if process is not None:
                process.end()
            self._report_broken_supervision(paths, error)
        finally:
            self.queue.release(paths.id)

    def _report_broken_supervision(self, paths: SessionPaths, error: Exception) -> None:
        cause, cure, code = explain(error)
        try:
            event = EventLog(paths.events).append("failed", cause=cause, cure=cure, code=code)
        except OSError:
            LOG.exception("The event log of %s can't be written", paths.id)
            return
        self._tell(paths.id, event)

    def _tell(self, session_id: str, event: Event) -> None:
        self._publish("event", (self._store.state(session_id), event))

    def _queue_changed(self) -> None:
        self._publish("queue", self.queue.snapshot())


def new_session_id() -> str:
    """A readable id that sorts by time."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def merged(base: JsonObject, changes: JsonObject) -> JsonObject:
    """`base` with the values of `changes`, section by section."""
    return base | {
        key: merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in changes.items()
    }
