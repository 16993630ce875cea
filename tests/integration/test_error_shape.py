"""Bad input: one error shape, the right status, nothing started, nothing left behind."""

import json
import socket
import threading
import urllib.error
import urllib.request

import pytest
from werkzeug.serving import make_server

from flask_app import SILENCE_S, RequestHandler

START = "/api/training/start"


def config(**sections):
    return {"config": sections}


BAD_STARTS = {
    "no config": ({}, 400, "config"),
    "an unknown key beside it": ({"config": {}, "sesion": "a"}, 400, "sesion"),
    "a config that is a list": ({"config": []}, 400, "config"),
    "a session_id that is a number": ({"config": {}, "session_id": 3}, 400, "session_id"),
    "a path as session_id": ({"config": {}, "session_id": "../../etc"}, 400, "session_id"),
    "a wrong type": (config(training={"seed": "x"}), 400, "training.seed"),
    "an impossible combination": (config(training={"batch_size": 3}), 400, "training.num_generations"),
    "a model that is no model": (config(model={"name": "nonsense"}), 404, "model.name"),
    "a model path with dots": (config(model={"name": "../../etc"}), 400, "model.name"),
    "a model with a tag": (config(model={"name": "owner/model:7b"}), 404, "model.name"),
    "a model with a NUL": (config(model={"name": "a\0b"}), 404, "model.name"),
    "a very long model name": (config(model={"name": "x" * 300}), 404, "model.name"),
    "a data path with a NUL": (config(dataset={"source": "a\0.csv"}), 400, "dataset.source"),
    "a very long data path": (config(dataset={"source": "x" * 300 + ".csv"}), 400, "dataset.source"),
    "a hub model, offline": (config(model={"name": "no-one/nothing"}), 503, "model.name"),
    "a data set without the mapped field": (
        config(dataset={"instruction_field": "q"}),
        400,
        "dataset.instruction_field",
    ),
    "a data file that is not there": (config(dataset={"source": "uploads/x.csv"}), 404, "dataset.source"),
    "a data path with dots": (config(dataset={"source": "../x.json"}), 400, "dataset.source"),
    "a filter on a missing column": (
        config(dataset={"filters": [{"field": "level", "comparison": "at_most", "value": 3}]}),
        400,
        "dataset.filters",
    ),
    "a data set of the hub, offline": (config(dataset={"source": "no-one/nothing"}), 503, "dataset.source"),
    "a procedural task that is none": (
        config(dataset={"source": "leg_countin", "kind": "procedural"}),
        400,
        "dataset.source",
    ),
    "an encoding that is none": (
        config(dataset={"source": "uploads/a.csv", "encoding": "klingon"}),
        400,
        "dataset.encoding",
    ),
    "the question as the answer": (config(dataset={"response_field": "instruction"}), 400, "dataset"),
    "filters that leave nothing": (
        config(dataset={"filters": [{"field": "response", "comparison": "equals", "value": "x"}]}),
        400,
        "dataset.source",
    ),
    "a final answer that no row has": (config(dataset={"final_answer": "boxed"}), 400, "dataset.final_answer"),
    "a pattern that is none": (
        config(reward={"preset_name": "pattern", "parameters": {"pattern": "("}}),
        400,
        "reward",
    ),
    "a custom reward that is not there": (
        config(reward={"type": "custom", "custom_name": "mine"}),
        400,
        "reward.custom_name",
    ),
    "a parameter out of bounds": (
        config(reward={"preset_name": "length", "parameters": {"min_words": -1}}),
        400,
        "reward",
    ),
    "a template without a place for the question": (
        config(prompt={"instruction_template": "Say something."}),
        400,
        "prompt.instruction_template",
    ),
    "an unknown template": (config(prompt={"template": "none"}), 400, "prompt.template"),
    "a GPU that is not there": (config(resources={"gpus": [7]}), 400, "resources.gpus"),
}


def assert_error(reply, field=None):
    assert set(reply) == {"error"}
    assert set(reply["error"]) == {"code", "message", "hint", "fields"}
    assert reply["error"]["message"]
    if field:
        assert field in reply["error"]["fields"]


@pytest.fixture
def server(shared_server):
    return shared_server


@pytest.mark.parametrize(("value", "status", "field"), BAD_STARTS.values(), ids=BAD_STARTS.keys())
def test_a_bad_start_is_refused_and_leaves_nothing(server, value, status, field):
    got, reply = server.call("POST", START, value)
    assert got == status
    assert_error(reply, field)
    assert server.call("GET", "/api/training/sessions")[1]["sessions"] == []
    assert list((server.root / "outputs").iterdir()) == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{'a': 1}", b"[" * 200_000])
@pytest.mark.parametrize(
    "path",
    [
        START,
        "/api/training/stop",
        "/api/training/plan",
        "/api/configs/save",
        "/api/exports/create",
        "/api/exports/cancel",
        "/api/exports/push",
        "/api/exports/push/cancel",
        "/api/models/batch",
        "/api/models/evaluate",
        "/api/datasets/preview",
        "/api/datasets/fields",
        "/api/datasets/check",
        "/api/datasets/suggest",
        "/api/datasets/download",
        "/api/datasets/upload",
        "/api/rewards/test",
        "/api/rewards/bench",
        "/api/prompts/preview",
        "/api/prompts/parse",
    ],
)
def test_a_malformed_body_is_a_400_in_the_one_shape(server, path, raw):
    assert_error(refused(server, path, raw, 400))


def test_text_that_no_encoding_can_write_leaves_nothing_behind(server):
    status, reply = server.call("POST", START, {"session_id": "odd", "config": {"name": "\ud800"}})
    assert status == 400
    assert_error(reply)
    assert not (server.root / "outputs" / "odd").exists()


@pytest.mark.parametrize("name", ["undefined", "base64", "no such encoding"])
def test_what_encodes_no_text_is_no_encoding(server, name):
    config = {"dataset": {"source": "uploads/a.csv", "encoding": name}}
    for path, value in ((START, {"config": config}), ("/api/datasets/fields", {"config": config})):
        status, reply = server.call("POST", path, value)
        assert status == 400
        assert_error(reply, "dataset.encoding")
    assert server.call("POST", "/api/datasets/preview", {"path": "uploads/a.csv", "encoding": name})[0] == 400


def test_a_connection_that_says_nothing_is_closed_and_one_that_asks_is_answered():
    class Impatient(RequestHandler):
        timeout = 0.2

    def empty(environ, start):
        start("204 No Content", [])
        return []

    server = make_server("127.0.0.1", 0, empty, threaded=True, request_handler=Impatient)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert RequestHandler.timeout == SILENCE_S
    with socket.create_connection(server.server_address, timeout=10) as silent:
        assert silent.recv(1) == b""
    with socket.create_connection(server.server_address, timeout=10) as asking:
        asking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert asking.recv(12).startswith(b"HTTP/1.")
    server.shutdown()


def test_ten_megabytes_of_json_are_a_413(server):
    body = json.dumps({"config": {"name": "x" * 10_000_000}}).encode()
    assert_error(refused(server, START, body, 413))


@pytest.mark.parametrize(
    ("method", "path", "value", "status"),
    [
        ("POST", "/api/training/stop", {"session_id": "nobody"}, 404),
        ("POST", "/api/training/stop", {"session_id": "nobody", "mode": 3}, 400),
        ("GET", "/api/training/sessions/nobody", None, 404),
        ("GET", "/api/training/sessions/..%2f..%2fetc", None, 404),
        ("GET", "/api/training/sessions/.hidden", None, 400),
        ("DELETE", "/api/training/sessions/nobody", None, 404),
        ("POST", "/api/training/sessions/nobody/resume", None, 404),
        ("POST", "/api/training/sessions/nobody/fork", {"config": {}}, 404),
        ("GET", "/api/training/sessions/nobody/metrics", None, 404),
        ("GET", "/api/training/sessions/nobody/metrics?max_points=x", None, 400),
        ("GET", "/api/training/sessions/nobody/logs?tail=-1", None, 400),
        ("GET", "/api/training/sessions/nobody/completions", None, 404),
        ("GET", "/api/training/sessions/nobody/completions?steps=perhaps", None, 400),
        ("GET", "/api/training/sessions/nobody/completions/search?filter=flat", None, 404),
        ("GET", "/api/training/sessions/nobody/completions/search", None, 400),
        ("GET", "/api/training/sessions/nobody/completions/search?filter=odd", None, 400),
        ("GET", "/api/training/sessions/nobody/completions/search?filter=flat&direction=up", None, 400),
        ("GET", "/api/training/sessions/nobody/completions/search?filter=flat&limit=0", None, 400),
        ("GET", "/api/training/sessions/nobody/diagnosis", None, 404),
        ("GET", "/api/training/sessions/nobody/diagnosis?window=0", None, 400),
        ("POST", "/api/training/plan", {"config": {"training": {"seed": -1}}}, 400),
        ("POST", "/api/training/plan", {"config": {"model": {"name": "../x"}}}, 400),
        ("POST", "/api/training/plan", {"config": []}, 400),
        ("GET", "/api/models/describe", None, 400),
        ("GET", "/api/models/describe?name=nonsense", None, 404),
        ("GET", "/api/models/describe?name=../x", None, 400),
        ("GET", "/api/models/describe?name=no-one/nothing", None, 503),
        ("GET", "/api/configs/load?name=../../etc/passwd", None, 400),
        ("GET", "/api/configs/load?name=none", None, 404),
        ("GET", "/api/configs/load", None, 400),
        ("POST", "/api/configs/save", {"name": "a/b", "config": {}}, 400),
        ("POST", "/api/configs/save", {"name": "a", "config": {"training": {"seed": -1}}}, 400),
        ("POST", "/api/exports/create", {"session_id": "nobody"}, 404),
        ("POST", "/api/exports/create", {"session_id": "nobody", "format": "zip"}, 400),
        ("POST", "/api/exports/create", {"session_id": "nobody", "quantization": "q9"}, 400),
        ("POST", "/api/exports/create", {"session_id": "nobody", "quantization": "merged"}, 400),
        ("POST", "/api/exports/create", {"session_id": "nobody", "targets": ["q9"]}, 400),
        ("POST", "/api/exports/create", {"session_id": "nobody", "targets": []}, 400),
        ("POST", "/api/exports/create", {"session_id": "nobody", "quantizations": []}, 400),
        ("POST", "/api/exports/create", {"session_id": "nobody", "format": "merged", "quantization": "q8_0"}, 400),
        ("POST", "/api/exports/create", {"session_id": "nobody", "targets": ["f16"], "format": "gguf"}, 400),
        ("GET", "/api/exports/plan", None, 400),
        ("GET", "/api/exports/plan?session_id=nobody", None, 404),
        ("GET", "/api/exports/plan?session_id=nobody&targets=q9", None, 400),
        ("GET", "/api/exports/nobody", None, 404),
        ("GET", "/api/exports/.hidden", None, 400),
        ("GET", "/api/exports/nobody/proof.json", None, 404),
        ("GET", "/api/exports/nobody/all.zip", None, 404),
        ("DELETE", "/api/exports/nobody", None, 404),
        ("DELETE", "/api/exports/nobody/q4_k_m", None, 404),
        ("POST", "/api/exports/cancel", {"session_id": "nobody"}, 404),
        ("POST", "/api/exports/push", {"session_id": "nobody", "repo_id": "a/b", "targets": ["f16"]}, 404),
        ("POST", "/api/exports/push", {"session_id": "nobody", "repo_id": "a/b", "targets": "f16"}, 400),
        ("POST", "/api/exports/push/cancel", {"session_id": "nobody"}, 404),
        ("POST", "/api/models/batch", {"model_path": "outputs/nobody", "prompts": [{"prompt": "x"}]}, 404),
        ("POST", "/api/models/batch", {"model_path": "some/base", "prompts": []}, 400),
        ("POST", "/api/models/batch", {"model_path": "some/base", "prompts": ["x"]}, 400),
        ("POST", "/api/models/evaluate", {"session_id": "nobody"}, 404),
        ("POST", "/api/models/evaluate", {"session_id": "nobody", "samples": 17}, 400),
        ("GET", "/api/models/tests?session_id=nobody", None, 404),
        ("GET", "/api/models/tests?sesion=nobody", None, 400),
        ("GET", "/api/models/tests/nothing", None, 404),
        ("GET", "/api/models/tests/nothing?offset=-1", None, 400),
        ("GET", "/api/models/tests/.hidden", None, 400),
        ("GET", "/api/models/tests/nothing/results.csv", None, 404),
        ("GET", "/api/models/tests/nothing/..%2ftest.json", None, 404),
        ("POST", "/api/models/tests/nothing/cancel", None, 404),
        ("DELETE", "/api/models/tests/nothing", None, 404),
        ("POST", "/api/datasets/preview", {"path": "arithmetic", "samples": 0}, 400),
        ("POST", "/api/datasets/preview", {"path": "arithmetic", "samples": 10**9}, 400),
        ("POST", "/api/datasets/preview", {"path": "../../etc/passwd.csv"}, 400),
        ("POST", "/api/datasets/preview", {"path": "uploads/none.csv"}, 404),
        ("POST", "/api/datasets/preview", {"path": "no-one/nothing"}, 503),
        ("POST", "/api/datasets/preview", {"path": "arithmetic", "parameters": {"largest": "x"}}, 400),
        ("POST", "/api/datasets/download", {"path": "arithmetic"}, 400),
        ("POST", "/api/datasets/fields", {"config": {"dataset": {"response_field": "nope"}}}, 400),
        ("GET", "/api/datasets/hub?path=no-one/nothing", None, 503),
        ("GET", "/api/datasets/hub", None, 400),
        ("GET", "/api/datasets/jobs/none", None, 404),
        ("GET", "/api/datasets/uploads/none.csv", None, 404),
        ("GET", "/api/datasets/uploads/..%2fx.csv", None, 404),
        ("DELETE", "/api/datasets/uploads/none.csv", None, 404),
        ("DELETE", "/api/datasets/uploads/.info", None, 400),
        ("PUT", "/api/datasets/uploads/a.csv", None, 400),
        ("PUT", "/api/datasets/uploads/a.exe?offset=0&size=1", None, 400),
        ("PUT", "/api/datasets/uploads/a.csv?offset=0&size=99999999999", None, 413),
        ("PUT", "/api/datasets/uploads/a.csv?offset=5&size=9", None, 409),
        ("PUT", "/api/datasets/uploads/a.csv?offset=5&size=3", None, 400),
        ("PUT", "/api/datasets/uploads/a.csv?offset=0&size=3&encoding=rot13", None, 400),
        ("POST", "/api/datasets/upload?encoding=zlib", None, 400),
        ("POST", "/api/rewards/test", {"config": {}, "step": 3}, 400),
        ("POST", "/api/rewards/test", {"config": {}, "session_id": "a", "rows": [{"response": "b"}]}, 400),
        ("POST", "/api/rewards/test", {"config": {}, "rows": []}, 400),
        ("POST", "/api/rewards/test", {"config": {}, "samples": 0}, 400),
        ("POST", "/api/rewards/bench", {"config": {}, "samples": 10**6}, 400),
        ("POST", "/api/rewards/bench", {"config": {"reward": {"preset_name": "magic"}}}, 400),
        ("GET", "/api/rewards/custom/none", None, 404),
        ("DELETE", "/api/rewards/custom/none", None, 404),
        ("PUT", "/api/rewards/custom/mine", {"kind": "python"}, 400),
        ("PUT", "/api/rewards/custom/length", {"kind": "python", "source": "x"}, 400),
        ("PUT", "/api/rewards/custom/a%2fb", {"kind": "python", "source": "x"}, 404),
        ("GET", "/api/prompts/none", None, 404),
        ("DELETE", "/api/prompts/none", None, 404),
        ("DELETE", "/api/prompts/plain", None, 409),
        ("PUT", "/api/prompts/plain", {"template": "plain"}, 409),
        ("PUT", "/api/prompts/mine", {"template": "plain", "solution_start": "<a>"}, 400),
        ("GET", "/api/nothing", None, 404),
        ("DELETE", "/api/training/start", None, 405),
    ],
)
def test_every_route_answers_bad_input_in_the_one_shape(server, method, path, value, status):
    got, reply = server.call(method, path, value)
    assert got == status
    assert_error(reply)


def test_a_taken_session_id_is_a_409(server, until):
    server.begin("taken", "steps=1")
    status, reply = server.call("POST", START, {"session_id": "taken", "config": {}})
    assert status == 409
    assert_error(reply, "session_id")
    until(lambda: server.status("taken") == "completed")
    assert server.call("POST", "/api/training/stop", {"session_id": "taken"})[0] == 409
    assert server.call("POST", "/api/training/sessions/taken/resume")[0] == 409
    assert server.call("POST", "/api/exports/create", {"session_id": "taken"})[0] == 409
    assert server.call("DELETE", "/api/training/sessions/taken")[0] == 200


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_another_web_site_can_not_use_the_server(server, headers):
    assert_error(refused(server, START, b'{"config": {}}', 403, headers))


def refused(server, path, body, status, headers=()):
    request = urllib.request.Request(server.url + path, body, dict(headers), method="POST")
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=120)
    with refusal.value as error:
        assert error.code == status
        return json.load(error)
