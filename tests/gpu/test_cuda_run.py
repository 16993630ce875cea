"""The real worker on an NVIDIA GPU, with whichever engine is installed; skips itself without a card."""

import pytest

from core.hardware import detect_hardware
from core.paths import Workspace
from services.processes.worker import worker_environment
from tests.integration.test_real_training import Run, tiny

__all__ = ["tiny"]
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not detect_hardware().has_cuda, reason="this machine has no NVIDIA GPU"),
]


def test_a_run_on_the_gpu_goes_through_every_phase(tiny, tmp_path):
    run = Run(Workspace(tmp_path).create(), "gpu", str(tiny))
    run.environment = worker_environment(run.environment, run.workspace, "cuda:0")
    run.finish()
    assert run.state.status == "completed", run.log()
    assert run.state.engine["device"] == "cuda"
    assert run.series("step") == [1, 2, 3, 4]
