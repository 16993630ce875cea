"""Sessions on disk."""

import json

import pytest

from core.config import RunConfig
from core.errors import Conflict, InvalidInput, NotFound
from core.sessions.events import EventLog
from core.sessions.store import SessionStore, as_columns, tail_text, thin


@pytest.fixture
def store(workspace):
    return SessionStore(workspace)


def test_a_session_keeps_the_configuration_it_ran_with(store):
    store.create("a", RunConfig())
    assert store.config("a") == RunConfig()


def test_a_taken_id_is_a_conflict(store):
    store.create("a", RunConfig())
    with pytest.raises(Conflict) as refusal:
        store.create("a", RunConfig())
    assert "session_id" in refusal.value.fields


@pytest.mark.parametrize("name", ["..", "../a", "a/b", "a\\b", "", ".hidden", "x" * 65, "a b", "a\n", "é", "a."])
def test_a_name_that_could_leave_the_folder_is_refused(store, name):
    with pytest.raises(InvalidInput):
        store.create(name, RunConfig())


def test_an_unknown_session_is_not_found(store):
    with pytest.raises(NotFound):
        store.state("nobody")


def test_the_state_follows_the_log_as_it_grows(store):
    log = EventLog(store.create("a", RunConfig()).events)
    log.append("queued")
    assert store.state("a").status == "queued"
    log.append("starting", device="cpu")
    assert store.state("a").status == "starting"


def test_sessions_are_listed_newest_first(store, workspace):
    for name, t in (("old", 1.0), ("new", 2.0)):
        EventLog(store.create(name, RunConfig()).events, clock=lambda t=t: t).append("queued")
    assert [s.session_id for s in store.states()] == ["new", "old"]


def test_metrics_come_in_columns_of_equal_length(store):
    log = EventLog(store.create("a", RunConfig()).events)
    log.append("metrics", step=1, phase="training", reward=0.1, completion_length={"mean": 5})
    log.append("metrics", step=2, phase="training", reward=0.2, kl=0.3)
    columns = store.metrics("a", after_step=0, max_points=100)
    assert columns["step"] == [1, 2]
    assert columns["kl"] == [None, 0.3]
    assert columns["completion_length.mean"] == [5, None]
    assert store.metrics("a", after_step=1, max_points=100)["step"] == [2]


def test_completions_of_a_step_are_read_back(store):
    paths = store.create("a", RunConfig())
    assert store.completions("a", None)["groups"] == []
    paths.completions.mkdir()
    (paths.completions / "step-000003.jsonl").write_text(json.dumps({"prompt": "p"}) + "\n", encoding="utf-8")
    assert store.completions("a", None) == {"step": 3, "steps": [3], "groups": [{"prompt": "p"}]}
    with pytest.raises(NotFound):
        store.completions("a", 4)


def test_a_deleted_session_is_gone(store):
    paths = store.create("a", RunConfig())
    store.delete("a")
    assert not paths.folder.exists()
    assert store.states() == []


def test_thinning_keeps_the_last_row_and_the_order():
    rows = [{"step": i} for i in range(1000)]
    kept = thin(rows, 10)
    assert len(kept) == 10
    assert kept[-1] == rows[-1]
    assert kept == sorted(kept, key=lambda row: row["step"])


def test_no_rows_make_no_columns():
    assert as_columns([]) == {}


def test_the_tail_of_a_log_is_its_last_lines(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(b"1\n2\n\xff3\n")
    assert tail_text(file, 2) == "2\n\ufffd3"
    assert tail_text(tmp_path / "none", 2) == ""
