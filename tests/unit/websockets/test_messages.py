"""Payloads of Socket.IO messages."""

from typing import get_type_hints

from core.sessions.kinds import StepReport
from core.sessions.state import fold_all
from tests.support.histories import COMPLETED, history
from websockets.messages import NOT_SENT, TRAINING_UPDATE_KEYS, message_of

EVENTS = history(*COMPLETED)
STATE = fold_all("s", EVENTS)


def by_kind(kind):
    return message_of(STATE, next(event for event in EVENTS if event["kind"] == kind))


def test_metrics_become_training_update_with_the_documented_keys():
    name, payload = by_kind("metrics")
    assert name == "training_update"
    assert set(payload) == {"session_id", "seq", *TRAINING_UPDATE_KEYS}
    assert (payload["step"], payload["reward"], payload["loss"]) == (1, 0.1, None)


def test_a_change_of_status_tells_what_and_how_it_stands():
    name, payload = by_kind("completed")
    assert name == "training_status"
    assert (payload["kind"], payload["status"]) == ("completed", "completed")


def test_a_heartbeat_is_no_message():
    assert message_of(STATE, {"seq": 99, "t": 1.0, "kind": "heartbeat"}) is None


def test_the_live_page_gets_every_number_that_a_step_logs():
    step = {"step": 3, "phase": "training", "entropy": 0.5, "reward_errors": {"a": 1}}
    _, payload = message_of(STATE, {"seq": 7, "t": 1.0, "kind": "metrics"} | step)
    assert (payload["entropy"], payload["reward_errors"], payload["kl"]) == (0.5, {"a": 1}, None)
    assert set(payload) - {"session_id", "seq", "t"} == set(get_type_hints(StepReport)) - NOT_SENT
