"""Metrics in columns: as a fold over all events would give them, read on as the log grows."""

import json

import pytest

from core.sessions.events import EventLog
from core.sessions.history import SESSIONS_KEPT, Histories, MetricsHistory, thin
from core.sessions.state import current_metrics
from tests.support.history_logs import append, rows

decode = json.loads


@pytest.fixture
def log(tmp_path):
    return tmp_path / "events.jsonl"


def columns(history, after_step=0, max_points=1000, phase="training"):
    return history.columns(phase, after_step, max_points)


def test_values_come_back_as_they_were_written(log):
    append(log, ("metrics", rows(1, reward=0.5, count=3, kl=None)), ("metrics", rows(2, reward=1, note="text")))
    found = columns(MetricsHistory(log))
    assert found["step"] == [1, 2]
    assert found["reward"] == [0.5, 1]
    assert (found["count"], found["kl"], found["note"]) == ([3, None], [None, None], [None, "text"])
    assert isinstance(found["count"][0], int)
    assert "phase" not in found


def test_a_column_of_numbers_may_become_one_of_anything(log):
    append(log, ("metrics", rows(1, odd=1.5)), ("metrics", rows(2)), ("metrics", rows(3, odd=[1])))
    assert columns(MetricsHistory(log))["odd"] == [1.5, None, [1]]


def test_nested_values_get_dotted_names_whatever_they_are_called(log):
    append(log, ("metrics", rows(1, rewards={"kind": {"mean": 0.25}})))
    assert columns(MetricsHistory(log))["rewards.kind.mean"] == [0.25]


def test_only_what_is_new_is_read(log):
    history = MetricsHistory(log)
    assert columns(history) == {}
    append(log, ("metrics", rows(1)))
    assert columns(history)["step"] == [1]
    append(log, ("metrics", rows(2)))
    log.write_bytes(log.read_bytes() + b'{"seq": 3, "t": 0, "kind": "metr')
    assert columns(history)["step"] == [1, 2]


@pytest.mark.parametrize("warm_up_kept", [True, False])
@pytest.mark.parametrize("from_step", [0, 2, 3])
def test_a_resume_counts_as_it_does_in_the_fold(log, from_step, warm_up_kept):
    events = [("metrics", rows(step, "pre_training", reward=step)) for step in (1, 2)]
    events += [("metrics", rows(step, reward=step)) for step in (1, 2, 3, 4)]
    events += [("resumed", {"from_step": from_step, "warm_up_kept": warm_up_kept})]
    events += [("metrics", rows(step, reward=step * 10)) for step in range(from_step + 1, 6)]
    history = MetricsHistory(log)
    for at in range(0, len(events), 3):
        append(log, *events[at : at + 3])
        columns(history)
    kept = current_metrics(map(json.loads, log.read_text(encoding="utf-8").splitlines()))
    for phase in ("training", "pre_training"):
        expected = [row for row in kept if row["phase"] == phase]
        found = columns(history, phase=phase)
        assert found.get("step", []) == [row["step"] for row in expected]
        assert found.get("reward", []) == [row["reward"] for row in expected]


def test_steps_after_a_step_and_thinned(log):
    append(log, *[("metrics", rows(step)) for step in range(1, 101)])
    history = MetricsHistory(log)
    assert columns(history, after_step=98)["step"] == [99, 100]
    assert columns(history, max_points=4)["step"] == [25, 50, 75, 100]
    assert columns(history, after_step=100) == {}


def test_only_lines_that_are_asked_for_are_parsed(log, monkeypatch):
    lines = [{"seq": step, "t": 1.5, "kind": "metrics", **rows(step, reward=step)} for step in range(1, 1001)]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    parsed = []
    monkeypatch.setattr("core.sessions.events.from_json", lambda line, **how: parsed.append(line) or decode(line))
    found = columns(MetricsHistory(log), max_points=4)
    assert (found["reward"], len(parsed)) == ([250, 500, 750, 1000], 4)


def test_few_histories_are_kept(tmp_path):
    histories = Histories()
    first = histories.of("0", tmp_path / "0")
    assert histories.of("0", tmp_path / "0") is first
    for number in range(1, SESSIONS_KEPT + 1):
        histories.of(str(number), tmp_path / str(number))
    assert histories.of("0", tmp_path / "0") is not first


def test_a_forgotten_history_is_read_anew(log):
    histories = Histories()
    append(log, ("metrics", rows(1)))
    assert columns(histories.of("a", log))["step"] == [1]
    log.unlink()
    histories.forget("a")
    EventLog(log).append("queued")
    assert columns(histories.of("a", log)) == {}


def test_thinning_keeps_the_last_row_and_the_order():
    kept = thin(range(1000), 10)
    assert len(kept) == 10
    assert kept[-1] == 999
    assert list(kept) == sorted(kept)
