"""FollowedWorkers: one child process per folder, followed to its end by a thread; taken up again after a restart."""

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
from services.processes.supervisor import Supervisor, Watch
from services.processes.worker import (
    TERMINATE_GRACE_S,
    Launch,
    WorkerProcess,
    living_worker,
    worker_command,
    worker_environment,
)

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listeners:
    """Who is told of the workers of one program.

    Attributes:
        event: Called with the folder's files, the state and the event, after each.
        output: Called with the folder's files and new output of the worker.
        ended: Called with the folder's files when the worker has gone, however it went, to clean up.
        explain_exit: (cause, cure, code) of a worker that ended without a word, by its exit code.
    """

    event: Callable[[SessionPaths, SessionState, Event], None]
    output: Callable[[SessionPaths, str], None]
    ended: Callable[[SessionPaths], None]
    explain_exit: Callable[[int | None], Explanation]


class FollowedWorkers:
    """The workers of one program, at most one per folder.

    Args:
        workspace: Whose caches the workers use.
        launch: The program's module, and the environment it builds on.
        listeners: Who is told.
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
        """Start the worker of a folder in a thread of its own, which follows it.

        Args:
            paths: The folder's files; the log has the `starting` event, unless `prepare` writes it.
            device: Where it works: cpu, or cuda:<index>.
            more_environment: Beside what every worker gets.
            prepare: Called in the thread before the worker starts; what it raises fails the attempt.
        """

        def begin() -> WorkerProcess:
            prepare()
            base = {**self._launch.environment, **(more_environment or {})}
            environment = worker_environment(base, self._workspace, device)
            command = worker_command(self._launch.module, paths.folder)
            return WorkerProcess.start(command, paths.log, environment, polite=device == "cpu")

        self._spawn(paths, begin)

    def take_up(self, state: SessionState, paths: SessionPaths, found: Callable[[], None] = lambda: None) -> None:
        """Follow the worker that an earlier server left at work on a folder, or write down that it is gone.

        Args:
            state: What the folder's log says.
            paths: The folder's files.
            found: Called before the following begins, where the worker lives.
        """
        process = living_worker(state, self._launch.module, paths)
        if process is None:
            self._report(paths, "interrupted", self._listeners.explain_exit(None))
            self._listeners.ended(paths)
            return
        LOG.info("Re-attached to %s (process %s)", paths.folder, process.pid)
        found()
        self._spawn(paths, lambda: process)

    def wait(self, paths: SessionPaths, timeout_s: float | None = None) -> None:
        """Block until the worker of a folder has gone and its end has been seen to, at most `timeout_s`."""
        thread = self._threads.get(paths.folder)
        if thread is not None:
            thread.join(timeout_s)

    def _spawn(self, paths: SessionPaths, get_process: Callable[[], WorkerProcess]) -> None:
        name = f"{self._launch.module.rpartition('.')[2]}-{paths.id}"
        thread = threading.Thread(target=self._follow, args=(paths, get_process), name=name, daemon=True)
        self._threads[paths.folder] = thread
        thread.start()

    def _follow(self, paths: SessionPaths, get_process: Callable[[], WorkerProcess]) -> None:
        """The body of a thread."""
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
            self._report(paths, "failed", explain(error))
        self._listeners.ended(paths)

    def _report(self, paths: SessionPaths, kind: str, explanation: Explanation) -> None:
        cause, cure, code = explanation
        try:
            event = EventLog(paths.events).append(kind, cause=cause, cure=cure, code=code)
        except OSError:
            LOG.exception("The event log of %s can't be written", paths.folder)
            return
        self._listeners.event(paths, fold_all(paths.id, read_events(paths.events)), event)


def end_strays(folder: Path) -> None:
    """End processes that work on something below `folder`: children that a killed worker left behind."""
    strays = [process for process in psutil.process_iter(["cmdline"]) if is_at_work_below(process, folder)]
    for process in strays:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(strays, timeout=TERMINATE_GRACE_S)


def is_at_work_below(process: psutil.Process, folder: Path) -> bool:
    """Whether the command line of a process, as process_iter has read it, names the folder or what lies in it."""
    return any(Path(word).is_relative_to(folder) for word in process.info["cmdline"] or [])
