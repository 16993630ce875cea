"""ExportService: starts, follows, cancels, lists and deletes exports, and finds their files."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from typing_extensions import TypedDict

from core.errors import Conflict, LoraCraftError, NotFound
from core.export.folder import PROOF, WORK
from core.export.stages import stages
from core.jsonfile import read_stored, write_json, write_text
from core.listing import Listing, read_all
from core.paths import ADAPTER_WEIGHTS, SessionPaths, Workspace
from core.sessions.events import EventLog
from core.sessions.store import SessionStore
from services.exports.downloads import Bundle, Download, find_download
from services.exports.files import ExportFolder
from services.exports.plan import ExportPlan, ExportPlanner
from services.exports.push import Push, PushService
from services.exports.state import ExportState, explain_export_exit, progress_of
from services.processes.event_logs import EventLogs, Log
from services.processes.following import FollowedWorkers, Listeners
from services.processes.in_use import InUse
from services.processes.worker import Launch
from services.publish import Publish

LOG = logging.getLogger(__name__)
MODULE = "core.workers.export"
REQUEST = "export.json"
Stamp = tuple[int, int] | None
"""(time of change, size) of a file; None where there is none."""


class ExportRequest(TypedDict, total=False):
    """What the worker reads from export.json; the first version called the targets quantizations."""

    targets: list[str]
    quantizations: list[str]


class OfferedPlan(ExportPlan):
    """The same, with whether the server has a token for the hub."""

    has_hub_token: bool


class ExportService:
    """One export per session at a time.

    Args:
        workspace: The folders of the exports.
        store: Reads the sessions.
        launch: Starts workers; exports run on the CPU.
        planner: Plans an export before it starts.
        publish: Called with ("export", ExportState as a dict); for a deleted export with its ids and status alone.
        in_use: Notes which sessions are being exported.
        clock: Unix seconds; for tests.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: SessionStore,
        launch: Launch,
        planner: ExportPlanner,
        publish: Publish,
        in_use: InUse,
        clock: Callable[[], float] = time.time,
    ):
        self._workspace = workspace
        self._store = store
        self._planner = planner
        self._publish = publish
        self._in_use = in_use
        self._clock = clock
        self._logs = EventLogs()
        self._settled: dict[str, tuple[tuple[Stamp, ...], ExportState]] = {}
        listeners = Listeners(
            event=lambda paths, state, event: self._publish_state(paths),
            output=lambda paths, text: None,
            ended=self._leave,
            explain_exit=explain_export_exit,
        )
        self._workers = FollowedWorkers(workspace, replace(launch, module=MODULE), listeners)
        self.pushes = PushService(
            workspace, launch, self._logs, in_use, lambda session_id: self._publish_state(self._paths(session_id))
        )

    def plan(self, session_id: str, targets: Sequence[str]) -> OfferedPlan:
        """Plan an export; see ExportPlanner.plan."""
        return {**self._planner.plan(session_id, targets), "has_hub_token": self.pushes.has_token}

    def create(self, session_id: str, targets: Sequence[str]) -> ExportState:
        """Start to export a session; earlier targets stay, and a target made again is replaced.

        Raises:
            NotFound: No such session.
            InvalidInput: A name is no target, or there is no name.
            Conflict: A target can't be made of this session, or the session is being trained, exported or pushed, or
                waits for its training.
            Unavailable: The disk is too full.
        """
        chosen = self._planner.require(session_id, targets)
        if not self._store.state(session_id).is_final:
            raise Conflict(
                f"The session {session_id!r} is being trained, or waits for it.", "Export it when it has ended."
            )
        paths = self._paths(session_id)
        with self._in_use.from_here(session_id, "export", lambda: not self._is_running(paths)):
            self._workers.require_idle(paths)
            self._prepare(paths, chosen)
            self._workers.start(paths)
        return self.state(session_id)

    def cancel(self, session_id: str) -> ExportState:
        """Ask a running export to stop; its unfinished files are removed.

        Raises:
            NotFound: The session was never exported.
            Conflict: The session is not being exported.
        """
        if not self.state(session_id).is_running:
            raise Conflict(f"The session {session_id!r} is not being exported.", "There is nothing to cancel.")
        write_text(self._paths(session_id).stop, "save")
        return self.state(session_id)

    def push(self, session_id: str, push: Push) -> ExportState:
        """Start to send exported files to the hub; see PushService.start.

        Raises:
            NotFound: The session was never exported.
            Conflict: The session is being exported or pushed.
        """
        self.state(session_id)
        self.pushes.start(self._folder(self._paths(session_id)), push)
        return self.state(session_id)

    def cancel_push(self, session_id: str) -> ExportState:
        """Ask a running push to stop; see PushService.cancel."""
        state = self.state(session_id)
        self.pushes.cancel(session_id)
        return state

    def state(self, session_id: str) -> ExportState:
        """The latest export of a session.

        Raises:
            NotFound: The session was never exported.
        """
        paths = self._paths(session_id)
        self._require_export(paths)
        return self._state(paths)

    def states(self) -> Listing[ExportState]:
        """All exports."""
        exports = (folder for folder in self._all() if _is_export(SessionPaths(folder)))
        return read_all(exports, lambda folder: self._state(SessionPaths(folder)))

    def find(self, session_id: str, name: str) -> Download | Bundle:
        """The download of a name; see find_download."""
        return find_download(self._folder(self._paths(session_id)), name)

    def delete(self, session_id: str, target: str | None = None) -> None:
        """Remove one target, or all exports of a session.

        Raises:
            NotFound: The session or the target was never exported.
            Conflict: The session is being exported, pushed or tested, or another program holds a file.
        """
        paths = self._paths(session_id)
        self._require_export(paths)
        with self._in_use.during(session_id, "export deletion"):
            if target is None:
                self._folder(paths).delete_all()
            else:
                self._folder(paths).delete(target)
        if target is None:
            self._publish("export", {"export_id": session_id, "session_id": session_id, "status": "deleted"})
        else:
            self._publish_state(paths)

    def recover(self) -> None:
        """At boot: reattach to exports and pushes whose worker lives, and clean up after the others."""
        for folder in self._all():
            try:
                self._recover(SessionPaths(folder))
                self.pushes.recover(folder.name)
            except (LoraCraftError, OSError) as error:  # files edited by hand, or that can't be read
                LOG.warning("exports/%s can't be recovered: %s", folder.name, error)

    def _recover(self, paths: SessionPaths) -> None:
        log = self._logs.read(paths)
        if log is not None and log.state.has_worker:
            self._in_use.note(paths.id, "export", lambda: not self._is_running(paths))
            self._workers.reattach(paths)
        elif not self._is_complete(paths, log):
            self._folder(paths).sweep()

    def wait(self, session_id: str, timeout_s: float | None = None) -> ExportState:
        """Block until the export has ended, at most `timeout_s`."""
        self._workers.wait(self._paths(session_id), timeout_s)
        return self.state(session_id)

    def seconds(self, session_id: str) -> float:
        """The duration of the latest export, up to now if it is running."""
        return self.state(session_id).elapsed_seconds or 0.0

    def _all(self) -> Sequence[Path]:
        return sorted(folder for folder in self._workspace.exports.iterdir() if folder.is_dir())

    def _require_export(self, paths: SessionPaths) -> None:
        if not _is_export(paths):
            raise NotFound(f"{paths.id!r} was never exported.", "POST /api/exports/create starts an export.")

    def _paths(self, session_id: str) -> SessionPaths:
        return SessionPaths(self._workspace.export(session_id))

    def _folder(self, paths: SessionPaths) -> ExportFolder:
        return ExportFolder(paths.folder, self._workspace.outputs / paths.id / "adapter")

    def _prepare(self, paths: SessionPaths, targets: list[str]) -> None:
        if (paths.folder / WORK).exists():
            self._folder(paths).sweep()
        self._logs.begin(paths)
        write_json(paths.folder / REQUEST, {"targets": targets})
        EventLog(paths.events).append("starting", device="cpu")

    def _leave(self, paths: SessionPaths) -> None:
        """After the end of a worker: clean up unless its export is complete, and free the session."""
        try:
            if not self._is_complete(paths, self._logs.read(paths)):
                self._folder(paths).sweep()
        finally:
            self._in_use.release(paths.id, "export")
            self._publish_state(paths)

    def _is_running(self, paths: SessionPaths) -> bool:
        log = self._logs.read(paths)
        return log is not None and log.state.has_worker

    def _is_complete(self, paths: SessionPaths, log: Log | None) -> bool:
        """Whether the latest export has completed, as one of another machine has, whose folder is without a log."""
        return (log is None or log.state.status == "completed") and not (paths.folder / WORK).exists()

    def _publish_state(self, paths: SessionPaths) -> None:
        if _is_export(paths):
            self._publish("export", self._state(paths).as_dict())

    def _state(self, paths: SessionPaths) -> ExportState:
        """The state; a settled state is kept until one of its files changes."""
        stamps = tuple(map(_stamp, self._sources(paths)))
        kept = self._settled.get(paths.id)
        if kept is not None and kept[0] == stamps:
            return kept[1]
        state = self._built(paths)
        if state.is_settled:
            self._settled[paths.id] = (stamps, state)
        return state

    def _sources(self, paths: SessionPaths) -> tuple[str, ...]:
        """The files that a state is read from; a folder changes when a name in it does."""
        folder, session = f"{self._workspace.exports}/{paths.id}", f"{self._workspace.outputs}/{paths.id}"
        below = ("", "/events.jsonl", f"/{PROOF}", "/push/events.jsonl")
        return *(folder + name for name in below), f"{session}/adapter/{ADAPTER_WEIGHTS}"

    def _built(self, paths: SessionPaths) -> ExportState:
        log, folder, targets = self._logs.read(paths), self._folder(paths), _targets(paths)
        return ExportState(
            export_id=paths.id,
            session_id=paths.id,
            **progress_of(log, self._clock()),
            targets=targets,
            stages=stages(targets),
            folder=str(paths.folder),
            files=folder.files(),
            modelfile=folder.modelfile(),
            push=self.pushes.state(paths.id),
        )


def _stamp(path: str) -> Stamp:
    try:
        stat = os.stat(path)  # noqa: PTH116 - a list of exports needs thousands of calls, and a Path is slow
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _is_export(paths: SessionPaths) -> bool:
    return paths.events.exists() or (paths.folder / PROOF).exists()


def _targets(paths: SessionPaths) -> list[str]:
    """The targets of the latest export."""
    file = paths.folder / REQUEST
    request = read_stored(file, ExportRequest) if file.exists() else {}
    return request.get("targets", request.get("quantizations", []))
