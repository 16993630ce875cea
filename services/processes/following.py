"""FollowedWorkers: starts one child process per folder and follows it in a thread, also after a server restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.failures import Explanation, explain
from core.paths import SessionPaths, Workspace
from core.sessions.events import EventLog, read_events
from core.sessions.kinds import Event
from core.sessions.state import SessionState, fold_all
from core.sessions.worker_lock import at_work, is_locked
from services.processes.supervisor import Supervisor, Watch
from services.processes.worker import (
    TERMINATE_GRACE_S,
    Launch,
    UnseenWorker,
    WorkerProcess,
    worker_arguments,
    worker_command,
    worker_environment,
)

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listeners:
    """What is called for the workers of one program.

    Attributes:
        event: Called after each event, with the folder's files, the state and the event.
        output: Called with the folder's files and new output of the worker.
        ended: Called with the folder's files after the end of the worker, whatever its cause, to clean up.
        explain_exit: As core.failures.explain_exit, for a worker that wrote no final event.
    """

    event: Callable[[SessionPaths, SessionState, Event], None]
    output: Callable[[SessionPaths, str], None]
    ended: Callable[[SessionPaths], None]
    explain_exit: Callable[[int | None, bool | None], Explanation]


class FollowedWorkers:
    """The workers of one program, at most one per folder.

    Args:
        workspace: Has the caches of the workers.
        launch: The program's module, and the environment of the server.
        listeners: What is called.
    """

    def __init__(self, workspace: Workspace, launch: Launch, listeners: Listeners):
        self._workspace = workspace
        self._launch = launch
        self._listeners = listeners
        self._threads: dict[Path, threading.Thread] = {}

    def start(
        self,
        paths: SessionPaths,
        device: str = "cpu",
        more_environment: Mapping[str, str] | None = None,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """Start a thread that starts the worker of a folder and follows it.

        Args:
            paths: The folder's files; the log has the `starting` event, unless `prepare` writes it.
            device: The worker's device: cpu, or cuda:<index>.
            more_environment: Variables besides those that every worker gets.
            prepare: Called in the thread before the worker starts; its errors fail the attempt.
        """

        def begin() -> WorkerProcess:
            self.require_idle(paths)
            prepare()
            base = {**self._launch.environment, **(more_environment or {})}
            environment = worker_environment(base, self._workspace, device)
            command = worker_command(self._launch.module, paths.folder)
            return WorkerProcess.start(command, paths.log, environment, polite=device == "cpu")

        self._spawn(paths, begin)

    def require_idle(self, paths: SessionPaths) -> None:
        """Check that no worker is at work in a folder, whatever its log says.

        Raises:
            Conflict: One is.
        """
        if is_locked(paths.folder):
            raise at_work(paths.folder)

    def reattach(self, paths: SessionPaths, found: Callable[[], None] = lambda: None) -> None:
        """Follow the worker that an earlier server started on a folder; if it is gone, end the log as interrupted.

        Args:
            paths: The folder's files.
            found: Called before the thread starts, if the worker lives.
        """
        process = WorkerProcess.find(worker_arguments(self._launch.module, paths.folder), paths.folder)
        if process is None and is_locked(paths.folder):
            process = UnseenWorker(paths.folder)
        if process is None:
            self._publish_end(paths, "interrupted", self._listeners.explain_exit(None, None))
            self._listeners.ended(paths)
            return
        LOG.info("Re-attached to %s (process %s)", paths.folder, process.pid)
        found()
        self._spawn(paths, lambda: process)

    def wait(self, paths: SessionPaths, timeout_s: float | None = None) -> None:
        """Block until the worker of a folder has ended and `ended` has been called, at most `timeout_s`."""
        thread = self._threads.get(paths.folder)
        if thread is not None:
            thread.join(timeout_s)

    def _spawn(self, paths: SessionPaths, get_process: Callable[[], WorkerProcess]) -> None:
        name = f"{self._launch.module.rpartition('.')[2]}-{paths.id}"
        thread = threading.Thread(target=self._follow, args=(paths, get_process), name=name, daemon=True)
        self._threads[paths.folder] = thread
        thread.start()

    def _follow(self, paths: SessionPaths, get_process: Callable[[], WorkerProcess]) -> None:
        """Start or reattach to a worker and supervise it; the body of a thread."""
        watch = Watch(
            event=lambda state, event: self._listeners.event(paths, state, event),
            output=lambda text: self._listeners.output(paths, text),
        )
        process = None
        try:
            process = get_process()
            Supervisor(paths, process, watch, explain=self._listeners.explain_exit).run()
        except Exception as error:  # the supervising loop: nobody else would hear of it
            LOG.exception("Supervising %s failed", paths.folder)
            if process is not None:
                process.end()
            self._publish_end(paths, "failed", explain(error))
        self._listeners.ended(paths)

    def _publish_end(self, paths: SessionPaths, kind: str, explanation: Explanation) -> None:
        """Write a final event for a worker that can't write it any more; the log of a living one is its own."""
        if is_locked(paths.folder):
            LOG.error("Another worker is at work in %s", paths.folder)
            return
        cause, cure, code = explanation
        try:
            event = EventLog(paths.events).append(kind, cause=cause, cure=cure, code=code)
        except OSError:
            LOG.exception("The event log of %s can't be written", paths.folder)
            return
        self._listeners.event(paths, fold_all(paths.id, read_events(paths.events)), event)


def end_strays(folder: Path) -> None:
    """Kill the processes that a killed worker has left at work below `folder`."""
    strays = [process for process in psutil.process_iter(["cmdline"]) if is_at_work_below(process, folder)]
    for process in strays:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(strays, timeout=TERMINATE_GRACE_S)


def is_at_work_below(process: psutil.Process, folder: Path) -> bool:
    """Whether the command line of a process, as process_iter has read it, names the folder or a path below it."""
    return any(Path(word).is_relative_to(folder) for word in process.info["cmdline"] or [])
