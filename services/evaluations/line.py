"""EvaluationLine: runs batches and evaluations one at a time, in the order they came."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import replace

from core.errors import ErrorReport, LoraCraftError, Unavailable
from core.evaluations.record import EvaluationRecord, Status
from core.evaluations.settle import settle
from core.failures import explain
from services.evaluations.evaluator import LANE, Evaluator
from services.evaluations.open_record import EvaluationTools, OpenRecord
from services.processes.work_line import WorkLine

LOG = logging.getLogger(__name__)
CHASE_PERIOD_S = 0.5
CANCEL_GRACE_S = 5.0
"""How long a cancelled record may take to score its answers before the inspection worker is ended."""


class EvaluationLine:
    """The open records: those that wait, and the one that runs.

    Args:
        tools: The services that they use.
        grace_s: See CANCEL_GRACE_S.
    """

    def __init__(self, tools: EvaluationTools, grace_s: float = CANCEL_GRACE_S):
        self._tools = tools
        self._grace_s = grace_s
        self._lock = threading.Lock()
        self._open: dict[str, OpenRecord] = {}
        self._line = WorkLine("evaluations", self._work)

    def enter(self, entry: OpenRecord) -> None:
        """Store a record and put it at the end of the line.

        Raises:
            Conflict: A session it needs is being deleted.
        """
        record = entry.record
        with self._lock:
            for session_id in entry.sessions:
                self._tools.in_use.require_free(session_id, "evaluation")
            for session_id in entry.sessions:
                self._tools.in_use.note(session_id, "evaluation")
            record.text = f"waiting for {len(self._open)} before it" if self._open else ""
            self._open[record.test_id] = entry
        try:
            entry.folder.save(record)
        except OSError:
            self._leave(entry)
            raise
        self._line.enter(entry)
        self._tools.publish_record(record)

    def find(self, test_id: str) -> OpenRecord | None:
        """The open record of an id; None when no open record has it."""
        return self._open.get(test_id)

    def cancel(self, entry: OpenRecord) -> None:
        """End a record early: at once if it waits, else when its model has stopped."""
        entry.cancelled.set()
        if self._line.withdraw(entry):
            try:
                self._finish(entry, "cancelled")
            finally:
                self._leave(entry)
        else:
            threading.Thread(
                target=self._stop_requests, args=(entry,), name=f"cancel-{entry.request_id}", daemon=True
            ).start()

    def _work(self, entry: OpenRecord) -> None:
        try:
            self._evaluate(entry)
        except Exception as error:  # the loop of all records: the next ones must not wait for ever
            LOG.exception("The test %s broke", entry.record.test_id)
            self._fail(entry, error)
        finally:
            self._leave(entry)

    def _evaluate(self, entry: OpenRecord) -> None:
        record = entry.record
        record.status, record.started_at = "running", self._tools.clock()
        entry.folder.save(record)
        failure = None
        try:
            if not entry.is_cancelled:
                Evaluator(entry, self._tools).run()
        except LoraCraftError as error:
            failure = error.as_dict()
        if entry.is_cancelled:  # whatever failed: the cancel itself ends a model that loads, or a judge
            self._finish(entry, "cancelled")
        else:
            self._finish(entry, "failed" if failure else "completed", failure)

    def _finish(self, entry: OpenRecord, status: Status, failure: ErrorReport | None = None) -> None:
        record = self._ended(entry, status, failure)
        settle(record, entry.folder)
        entry.record = record

    def _fail(self, entry: OpenRecord, error: Exception) -> None:
        cause, _, _ = explain(error)
        hint = "What was answered before is kept; logs/server.log has the details."
        failure = Unavailable(f"The test could not go on: {cause}", hint)
        entry.record = self._ended(entry, "failed", failure.as_dict())
        with suppress(OSError):  # the disk is probably full, which the failure says already
            entry.folder.save(entry.record)

    def _ended(self, entry: OpenRecord, status: Status, failure: ErrorReport | None) -> EvaluationRecord:
        """An ended copy of a record, so that no reader sees the new status without the values that belong to it."""
        return replace(entry.record, status=status, ended_at=self._tools.clock(), failure=failure)

    def _leave(self, entry: OpenRecord) -> None:
        with self._lock:
            del self._open[entry.record.test_id]
        for session_id in entry.sessions:
            self._tools.in_use.release(session_id, "evaluation")
        entry.ended.set()
        self._tools.publish_record(entry.record)

    def _stop_requests(self, entry: OpenRecord) -> None:
        """Stop the requests of a cancelled record, repeatedly: a stop misses a request that is not yet in line."""
        ends_at = time.monotonic() + self._grace_s
        self._tools.generation.stop(entry.request_id)
        while not entry.ended.wait(CHASE_PERIOD_S):
            self._tools.generation.stop(entry.request_id)
            with self._lock:  # while it is open, no other record uses the lane
                if time.monotonic() > ends_at and entry.record.test_id in self._open:
                    self._tools.inspector.stop(LANE)
