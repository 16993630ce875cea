"""Snapshots beside a long log: the same states and metrics, never those of another log; and replays in pieces."""

import json
from itertools import islice

import pytest

from core.config import RunConfig
from core.sessions import history, snapshot, store
from core.sessions.events import EventLog, EventReader, place_after
from core.sessions.replay import Replays
from core.sessions.snapshot import INDEX_NAME, STATE_NAME
from core.sessions.state import fold_all
from core.sessions.store import SessionStore
from tests.support.histories import STARTED
from tests.support.past_runs import write_run
from websockets.handlers import missed_messages


@pytest.fixture
def paths(workspace, monkeypatch):
    """A run of twenty steps; snapshots are made of any length."""
    for module in (store, history):
        monkeypatch.setattr(module, "EVERY_BYTES", 0)
    write_run(workspace, "run", steps=20, groups=0)
    return workspace.session("run")


def read(workspace):
    fresh = SessionStore(workspace)
    columns = {phase: fresh.metrics("run", 0, 100, phase) for phase in ("pre_training", "training")}
    return fresh.state("run"), columns


def test_a_new_server_reads_on_from_the_snapshots_and_finds_the_same(workspace, paths, monkeypatch):
    first = read(workspace)
    EventLog(paths.events).append("notice", level="info", field="f", message="later")
    EventLog(paths.events).append("metrics", step=21, total_steps=21, phase="training", reward=0.9)
    starts = []
    lines = EventReader.lines
    monkeypatch.setattr(EventReader, "lines", lambda reader: starts.append(reader.offset) or lines(reader))
    state, columns = read(workspace)
    assert len(starts) == 3 and min(starts) > 1000
    assert (state.last_seq, state.step, columns["training"]["step"]) == (first[0].last_seq + 2, 21, [*range(1, 22)])
    for name in (STATE_NAME, INDEX_NAME):
        (paths.folder / name).unlink()
    assert read(workspace) == (state, columns)


@pytest.mark.parametrize("name", [STATE_NAME, INDEX_NAME])
@pytest.mark.parametrize("spoil", ["empty", "cut", "text", "folder", "other"])
def test_a_snapshot_that_is_broken_or_of_another_log_is_left_out(workspace, paths, name, spoil):
    before = read(workspace)
    file = paths.folder / name
    content = file.read_bytes()
    file.unlink()
    if spoil == "folder":
        file.mkdir()
    elif spoil == "other":
        file.write_bytes(content)
        write_run_again(paths)
        before = (fold_all("run", EventReader(paths.events).read()), before[1] and None)
    else:
        file.write_bytes({"empty": b"", "cut": content[:-5], "text": b"{}\nnonsense"}[spoil])
    state, columns = read(workspace)
    assert state == before[0]
    assert before[1] is None or columns == before[1]
    assert before[1] is not None or columns["training"]["reward"] == [0.125] * 20


def test_a_snapshot_of_another_version_is_left_out(workspace, paths, monkeypatch):
    read(workspace)
    assert snapshot.kept_state(paths.events) is not None and snapshot.kept_index(paths.events) is not None
    monkeypatch.setattr(snapshot, "_sign_of_code", lambda: 1)
    assert snapshot.kept_state(paths.events) is None and snapshot.kept_index(paths.events) is None


def write_run_again(paths):
    """The same log with other rewards, as long as before."""
    lines = [json.loads(line) for line in paths.events.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line["kind"] == "metrics" and line["phase"] == "training":
            line["reward"] = 0.125
    paths.events.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_the_place_after_an_event_is_where_the_next_line_begins(paths):
    lines = paths.events.read_bytes().splitlines(keepends=True)
    ends = [0]
    for line in lines:
        ends.append(ends[-1] + len(line))
    assert [place_after(paths.events, seq) for seq in range(len(lines) + 3)] == [*ends, ends[-1], ends[-1]]
    odd = b"".join([*lines[:5], b"no event\n", *lines[5:]])
    paths.events.write_bytes(odd)
    assert odd[place_after(paths.events, 5) :].endswith(b"".join(lines[5:]))


def test_a_log_in_pieces_is_the_whole_log_each_event_with_the_state_after_it(workspace, paths):
    events = EventReader(paths.events).read()
    replays, found, after = Replays(), [], 0
    while piece := list(islice(replays.events(paths, after), 7)):
        found += piece
        after = piece[-1][1]["seq"]
    assert [event for _, event in found] == events
    assert [state for state, _ in found] == [fold_all("run", events[: n + 1]) for n in range(len(events))]
    late = list(Replays().events(paths, 30))
    assert late == found[30:]


def test_a_snapshot_beyond_a_broken_line_keeps_each_event_at_its_own_state(workspace, paths):
    lines = paths.events.read_bytes().splitlines(keepends=True)
    paths.events.write_bytes(b"".join([*lines[:9], b"broken\n"]))
    SessionStore(workspace).state("run")
    with paths.events.open("ab") as file:
        file.writelines(lines[9:])
    told = [(state.last_seq, event["seq"]) for state, event in Replays().events(paths, 9)]
    assert told == [(seq, seq) for seq in range(10, len(lines) + 1)]


def test_who_catches_up_with_a_session_made_anew_gets_its_events_and_an_end(workspace):
    kept = SessionStore(workspace)
    for count in (6, 8):
        log = EventLog(kept.create("one", RunConfig()).events)
        for _ in range(count):
            log.append("notice", level="info", field="f", message=f"of {count}")
        first = missed_messages(kept, "one", 0)
        assert (len(first["missed"]), first["more"], first["last_seq"]) == (count, False, count)
        again = missed_messages(kept, "one", 5)
        assert [message["payload"]["event"]["message"] for message in again["missed"]] == [f"of {count}"] * (count - 5)
        kept.delete("one")


def test_little_is_read_without_a_snapshot(workspace):
    made = SessionStore(workspace).create("small", RunConfig())
    log = EventLog(made.events)
    for event in STARTED:
        kind, fields = (event, {}) if isinstance(event, str) else event
        log.append(kind, **fields)
    SessionStore(workspace).state("small")
    assert made.events.stat().st_size < snapshot.EVERY_BYTES
    assert not (made.folder / STATE_NAME).exists()
