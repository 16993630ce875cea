"""Supervision, fed with histories of events, death without a word among them."""

import json

import pytest

from core.config import RunConfig
from core.hardware import MemoryWatch
from core.sessions.events import read_events
from core.sessions.store import SessionStore
from services.processes.supervisor import STOP_GRACE_S, Supervisor, Watch
from tests.support.histories import COMPLETED, STARTED, history, metrics


class ScriptedProcess:
    """A worker that writes one more batch of lines each time it is looked at, and then has ended."""

    def __init__(self, paths, batches, exit_code, deaf=False):
        self.memory = MemoryWatch(paths.folder / "no counters")
        self.paths, self.batches, self.exit_code, self.deaf, self.ended = paths, list(batches), exit_code, deaf, False

    def poll(self):
        if self.batches:
            with self.paths.events.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(event) + "\n" for event in self.batches.pop(0))
            return False, None
        gone = not self.deaf or self.ended
        return gone, self.exit_code if gone else None

    def end(self):
        self.ended = True


@pytest.fixture
def paths(workspace):
    return SessionStore(workspace).create("s", RunConfig())


def supervise(paths, events, exit_code=0, clock=lambda: 0.0, deaf=False):
    seen, output = [], []
    process = ScriptedProcess(paths, [[event] for event in history(*events)], exit_code, deaf)
    watch = Watch(lambda state, event: seen.append(event), output.append)
    state = Supervisor(paths, process, watch, clock).run()
    return state, seen, output


def test_every_event_is_told_once_and_in_order(paths):
    state, seen, _ = supervise(paths, COMPLETED)
    assert state.status == "completed"
    assert [event["seq"] for event in seen] == list(range(1, len(COMPLETED) + 1))


def test_a_worker_killed_by_the_system_is_failed_with_cause_cure_and_the_tail_of_its_log(paths):
    paths.log.write_text("before\nlast words\n", encoding="utf-8")
    state, seen, _ = supervise(paths, [*STARTED, metrics(1)], exit_code=-9)
    assert state.status == "failed"
    assert "memory" in state.failure["cause"]
    assert "resume" in state.failure["cure"]
    assert state.failure["log_tail"].endswith("last words")
    assert seen[-1]["kind"] == "failed"


def test_a_foreign_worker_that_is_gone_is_interrupted(paths):
    state, _, _ = supervise(paths, STARTED, exit_code=None)
    assert state.status == "interrupted"
    assert state.failure["cure"]


def test_a_worker_that_was_asked_to_stop_and_died_is_stopped_not_failed(paths):
    paths.stop.write_text("save", encoding="utf-8")
    state, _, _ = supervise(paths, STARTED, exit_code=-15)
    assert state.status == "stopped"


def test_a_worker_deaf_to_a_stop_is_ended_after_the_grace(paths):
    paths.stop.write_text("save", encoding="utf-8")
    times = iter([0.0, *[STOP_GRACE_S + 1.0] * 99])
    state, _, _ = supervise(paths, STARTED, exit_code=-15, clock=lambda: next(times), deaf=True)
    assert state.status == "stopped"


def test_what_an_earlier_server_told_is_not_told_again(paths):
    first = history(*COMPLETED[:4])
    paths.events.write_text("".join(json.dumps(e) + "\n" for e in first), encoding="utf-8")
    rest = history(*COMPLETED)[4:]
    seen = []
    process = ScriptedProcess(paths, [rest], None)
    state = Supervisor(paths, process, Watch(lambda s, e: seen.append(e["seq"]), lambda t: None)).run()
    assert seen == [event["seq"] for event in rest]
    assert state.status == "completed"


def test_the_report_of_a_death_continues_the_numbers(paths):
    supervise(paths, STARTED, exit_code=3)
    assert [e["seq"] for e in read_events(paths.events)] == [1, 2, 3, 4]
