"""The line of tests: what a cancel reaches."""

import threading

import pytest

from core.errors import WorkerFailed
from core.evaluations.folder import ResultFolder
from core.sessions.store import SessionStore
from services.evaluations.line import EvaluationLine
from services.evaluations.open_record import OpenRecord
from tests.support.answerer import Answerer, Inspection, make_run, sums, tools_of
from tests.support.evaluated import evaluation


class SlowInspection(Inspection):
    """Answers `slow` only when it is stopped, and then as a worker that was ended."""

    def __init__(self, workspace, rows, slow):
        super().__init__(workspace, rows)
        self.slow = slow
        self.asked, self.stopped = threading.Event(), threading.Event()

    def ask(self, task, arguments, lane="quick", timeout_s=1.0):
        if task != self.slow or not arguments["rows"]:
            return super().ask(task, arguments, lane, timeout_s)
        self.asked.set()
        assert self.stopped.wait(10), "nobody stopped it"
        raise WorkerFailed("The inspection of this input ended badly: killed.", "Look at the log.")

    def stop(self, lane):
        assert lane == "evaluations"
        self.stopped.set()


@pytest.mark.parametrize("slow", ["held_out_rows", "score_rows"])
def test_a_cancel_ends_what_reads_or_scores_for_too_long(workspace, slow):
    store = SessionStore(workspace)
    make_run(store)
    inspection = SlowInspection(workspace, sums(4), slow)
    answerer = Answerer(workspace, lambda ask, chat: "words")
    line = EvaluationLine(tools_of(store, answerer, inspection), grace_s=0.0)
    test = evaluation(status="waiting", started_at=None, ended_at=None)
    entry = OpenRecord(test, ResultFolder(workspace.session("r1").tests / test.test_id), rows=4)
    line.enter(entry)
    assert inspection.asked.wait(10)
    line.cancel(entry)
    assert entry.ended.wait(10)
    assert (entry.record.status, entry.record.failure) == ("cancelled", None)


class Watched(ResultFolder):
    """Notes, at each look into the folder, what somebody who asks for the test at that moment is told."""

    def __init__(self, path):
        super().__init__(path)
        self.entry, self.seen = None, []

    def tidy(self, rows):
        self.seen.append((self.entry.record.status, self.entry.record.summary))
        super().tidy(rows)

    def write_cards(self, markdown, html):
        self.seen.append((self.entry.record.status, self.entry.record.summary))
        super().write_cards(markdown, html)


def test_nobody_is_told_that_a_test_is_over_before_its_figures_are_there(workspace):
    store = SessionStore(workspace)
    make_run(store)
    answerer = Answerer(workspace, lambda ask, chat: "words")
    line = EvaluationLine(tools_of(store, answerer, Inspection(workspace, sums(4))))
    test = evaluation(status="waiting", started_at=None, ended_at=None)
    folder = Watched(workspace.session("r1").tests / test.test_id)
    folder.entry = OpenRecord(test, folder, rows=4)
    line.enter(folder.entry)
    assert folder.entry.ended.wait(10)
    assert folder.seen == [("running", None)] * 2
    assert folder.entry.record.status == "completed" and folder.entry.record.summary["verdict"]
