"""A server on a machine whose driver is too old for its torch: the user is told, and decides."""

import pytest

from core.jsonfile import read_json
from tests.conftest import REPOSITORY
from tests.support.old_driver import PROGRAM
from tests.support.server import Server

DEMO = read_json(REPOSITORY / "configs" / "examples" / "demo-arithmetic.json")
CAUSE = "torch 2.13.0 was built for CUDA 13.0, and the NVIDIA driver 570.86.10 runs CUDA 12.8 at most"


@pytest.fixture(scope="module")
def server(tmp_path_factory, environment):
    running = Server(tmp_path_factory.mktemp("root"), environment, program=PROGRAM)
    running.start()
    yield running
    running.kill()


def test_the_status_says_why_the_gpu_can_not_be_used(server):
    found = server.call("GET", "/api/system/status")[1]
    assert CAUSE in found["gpu_problem"]
    assert [gpu["name"] for gpu in found["gpus"]] == ["NVIDIA GeForce RTX 4090"]
    assert found["queue"]["running"] == {"cuda:0": None}


def test_a_plan_says_so_before_a_run(server):
    notices = server.call("POST", "/api/training/plan", {"config": DEMO})[1]["notices"]
    assert CAUSE in notices[0]["message"]
    assert (notices[0]["level"], notices[0]["field"]) == ("warning", "resources.gpus")


def test_a_start_is_refused_and_leaves_nothing(server):
    status, refused = server.call("POST", "/api/training/start", {"session_id": "no", "config": DEMO})
    assert status == 503
    assert CAUSE in refused["error"]["message"]
    assert "CUDA_VISIBLE_DEVICES=-1" in refused["error"]["hint"]
    assert not (server.root / "outputs" / "no").exists()


def test_a_question_to_a_model_is_refused_and_the_cpu_offered(server):
    asked = {"model_path": DEMO["model"]["name"], "prompt": "Hi"}
    status, refused = server.call("POST", "/api/models/test", asked)
    assert status == 503
    assert CAUSE in refused["error"]["message"]
    assert refused["error"]["hint"].endswith("Or choose the CPU for this model.")


@pytest.mark.parametrize("devices", ["", "-1"])
def test_whoever_hides_the_gpu_trains_on_the_cpu_on_purpose(tmp_path, environment, devices, until):
    server = Server(tmp_path, environment | {"CUDA_VISIBLE_DEVICES": devices}, program=PROGRAM)
    server.start()
    try:
        assert server.call("GET", "/api/system/status")[1]["gpu_problem"] is None
        server.begin("chosen", "steps=2 delay=0")
        until(lambda: server.status("chosen") == "completed", what="the run's end")
        assert server.session("chosen")["device"] == "cpu"
    finally:
        server.kill()
