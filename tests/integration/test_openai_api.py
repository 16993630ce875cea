"""OpenAI's API over a loaded model, as its clients use it."""

import http.client
import json
import time
import urllib.request

import pytest

from core.paths import Workspace
from tests.support.trained_run import write_trained_run

pytestmark = pytest.mark.real

CHAT = {"model": "outputs/r1", "messages": [{"role": "user", "content": "1 + 1?"}], "max_tokens": 8, "temperature": 0}


@pytest.fixture(scope="module")
def served(shared_server):
    """A server with the run r1."""
    write_trained_run(Workspace(shared_server.root), "r1")
    return shared_server


def events(served, request):
    data = json.dumps({**request, "stream": True}).encode()
    call = urllib.request.Request(f"{served.url}/v1/chat/completions", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(call, timeout=60) as reply:
        assert reply.headers["Content-Type"].startswith("text/event-stream")
        lines = [line.decode().removeprefix("data: ").strip() for line in reply if line.strip()]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def test_an_answer_in_one_piece(served):
    status, reply = served.call("POST", "/v1/chat/completions", CHAT)
    assert status == 200
    assert reply["object"] == "chat.completion" and reply["model"] == "outputs/r1"
    choice = reply["choices"][0]
    assert choice["message"]["role"] == "assistant" and choice["finish_reason"] in ("stop", "length")
    assert reply["usage"]["total_tokens"] == reply["usage"]["prompt_tokens"] + reply["usage"]["completion_tokens"]


def test_a_streamed_answer_is_the_same_text_in_pieces(served):
    whole = served.call("POST", "/v1/chat/completions", CHAT)[1]["choices"][0]["message"]["content"]
    chunks = events(served, {**CHAT, "stream_options": {"include_usage": True}})
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])
    assert text == whole
    assert chunks[-2]["choices"][0]["finish_reason"] in ("stop", "length")
    assert chunks[-1]["usage"]["completion_tokens"] > 0


def test_the_loaded_model_answers_where_none_is_named_and_unknown_keys_are_passed_over(served):
    served.call("POST", "/api/models/load", {"model_path": "outputs/r1"})
    request = {"messages": CHAT["messages"], "max_tokens": 4, "user": "x", "logprobs": False, "top_logprobs": None}
    assert served.call("POST", "/v1/chat/completions", request)[1]["model"] == "outputs/r1"


def test_text_parts_are_one_text(served):
    parts = [{"type": "text", "text": "1 + "}, {"type": "text", "text": "1?"}]
    request = {**CHAT, "messages": [{"role": "user", "content": parts}]}
    first, second = (served.call("POST", "/v1/chat/completions", one)[1] for one in (request, CHAT))
    assert first["choices"] == second["choices"]


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"messages": []}, 400, "messages"),
        ({"model": "outputs/none"}, 404, None),
        ({"temperature": 7}, 400, "temperature"),
        ({"n": 2}, 400, "n"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, "messages"),
    ],
    ids=["no messages", "no such model", "out of bounds", "several answers", "a picture"],
)
def test_errors_have_openai_s_shape(served, change, status, param):
    found, reply = served.call("POST", "/v1/chat/completions", {**CHAT, **change})
    assert found == status
    assert reply["error"]["message"] and reply["error"]["param"] == param


def test_models_are_listed_the_loaded_one_first(served):
    served.call("POST", "/api/models/load", {"model_path": "tiny-model"})
    listed = served.call("GET", "/v1/models")[1]
    assert listed["object"] == "list"
    assert [entry["id"] for entry in listed["data"]][:2] == ["tiny-model", "outputs/r1"]


def test_one_model_can_be_looked_up_by_its_name_with_slashes(served):
    for name in ("outputs/r1", "outputs%2Fr1"):
        status, found = served.call("GET", f"/v1/models/{name}")
        assert (status, found["id"], found["object"]) == (200, "outputs/r1", "model")
        assert found["created"] > 1_700_000_000
    for name in ("outputs/none", "gpt-4"):
        assert served.call("GET", f"/v1/models/{name}")[1]["error"]["type"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "value", "status"),
    [
        ("POST", "/v1/embeddings", {}, 404),
        ("POST", "/v1/responses", {}, 404),
        ("DELETE", "/v1/models", None, 405),
        ("POST", "/v1/chat/completions", {"x": "y" * 3_000_000}, 413),
    ],
    ids=["embeddings", "responses", "wrong method", "too large"],
)
def test_what_is_not_there_is_refused_in_openai_s_shape(served, method, path, value, status):
    found, reply = served.call(method, path, value)
    assert found == status
    assert reply["error"].keys() == {"message", "type", "param", "code"} and reply["error"]["message"]


def leaving(served, change):
    """Send a request while another one is answered, and hang up; the connection."""
    data = json.dumps({**CHAT, **change}).encode()
    connection = http.client.HTTPConnection("localhost", served.port, timeout=60)
    connection.request("POST", "/v1/chat/completions", data, {"Content-Type": "application/json"})
    return connection


def test_a_plain_client_that_leaves_the_line_is_not_answered(served, until):
    def state():
        return served.call("GET", "/api/models/state")[1]

    first = leaving(served, {"max_tokens": 3000})
    until(lambda: state()["busy"], 60)
    second = leaving(served, {"max_tokens": 3000})
    until(lambda: state()["waiting"] == 1)
    second.close()
    until(lambda: state()["waiting"] == 0, 8)
    assert state()["busy"]
    first.close()
    until(lambda: state()["busy"] is None, 8)


def test_a_client_that_leaves_ends_its_answer(served, until):
    data = json.dumps({**CHAT, "stream": True, "max_tokens": 3000}).encode()
    call = urllib.request.Request(f"{served.url}/v1/chat/completions", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(call, timeout=60) as reply:
        for _ in range(6):
            reply.readline()
        assert served.call("GET", "/api/models/state")[1]["busy"]["what"] == "a chat of another program"
    began = time.monotonic()
    until(lambda: served.call("GET", "/api/models/state")[1]["busy"] is None)
    assert time.monotonic() - began < 5
