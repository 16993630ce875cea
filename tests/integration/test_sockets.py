"""Socket.IO: bare clients, subscribers, catching up."""

import time

import pytest
import socketio

from tests.support.sockets import connected
from websockets.messages import TRAINING_UPDATE_KEYS
from websockets.publisher import EMIT_PERIOD_S


@pytest.fixture
def server(emptied_server):
    """One server for all tests of this file."""
    return emptied_server


def flat(messages, session_id="one"):
    """All messages of a session, one by one; those of the session before may still be on their way."""
    found = [one for message in messages for one in [*message.get("earlier", []), message]]
    return [one for one in found if one["session_id"] == session_id]


def test_a_bare_client_gets_training_and_system_updates(server, until):
    client, seen = connected(server, "training_update", "system_update", "queue_update")
    until(lambda: seen["system_update"] and seen["queue_update"])
    server.begin("first", "steps=8 delay=0.05")
    until(lambda: len(flat(seen["training_update"], "first")) == 8)
    client.disconnect()
    updates = flat(seen["training_update"], "first")
    assert [update["step"] for update in updates] == list(range(1, 9))
    assert {"session_id", "seq", *TRAINING_UPDATE_KEYS} <= updates[0].keys()
    assert {"gpu_memory", "gpu_utilization", "cpu_percent"} <= seen["system_update"][0].keys()


def test_a_subscriber_gets_what_was_missed_and_then_what_happens(server, until):
    server.begin("one", "steps=40 delay=0.03 noise=1")
    until(lambda: server.session("one")["step"] >= 5)
    client, seen = connected(server, "training_update", "training_log", "training_completions", "training_status")
    answer = client.call("subscribe", {"session_id": "one", "after_seq": 0})
    until(lambda: server.status("one") == "completed")
    until(lambda: any(m["status"] == "completed" for m in flat(seen["training_status"])))
    client.disconnect()
    missed = [m["payload"] for m in answer["missed"] if m["name"] == "training_update"]
    later = [update for update in flat(seen["training_update"]) if update["seq"] > answer["last_seq"]]
    assert [update["step"] for update in missed + later] == list(range(1, 41))
    assert answer["session"]["session_id"] == "one"
    assert seen["training_log"] and seen["training_completions"]


def test_a_client_that_knows_part_of_it_gets_the_rest(server, until):
    server.begin("one", "steps=5 delay=0.01")
    until(lambda: server.status("one") == "completed")
    client, _ = connected(server)
    everything = client.call("subscribe", {"session_id": "one", "after_seq": 0})["missed"]
    half = everything[len(everything) // 2]["payload"]["seq"]
    rest = client.call("subscribe", {"session_id": "one", "after_seq": half})["missed"]
    client.disconnect()
    assert rest == [message for message in everything if message["payload"]["seq"] > half]


def test_logs_are_for_subscribers_only(server, until):
    client, seen = connected(server, "training_log", "training_update")
    server.begin("loud", "steps=5 delay=0.05 noise=5")
    until(lambda: len(flat(seen["training_update"], "loud")) == 5)
    client.disconnect()
    assert seen["training_log"] == []


def test_a_bad_subscription_is_answered_in_the_one_shape(server):
    client, _ = connected(server)
    answers = [
        client.call("subscribe", request) for request in ({}, "x", {"session_id": "nobody"}, {"session_id": "../x"})
    ]
    client.disconnect()
    assert [answer["error"]["code"] for answer in answers] == [
        "invalid_input",
        "invalid_input",
        "not_found",
        "invalid_input",
    ]


def test_a_client_by_a_foreign_host_name_is_turned_away(server):
    client = socketio.Client()
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(server.url, transports=["websocket"], headers={"Host": "evil.example"})


def test_a_fast_run_is_batched_to_five_messages_a_second(server, until):
    client, seen = connected(server, "training_update")
    began = time.monotonic()
    server.begin("fast", "steps=300 delay=0.002")
    until(lambda: len(flat(seen["training_update"], "fast")) == 300)
    assert len(seen["training_update"]) <= (time.monotonic() - began) / EMIT_PERIOD_S + 1
    client.disconnect()
