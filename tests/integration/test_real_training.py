"""The real worker on a tiny random model: warm-up, GRPO, stop, kill, resume, failures. Learning is not the point."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time

import psutil
import pytest

from core.config import parse_config
from core.hardware import Hardware
from core.paths import SessionPaths, Workspace
from core.sessions.events import read_events
from core.sessions.state import current_metrics, fold_all
from core.sessions.store import SessionStore
from services.processes.worker import worker_command, worker_environment
from tests.conftest import REPOSITORY
from tests.support.chat_templates import OPENS_THINKING
from tests.support.hub import HubStandIn

pytestmark = pytest.mark.real

TIMEOUT_S = 240
BRIEF = """
def reward(response, reference, example):
    print("asked", example["instruction"])
    if not response:
        raise ValueError("nothing was said")
    return 1 / len(response), str(len(response)) + " characters"
"""
REFUSES = "{% if messages[0].role == 'system' %}{{ raise_exception('No system turn') }}{% endif %}\n"
NAMES = {"exact-match", "solution-format", "brief"}
SETTINGS = {
    "model": {"lora_rank": 4, "lora_alpha": 8},
    "dataset": {"source": "arithmetic", "parameters": {"largest": 20}, "validation_samples": 6},
    "prompt": {"template": "solution-only"},
    "training": {
        "max_steps": 4,
        "batch_size": 2,
        "gradient_accumulation_steps": 2,
        "num_generations": 4,
        "max_new_tokens": 8,
        "max_sequence_length": 256,
        "learning_rate": 1e-3,
        "save_steps": 1,
        "save_total_limit": 4,
    },
    "reward": {
        "type": "composite",
        "components": [
            {"preset_name": "exact-match"},
            {"preset_name": "solution-format", "weight": 0.2},
            {"custom_name": "brief", "custom": {"kind": "python", "source": BRIEF}, "weight": 0.1},
        ],
    },
    "pre_training": {"enabled": True, "max_samples": 8, "batch_size": 4, "learning_rate": 1e-3},
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny") / "model"
    command = [sys.executable, "-m", "tests.support.tiny_model", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return folder


class Run:
    """One session of the real worker."""

    def __init__(self, workspace: Workspace, session_id: str, base: str, **changes: dict):
        settings = json.loads(json.dumps(SETTINGS))
        for section, values in {**changes, "model": {**changes.get("model", {}), "name": base}}.items():
            settings[section].update(values) if section in settings else settings.update({section: values})
        self.workspace = workspace
        self.config = parse_config(settings)
        self.paths: SessionPaths = SessionStore(workspace).create(session_id, self.config)
        self.environment = worker_environment({**os.environ, "HF_HUB_OFFLINE": "1"}, workspace, "cpu")

    def start(self) -> subprocess.Popen:
        with self.paths.log.open("ab") as log:
            command = worker_command("core.workers.train", self.paths.folder)
            return subprocess.Popen(command, cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log)

    def finish(self) -> "Run":
        assert self.start().wait(TIMEOUT_S) in (0, 1), self.log()
        return self

    def log(self) -> str:
        return self.paths.log.read_text(encoding="utf-8")[-3000:]

    @property
    def events(self) -> list[dict]:
        events = read_events(self.paths.events)
        assert not [event for event in events if event["kind"] == "unread"], "a worker wrote what nobody can read"
        return events

    @property
    def state(self):
        return fold_all(self.paths.id, self.events)

    def seen(self, kind: str, **fields) -> bool:
        return any(e["kind"] == kind and fields.items() <= e.items() for e in self.events)

    def series(self, name: str) -> list:
        return [row.get(name) for row in current_metrics(self.events) if row["phase"] == "training"]


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    """An uninterrupted run, shared by the tests that only look at it."""
    return Run(Workspace(tmp_path_factory.mktemp("whole")).create(), "whole", str(tiny)).finish()


def test_every_phase_runs_and_leaves_what_it_should(whole):
    assert whole.state.status == "completed", whole.log()
    phases = [(e["phase"], e["detail"]) for e in whole.events if e["kind"] == "phase"]
    assert phases == [
        ("loading", "libraries"),
        ("loading", "data"),
        ("loading", "model"),
        ("evaluating", "base"),
        ("pre_training", ""),
        ("evaluating", "warm_up"),
        ("training", ""),
        ("evaluating", "trained"),
        ("saving", ""),
    ]
    assert [s["stage"] for s in whole.state.evaluations] == ["base", "warm_up", "trained"]
    assert (whole.paths.adapter / "adapter_model.safetensors").is_file()
    assert (whole.paths.adapter / "tokenizer.json").is_file()
    assert "held-out questions" in whole.paths.card.read_text(encoding="utf-8")


def test_the_numbers_are_trls_own(whole):
    assert whole.series("step") == [1, 2, 3, 4]
    last = current_metrics(whole.events)[-1]
    assert last["total_steps"] == 4
    assert set(last["rewards"]) == NAMES
    assert {"loss", "entropy", "completion_length", "clip_ratio", "step_seconds", "tokens_per_second"} <= last.keys()
    warm_up = [row for row in current_metrics(whole.events) if row["phase"] == "pre_training"]
    assert [row["step"] for row in warm_up] == [1, 2]


def test_every_group_is_stored_with_scores_reasons_and_advantages(whole):
    store = SessionStore(whole.workspace)
    assert store.completion_steps("whole") == [1, 2, 3, 4]
    (group,) = store.groups("whole", 2)
    assert group["instruction"] in group["prompt"]
    assert len(group["completions"]) == 4
    for completion in group["completions"]:
        assert set(completion["scores"]) == NAMES
        assert completion["scores"]["exact-match"]["reason"]
        assert completion["scores"]["brief"]["prints"] == f"asked {group['instruction']}\n"
        brief = completion["scores"]["brief"]["value"]
        assert completion["reward"] == (None if brief is None else pytest.approx(0.1 * brief))
        assert (completion["advantage"] is None) == (completion["reward"] is None)
    assert any(completion["advantage"] for completion in group["completions"])
    for completion in group["completions"]:
        assert completion["truncated"] == (completion["tokens"] == 8)


def test_a_killed_run_resumes_with_unbroken_steps_and_the_same_numbers(whole, tiny, workspace, until):
    run = Run(workspace, "killed", str(tiny))
    process = run.start()
    until(lambda: run.seen("checkpoint", step=2), TIMEOUT_S, "checkpoint 2")
    process.kill()
    process.wait()
    newest = max(run.paths.checkpoints.glob("checkpoint-*"), key=lambda f: int(f.name.split("-")[1]))
    broken = run.paths.checkpoints / "checkpoint-99"
    shutil.copytree(newest, broken)
    (broken / "adapter_model.safetensors").write_bytes(b"cut short")
    run.finish()
    assert run.state.status == "completed", run.log()
    assert run.series("step") == [1, 2, 3, 4]
    assert run.seen("resumed", from_step=int(newest.name.split("-")[1]), warm_up_kept=True)
    assert sum(e["kind"] == "metrics" and e["phase"] == "pre_training" for e in run.events) == 2
    assert run.series("entropy") == pytest.approx(whole.series("entropy"), rel=1e-4)
    assert run.series("completion_length") == whole.series("completion_length")


def test_a_run_killed_after_its_last_step_only_does_what_is_left(tiny, workspace, until):
    run = Run(workspace, "late", str(tiny))
    process = run.start()
    until(lambda: run.seen("checkpoint", step=4), TIMEOUT_S, "the last checkpoint")
    process.kill()
    process.wait()
    run.finish()
    assert run.state.status == "completed", run.log()
    assert run.series("step") == [1, 2, 3, 4]
    assert [s["stage"] for s in run.state.evaluations] == ["base", "warm_up", "trained"]


def test_a_stop_in_the_middle_of_a_generation_saves_and_leaves_at_once(tiny, workspace, until):
    long = {"max_new_tokens": 3000, "max_sequence_length": 4000, "max_steps": 1}
    long |= {"batch_size": 64, "gradient_accumulation_steps": 1, "num_generations": 64}
    run = Run(workspace, "stopped", str(tiny), training=long, pre_training={"enabled": False},
              dataset={"validation_fraction": 0.0})  # fmt: skip
    began = time.monotonic()
    process = run.start()
    until(lambda: run.seen("phase", phase="training"), TIMEOUT_S, "training")
    worker = psutil.Process(process.pid)
    before = worker.cpu_times().user
    until(lambda: worker.cpu_times().user > before + 1.0, what="a second of generating, which takes many")
    asked = time.monotonic()
    run.paths.stop.write_text("save", encoding="utf-8")
    assert process.wait(TIMEOUT_S) == 0
    assert time.monotonic() - asked < asked - began, "leaving takes less than coming"
    assert run.state.status == "stopped"
    assert run.state.step == 0
    assert (run.paths.adapter / "adapter_model.safetensors").is_file()


@pytest.fixture(scope="module")
def discarded(tiny, tmp_path_factory, until):
    """A discarded run of a model whose template takes no system turn and begins the thinking."""
    workspace = Workspace(tmp_path_factory.mktemp("discarded")).create()
    model = workspace.root / "thinker"
    shutil.copytree(tiny, model)
    (model / "chat_template.jinja").write_text(REFUSES + OPENS_THINKING, encoding="utf-8")
    rows = [{"instruction": f"<|im_end|> is text in {number}?", "response": f"{number}"} for number in range(40)]
    (workspace.uploads / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    changes = {"dataset": {"source": "uploads/rows.json", "parameters": {}}, "prompt": {"template": "think-answer"}}
    run = Run(workspace, "gone", str(model), training={"max_steps": 400}, **changes)
    process = run.start()
    until(lambda: run.seen("metrics", phase="training", step=2) or run.state.is_final, TIMEOUT_S, "step 2")
    run.paths.stop.write_text("discard", encoding="utf-8")
    assert process.wait(TIMEOUT_S) == 0, run.log()
    return run


def test_a_discarded_run_leaves_no_adapter(discarded):
    assert (discarded.state.status, discarded.state.saved) == ("stopped", None)
    assert not discarded.paths.adapter.exists()
    assert not discarded.paths.checkpoints.exists()


def test_a_run_in_the_form_of_its_chat_template_says_so_once(discarded):
    said = [notice["message"] for notice in discarded.state.notices]
    assert sum("takes no system turn" in message for message in said) == 1
    assert sum("begins every answer with <think>" in message for message in said) == 1


def test_what_the_template_begins_of_an_answer_is_stored_and_scored_with_it_and_not_twice(discarded):
    groups = SessionStore(discarded.workspace).groups("gone", 1)
    for group in groups:
        assert "<|im_end|> is text" in group["prompt"]
        assert group["prompt"].startswith("user\nReason about the question first")
        assert group["prompt"].endswith("assistant\n")
        assert all(completion["text"].startswith("<think>\n") for completion in group["completions"])
    (base, *_) = discarded.state.evaluations
    assert all(sample["answer"].startswith("<think>\n") for sample in base["samples"])


def test_a_hub_model_without_a_chat_template_trains_with_or_grpo_and_a_kl_term(tmp_path, workspace):
    code = "from tests.support.tiny_model import *; write_tiny_model(Path(sys.argv[1]), None)"
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "bare")], cwd=REPOSITORY, check=True, capture_output=True
    )
    grpo = {"algorithm": "or_grpo", "kl_penalty": 0.04, "num_iterations": 2}
    with HubStandIn({"someone/bare": tmp_path / "bare"}) as hub:
        run = Run(workspace, "hub", "someone/bare", grpo=grpo, training={"max_steps": 2, "eval_steps": 1})
        run.environment |= {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"}
        run.finish()
    assert run.state.status == "completed", run.log()
    assert "chat template" in run.state.notices[-1]["message"]
    assert all(isinstance(kl, float) for kl in run.series("kl"))
    assert [s["stage"] for s in run.state.evaluations] == ["base", "warm_up", "step", "trained"]
    store = SessionStore(workspace)
    held_out = {sample["instruction"] for s in run.state.evaluations for sample in s["samples"]}
    (group,) = store.groups("hub", store.completion_steps("hub")[-1])
    assert group["instruction"] in group["prompt"]
    assert group["instruction"] not in held_out


@pytest.mark.parametrize(
    ("model", "changes", "code"),
    [
        ("no-one/nothing", {}, "offline"),
        ("tiny", {"dataset": {"response_field": "answer"}}, "invalid_input"),
        ("tiny", {"training": {"max_sequence_length": 16}}, "invalid_input"),
        ("tiny", {"training": {"sampler": "vllm"}}, "invalid_input"),
    ],
    ids=["a model that is not at hand", "a data set without the mapped field", "prompts that are all too long", "vLLM"],
)
def test_what_goes_wrong_in_the_worker_is_a_failed_event_with_cause_cure_and_log(tiny, workspace, model, changes, code):
    run = Run(workspace, "failing", str(tiny) if model == "tiny" else model, **changes).finish()
    assert run.state.status == "failed"
    failure = run.state.failure
    assert failure["code"] == code
    assert failure["cause"] and failure["cure"] and failure["log_tail"]


def test_the_hardware_of_the_tests_is_the_cpu():
    assert Hardware().devices == ("cpu",)
