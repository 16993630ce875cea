"""A worker that was placed on a GPU that torch does not find: it does nothing and says why."""

import json
import os
import subprocess
import sys

import pytest

from core.generation.sampling import Sampling
from core.paths import Workspace
from services.processes.worker import worker_environment
from tests.conftest import REPOSITORY
from tests.integration.test_real_training import Run

pytestmark = pytest.mark.real


def test_a_run_placed_on_a_gpu_never_trains_on_the_cpu(tmp_path):
    run = Run(Workspace(tmp_path).create(), "placed", "/nowhere/model")
    run.environment = worker_environment({**os.environ, "HF_HUB_OFFLINE": "1"}, run.workspace, "cuda:99")
    run.finish()
    assert run.state.status == "failed"
    assert run.state.failure["cause"].startswith("This was placed on cuda:99, and torch")
    assert "CUDA_VISIBLE_DEVICES=-1" in run.state.failure["cure"]
    assert [event["kind"] for event in run.events] == ["started", "phase", "failed"]


def test_a_model_placed_on_a_gpu_never_answers_on_the_cpu(tmp_path):
    workspace = Workspace(tmp_path).create()
    model = {
        "model_path": "m",
        "kind": "base",
        "title": "m",
        "session_id": None,
        "base": "/nowhere/model",
        "place": None,
    }
    request = {"id": 1, "task": "answer", "model": model, "chats": [[{"role": "user", "content": "Hi"}]]}
    request |= {"sampling": Sampling().model_dump(), "use_adapter": True, "stream": False}
    worker = subprocess.Popen(
        [sys.executable, "-m", "core.workers.generate", str(tmp_path)],
        cwd=REPOSITORY,
        env=worker_environment(dict(os.environ), workspace, "cuda:99"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    worker.stdin.write(json.dumps(request) + "\n")
    worker.stdin.flush()
    messages = [json.loads(worker.stdout.readline())]
    while messages[-1]["kind"] == "loading":
        messages.append(json.loads(worker.stdout.readline()))
    worker.communicate()
    assert messages[0]["text"] == "Starting the process that holds models"
    assert messages[-1]["error"]["code"] == "unavailable"
    assert messages[-1]["error"]["message"].startswith("This was placed on cuda:99, and torch")
