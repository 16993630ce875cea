"""A run that was placed on a GPU that torch does not find: it ends at once and says why."""

import os

from core.paths import Workspace
from services.process import worker_environment
from tests.integration.test_real_training import Run


def test_a_run_placed_on_a_gpu_never_trains_on_the_cpu(tmp_path):
    run = Run(Workspace(tmp_path).create(), "placed", "/nowhere/model")
    run.environment = worker_environment({**os.environ, "HF_HUB_OFFLINE": "1"}, run.workspace, "cuda:99")
    run.finish()
    assert run.state.status == "failed"
    assert run.state.failure["cause"].startswith("This was placed on cuda:99, and torch")
    assert "CUDA_VISIBLE_DEVICES=-1" in run.state.failure["cure"]
    assert [event["kind"] for event in run.events] == ["started", "phase", "failed"]
