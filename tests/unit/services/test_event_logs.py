"""Logs that are followed: what is read again, and what is not."""

import pytest

from core.paths import SessionPaths
from core.sessions.events import EventLog
from services.processes.event_logs import EventLogs
from tests.support.past_exports import write_log

EVENTS = [
    ("starting", {"device": "cpu"}),
    ("phase", {"phase": "converting", "detail": ""}),
    *(("progress", {"phase": "converting", "fraction": part / 10, "text": f"{part} of 10"}) for part in range(8)),
]


@pytest.fixture
def paths(tmp_path):
    return SessionPaths(tmp_path / "run")


def test_a_folder_without_a_log_has_none(paths):
    assert EventLogs().read(paths) is None


def test_a_log_is_read_on_as_it_grows(paths):
    logs = EventLogs()
    write_log(paths.folder, EVENTS)
    assert logs.read(paths).progress.fraction == 0.7
    EventLog(paths.events).append("progress", phase="converting", fraction=0.9, text="9 of 10")
    assert (logs.read(paths).progress.fraction, logs.read(paths).state.last_seq) == (0.9, 11)


def test_a_line_that_is_being_written_counts_once_it_is_whole(paths):
    logs = EventLogs()
    write_log(paths.folder, EVENTS)
    with paths.events.open("a", encoding="utf-8") as file:
        file.write('{"seq": 11, "t": 1.0, "kind": "comp')
    assert logs.read(paths).state.status == "converting"
    with paths.events.open("a", encoding="utf-8") as file:
        file.write('leted"}\n')
    assert logs.read(paths).state.status == "completed"


@pytest.mark.parametrize("end", ["failed", "stopped", "interrupted", "completed"])
def test_a_log_that_has_ended_says_the_same_as_one_that_was_followed(paths, end):
    followed, late = EventLogs(), EventLogs()
    write_log(paths.folder, EVENTS, began=1000.0)
    followed.read(paths)
    EventLog(paths.events, clock=lambda: 1020.0).append(end, cause="c", cure="d", code="e")
    mine, theirs = followed.read(paths), late.read(paths)
    assert mine.state == theirs.state
    assert (mine.progress.fraction, mine.progress.text) == (theirs.progress.fraction, theirs.progress.text)
    assert mine.progress.elapsed_seconds(None) == theirs.progress.elapsed_seconds(None)


def test_a_new_attempt_begins_with_an_empty_log(paths):
    logs = EventLogs()
    write_log(paths.folder, [*EVENTS, ("completed", {})])
    paths.stop.write_text("save", encoding="utf-8")
    assert logs.read(paths).state.status == "completed"
    logs.begin(paths)
    assert not paths.stop.exists()
    assert logs.read(paths) is None
    EventLog(paths.events).append("starting", device="cpu")
    assert (logs.read(paths).state.status, logs.read(paths).progress.fraction) == ("starting", 0.0)
