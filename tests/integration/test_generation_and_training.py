"""Generation leaves the GPU to training; the worker really runs, on the CPU where the GPU is made up."""

import os
import threading

import pytest

from core.errors import Conflict, Displaced
from core.generation.sampling import Sampling
from core.hardware import Gpu, Hardware
from core.sessions.store import SessionStore
from services.answers.generation import Ask, GenerationService
from services.processes.devices import Devices
from services.processes.in_use import InUse
from services.processes.worker import Launch
from tests.support.tiny_model import write_tiny_model

pytestmark = pytest.mark.real

LONG = [[{"role": "user", "content": "1"}]]


@pytest.fixture
def told():
    """What the service has published, in order."""
    return []


@pytest.fixture
def devices():
    """One GPU."""
    return Devices(Hardware((Gpu(0, "made up", 8.0),)), lambda *told: None)


@pytest.fixture
def in_use():
    """Who works on which session."""
    return InUse()


@pytest.fixture
def generation(workspace, environment, devices, in_use, told):
    """A service on a machine with one GPU, and a tiny base model."""
    write_tiny_model(workspace.root / "tiny-model")
    service = GenerationService(
        workspace,
        SessionStore(workspace),
        Launch("tests.support.generate_anywhere", {**os.environ, **environment}),
        devices,
        in_use,
        lambda topic, payload: told.append((topic, payload)),
    )
    yield service
    service.unload()


def test_a_run_that_starts_on_the_gpu_unloads_the_model_and_says_so(generation, devices, told):
    generation.load("tiny-model")
    devices.clear("cuda:0", "r2")
    state = generation.state()
    assert state["loaded"] == []
    assert "the run r2 trains on cuda:0" in state["notice"]
    assert told[-1] == ("model", state)


def test_an_answer_under_way_ends_with_the_reason(generation, devices, until):
    problems = []

    def ask():
        try:
            generation.answer(Ask("tiny-model", LONG, Sampling(temperature=0, max_tokens=3000), request_id="a"))
        except Displaced as error:
            problems.append(error.message)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: generation.state()["busy"])
    until(lambda: generation._warm.current is not None)
    devices.clear("cuda:0", "r2")
    thread.join(60)
    assert "r2" in problems[0]


def test_while_a_run_trains_the_gpu_is_refused_and_the_cpu_answers(generation, devices):
    devices.hold("r2", "cuda:0")
    with pytest.raises(Conflict) as refused:
        generation.load("tiny-model")
    assert "r2" in refused.value.message and "CPU" in refused.value.hint
    assert generation.load("tiny-model", "cpu")["loaded"][0]["device"] == "cpu"


def test_a_model_on_the_cpu_stays_when_a_run_takes_the_gpu(generation, devices):
    generation.load("tiny-model", "cpu")
    devices.clear("cuda:0", "r2")
    assert generation.state()["loaded"]


def delete(in_use, session_id):
    with in_use.deleting(session_id):
        pass


def test_deleting_a_run_unloads_what_comes_from_it_only(generation, in_use):
    generation.load("tiny-model")
    delete(in_use, "r1")
    assert generation.state()["loaded"]
