"""Where the server lets runs take place, and what a worker is told of it."""

import pytest

from core.cuda import GpuProblem
from core.hardware import Gpu, Hardware, visible
from services.processes.worker import worker_environment

TWO = Hardware((Gpu(0, "A", 24.0), Gpu(1, "B", 24.0)))
PROBLEM = GpuProblem("It can't be used.", "Mend it.")


def chosen(devices):
    return {} if devices is None else {"CUDA_VISIBLE_DEVICES": devices}


def test_a_run_placed_on_the_second_card_sees_that_one_alone(workspace):
    found = worker_environment({"CUDA_VISIBLE_DEVICES": "0,1"}, workspace, "cuda:1")
    wanted = {"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID", "LORA_CRAFT_DEVICE": "cuda:1"}
    assert {name: found[name] for name in wanted} == wanted


def test_a_worker_on_the_cpu_sees_no_card(workspace):
    found = worker_environment({}, workspace, "cpu")
    assert (found["CUDA_VISIBLE_DEVICES"], found["LORA_CRAFT_DEVICE"]) == ("", "cpu")


@pytest.mark.parametrize(
    ("devices", "indices"), [(None, [0, 1]), ("1", [1]), ("0,1", [0, 1]), ("", []), ("-1", []), ("GPU-5f", [0, 1])]
)
def test_the_owner_chooses_among_the_cards(devices, indices):
    assert [gpu.index for gpu in visible(TWO, chosen(devices)).gpus] == indices


@pytest.mark.parametrize(("devices", "is_told"), [(None, True), ("0", True), ("", False), ("-1", False)])
@pytest.mark.parametrize("gpus", [TWO.gpus, ()], ids=["cards", "a driver that does not answer"])
def test_a_problem_of_the_gpu_is_none_for_who_chose_the_cpu(devices, is_told, gpus):
    assert (visible(Hardware(gpus, PROBLEM), chosen(devices)).problem is PROBLEM) is is_told
