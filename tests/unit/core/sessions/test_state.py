"""The fold: what a session's events say about it."""

import pytest

from core.sessions.state import current_metrics, fold, fold_all
from tests.support.histories import COMPLETED, STARTED, history, metrics


def state_after(*events):
    return fold_all("s", history(*events))


@pytest.mark.parametrize(
    ("events", "status"),
    [
        (["queued"], "queued"),
        (STARTED[:2], "starting"),
        ([*STARTED, ("phase", {"phase": "loading"})], "loading"),
        ([*STARTED, ("phase", {"phase": "pre_training"})], "pre_training"),
        ([*STARTED, ("phase", {"phase": "evaluating", "detail": "base"})], "evaluating"),
        ([*STARTED, ("stopping", {"mode": "save"})], "stopping"),
        ([*STARTED, ("stopping", {"mode": "save"}), ("phase", {"phase": "saving"})], "stopping"),
        ([*STARTED, ("stopped", {"mode": "save"})], "stopped"),
        ([*STARTED, ("failed", {"cause": "c", "cure": "d"})], "failed"),
        ([*STARTED, "interrupted"], "interrupted"),
        (COMPLETED, "completed"),
        ([*COMPLETED, ("stopping", {"mode": "save"})], "completed"),
        ([*STARTED, "interrupted", "queued"], "queued"),
    ],
)
def test_the_status_follows_the_events(events, status):
    assert state_after(*events).status == status


def test_an_event_seen_twice_changes_nothing():
    events = history(*COMPLETED)
    state = fold_all("s", events)
    assert fold(state, events[1]) == state


def test_a_failure_is_told_with_cause_and_cure_and_gone_after_a_resume():
    failed = state_after(*STARTED, ("failed", {"cause": "no memory", "cure": "less", "log_tail": "..."}))
    assert failed.failure["cause"] == "no memory"
    assert fold(failed, {"seq": 99, "t": 99.0, "kind": "queued"}).failure is None


def test_a_resume_drops_the_steps_after_its_checkpoint():
    events = history(
        metrics(1, "pre_training"),
        metrics(1),
        metrics(2),
        metrics(3),
        ("resumed", {"from_step": 2}),
        metrics(3),
        metrics(4),
    )
    rows = current_metrics(events)
    assert [(r["phase"], r["step"]) for r in rows] == [("pre_training", 1), *[("training", s) for s in (1, 2, 3, 4)]]
    assert [r["seq"] for r in rows][-2:] == [6, 7]


def test_a_resume_before_the_warm_up_was_saved_drops_its_steps_too():
    events = history(metrics(1, "pre_training"), ("resumed", {"from_step": 0, "warm_up_kept": False}))
    assert current_metrics(events) == []


def test_a_score_measured_again_replaces_the_first():
    score = {"stage": "base", "step": 0, "correct": 1, "total": 2}
    state = state_after(("evaluation", score), ("evaluation", {**score, "correct": 2}))
    assert [s["correct"] for s in state.evaluations] == [2]


def test_notices_are_told_once():
    notice = ("notice", {"level": "info", "field": "f", "message": "m"})
    assert len(state_after(notice, notice).notices) == 1


def test_only_a_run_that_should_have_a_worker_has_one():
    assert not state_after("queued").has_worker
    assert state_after(*STARTED).has_worker
    assert not state_after(*COMPLETED).has_worker


def test_attempts_are_counted():
    assert state_after(*STARTED, "interrupted", "queued", ("starting", {"device": "cpu"})).attempt == 2


def test_phases_are_kept_with_their_beginnings_and_scoring_on_the_way_is_part_of_training():
    events = history(
        *STARTED,
        ("phase", {"phase": "loading", "detail": "data"}),
        ("phase", {"phase": "training"}),
        ("phase", {"phase": "evaluating", "detail": "step"}),
        ("phase", {"phase": "training"}),
        ("phase", {"phase": "saving"}),
    )
    phases = fold_all("one", events).phases
    assert [(one["phase"], one["started_at"]) for one in phases] == [
        ("loading", 4.0),
        ("training", 5.0),
        ("saving", 8.0),
    ]


def test_a_resume_begins_the_list_of_phases_anew():
    events = history(*STARTED, ("phase", {"phase": "training"}), "interrupted", "queued")
    assert fold_all("one", events).phases == ()


def test_a_log_is_damaged_until_somebody_resumes_its_run():
    unread = {"seq": 0, "t": 0.0, "kind": "unread", "problem": "The line at byte 5 can't be read."}
    events = [*history("queued"), unread]
    assert fold_all("one", events).is_damaged
    assert not fold_all("one", [*events, *history("queued", "queued")[1:]]).is_damaged


def test_the_pause_between_two_attempts_is_idle_and_a_loss_ends_at_its_last_sign_of_life():
    events = history(*STARTED, "heartbeat", "interrupted", "queued", *STARTED[1:], "heartbeat", "completed")
    for event in events[len(STARTED) + 1 :]:  # the server comes back a day later
        event["t"] += 86_400
    lost = fold_all("one", events[: len(STARTED) + 2])
    assert lost.ended_at == events[len(STARTED)]["t"]
    state = fold_all("one", events)
    began = next(event["t"] for event in events[len(STARTED) + 2 :] if event["kind"] == "starting")
    assert state.idle_seconds == began - lost.ended_at
    assert state.ended_at - state.started_at - state.idle_seconds < 60
