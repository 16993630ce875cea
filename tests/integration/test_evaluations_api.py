"""Batches and evaluations through REST and Socket.IO, with a tiny random model, its adapter and a real worker."""

import csv
import io
import json
import time
import urllib.error
import urllib.request

import psutil
import pytest

from core.config import parse_config
from core.paths import Workspace
from core.runs.split import load_split
from core.sessions.events import EventLog
from tests.support.sockets import connected
from tests.support.trained_run import CONFIG, write_trained_run

pytestmark = pytest.mark.real

RUN = "outputs/r1"
SUMS = [{"prompt": f"What is {i} + 1?", "reference": str(i + 1)} for i in range(40)]
SLOW = {"model_path": RUN, "prompts": SUMS * 3, "max_tokens": 400, "temperature": 0}


@pytest.fixture(scope="module")
def asked(shared_server):
    """A server with the run r1, its model warm."""
    write_trained_run(Workspace(shared_server.root), "r1")
    shared_server.call("POST", "/api/models/load", {"model_path": RUN})
    return shared_server


def over(server, reply, timeout_s=60):
    """A test once it is over."""
    status, test = reply
    assert status == 202, test
    deadline = time.monotonic() + timeout_s
    while (known := state_of(server, test))["status"] in ("waiting", "running"):
        assert time.monotonic() < deadline, known
        time.sleep(0.05)
    return known


def state_of(server, test, part=""):
    return server.call("GET", f"/api/models/tests/{test['test_id']}{part}")[1]


def batch(server, **values):
    return server.call("POST", "/api/models/batch", {"model_path": RUN, "prompts": SUMS[:3], "max_tokens": 5, **values})


def form(server, name, data, options):
    """POST /api/models/batch as curl -F file=@name -F options=... sends it."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data,
        b'--b\r\nContent-Disposition: form-data; name="options"\r\n\r\n' + options.encode(),
        b"--b--\r\n",
    ]
    return server.send("POST", "/api/models/batch", b"\r\n".join(parts), "multipart/form-data; boundary=b")


def fetched(server, test, name):
    with urllib.request.urlopen(f"{server.url}/api/models/tests/{test['test_id']}/{name}", timeout=10) as reply:
        return reply.headers, reply.read().decode("utf-8-sig")


def running(server, test, until, done=1):
    until(lambda: state_of(server, test)["done"] >= done, 60, f"{done} answers")


def test_a_file_of_prompts_is_answered_and_scored_as_training_scored(asked):
    options = json.dumps({"model_path": RUN, "max_tokens": 5, "temperature": 0})
    test = over(asked, form(asked, "my sums.csv", b'question;expected\nWhat is 1 + 1?;2\n"a;b";\n', options))
    assert (test["name"], test["status"], test["session_id"]) == ("my sums.csv", "completed", "r1")
    first, second = test["results"]
    assert (first["prompt"], first["reference"], first["reward"]) == ("What is 1 + 1?", "2", 0.0)
    assert first["scores"]["exact-match"]["reason"]
    assert (second["prompt"], second["reference"], second["reward"]) == ("a;b", None, None)
    assert test["summary"]["tokens"] > 0 and test["summary"]["tokens_per_second"] > 0


def test_results_come_in_pages_and_as_files(asked):
    test = over(asked, batch(asked, prompts=SUMS))
    page = state_of(asked, test, "?offset=38&limit=5")
    assert (page["results_total"], [row["index"] for row in page["results"]]) == (40, [38, 39])
    headers, text = fetched(asked, test, "results.json")
    assert "attachment" in headers["Content-Disposition"]
    assert [row["index"] for row in json.loads(text)["results"]] == list(range(40))
    headers, text = fetched(asked, test, "results.csv")
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [line["prompt"] for line in csv.DictReader(io.StringIO(text))] == [one["prompt"] for one in SUMS]


def test_the_history_lists_tests_newest_first_and_forgets_deleted_ones(asked):
    test = over(asked, batch(asked))
    listed = asked.call("GET", "/api/models/tests?session_id=r1")[1]["tests"]
    assert listed[0]["test_id"] == test["test_id"]
    assert asked.call("DELETE", f"/api/models/tests/{test['test_id']}")[0] == 200
    assert asked.call("GET", f"/api/models/tests/{test['test_id']}")[0] == 404


def test_a_base_model_is_asked_too_and_kept_apart_from_runs(asked):
    test = over(asked, batch(asked, model_path="tiny-model"))
    assert (test["session_id"], test["summary"]["mean_reward"]) == (None, None)
    assert (asked.root / "outputs" / ".tests" / test["test_id"]).is_dir()


def test_a_prompt_longer_than_the_model_s_context_is_told_and_the_others_are_answered(asked):
    test = over(asked, batch(asked, prompts=[*SUMS[:4], {"prompt": "1 " * 5000}]))
    assert test["status"] == "completed"
    assert [row["finish_reason"] == "refused" for row in test["results"]] == [False] * 4 + [True]
    assert "the model takes 4096" in test["results"][4]["problem"]


def test_progress_comes_over_the_socket(asked, until):
    client, seen = connected(asked, "batch_update")
    messages = seen["batch_update"]
    test = over(asked, batch(asked, prompts=SUMS))
    own = test["test_id"]
    until(lambda: any(one["test_id"] == own and one["status"] == "completed" for one in messages))
    client.disconnect()
    told = [message for message in messages if message["test_id"] == own]
    assert told[-1]["done"] == 40 and "results" not in told[-1]


def test_a_chat_comes_between_the_pieces_of_a_batch(asked, until):
    _, test = asked.call("POST", "/api/models/batch", SLOW)
    running(asked, test, until)
    status, _ = asked.call("POST", "/api/models/test", {"model_path": RUN, "prompt": "x", "max_tokens": 2})
    assert status == 200
    assert state_of(asked, test)["status"] == "running"
    asked.call("POST", f"/api/models/tests/{test['test_id']}/cancel")
    over(asked, (202, test))


def test_cancelling_keeps_what_was_answered_and_the_model_stays(asked, until):
    _, test = asked.call("POST", "/api/models/batch", SLOW)
    running(asked, test, until)
    status, _ = asked.call("POST", f"/api/models/tests/{test['test_id']}/cancel", {})
    assert status == 202
    known = over(asked, (202, test), 15)
    assert known["status"] == "cancelled" and 0 < known["results_total"] < 120
    assert asked.call("POST", f"/api/models/tests/{test['test_id']}/cancel", {})[0] == 409
    assert asked.call("GET", "/api/models/state")[1]["loaded"]


def test_a_model_s_process_that_dies_costs_no_answer_and_the_reason_is_told(asked, until):
    _, test = asked.call("POST", "/api/models/batch", SLOW)
    running(asked, test, until, done=32)
    server = psutil.Process(asked.process.pid)
    [worker] = [child for child in server.children() if "core.workers.generate" in child.cmdline()]
    worker.kill()
    known = over(asked, (202, test))
    assert (known["status"], known["failure"]["code"]) == ("failed", "worker_failed")
    assert known["results_total"] >= 32
    assert over(asked, batch(asked))["status"] == "completed"


def test_an_evaluation_takes_the_held_out_rows_of_training_and_keeps_its_cards(asked):
    test = over(asked, asked.call("POST", "/api/models/evaluate", {"session_id": "r1", "rows": 5}))
    config = parse_config({**CONFIG, "model": {**CONFIG["model"], "name": "tiny-model"}})
    held_out = [row.instruction for row in load_split(config, Workspace(asked.root)).held_out]
    assert [row["instruction"] for row in test["results"]] == held_out[:5]
    assert (test["sampling"]["temperature"], test["sampling"]["max_tokens"], test["done"]) == (0.0, 16, 10)
    assert test["summary"]["verdict"].startswith("No significant change")
    headers, page = fetched(asked, test, "card.html")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "No significant change" in page
    assert "No significant change" in fetched(asked, test, "card.md")[1]


def test_a_data_set_that_has_changed_since_the_run_is_told_first(asked):
    paths = write_trained_run(Workspace(asked.root), "changed")
    held_out = load_split(parse_config(CONFIG), Workspace(asked.root)).held_out
    samples = [{"instruction": row.instruction, "reference": row.reference, "answer": ""} for row in held_out[:2]]
    log, unjudged = EventLog(paths.events), {"correct": None, "marks": "", "reward": None, "rewards": {}}
    for others, doubt in ((0, False), (1, True)):
        rows = {"total": len(held_out) - others, "samples": samples}
        log.append("evaluation", stage="trained", step=1 + others, **unjudged, **rows)
        test = over(asked, asked.call("POST", "/api/models/evaluate", {"session_id": "changed", "rows": 2}))
        assert test["summary"]["verdict"].startswith("The data set has changed since the run") is doubt


def test_the_base_side_is_the_base_model_and_the_trained_side_is_not(asked):
    models = [{"model_path": RUN, "use_adapter": False}, {"model_path": "tiny-model"}]
    request = {"session_id": "r1", "rows": 4, "models": models}
    test = over(asked, asked.call("POST", "/api/models/evaluate", request))
    off, base = ([row["sides"][i]["answers"][0]["text"] for row in test["results"]] for i in (0, 1))
    assert off == base
    trained = over(asked, asked.call("POST", "/api/models/evaluate", {"session_id": "r1", "rows": 4}))
    assert [row["sides"][1]["answers"][0]["text"] for row in trained["results"]] != base


def test_several_answers_a_row_differ_and_come_again_with_the_seed(asked):
    request = {"session_id": "r1", "rows": 2, "samples": 3}
    first, again = (over(asked, asked.call("POST", "/api/models/evaluate", request)) for _ in range(2))
    texts = [answer["text"] for answer in first["results"][0]["sides"][1]["answers"]]
    assert len(set(texts)) == 3
    assert first["results"] == again["results"]


def test_a_run_under_test_is_not_deleted_and_its_tests_go_with_it(asked, until):
    write_trained_run(Workspace(asked.root), "r2")
    _, test = asked.call("POST", "/api/models/batch", {**SLOW, "model_path": "outputs/r2"})
    status, reply = asked.call("DELETE", "/api/training/sessions/r2")
    assert status == 409 and "test" in reply["error"]["message"]
    asked.call("POST", f"/api/models/tests/{test['test_id']}/cancel", {})
    over(asked, (202, test))
    assert asked.call("DELETE", "/api/training/sessions/r2")[0] == 200
    assert asked.call("GET", f"/api/models/tests/{test['test_id']}")[0] == 404


BAD_FORMS = {
    "no model": ("p.txt", b"a\n", "{}", "model_path"),
    "options that are no JSON": ("p.txt", b"a\n", "{", "options"),
    "options that are a list": ("p.txt", b"a\n", "[]", "options"),
    "an unknown option": ("p.txt", b"a\n", '{"model_path": "outputs/r1", "temprature": 1}', "temprature"),
    "a value out of bounds": ("p.txt", b"a\n", '{"model_path": "outputs/r1", "top_p": 2.0}', "top_p"),
    "an empty file": ("p.txt", b"", '{"model_path": "outputs/r1"}', "file"),
    "no column of prompts": ("p.csv", b"a,b\n1,2\n", '{"model_path": "outputs/r1"}', "file"),
    "another kind of file": ("p.exe", b"MZ", '{"model_path": "outputs/r1"}', "file"),
}


@pytest.mark.parametrize(("name", "data", "options", "field"), BAD_FORMS.values(), ids=BAD_FORMS.keys())
def test_a_form_that_can_not_be_used_names_the_part(asked, name, data, options, field):
    before = len(asked.call("GET", "/api/models/tests")[1]["tests"])
    status, reply = form(asked, name, data, options)
    assert status == 400
    assert field in reply["error"]["fields"]
    assert len(asked.call("GET", "/api/models/tests")[1]["tests"]) == before


def test_a_file_over_the_limit_is_a_413(asked):
    body = b"x" * (21 * 1024 * 1024)
    status, reply = asked.send("POST", "/api/models/batch", body, "multipart/form-data; boundary=b")
    assert (status, reply["error"]["code"]) == (413, "too_large")


def test_a_batch_has_no_card(asked):
    test = over(asked, batch(asked))
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetched(asked, test, "card.html")
    with refused.value as error:
        assert error.code == 404 and json.load(error)["error"]["hint"]


def test_a_killed_server_loses_no_answer(server, until):
    write_trained_run(Workspace(server.root), "r1")
    _, test = server.call("POST", "/api/models/batch", SLOW)
    running(server, test, until, done=32)
    children = psutil.Process(server.process.pid).children(recursive=True)
    server.kill()
    psutil.wait_procs(children, 10)
    server.start()
    assert state_of(server, test)["status"] == "interrupted"
    until(lambda: state_of(server, test)["summary"])
    known = state_of(server, test)
    assert known["results_total"] >= 32 and known["summary"]["answered"] == known["results_total"]
    assert known["results"][0]["response"]
