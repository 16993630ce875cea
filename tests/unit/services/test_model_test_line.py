"""The line of tests: what a cancel reaches."""

import threading

import pytest

from core.errors import WorkerFailed
from core.evaluations.folder import ResultFolder
from core.sessions.store import SessionStore
from services.evaluations.line import WorkLine
from services.evaluations.work import Desk, Work
from tests.support.answerer import Answerer, Inspection, make_run, sums
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
        assert lane == "tests"
        self.stopped.set()


@pytest.mark.parametrize("slow", ["held_out_rows", "score_rows"])
def test_a_cancel_ends_what_reads_or_scores_for_too_long(workspace, slow):
    store = SessionStore(workspace)
    make_run(store)
    inspection = SlowInspection(workspace, sums(4), slow)
    answerer = Answerer(workspace, lambda ask, chat: "words")
    line = WorkLine(Desk(store, answerer, inspection, lambda topic, test: None, lambda: 1000.0), grace_s=0.0)
    test = evaluation(status="waiting", started_at=None, ended_at=None)
    work = Work(test, ResultFolder(workspace.session("r1").tests / test.test_id), rows=4)
    line.enter(work)
    assert inspection.asked.wait(10)
    line.cancel(work)
    assert work.ended.wait(10)
    assert (work.test.status, work.test.failure) == ("cancelled", None)


class Watched(ResultFolder):
    """Notes, at each look into the folder, what somebody who asks for the test at that moment is told."""

    def __init__(self, path):
        super().__init__(path)
        self.work, self.seen = None, []

    def tidy(self, rows):
        self.seen.append((self.work.test.status, self.work.test.summary))
        super().tidy(rows)

    def write_cards(self, markdown, html):
        self.seen.append((self.work.test.status, self.work.test.summary))
        super().write_cards(markdown, html)


def test_nobody_is_told_that_a_test_is_over_before_its_figures_are_there(workspace):
    store = SessionStore(workspace)
    make_run(store)
    answerer = Answerer(workspace, lambda ask, chat: "words")
    line = WorkLine(Desk(store, answerer, Inspection(workspace, sums(4)), lambda topic, test: None, lambda: 1000.0))
    test = evaluation(status="waiting", started_at=None, ended_at=None)
    folder = Watched(workspace.session("r1").tests / test.test_id)
    folder.work = Work(test, folder, rows=4)
    line.enter(folder.work)
    assert folder.work.ended.wait(10)
    assert folder.seen == [("running", None)] * 2
    assert folder.work.test.status == "completed" and folder.work.test.summary["verdict"]
