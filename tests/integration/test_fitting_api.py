"""Settings that fit, over REST, on a server with a made-up card of 8 GB."""

import json

import pytest

from core.sessions.events import read_events
from tests.support.server import Server
from tests.support.small_card import PROGRAM

QWEN_4B = {"num_hidden_layers": 36, "hidden_size": 2560, "intermediate_size": 9728, "num_attention_heads": 32}
QWEN_4B |= {"num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151_936, "tie_word_embeddings": True}
OPEN = {"name": "steps=1", "model": {"name": "four-billion"}}
SAID = {"name": "steps=1", "model": {"name": "four-billion", "quantization": "none"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory, environment):
    running = Server(tmp_path_factory.mktemp("root"), environment, program=PROGRAM)
    (running.root / "four-billion").mkdir()
    (running.root / "four-billion" / "config.json").write_text(json.dumps(QWEN_4B), encoding="utf-8")
    running.start()
    yield running
    running.kill()


def start(server, session_id, config):
    return server.call("POST", "/api/training/start", {"session_id": session_id, "config": config})


def plan(server, config):
    status, found = server.call("POST", "/api/training/plan", {"config": config})
    assert status == 200, found
    return found


def test_what_is_left_open_is_fitted_and_said_in_plan_and_run_alike(server, until):
    planned = plan(server, OPEN)
    assert planned["config"]["model"]["quantization"] == "4bit"
    assert (planned["memory"]["fits"], planned["refusal"]) == (True, None)
    assert start(server, "open", OPEN)[0] == 202
    assert server.session("open")["config"] == planned["config"]
    until(lambda: server.status("open") == "completed")
    events = read_events(server.root / "outputs" / "open" / "events.jsonl")
    said = [event["message"] for event in events if event["kind"] == "notice"]
    assert said == [notice["message"] for notice in planned["notices"]]
    assert any("4bit is used, so that the run fits" in message for message in said)


def test_what_was_said_and_does_not_fit_is_refused_with_what_would(server):
    status, reply = start(server, "said", SAID)
    assert (status, reply["error"]["code"]) == (400, "invalid_input")
    assert reply["error"]["fields"]["model.quantization"].startswith("4bit: about 20 % slower, ")
    assert "of NVIDIA GeForce RTX 4060 can be used" in reply["error"]["message"]
    assert not (server.root / "outputs" / "said").exists()


def test_the_plan_of_what_is_refused_shows_its_memory_and_the_reason(server):
    found = plan(server, SAID)
    assert found["memory"]["fits"] is False
    assert found["memory"]["total_gib"] == pytest.approx(sum(part["gib"] for part in found["memory"]["parts"]))
    assert found["refusal"]["fields"] == start(server, "said", SAID)[1]["error"]["fields"]


def test_whoever_allows_it_starts_what_does_not_fit(server, until):
    config = SAID | {"resources": {"allow_too_large": True}}
    assert start(server, "allowed", config)[0] == 202
    assert server.session("allowed")["config"]["model"]["gradient_checkpointing"] is False
    until(lambda: server.status("allowed") == "completed")


def test_a_fork_names_everything_and_is_refused_when_it_grows(server):
    assert start(server, "parent", OPEN)[0] == 202
    fork = {"session_id": "child", "config": {"training": {"max_sequence_length": 8192, "max_new_tokens": 4096}}}
    status, reply = server.call("POST", "/api/training/sessions/parent/fork", fork)
    assert status == 400
    assert set(reply["error"]["fields"]) == {"training.max_sequence_length", "training.max_new_tokens"}


def test_models_are_offered_with_settings_for_the_card(server):
    models = {model["id"]: model for model in server.call("GET", "/api/models/list")[1]["base"]}
    qwen = models["unsloth/Qwen3-4B"]
    assert (qwen["fits"], qwen["device"]) == (True, "NVIDIA GeForce RTX 4060")
    assert qwen["recommended"]["model"]["quantization"] == "4bit"
    assert models["unsloth/phi-4"]["fits"] is False
