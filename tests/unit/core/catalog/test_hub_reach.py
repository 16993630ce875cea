"""Whether the hub answers: asked once and quickly, with the answer shared."""

import socket
import time

import pytest

from core.catalog.hub_reach import HubReach, is_offline
from tests.support.hub import HubStandIn

CLOSED = "http://127.0.0.1:9"


@pytest.fixture
def black_hole():
    """The address of a socket that listens and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_hub_that_answers_is_asked_once_for_all_processes(tmp_path):
    with HubStandIn({}) as hub:
        assert HubReach(hub.url, tmp_path).problem() is None
        assert HubReach(hub.url, tmp_path).problem() is None
        assert len(hub.asked) == 1


def test_a_closed_port_is_no_hub_and_says_so_at_once(tmp_path):
    assert "nothing answers at http://127.0.0.1:9" in HubReach(CLOSED, tmp_path).problem()


def test_a_hub_that_never_answers_costs_a_moment_once_and_nothing_afterwards(tmp_path, black_hole):
    began = time.monotonic()
    assert HubReach(black_hole, tmp_path).problem(0.3) == "it does not answer in time"
    assert HubReach(black_hole, tmp_path).problem(0.3) == "it does not answer in time"
    assert time.monotonic() - began < 0.6 + 1


def test_who_is_more_patient_or_asks_again_does_not_take_a_no_for_an_answer(tmp_path):
    with HubStandIn({}) as hub:
        reach = HubReach(hub.url, tmp_path)
        reach.note("it was away")
        assert reach.problem() == "it was away"
        assert reach.problem(patience_s=5.0) is None
        reach.note("it was away", 5.0)
        assert reach.problem(5.0) == "it was away"
        assert reach.problem(5.0, again=True) is None


def test_an_answer_of_long_ago_or_of_another_hub_is_not_believed(tmp_path, monkeypatch):
    reach = HubReach(CLOSED, tmp_path)
    reach.note("it was away")
    assert HubReach("http://127.0.0.1:10", tmp_path).known() is None
    later = time.time() + 31
    monkeypatch.setattr(time, "time", lambda: later)
    assert reach.known() is None


def test_a_server_that_runs_offline_asks_nobody(tmp_path):
    with HubStandIn({}) as hub:
        assert HubReach(hub.url, tmp_path, is_off=True).problem(again=True) == "the server runs offline"
        assert hub.asked == []


def test_a_hub_behind_a_broken_proxy_is_not_there(tmp_path, monkeypatch):
    with HubStandIn({}) as hub:
        monkeypatch.setattr(hub, "answer", lambda *request: (502, {}, b""))
        assert HubReach(hub.url, tmp_path).problem() == "it answers 502"


def test_the_environment_may_forbid_the_network():
    assert is_offline({"TRANSFORMERS_OFFLINE": "1"})
    assert not is_offline({"HF_HUB_OFFLINE": "0"})
