"""A user's CSV and a user's reward, over HTTP, on the embedded model: the reward rises on rows never trained on."""

from __future__ import annotations

import os

import pytest

from core.data.builtin import builtin_rows
from core.paths import Workspace
from core.statistics import compare_rewards
from tests.conftest import REPOSITORY
from tests.support.server import Server

BRIEF = """
def reward(response, reference, example):
    words = response.split()
    if not words:
        return 0.0, "nothing was said"
    return max(0.0, 1 - len(words) / 16), str(len(words)) + " words"
"""


@pytest.fixture
def server(tmp_path):
    models = Workspace(REPOSITORY).models
    models.mkdir(parents=True, exist_ok=True)
    Workspace(tmp_path).create().models.symlink_to(models, target_is_directory=True)
    running = Server(tmp_path, {**os.environ, "HF_HUB_OFFLINE": "1"}, worker="core.workers.train")
    running.start()
    yield running
    running.call("POST", "/api/training/stop", {"session_id": "brief", "mode": "discard"})
    running.kill()


@pytest.mark.slow
def test_a_custom_reward_rises_on_held_out_rows_of_an_uploaded_csv(server, until):
    sums = builtin_rows("arithmetic", {"largest": 40})
    lines = ["Question;Answer", *(f"{row['instruction']};{row['response']}" for row in sums)]
    path = server.upload("Excel export.csv", ("\ufeff" + "\r\n".join(lines) + "\r\n").encode())[1]["path"]
    assert server.call("PUT", "/api/rewards/custom/brief", {"kind": "python", "source": BRIEF})[0] == 201
    config = {
        "dataset": {
            "source": path,
            "instruction_field": "Question",
            "response_field": "Answer",
            "validation_samples": 24,
        },
        "prompt": {"template": "plain"},
        "training": {
            "max_steps": 8,
            "batch_size": 16,
            "num_generations": 4,
            "learning_rate": 3e-4,
            "max_new_tokens": 16,
            "max_sequence_length": 96,
            "save_steps": 0,
        },
        "reward": {"type": "custom", "custom_name": "brief"},
    }
    status, reply = server.call("POST", "/api/training/start", {"session_id": "brief", "config": config})
    assert status == 202, reply
    until(lambda: server.session("brief")["ended_at"], timeout_s=900, what="the end of the run")
    session = server.session("brief")
    assert session["status"] == "completed", session["failure"]
    base, trained = session["evaluations"]
    comparison = compare_rewards(base["row_rewards"], trained["row_rewards"])
    assert comparison.wins > comparison.losses
    assert comparison.p_value < 0.05, (base["reward"], trained["reward"])
    assert "raised the reward" in session["verdict"]
