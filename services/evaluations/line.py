"""WorkLine: the thread that works tests off, one at a time, in the order they came."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import replace

from core.errors import ErrorReport, LoraCraftError, Unavailable
from core.evaluations.record import ModelTest, Status
from core.evaluations.settle import settle
from core.failures import explain
from services.evaluations.work import LANE, Desk, Examination, Work

LOG = logging.getLogger(__name__)
CHASE_PERIOD_S = 0.5
CANCEL_GRACE_S = 5.0
"""How long a cancelled test may take to score what it has before its inspection worker is ended."""


class WorkLine:
    """Tests that wait and the one that runs.

    Args:
        desk: What they use.
        grace_s: See CANCEL_GRACE_S.
    """

    def __init__(self, desk: Desk, grace_s: float = CANCEL_GRACE_S):
        self._desk = desk
        self._grace_s = grace_s
        self._lock = threading.Lock()
        self._waiting: deque[Work] = deque()
        self._live: dict[str, Work] = {}
        self._thread: threading.Thread | None = None

    def enter(self, work: Work) -> None:
        """Write a test down and put it at the end of the line."""
        test = work.test
        with self._lock:
            test.text = f"waiting for {len(self._live)} before it" if self._live else ""
            self._live[test.test_id] = work
        try:
            work.folder.save(test)
        except OSError:
            self._leave(work)
            raise
        with self._lock:
            self._waiting.append(work)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work_off, name="model-tests", daemon=True)
                self._thread.start()
        self._desk.tell(test)

    def find(self, test_id: str) -> Work | None:
        """A test that waits or runs; None for any other."""
        return self._live.get(test_id)

    def cancel(self, work: Work) -> None:
        """End a test early; one that still waits is over at once, one that runs as soon as its model lets go."""
        work.cancelled.set()
        with self._lock:
            is_waiting = work in self._waiting
            if is_waiting:
                self._waiting.remove(work)
        if is_waiting:
            try:
                self._finish(work, "cancelled")
            finally:
                self._leave(work)
        else:
            threading.Thread(target=self._chase, args=(work,), name=f"cancel-{work.request_id}", daemon=True).start()

    def uses(self, session_id: str) -> bool:
        """Whether a test that waits or runs needs the files of a run."""
        with self._lock:
            return any(session_id in work.sessions for work in self._live.values())

    def _work_off(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                work = self._waiting.popleft()
            try:
                self._examine(work)
            except Exception as error:  # the loop of all tests: the next ones must not wait for ever
                LOG.exception("The test %s broke", work.test.test_id)
                self._abandon(work, error)
            finally:
                self._leave(work)

    def _examine(self, work: Work) -> None:
        test = work.test
        test.status, test.started_at = "running", self._desk.clock()
        work.folder.save(test)
        failure = None
        try:
            if not work.is_cancelled:
                Examination(work, self._desk).run()
        except LoraCraftError as error:
            failure = error.as_dict()
        if work.is_cancelled:  # which may itself have ended what was asked: a model that loads, a judge
            self._finish(work, "cancelled")
        else:
            self._finish(work, "failed" if failure else "completed", failure)

    def _finish(self, work: Work, status: Status, failure: ErrorReport | None = None) -> None:
        test = self._ended(work, status, failure)
        settle(test, work.folder)
        work.test = test

    def _abandon(self, work: Work, error: Exception) -> None:
        cause, _, _ = explain(error)
        hint = "What was answered before is kept; logs/server.log has the details."
        failure = Unavailable(f"The test could not go on: {cause}", hint)
        work.test = self._ended(work, "failed", failure.as_dict())
        with suppress(OSError):  # most likely the disk is full, which is what has just been told
            work.folder.save(work.test)

    def _ended(self, work: Work, status: Status, failure: ErrorReport | None) -> ModelTest:
        """A copy of a test that is over: whoever asks meanwhile never reads a status without what belongs to it."""
        return replace(work.test, status=status, ended_at=self._desk.clock(), failure=failure)

    def _leave(self, work: Work) -> None:
        with self._lock:
            del self._live[work.test.test_id]
        work.ended.set()
        self._desk.tell(work.test)

    def _chase(self, work: Work) -> None:
        """Stop what a cancelled test asks, again and again: a stop just before a request is in line finds nothing."""
        ends_at = time.monotonic() + self._grace_s
        self._desk.generation.stop(work.request_id)
        while not work.ended.wait(CHASE_PERIOD_S):
            self._desk.generation.stop(work.request_id)
            with self._lock:  # until it has left, the lane is asked by no other test
                if time.monotonic() > ends_at and work.test.test_id in self._live:
                    self._desk.inspector.stop(LANE)
