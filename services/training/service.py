"""TrainingService: starts, stops, resumes, forks and deletes sessions, and follows their workers."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from constants import MIN_FREE_DISK_BYTES
from core.config import RunConfig
from core.config.resolve import Notice, resolve
from core.errors import Broken, Conflict, InvalidInput, LoraCraftError, NeedsConsent, Unavailable
from core.failures import explain_exit
from core.jsonfile import JsonObject, write_text
from core.paths import Workspace, checked_name
from core.runs.ready_finding import ReadyFinding
from core.sessions.events import EventLog, keep_reserve
from core.sessions.kinds import Event
from core.sessions.state import SessionState
from core.sessions.store import SessionStore
from core.sessions.worker_lock import is_locked
from services.processes.devices import Devices
from services.processes.following import FollowedWorkers, Listeners
from services.processes.in_use import InUse
from services.processes.worker import Launch
from services.publish import Publish

LOG = logging.getLogger(__name__)
DAMAGED = Broken(
    "Its events.jsonl has lost lines, so nobody knows how far it came.", "Resume it to go on from its last checkpoint."
)
STOP_MODES = ("save", "discard")


@dataclass(frozen=True)
class Preconditions:
    """The checks before a run starts; each raises an error where the run could not start.

    Attributes:
        config: Fits a configuration to this machine; gives it with notices.
        model: Checks that a model exists, given its name and the root of the data folders.
        data: Checks that the first rows can be read and mapped.
        asked_of_model: Checks that the model has the layers and the chat template that the run asks for.
        blockers: What is known to keep the run from learning, for which a start needs a second word.
    """

    config: Callable[[Any], tuple[RunConfig, list[Notice]]]
    model: Callable[[str, Path], None]
    data: Callable[[RunConfig], None]
    asked_of_model: Callable[[RunConfig], None]
    blockers: Callable[[RunConfig], list[ReadyFinding]]


class TrainingService:
    """The sessions of one server.

    Args:
        workspace: The folders of the sessions.
        store: Makes and reads sessions.
        launch: Starts workers.
        preconditions: The checks before a run starts.
        publish: Called with ("event", (state, event)) and ("output", (session_id, text)).
        devices: Gives each run its device.
        in_use: Notes which sessions are being trained.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: SessionStore,
        launch: Launch,
        preconditions: Preconditions,
        publish: Publish,
        devices: Devices,
        in_use: InUse,
    ):
        self._workspace = workspace
        self._store = store
        self._checks = preconditions
        self._publish = publish
        self._devices = devices
        self._in_use = in_use
        self._changes = threading.Lock()
        listeners = Listeners(
            event=lambda paths, state, event: publish("event", (state, event)),
            output=lambda paths, text: publish("output", (paths.id, text)),
            ended=lambda paths: self._leave(paths.id),
            explain_exit=explain_exit,
        )
        self._workers = FollowedWorkers(workspace, launch, listeners)

    def start(self, session_id: str | None, config: Any, anyway: bool = False) -> SessionState:
        """Check a configuration, make its session and queue it.

        Args:
            session_id: Its id; None for a generated one.
            config: As `parse_config` takes it.
            anyway: Start also what is known to be unable to learn.
        Raises:
            InvalidInput, NotFound, Conflict, Unavailable: The run could not start; no session was made.
            NeedsConsent: It is known that it can hardly learn, and `anyway` is false.
        """
        session_id = checked_name(session_id, "session_id") if session_id is not None else new_session_id()
        self._store.require_new(session_id)
        self._require_usable_gpu()
        resolved, notices = self._checks.config(config)
        self._check(resolved)
        notices = [*notices, *self._accepted(resolved, anyway)]
        paths = self._store.create(session_id, resolved)
        with self._claimed(session_id):
            log = EventLog(paths.events)
            events = [log.append("queued")]
            events += [log.append("notice", level=n.level, field=n.field, message=n.message) for n in notices]
            return self._enter(session_id, events)

    def stop(self, session_id: str, mode: str = "save") -> SessionState:
        """Ask a run to end, with its weights saved or discarded.

        Raises:
            Conflict: The run has ended or is stopping already.
        """
        if mode not in STOP_MODES:
            problem = f"is save or discard, not {mode!r}"
            raise InvalidInput(f"mode {problem}.", "Use save or discard.", {"mode": problem})
        paths = self._store.paths(session_id)
        with self._changes:
            state = self._store.state(session_id)
            if state.is_final:
                raise Conflict(f"The session {session_id!r} is {state.status}.", "There is nothing to stop.")
            if self._devices.withdraw(session_id):
                if mode == "discard":
                    shutil.rmtree(paths.checkpoints, ignore_errors=True)
                event = EventLog(paths.events).append("stopped", mode=mode, step=0, saved=False)
                self._publish_event(session_id, event)
                self._in_use.release(session_id, "training")
            elif paths.stop.exists():
                raise Conflict(f"The session {session_id!r} is stopping already.", "Wait for it.")
            else:
                write_text(paths.stop, mode)
        return self._store.state(session_id)

    def resume(self, session_id: str) -> SessionState:
        """Queue an ended session again; its worker continues from the last loadable checkpoint.

        Raises:
            Conflict: The session is running, completed or being exported.
        """
        paths = self._store.paths(session_id)
        with self._changes:
            state = self._store.state(session_id)
            if not state.is_final or state.status == "completed":
                hint = "Fork it to train on." if state.is_final else "Wait for it, or stop it first."
                raise Conflict(f"The session {session_id!r} is {state.status}.", hint)
            with self._claimed(session_id):
                self._workers.require_idle(paths)
                self._check(self._store.config(session_id))
                paths.stop.unlink(missing_ok=True)
                keep_reserve(paths.folder)
                return self._enter(session_id, [EventLog(paths.events).append("queued")])

    def fork(self, session_id: str, new_id: str | None, changes: Any, anyway: bool = False) -> SessionState:
        """Start a new session with another session's configuration and some values changed; `anyway` as in `start`.

        Raises:
            InvalidInput: The changes are no object, or not valid.
        """
        config = self._store.config(session_id).dump()
        if not isinstance(changes, dict):
            raise InvalidInput("The changes are a JSON object.", 'Send {"config": {...}}.', {"config": "is no object"})
        return self.start(new_id, merged(config, changes), anyway)

    def delete(self, session_id: str) -> None:
        """Remove an ended session and its exports.

        Raises:
            Conflict: The session has not ended.
        """
        with self._changes:
            state = self._store.state(session_id)
            if not state.is_final and state.last_seq:  # one without any event was never queued
                raise Conflict(f"The session {session_id!r} is {state.status}.", "Stop it first.")
            with self._in_use.deleting(session_id):
                self._workers.require_idle(self._store.paths(session_id))
                self._store.delete(session_id)
                shutil.rmtree(self._workspace.export(session_id), ignore_errors=True)

    def recover(self) -> None:
        """At boot: reattach to runs whose worker lives, end the others as interrupted, and queue those that waited."""
        for state in reversed(self._store.states()):
            if state.has_worker or is_locked(self._workspace.session(state.session_id).folder):
                self._recovered(state.session_id, partial(self._recover_running, state))
        for state in reversed(self._store.states()):
            if state.status == "queued":
                self._recovered(state.session_id, partial(self._recover_waiting, state.session_id))

    def wait(self, session_id: str, timeout_s: float | None = None) -> SessionState:
        """Block until a session's worker has ended, at most `timeout_s`; for the demo and for tests."""
        self._workers.wait(self._store.paths(session_id), timeout_s)
        return self._store.state(session_id)

    def _claimed(self, session_id: str) -> AbstractContextManager[None]:
        """Claim the session for training until its worker has ended."""
        return self._in_use.from_here(session_id, "training", lambda: self._store.state(session_id).is_final)

    def _require_usable_gpu(self) -> None:
        problem = self._devices.hardware.problem
        if problem is not None:
            raise Unavailable(problem.cause, problem.cure)

    def _check(self, config: RunConfig) -> None:
        self._require_usable_gpu()
        resolve(config, self._devices.hardware)
        self._checks.model(config.model.name, self._workspace.root)
        self._checks.data(config)
        self._checks.asked_of_model(config)
        free = shutil.disk_usage(self._workspace.outputs).free
        if free < MIN_FREE_DISK_BYTES:
            gib = free / 1024**3
            raise Unavailable(f"Only {gib:.2f} GiB of disk are free.", "Free at least 0.5 GiB and start again.")

    def _accepted(self, config: RunConfig, anyway: bool) -> list[Notice]:
        """What keeps the run from learning, as notices of the session; an error where nobody has accepted it."""
        found = self._checks.blockers(config)
        if found and not anyway:
            message = " ".join(f"{finding['title']}: {finding['text']}" for finding in found)
            hint = 'Mend it, or send "start_anyway": true to start all the same.'
            raise NeedsConsent(message, hint, {finding["field"]: finding["text"] for finding in found})
        return [Notice("warning", f["field"], f"Started all the same: {f['text']}") for f in found]

    def _enter(self, session_id: str, events: list[Event]) -> SessionState:
        for event in events:
            self._publish_event(session_id, event)
        self._queue(session_id)
        return self._store.state(session_id)

    def _queue(self, session_id: str) -> None:
        gpus = self._store.config(session_id).resources.gpus
        wanted = f"cuda:{gpus[0]}" if gpus else None
        self._devices.enter(session_id, wanted, lambda device: self._start_worker(session_id, device))

    def _recovered(self, session_id: str, recover: Callable[[], None]) -> None:
        """Recover one session; what keeps it from that, such as a folder that can't be written to, stops no other."""
        try:
            recover()
        except (LoraCraftError, OSError) as error:
            LOG.warning("outputs/%s can't be recovered: %s", session_id, error)

    def _recover_waiting(self, session_id: str) -> None:
        """Queue a session again; end it if its log is damaged, or this version or this machine can't run it any more.

        A run that may have ended long ago is not started anew.
        """
        try:
            if self._store.state(session_id).is_damaged:
                raise DAMAGED
            resolve(self._store.config(session_id), self._devices.hardware)
            with self._claimed(session_id):
                self._queue(session_id)
        except LoraCraftError as error:
            log = EventLog(self._workspace.session(session_id).events)
            log.append("failed", cause=error.message, cure=error.hint, code=error.code)

    def _recover_running(self, state: SessionState) -> None:
        session_id = state.session_id
        self._in_use.note(session_id, "training", lambda: self._store.state(session_id).is_final)
        paths = self._store.paths(session_id)
        self._workers.reattach(paths, lambda: self._devices.hold(session_id, state.device or "cpu"))

    def _start_worker(self, session_id: str, device: str) -> None:
        paths = self._workspace.session(session_id)

        def prepare() -> None:
            self._devices.clear(device, session_id)
            self._publish_event(session_id, EventLog(paths.events).append("starting", device=device))

        self._workers.start(paths, device, prepare=prepare)

    def _leave(self, session_id: str) -> None:
        """After the end of a worker: free its device for the next run, and its session."""
        self._devices.release(session_id)
        self._in_use.release(session_id, "training")

    def _publish_event(self, session_id: str, event: Event) -> None:
        self._publish("event", (self._store.state(session_id), event))


def new_session_id() -> str:
    """A new readable id; such ids sort by time."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def merged(base: JsonObject, changes: JsonObject) -> JsonObject:
    """`base` with its values replaced by those of `changes`, section by section."""
    return base | {
        key: merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in changes.items()
    }
