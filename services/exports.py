"""Start exports, follow them, list what was exported."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from core.errors import Conflict, NotFound
from core.export.quantization import quantization
from core.failures import explain, explain_exit
from core.jsonfile import read_json, write_json
from core.paths import SessionPaths, Workspace
from core.sessions.events import EventLog, keep_reserve, read_events
from core.sessions.state import SessionState, fold_all
from core.sessions.store import SessionStore
from services.process import WorkerProcess, worker_command, worker_environment
from services.supervisor import Supervisor, Watch
from services.training import Launch, Publish, living_worker

LOG = logging.getLogger(__name__)
MODULE = "core.workers.export"


@dataclass(frozen=True)
class ExportState:
    """An export as REST shows it; `files` are the proven ones."""

    export_id: str
    status: str
    phase: str | None
    detail: str
    failure: dict | None
    files: list[dict]


class ExportService:
    """One export per session at a time; its id is the session's.

    Args:
        workspace: Where exports go.
        store: Knows the sessions.
        launch: How workers are started; exports run on the CPU.
        publish: Called with ("export", ExportState as a dict).
    """

    def __init__(self, workspace: Workspace, store: SessionStore, launch: Launch, publish: Publish):
        self._workspace = workspace
        self._store = store
        self._launch = launch
        self._publish = publish
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def create(self, session_id: str, quantizations: Sequence[str]) -> ExportState:
        """Start to export a session as GGUF files.

        Raises:
            NotFound: No such session.
            InvalidInput: A type that is not offered.
            Conflict: It has no adapter yet, or is being exported.
        """
        session = self._store.paths(session_id)
        names = [quantization(name).name for name in quantizations]
        if not session.adapter.is_dir():
            raise Conflict(f"The session {session_id!r} has no trained adapter.", "Export a run that has saved one.")
        paths = SessionPaths(self._workspace.export(session_id))
        with self._lock:
            if self.is_running(session_id):
                raise Conflict(f"The session {session_id!r} is being exported.", "Wait for it.")
            self._prepare(paths, names)
            thread = threading.Thread(target=self._export, args=(paths,), name=f"export-{session_id}", daemon=True)
            self._threads[session_id] = thread
            thread.start()
        return self.state(session_id)

    def is_running(self, session_id: str) -> bool:
        """Whether an export of the session is under way, started by this server or by one before it."""
        thread = self._threads.get(session_id)
        if thread is not None and thread.is_alive():
            return True
        paths = SessionPaths(self._workspace.export(session_id))
        state = fold_all(session_id, read_events(paths.events))
        return state.has_worker and living_worker(state, MODULE, paths) is not None

    def recover(self) -> None:
        """At boot: mark exports whose worker is gone."""
        for events in self._workspace.exports.glob("*/events.jsonl"):
            state = fold_all(events.parent.name, read_events(events))
            if state.has_worker and living_worker(state, MODULE, SessionPaths(events.parent)) is None:
                cause, cure, code = explain_exit(None)
                EventLog(events).append("interrupted", cause=cause, cure=cure, code=code)

    def state(self, session_id: str) -> ExportState:
        """How the latest export of a session stands.

        Raises:
            NotFound: It was never exported.
        """
        paths = SessionPaths(self._workspace.export(session_id))
        if not paths.events.is_file():
            raise NotFound(f"{session_id!r} was never exported.", "POST /api/exports/create starts an export.")
        return self._as_export(paths, fold_all(session_id, read_events(paths.events)))

    def list(self) -> list[ExportState]:
        """All exports."""
        return [self.state(events.parent.name) for events in sorted(self._workspace.exports.glob("*/events.jsonl"))]

    def wait(self, session_id: str, timeout_s: float | None = None) -> ExportState:
        """Block until the export has ended, at most `timeout_s`."""
        thread = self._threads.get(session_id)
        if thread is not None:
            thread.join(timeout_s)
        return self.state(session_id)

    def seconds(self, session_id: str) -> float:
        """How long the latest export took, or has taken so far."""
        events = read_events(SessionPaths(self._workspace.export(session_id)).events)
        return events[-1]["t"] - events[0]["t"]

    def _prepare(self, paths: SessionPaths, names: list[str]) -> None:
        paths.folder.mkdir(parents=True, exist_ok=True)
        earlier = paths.folder.glob("*.gguf")
        for stale in (paths.stop, paths.events, paths.log, paths.folder / "proof.json", *earlier):
            stale.unlink(missing_ok=True)
        keep_reserve(paths.folder)
        write_json(paths.folder / "export.json", {"quantizations": names})
        EventLog(paths.events).append("starting", device="cpu")

    def _export(self, paths: SessionPaths) -> None:
        """The body of an export's thread."""
        environment = worker_environment(dict(self._launch.environment), self._workspace, "cpu")
        watch = Watch(
            event=lambda state, event: self._publish("export", asdict(self._as_export(paths, state))),
            output=lambda text: None,
        )
        try:
            process = WorkerProcess.start(worker_command(MODULE, paths.folder), paths.log, environment, polite=True)
            Supervisor(paths, process, watch).run()
        except Exception as error:  # the supervising loop: nobody else would hear of it
            LOG.exception("Supervising the export of %s failed", paths.id)
            cause, cure, code = explain(error)
            EventLog(paths.events).append("failed", cause=cause, cure=cure, code=code)

    def _as_export(self, paths: SessionPaths, state: SessionState) -> ExportState:
        proof = paths.folder / "proof.json"
        files = read_json(proof)["files"] if proof.is_file() else []
        return ExportState(paths.id, state.status, state.phase, state.phase_detail, state.failure, files)
