"""One run per device, the rest in order; who answers questions leaves a GPU that a run takes."""

import pytest

from core.errors import DeviceTaken
from core.hardware import Gpu, Hardware
from services.processes.devices import Devices


class Runs(Devices):
    """Devices whose runs only note that they start."""

    def __init__(self, hardware):
        super().__init__(hardware, lambda topic, payload: None)
        self.started = []

    def enter(self, session_id, device):
        super().enter(session_id, device, lambda device: self.started.append((session_id, device)))


def queue(*devices):
    gpus = tuple(Gpu(index, "made up", 8.0 + index) for index, name in enumerate(devices) if name != "cpu")
    runs = Runs(Hardware(gpus))
    return runs, runs.started


def test_a_model_answers_on_the_largest_free_gpu_and_stays_where_it_is():
    runs, _ = queue("cuda:0", "cuda:1")
    assert runs.for_answers(None) == "cuda:1"
    assert runs.for_answers("cuda:0") == "cuda:0"
    runs.enter("a", "cuda:1")
    assert runs.for_answers("cuda:1") == "cuda:0"


def test_with_runs_on_all_gpus_a_model_is_refused_with_the_name_of_one():
    runs, _ = queue("cuda:0")
    runs.enter("a", None)
    assert runs.runs_on_gpus() == ["a"]
    with pytest.raises(DeviceTaken, match="The run a trains on the GPU"):
        runs.for_answers("cuda:0")


def test_a_run_on_the_cpu_leaves_it_to_answers_too():
    runs, _ = queue("cpu")
    runs.enter("a", None)
    assert (runs.for_answers(None), runs.runs_on_gpus()) == ("cpu", [])


def test_what_stands_on_a_device_is_told_to_leave_it():
    runs, _ = queue("cuda:0")
    left = []
    runs.when_taken(lambda *told: left.append(told))
    runs.clear("cuda:0", "a")
    assert left == [("cuda:0", "a")]


def test_the_first_runs_and_the_second_waits():
    runs, started = queue("cpu")
    runs.enter("a", None)
    runs.enter("b", None)
    assert started == [("a", "cpu")]
    assert runs.snapshot() == {"running": {"cpu": "a"}, "waiting": ["b"]}


def test_a_free_device_goes_to_the_one_that_waited_longest():
    runs, started = queue("cpu")
    for name in "abc":
        runs.enter(name, None)
    runs.release("a")
    assert started[-1] == ("b", "cpu")


def test_two_devices_carry_two_runs():
    runs, started = queue("cuda:0", "cuda:1")
    runs.enter("a", None)
    runs.enter("b", None)
    assert started == [("a", "cuda:0"), ("b", "cuda:1")]


def test_a_run_that_wants_a_busy_device_does_not_hold_up_the_others():
    runs, started = queue("cuda:0", "cuda:1")
    runs.enter("a", "cuda:0")
    runs.enter("b", "cuda:0")
    runs.enter("c", None)
    assert started == [("a", "cuda:0"), ("c", "cuda:1")]
    runs.release("a")
    assert started[-1] == ("b", "cuda:0")


def test_a_waiting_run_can_be_withdrawn_a_running_one_not():
    runs, _ = queue("cpu")
    runs.enter("a", None)
    runs.enter("b", None)
    assert runs.withdraw("b") is True
    assert runs.withdraw("a") is False
    assert runs.snapshot()["waiting"] == []


def test_a_run_found_at_boot_holds_its_device():
    runs, started = queue("cpu")
    runs.hold("a", "cpu")
    runs.enter("b", None)
    assert started == []
