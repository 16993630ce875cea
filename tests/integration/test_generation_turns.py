"""What GenerationService makes of a worker that fails, breaks or hangs; the worker is a scripted one."""

import shutil
import sys
import threading

import pytest

import services.answers.generation as module
from core.config import parse_config
from core.errors import DeviceTaken, InvalidInput, OutOfMemory, WorkerFailed
from core.generation.sampling import Sampling
from core.hardware import Gpu, Hardware
from core.paths import ADAPTER_WEIGHTS
from core.sessions.store import SessionStore
from services.answers.generation import Ask, GenerationService
from services.processes.devices import Devices
from services.processes.in_use import InUse
from services.processes.line_worker import LineWorker
from services.processes.worker import Launch

CHECKPOINT = "outputs/r1/checkpoints/checkpoint-1"


@pytest.fixture
def devices():
    """One GPU."""
    return Devices(Hardware((Gpu(0, "made up", 8.0),)), lambda *told: None)


@pytest.fixture
def generation(workspace, environment, devices):
    """A service with the scripted worker, on a machine with one GPU."""
    launch = Launch("tests.support.scripted_answers", environment)
    service = GenerationService(workspace, SessionStore(workspace), launch, devices, InUse(), lambda *told: None)
    yield service
    service.unload()


@pytest.fixture
def checkpoint(workspace):
    """The folder of a checkpoint of the run r1."""
    paths = SessionStore(workspace).create("r1", parse_config({}))
    folder = paths.checkpoints / "checkpoint-1"
    folder.mkdir(parents=True)
    (folder / ADAPTER_WEIGHTS).touch()
    return folder


def ask(question, model="tiny-model", **more):
    return Ask(model, [[{"role": "user", "content": question}]], Sampling(), **more)


def said(generation, question, **more):
    return generation.answer(ask(question, **more))[0]["text"]


def test_a_failure_leaves_a_state_that_says_what_is_still_loaded(generation):
    generation.load("tiny-model")
    with pytest.raises(WorkerFailed):
        said(generation, "fail")
    assert generation.state()["loaded"] == []


def test_out_of_memory_is_told_as_such(generation):
    with pytest.raises(OutOfMemory):
        said(generation, "oom")


def test_a_worker_that_can_not_go_on_is_replaced_by_the_next_question(generation):
    with pytest.raises(WorkerFailed):
        said(generation, "break")
    assert "It was to break" in generation.state()["notice"]
    assert said(generation, "hello") == "hello"


def test_a_stop_that_takes_a_loading_worker_along_is_a_cancelled_answer(generation, monkeypatch, until):
    monkeypatch.setattr(module, "GENERATION_STOP_GRACE_S", 0.1)
    answers = []
    thread = threading.Thread(target=lambda: answers.extend(generation.answer(ask("hang", request_id="a"))))
    thread.start()
    until(lambda: generation.state()["busy"])
    assert generation.stop("a")
    thread.join(60)
    assert answers == [None]
    assert "did not stop in time" in generation.state()["notice"]


def test_a_model_known_to_the_caller_is_asked_although_its_files_are_gone(generation, checkpoint):
    ref = generation.ref(CHECKPOINT)
    assert said(generation, "one", model=CHECKPOINT, ref=ref) == "one"
    shutil.rmtree(checkpoint)
    assert said(generation, "two", model=CHECKPOINT, ref=ref) == "two"
    assert [held["model_path"] for held in generation.state()["loaded"]] == [CHECKPOINT]


def test_an_exported_model_has_no_adapter_to_switch_off(generation, workspace):
    (workspace.export("r1") / "merged").mkdir(parents=True)
    with pytest.raises(InvalidInput) as refused:
        said(generation, "x", model="exports/r1/merged", use_adapter=False)
    assert "use_adapter" in refused.value.fields


def test_every_gpu_in_the_hands_of_runs_is_told_as_such(generation, devices):
    devices.hold("r2", "cuda:0")
    with pytest.raises(DeviceTaken):
        said(generation, "x")


def test_a_file_asked_on_the_cpu_survives_a_run_that_takes_the_gpu(generation, devices, workspace):
    workspace.export("r1").mkdir(parents=True)
    (workspace.export("r1") / "model-q8_0.gguf").touch()
    generation.load("tiny-model")
    said(generation, "x", model="exports/r1/model-q8_0.gguf", device="cpu")
    devices.clear("cuda:0", "r2")
    assert generation.state()["loaded"]


def test_a_worker_that_has_died_with_unread_words_in_its_pipe_can_be_ended(tmp_path, environment, until):
    worker = LineWorker([sys.executable, "-c", "pass"], dict(environment), tmp_path / "log")
    until(lambda: not worker.is_alive)
    worker._child.stdin.write("half a line")  # what a failed flush leaves behind
    worker.end()
    assert not worker.send({})
