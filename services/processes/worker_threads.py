"""WorkerThreads: one child process per folder, followed to its end by a thread; taken up again after a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from constants import LEAVE_GRACE_S, TERMINATE_GRACE_S
from core.failures import Explanation, explain
from core.paths import SessionPaths, Workspace
from core.sessions.events import EventLog
from services.processes.event_logs import EventLogs
from services.processes.supervisor import Supervisor, Watch
from services.processes.worker import Launch, WorkerProcess, living_worker, worker_command, worker_environment

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listeners:
    """Who is told of the workers of one kind.

    Attributes:
        moved: Called with the folder's files after every event, and once more when all is over.
        ended: Called with them when the worker has gone, however it went, to clean up.
        explain_exit: (cause, cure, code) of a worker that ended without a word, by its exit code.
    """

    moved: Callable[[SessionPaths], None]
    ended: Callable[[SessionPaths], None]
    explain_exit: Callable[[int | None], Explanation]


class WorkerThreads:
    """The workers of one module, at most one per folder; they run on the CPU.

    Args:
        module: What is run, as `python -m module folder`.
        workspace: Whose caches the workers use.
        launch: The environment they build on.
        logs: Reads what they report.
        listeners: Who is told.
    """

    def __init__(self, module: str, workspace: Workspace, launch: Launch, logs: EventLogs, listeners: Listeners):
        self._module = module
        self._workspace = workspace
        self._launch = launch
        self._logs = logs
        self._listeners = listeners
        self._threads: dict[Path, threading.Thread] = {}

    def start(self, paths: SessionPaths, more_environment: Mapping[str, str]) -> None:
        """Start the worker of a folder whose log holds its `starting` event.

        Args:
            paths: The folder's files.
            more_environment: Beside what every worker gets.
        """
        environment = worker_environment({**self._launch.environment, **more_environment}, self._workspace, "cpu")
        command = worker_command(self._module, paths.folder)
        self._spawn(paths, lambda: WorkerProcess.start(command, paths.log, environment, polite=True))

    def take_up(self, paths: SessionPaths) -> bool:
        """Follow the worker that an earlier server left at work on a folder; false when it is gone."""
        process = self._living(paths)
        if process is not None:
            LOG.info("Re-attached to %s (process %s)", paths.folder, process.pid)
            self._spawn(paths, lambda: process)
        return process is not None

    def is_running(self, paths: SessionPaths) -> bool:
        """Whether a worker is at work on a folder; one that has told its end is given time to leave."""
        thread = self._threads.get(paths.folder)
        if thread is None or not thread.is_alive():
            return self._living(paths) is not None
        log = self._logs.read(paths)
        if log is None or log.state.is_final:
            thread.join(LEAVE_GRACE_S)
        return thread.is_alive()

    def wait(self, paths: SessionPaths, timeout_s: float | None = None) -> None:
        """Block until the worker of a folder has gone and its end has been seen to, at most `timeout_s`."""
        thread = self._threads.get(paths.folder)
        if thread is not None:
            thread.join(timeout_s)

    def interrupt(self, paths: SessionPaths) -> None:
        """Write down that the worker of a folder is gone without a word, and see to its end."""
        cause, cure, code = self._listeners.explain_exit(None)
        EventLog(paths.events).append("interrupted", cause=cause, cure=cure, code=code)
        self._listeners.ended(paths)

    def _living(self, paths: SessionPaths) -> WorkerProcess | None:
        log = self._logs.read(paths)
        if log is None or not log.state.has_worker:
            return None
        return living_worker(log.state, self._module, paths)

    def _spawn(self, paths: SessionPaths, get_process: Callable[[], WorkerProcess]) -> None:
        name = f"{self._module.rpartition('.')[2]}-{paths.id}"
        thread = threading.Thread(target=self._follow, args=(paths, get_process), name=name, daemon=True)
        self._threads[paths.folder] = thread
        thread.start()

    def _follow(self, paths: SessionPaths, get_process: Callable[[], WorkerProcess]) -> None:
        """The body of a thread."""
        watch = Watch(event=lambda state, event: self._listeners.moved(paths), output=lambda text: None)
        process = None
        try:
            process = get_process()
            Supervisor(paths, process, watch, explain=self._listeners.explain_exit).run()
        except Exception as error:  # the supervising loop: nobody else would hear of it
            LOG.exception("Supervising %s failed", paths.folder)
            if process is not None:
                process.end()
            self._report(paths, error)
        self._listeners.ended(paths)
        self._listeners.moved(paths)

    def _report(self, paths: SessionPaths, error: BaseException) -> None:
        cause, cure, code = explain(error)
        try:
            EventLog(paths.events).append("failed", cause=cause, cure=cure, code=code)
        except OSError:
            LOG.exception("The event log of %s can't be written", paths.folder)


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
