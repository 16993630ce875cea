"""The life of a worker: start, reports, stop requests and end; an error becomes one `failed` event."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import TextIO

from constants import LOG_TAIL_LINES
from core.errors import LoraCraftError
from core.failures import Explanation, explain
from core.paths import SessionPaths
from core.sessions.events import EventLog
from core.sessions.store import tail_text
from core.sessions.worker_lock import take_lock

LOG = logging.getLogger(__name__)
HEARTBEAT_PERIOD_S = 5.0
"""A worker writes a heartbeat after this long without an event; the log is never older than 15 s."""
STOP_POLL_S = 0.2
"""Time between two checks for a stop request."""


class StopRequested(BaseException):
    """The user has requested a stop; a BaseException, so that no library catches it.

    Args:
        mode: save or discard.
    """

    def __init__(self, mode: str):
        super().__init__(mode)
        self.mode = mode


class Reporter:
    """The connection of a worker to the server: event log, heartbeat and stop request.

    Args:
        paths: The files of the session, or of the export, that the worker works on.
        clean_up: Called before a stop request ends the process at once; see `phase`.

    Raises:
        Conflict: Another worker works in that folder.
    """

    def __init__(self, paths: SessionPaths, clean_up: Callable[[], None] = lambda: None):
        self.paths = paths
        self._lock = take_lock(paths.folder)  # before the log is opened, whose one writer this is
        self.log = EventLog(paths.events)
        self._clean_up = clean_up
        self._leaving = threading.RLock()  # one final event only: the watching thread and the main one may both end
        self._stop_mode: str | None = None
        self._phase: str | None = None
        self._leave_at_once = False
        self._ended = False

    def start(self) -> None:
        """Report the process and start the heartbeat."""
        self.log.append("started", pid=os.getpid())
        threading.Thread(target=self._watch, name="heartbeat", daemon=True).start()

    def phase(self, name: str, detail: str = "", interruptible: bool = False) -> None:
        """Report a phase. An interruptible one has nothing to save, so a stop request ends the process at once."""
        self.check_stop()
        self._leave_at_once = interruptible
        if name != self._phase or detail:
            self._phase = name
            self.log.append("phase", phase=name, detail=detail)

    def notice(self, level: str, field: str, message: str) -> None:
        """Report something the user should know."""
        LOG.info("%s: %s: %s", level, field, message)
        self.log.append("notice", level=level, field=field, message=message)

    @contextlib.contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Work in an interruptible phase during which a stop request waits."""
        with self._leaving:
            yield

    def leave(self) -> None:
        """Let others work in the folder; nothing more is reported."""
        self._ended = True
        self._lock.release()

    def check_stop(self) -> None:
        """Raise StopRequested after a stop request; cheap enough for every forward pass."""
        if self._stop_mode is not None:
            raise StopRequested(self._stop_mode)

    def end(self, kind: str, **fields: object) -> None:
        """Write the final event, unless a stop request is already ending the process."""
        with self._leaving:
            self._ended = True
            self.log.append(kind, **fields)

    def _watch(self) -> None:
        while not self._ended:
            if self._stop_mode is None and self.paths.stop.exists():
                self._note_stop(self.paths.stop.read_text(encoding="utf-8").strip() or "save")
            if time.time() - self.log.last_t > HEARTBEAT_PERIOD_S and not self._ended:
                with contextlib.suppress(OSError):  # a full disk; the main thread will report it
                    self.log.append("heartbeat")
            time.sleep(STOP_POLL_S)

    def _note_stop(self, mode: str) -> None:
        with contextlib.suppress(OSError):
            self.log.append("stopping", mode=mode)
        self._stop_mode = mode
        with self._leaving:
            if self._leave_at_once and not self._ended:
                self._end_process(mode)

    def _end_process(self, mode: str) -> None:
        """Clean up and end the process; errors of the main thread, whose files are gone, are no longer reported."""
        self._clean_up()
        if mode == "discard":
            shutil.rmtree(self.paths.checkpoints, ignore_errors=True)
        self.end("stopped", mode=mode, saved=False)
        os._exit(0)


def run_worker(
    reporter: Reporter,
    body: Callable[[Reporter], None],
    explained: Callable[[BaseException], Explanation] = explain,
) -> int:
    """Run the body of a worker; the exit code is 0 when it completed or stopped, 1 when it failed.

    An exception becomes one `failed` event with cause and cure; its traceback goes to worker.log.

    Args:
        reporter: Writes the events.
        body: The work.
        explained: Gives cause, cure and code of an error that is not a LoraCraftError.
    """
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        reporter.start()
        body(reporter)
    except StopRequested as request:
        reporter.end("stopped", mode=request.mode, saved=False)
    except LoraCraftError as error:
        LOG.error("%s %s", error.message, error.hint)
        return _fail(reporter, error.message, error.hint, error.code)
    except Exception as error:  # noqa: BLE001 - the worker's outermost frame
        with contextlib.suppress(OSError):  # the disk may be full
            traceback.print_exc()
        return _fail(reporter, *explained(error))
    finally:
        reporter.leave()
    return 0


def _fail(reporter: Reporter, cause: str, cure: str, code: str) -> int:
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    tail = tail_text(reporter.paths.log, LOG_TAIL_LINES)
    try:
        reporter.end("failed", cause=cause, cure=cure, code=code, log_tail=tail)
    except OSError:
        LOG.exception("The event log could not be written")
        return 74 if code == "disk_full" else 1
    return 1


def move_stdout_aside() -> TextIO:
    """The real standard output, for answers; from now on, libraries that print write to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return answers
