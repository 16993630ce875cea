"""The event log: whole lines, unbroken numbers, nothing lost or doubled."""

import threading
from typing import get_args, get_type_hints

import pytest

from core.sessions.events import KINDS, EventLog, EventReader, read_events
from core.sessions.kinds import Event
from core.sessions.state import LATEST_ONLY, fold_all

SAMPLE = {
    "text": 'a "kind": "metrics" in a text', "tokens": 3, "truncated": False, "reward": 0.0, "advantage": None,
    "scores": {}, "instruction": "i", "reference": "r",
}  # fmt: skip


def test_numbers_go_on_where_an_earlier_writer_stopped(tmp_path):
    path = tmp_path / "events.jsonl"
    EventLog(path).append("queued")
    EventLog(path).append("starting", device="cpu")
    assert [(e["seq"], e["kind"]) for e in read_events(path)] == [(1, "queued"), (2, "starting")]


def test_half_a_line_of_a_killed_writer_is_cut_off(tmp_path):
    path = tmp_path / "events.jsonl"
    EventLog(path).append("queued")
    with path.open("a", encoding="utf-8") as file:
        file.write('{"seq": 2, "t": 1, "ki')
    EventLog(path).append("starting", device="cpu")
    assert [e["seq"] for e in read_events(path)] == [1, 2]


def test_numbers_go_on_after_the_last_that_can_be_true(tmp_path):
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    for _ in range(3):
        log.append("heartbeat")
    with path.open("a", encoding="utf-8") as file:
        file.write('{"seq": 4, "t": 1.0, "kind": "phase"}\n{"seq": 900000, "t": 1.0, "kind": "heartbeat"}\nnothing\n')
    assert EventLog(path).append("heartbeat")["seq"] == 5


def test_a_reader_leaves_a_line_that_is_still_being_written(tmp_path):
    path = tmp_path / "events.jsonl"
    log, reader = EventLog(path), EventReader(path)
    log.append("queued")
    with path.open("a", encoding="utf-8") as file:
        file.write('{"seq": 2, "t": 1.0, ')
        file.flush()
        assert [e["seq"] for e in reader.read()] == [1]
        file.write('"kind": "heartbeat"}\n')
    assert [e["seq"] for e in reader.read()] == [2]
    assert reader.read() == []


def test_several_threads_write_unbroken_numbers(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    threads = [threading.Thread(target=lambda: [log.append("heartbeat") for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e["seq"] for e in read_events(tmp_path / "events.jsonl")] == list(range(1, 201))


def test_nan_becomes_null(tmp_path):
    event = EventLog(tmp_path / "e.jsonl").append(
        "metrics", step=1, loss=float("nan"), rewards={"a": {"mean": float("inf")}}
    )
    assert event["loss"] is None
    assert event["rewards"]["a"]["mean"] is None


def test_an_unknown_kind_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="unknown event kind"):
        EventLog(tmp_path / "e.jsonl").append("surprise")


def test_only_events_after_a_number_are_read(tmp_path):
    log = EventLog(tmp_path / "e.jsonl")
    for _ in range(5):
        log.append("heartbeat")
    assert [e["seq"] for e in read_events(tmp_path / "e.jsonl", after_seq=3)] == [4, 5]


def test_a_log_that_is_not_there_has_no_events(tmp_path):
    assert read_events(tmp_path / "none.jsonl") == []


def test_every_kind_says_what_it_is_for():
    assert all(KINDS.values())


def test_every_kind_says_what_it_carries():
    shapes = [get_type_hints(shape)["kind"] for shape in get_args(Event)]
    assert sorted(kind for kinds in shapes for kind in get_args(kinds)) == sorted(KINDS)


def test_of_some_kinds_only_the_last_between_others_is_read_and_the_state_is_the_same(tmp_path):
    path = tmp_path / "events.jsonl"
    log, reader = EventLog(path), EventReader(path)
    log.append("queued")
    log.append("phase", phase="training", detail="")
    for step in range(1, 6):
        log.append("metrics", step=step, total_steps=9, phase="training", reward=step / 10)
        log.append("completions", step=step, file="f", groups=1, sample=[SAMPLE])
    log.append("checkpoint", step=5, path="checkpoint-5")
    log.append("metrics", step=6, total_steps=9, phase="training", reward=0.6)
    log.append("heartbeat")
    found = list(reader.follow_latest(LATEST_ONLY))
    kinds = ["queued", "phase", "metrics", "completions", "checkpoint", "metrics", "heartbeat"]
    assert [event["kind"] for event in found] == kinds
    assert fold_all("run", found) == fold_all("run", read_events(path))
    log.append("completed")
    assert [event["kind"] for event in reader.follow_latest(LATEST_ONLY)] == ["completed"]
