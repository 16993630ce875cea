"""Start, watch, stop, resume, fork and delete over REST, with real processes."""

import json
import shutil
import subprocess
import sys

import pytest

from core.jsonfile import read_json
from core.sessions.events import EventLog, read_events
from tests.conftest import REPOSITORY
from tests.support.fake_worker import GO
from tests.support.server import FAKE_WORKER, KILLED


@pytest.fixture
def server(emptied_server):
    """One server for all tests of this file."""
    return emptied_server


def ended(server, session_id):
    return lambda: server.status(session_id) in ("completed", "stopped", "failed", "interrupted")


def test_a_run_goes_from_start_to_completed_and_can_be_read(server, until):
    server.begin("one", "steps=6 delay=0.01")
    until(ended(server, "one"))
    session = server.session("one")
    assert (session["status"], session["step"], session["total_steps"]) == ("completed", 6, 6)
    metrics = server.call("GET", "/api/training/sessions/one/metrics")[1]["columns"]
    assert metrics["step"] == [1, 2, 3, 4, 5, 6]
    assert server.call("GET", "/api/training/sessions/one/metrics?after_step=4")[1]["columns"]["step"] == [5, 6]
    assert server.call("GET", "/api/training/sessions/one/completions?step=2")[1]["groups"]
    assert [s["session_id"] for s in server.call("GET", "/api/training/sessions")[1]["sessions"]] == ["one"]


def test_the_documented_request_is_accepted_word_for_word_up_to_the_model(server):
    config = read_json(REPOSITORY / "configs" / "examples" / "math-reasoning.json")
    status, reply = server.call("POST", "/api/training/start", {"session_id": "unique-id", "config": config})
    assert (status, reply["error"]["code"]) == (503, "unavailable")
    assert "hub can't be reached" in reply["error"]["message"]
    assert not (server.root / "outputs" / "unique-id").exists()


def test_a_session_without_an_id_gets_one(server):
    status, reply = server.call("POST", "/api/training/start", {"config": {"name": "steps=1"}})
    assert status == 202
    assert server.status(reply["session_id"])


def test_the_second_run_waits_for_the_first(server, until):
    server.begin("first", "steps=100 delay=0.05")
    server.begin("second", "steps=2 delay=0.01")
    until(lambda: server.status("first") == "training")
    queue = server.call("GET", "/api/system/status")[1]["queue"]
    assert queue == {"running": {"cpu": "first"}, "waiting": ["second"]}
    server.call("POST", "/api/training/stop", {"session_id": "first"})
    until(lambda: server.status("second") == "completed")
    assert server.status("first") == "stopped"


def test_a_waiting_run_can_be_stopped_and_deleted(server, until):
    server.begin("first", "steps=100 delay=0.05")
    server.begin("second", "steps=2")
    assert server.call("POST", "/api/training/stop", {"session_id": "second"})[0] == 202
    until(lambda: server.status("second") == "stopped")
    assert server.call("DELETE", "/api/training/sessions/second")[0] == 200
    assert server.call("GET", "/api/training/sessions/second")[0] == 404


def test_stop_saves_and_resume_goes_on_with_unbroken_steps(server, until):
    server.begin("one", "steps=30 delay=0.05")
    until(lambda: server.session("one")["step"] >= 5)
    server.call("POST", "/api/training/stop", {"session_id": "one"})
    until(lambda: server.status("one") == "stopped")
    assert server.session("one")["saved"]
    assert server.call("POST", "/api/training/sessions/one/resume")[0] == 202
    until(lambda: server.status("one") == "completed")
    steps = server.call("GET", "/api/training/sessions/one/metrics")[1]["columns"]["step"]
    assert steps == list(range(1, 31))


@pytest.mark.parametrize(
    ("end", "code", "says"),
    [
        ("kill", KILLED, "was killed (SIGKILL)"),
        ("oom", "out_of_memory", "CUDA out of memory"),
        ("crash", "error", "KeyError"),
        ("exit", "exit", "code 3"),
    ],
)
def test_a_worker_that_dies_is_reported_with_cause_cure_and_log_and_can_be_resumed(server, until, end, code, says):
    server.begin("one", f"steps=6 delay=0.01 end={end} at=3 noise=2")
    until(lambda: server.status("one") == "failed")
    failure = server.session("one")["failure"]
    assert failure["code"] == code
    assert says in failure["cause"]
    assert failure["cure"]
    assert "xxx" in failure["log_tail"]
    server.call("POST", "/api/training/sessions/one/resume")
    until(lambda: server.status("one") == "completed")
    assert server.call("GET", "/api/training/sessions/one/metrics")[1]["columns"]["step"] == [1, 2, 3, 4, 5, 6]


def test_a_resume_at_the_very_moment_of_the_end_does_not_get_two_workers(server, until):
    server.begin("one", "steps=40 delay=0.02")
    until(lambda: server.session("one")["step"] >= 2)
    server.call("POST", "/api/training/stop", {"session_id": "one"})
    until(lambda: server.status("one") == "stopped")
    assert server.call("POST", "/api/training/sessions/one/resume")[0] == 202
    until(lambda: server.status("one") == "completed")
    events = read_events(server.root / "outputs" / "one" / "events.jsonl")
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert not any(event["kind"] == "failed" for event in events)


def test_an_odd_folder_does_not_keep_the_server_from_starting(server):
    odd = server.root / "outputs" / "a - Copy"
    odd.mkdir()
    (odd / "config.json").write_text("{}", encoding="utf-8")
    server.kill()
    server.start()
    assert server.call("GET", "/api/training/sessions")[1]["sessions"] == []
    shutil.rmtree(odd)


def test_a_second_server_on_the_same_data_says_so_and_leaves(server):
    from tests.support.server import Server

    second = Server(server.root, server.environment)
    with pytest.raises(AssertionError, match="Another server works on"):
        second.start()


def test_an_export_that_died_with_its_server_is_interrupted_not_for_ever_under_way(server):
    folder = server.root / "exports" / "gone"
    folder.mkdir()
    started = {"seq": 1, "t": 1.0, "kind": "starting", "device": "cpu"}
    (folder / "events.jsonl").write_text(json.dumps(started) + "\n", encoding="utf-8")
    server.kill()
    server.start()
    (export,) = server.call("GET", "/api/exports/list")[1]["exports"]
    assert export["status"] == "interrupted"


def test_a_fork_is_a_new_run_with_some_values_changed(server, until):
    server.begin("one", "steps=2 delay=0.01")
    until(ended(server, "one"))
    changes = {"session_id": "two", "config": {"training": {"seed": 7}}}
    assert server.call("POST", "/api/training/sessions/one/fork", changes)[0] == 202
    until(ended(server, "two"))
    assert server.session("two")["config"]["training"]["seed"] == 7
    assert server.session("two")["config"]["name"] == "steps=2 delay=0.01"


def test_fifty_megabytes_of_output_and_no_client_do_not_hold_a_run_up(server, until):
    server.begin("loud", "steps=10 delay=0.01 noise=42000")
    until(lambda: server.status("loud") == "completed")
    assert (server.root / "outputs" / "loud" / "worker.log").stat().st_size > 50_000_000
    log = server.call("GET", "/api/training/sessions/loud/logs?tail=5")[1]["text"]
    assert len(log.splitlines()) == 5


def test_events_are_never_lost_or_doubled_when_the_server_is_killed(server, until):
    server.begin("one", "steps=4000 delay=0.02")
    until(lambda: server.session("one")["step"] >= 2)
    for _ in range(6):
        server.kill()
        server.start()
        assert server.status("one") == "training"
    server.call("POST", "/api/training/stop", {"session_id": "one"})
    until(lambda: server.status("one") == "stopped")
    events = read_events(server.root / "outputs" / "one" / "events.jsonl")
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    steps = [event["step"] for event in events if event["kind"] == "metrics"]
    assert steps == list(range(1, len(steps) + 1))


def test_a_session_whose_worker_lives_gets_no_second_one_whatever_its_log_says(server, until):
    server.begin("one", "steps=6 delay=0.02 hold=4")
    until(lambda: server.session("one")["step"] == 3)
    server.kill()
    folder = server.root / "outputs" / "one"
    EventLog(folder / "events.jsonl").append("interrupted", cause="the clock was set", cure="", code="unknown")
    server.start()
    assert server.status("one") == "interrupted"
    assert server.call("POST", "/api/training/sessions/one/resume")[0] == 409
    assert server.call("DELETE", "/api/training/sessions/one")[0] == 409
    command = [sys.executable, "-m", FAKE_WORKER, str(folder)]
    second = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (second.returncode, "still at work in outputs/one" in second.stderr) == (1, True)
    assert [event["kind"] for event in read_events(folder / "events.jsonl")].count("started") == 1
    (folder / GO).touch()
    until(lambda: server.status("one") == "completed")


def test_a_run_whose_worker_died_with_the_server_is_interrupted_and_resumes(server, until):
    server.begin("one", "steps=20 delay=0.05 end=kill at=8")
    until(lambda: server.session("one")["step"] >= 5)
    server.kill()
    log = server.root / "outputs" / "one" / "events.jsonl"
    until(lambda: read_events(log)[-1]["kind"] == "metrics" and read_events(log)[-1]["step"] == 7)
    server.start()
    until(lambda: server.status("one") == "interrupted")
    server.call("POST", "/api/training/sessions/one/resume")
    until(lambda: server.status("one") == "completed")
    assert server.call("GET", "/api/training/sessions/one/metrics")[1]["columns"]["step"] == list(range(1, 21))


def test_a_waiting_run_is_queued_again_after_a_restart(server, until):
    server.begin("first", "steps=40 delay=0.05")
    server.begin("second", "steps=2")
    until(lambda: server.session("first")["step"], what="the first run's first step")
    server.kill()
    server.start()
    until(lambda: server.status("second") == "completed")
    assert server.status("first") == "completed"


def test_configurations_are_saved_listed_loaded_and_deleted(server):
    config = read_json(REPOSITORY / "configs" / "examples" / "math-reasoning.json")
    assert server.call("POST", "/api/configs/save", {"name": "my-config", "config": config})[0] == 201
    assert server.call("GET", "/api/configs/load?name=my-config")[1]["config"]["training"]["learning_rate"] == 0.0002
    assert [c["name"] for c in server.call("GET", "/api/configs/list")[1]["configs"]] == ["my-config"]
    stored = json.loads((server.root / "configs" / "my-config.json").read_text(encoding="utf-8"))
    assert stored["model"]["name"] == "unsloth/Qwen3-1.7B"
    assert server.call("DELETE", "/api/configs/my-config")[0] == 200


def test_the_system_tells_its_state(server):
    status = server.call("GET", "/api/system/status")[1]
    assert status["ram_total"] > 0
    assert {"gpu_name", "gpu_memory", "gpu_utilization", "cpu_percent", "disk_free"} <= status.keys()
    assert server.call("GET", "/api/schema")[1]["fields"]
    assert "text" in server.call("GET", "/api/system/logs?tail=3")[1]
