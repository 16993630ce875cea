"""The main job on the embedded model, through the services; takes minutes and runs in CI."""

from __future__ import annotations

import os

import pytest

from core.jsonfile import read_json
from core.paths import Workspace
from services.training.service import merged
from services.wiring import build_services
from tests.conftest import REPOSITORY

SMALL = {
    "dataset": {"validation_samples": 30},
    "training": {"max_steps": 2, "batch_size": 8, "save_steps": 1},
}


@pytest.mark.slow
def test_the_embedded_model_is_trained_scored_and_exported(tmp_path):
    workspace = Workspace(tmp_path).create()
    shared = Workspace(REPOSITORY).models
    shared.mkdir(parents=True, exist_ok=True)
    workspace.models.symlink_to(shared, target_is_directory=True)
    services = build_services(tmp_path, "core.workers.train", dict(os.environ), lambda topic, payload: None)
    config = merged(read_json(REPOSITORY / "configs" / "examples" / "demo-arithmetic.json"), SMALL)

    session_id = services.training.start(None, config).session_id
    state = services.training.wait(session_id, timeout_s=1200)
    assert state.status == "completed", state.failure
    correct = {score["stage"]: score["correct"] for score in state.evaluations}
    assert correct["base"] == 0
    assert correct["warm_up"] > 0
    assert services.store.metrics(session_id, 0, 100)["step"] == [1, 2]

    services.exports.create(session_id, ["f16", "q4_k_m"])
    export = services.exports.wait(session_id, timeout_s=600)
    assert export.status == "completed", export.failure
    wide, small = export.files
    assert wide["difference"] < 0.02 < wide["base_difference"]
    assert small["difference"] < small["base_difference"]
    assert wide["same_token_ids"] and small["same_token_ids"]
    assert "<SOLUTION>" in small["answer"]
    assert not (workspace.export(session_id) / ".work").exists()
