"""The inspector and a real worker: a question that is given up, one that nobody waits for, a hub that is not there."""

import os
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from core.config import parse_config
from core.data.section import DatasetConfig
from core.errors import Unavailable, WorkerFailed
from services.processes import inspector as inspector_module
from services.processes.awaited import IS_AWAITED
from services.processes.inspector import Inspector
from services.training import measurements as measurements_module
from services.training.measurements import OWN_ANSWERS, Measurements

AT_ONCE_S = 2.0
LOADED_S = 2.0
"""Patience with a machine that is busy with something else."""


def test_who_waits_for_a_stopped_lane_is_told_and_the_next_question_gets_an_answer(workspace, until):
    (workspace.prompt_files).mkdir(parents=True, exist_ok=True)
    file = workspace.prompt_files / "p.txt"
    file.write_text("one", encoding="utf-8")
    asked = {"path": file.relative_to(workspace.root).as_posix(), "encoding": None, "config": None}
    inspector = Inspector(workspace, dict(os.environ))
    failed = []

    def ask():
        with pytest.raises(WorkerFailed) as told:
            inspector.ask("prompt_file", asked, "evaluations")
        failed.append(told.value)

    waiting = threading.Thread(target=ask)
    waiting.start()
    while waiting.is_alive():
        inspector.stop("evaluations")
        waiting.join(0.05)
    assert "ended badly" in failed[0].message
    assert inspector.ask("prompt_file", asked, "evaluations")["prompts"][0]["prompt"] == "one"


@contextmanager
def awaited(is_awaited):
    token = IS_AWAITED.set(is_awaited)
    try:
        yield
    finally:
        IS_AWAITED.reset(token)


def test_a_question_whose_client_has_left_is_dropped_before_its_turn(workspace):
    inspector = Inspector(workspace, dict(os.environ))
    lane = inspector._lanes["quick"]
    with awaited(lambda: False), pytest.raises(Unavailable, match="Nobody waits"), lane._lock:
        inspector.ask("procedural_tasks", {})
    with awaited(lambda: False), pytest.raises(Unavailable, match="Nobody waits"):
        inspector.ask("procedural_tasks", {})
    assert lane._warm.current is None


def test_long_work_that_nobody_waits_for_any_more_is_ended(workspace, monkeypatch):
    monkeypatch.setattr(inspector_module, "GIVEN_UP_S", 0.0)
    inspector, looks = Inspector(workspace, dict(os.environ)), []
    with awaited(lambda: looks.append("look") or len(looks) < 2), pytest.raises(Unavailable, match="Nobody waits"):
        inspector.ask("procedural_tasks", {})
    assert inspector._lanes["quick"]._warm.current is None


def test_a_measurement_goes_on_when_its_request_has_ended(workspace, until, monkeypatch):
    monkeypatch.setattr(measurements_module, "QUESTIONS", (OWN_ANSWERS,))
    monkeypatch.setattr(measurements_module, "READY_S", -measurements_module.GRACE_S)
    monkeypatch.setattr(inspector_module, "GIVEN_UP_S", 0.0)
    measurements = Measurements(workspace, Inspector(workspace, dict(os.environ)))
    config = parse_config({"reward": {"type": "preset", "preset_name": "exact-match"}})
    with awaited(lambda: False):
        measurements.measure(config)
    until(lambda: measurements.known(OWN_ANSWERS, config), what="the measurement")
    assert measurements.known(OWN_ANSWERS, config)["mean"] == 1.0


def test_no_preview_waits_for_a_hub_that_is_not_there(workspace):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        hub = {"HF_ENDPOINT": f"http://127.0.0.1:{listener.getsockname()[1]}", "HF_HUB_OFFLINE": "0"}
        inspector = Inspector(workspace, {**os.environ, "HF_HOME": "", **hub})
        prompt = {"prompt": {}, "model": "unsloth/Qwen3-0.6B", "instruction": "2 + 2?"}
        inspector.ask("prompt_preview", prompt, "model")  # the worker and its libraries are there
        (workspace.cache / "huggingface" / "lora_craft_reach.json").unlink()
        began = time.monotonic()
        shown = inspector.ask("prompt_preview", prompt, "model")
        assert "not at hand" in shown["problem"]["message"]
        with pytest.raises(Unavailable, match="does not answer in time"):
            dataset = DatasetConfig(source="openai/gsm8k").model_dump(mode="json")
            inspector.ask("preview", {"dataset": dataset, "samples": 3}, "model")
        assert time.monotonic() - began < AT_ONCE_S + LOADED_S
