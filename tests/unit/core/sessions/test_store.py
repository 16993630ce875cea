"""Sessions on disk."""

import json
import shutil

import pytest

from core.config import RunConfig
from core.errors import Conflict, InvalidInput, NotFound
from core.sessions.events import EventLog
from core.sessions.store import SessionStore, completions_file, label_of, tail_text


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


GROUP = {"step": 3, "prompt": "p", "instruction": "i", "reference": "r", "extras": {}, "completions": []}
SLIM = {
    "session_id", "name", "model", "dataset", "status", "phase", "phase_detail", "phase_started_at", "created_at",
    "started_at", "ended_at", "last_seq", "device", "step", "total_steps", "eta_seconds", "reward", "failure", "saved",
}  # fmt: skip


def test_a_summary_is_slim_and_names_what_is_trained_on_what(store):
    log = EventLog(store.create("a", RunConfig(name="mine")).events)
    log.append("metrics", step=3, total_steps=9, phase="training", reward=0.25)
    log.append("failed", cause="no luck", cure="try again", log_tail="x" * 1000)
    (summary,) = store.summaries().entries
    assert set(summary) == SLIM
    assert (summary["name"], summary["model"], summary["dataset"]) == ("mine", "SmolLM2-135M-Instruct", "arithmetic")
    assert (summary["reward"], summary["step"], summary["failure"]) == (0.25, 3, {"cause": "no luck"})


@pytest.mark.parametrize(
    "config", [None, [], {}, {"model": 3}, {"model": {"name": 3}, "training": {"batch_size": "x"}}]
)
def test_a_configuration_of_another_version_is_still_listed(config):
    label = label_of(config)
    assert (label.model, label.completions_per_step) == (None, None)


def test_the_states_in_memory_are_those_that_were_read(store):
    EventLog(store.create("a", RunConfig()).events).append("queued")
    assert store.known_states() == []
    store.states()
    assert [state.session_id for state in store.known_states()] == ["a"]


def test_a_session_made_anew_under_an_old_name_has_nothing_of_the_old_one(store):
    EventLog(store.create("a", RunConfig(name="old")).events).append("completed")
    store.summaries()
    store.delete("a")
    store.create("a", RunConfig(name="new"))
    assert store.config("a").name == "new"
    assert (store.summaries().entries[0]["name"], store.summaries().entries[0]["status"]) == ("new", "queued")


def test_metrics_come_in_columns_of_equal_length(store):
    log = EventLog(store.create("a", RunConfig()).events)
    log.append("metrics", step=1, phase="training", reward=0.1, completion_length={"mean": 5})
    log.append("metrics", step=2, phase="training", reward=0.2, kl=0.3)
    columns = store.metrics("a", after_step=0, max_points=100)
    assert columns["step"] == [1, 2]
    assert columns["kl"] == [None, 0.3]
    assert columns["completion_length.mean"] == [5, None]
    assert store.metrics("a", after_step=1, max_points=100)["step"] == [2]


def test_groups_of_a_step_are_read_back_but_for_a_broken_line(store):
    paths = store.create("a", RunConfig())
    assert store.completion_steps("a") == []
    paths.completions.mkdir()
    for step in (1_000_000, 3):
        file = paths.completions / completions_file(step)
        file.write_text(f"{json.dumps(GROUP)}\n{{half a line\n", encoding="utf-8")
    (paths.completions / ".step-000004.jsonl.0a0b.part").write_text("half", encoding="utf-8")
    assert store.completion_steps("a") == [3, 1_000_000]
    assert store.groups("a", 3) == [GROUP]
    with pytest.raises(NotFound, match="step 4"):
        store.groups("a", 4)


def test_a_deleted_session_is_gone(store):
    paths = store.create("a", RunConfig())
    store.delete("a")
    assert not paths.folder.exists()
    assert store.states() == []


def test_the_tail_of_a_log_is_its_last_lines(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(b"1\n2\n\xff3\n")
    assert tail_text(file, 2) == "2\n\ufffd3"
    assert tail_text(tmp_path / "none", 2) == ""


def test_one_broken_configuration_hides_no_other_session(store):
    for name in ("good", "broken"):
        EventLog(store.create(name, RunConfig()).events).append("queued")
    store.paths("broken").config.write_text("{", encoding="utf-8")
    store._labels.clear()
    listed = {one["session_id"]: one["model"] for one in store.summaries().entries}
    assert listed == {"good": RunConfig().model.name, "broken": None}


def test_a_session_that_vanished_from_the_disk_is_forgotten(store):
    paths = store.create("gone", RunConfig())
    EventLog(paths.events).append("queued")
    assert len(store.states()) == 1
    shutil.rmtree(paths.folder)
    assert store.labelled(store.known_states()) == []
    assert store.known_states() == []
