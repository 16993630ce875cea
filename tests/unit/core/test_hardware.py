"""The machine as the driver reports it, also where the driver fails."""

import pynvml
import pytest

from core.cuda import TorchBuild
from core.hardware import Gpu, Hardware, MemoryWatch, detect_hardware, driver_of, gpu_room, gpu_snapshot
from tests.support.nvml import FUNCTIONS, TOO_OLD, FakeNvml

FOR_13 = TorchBuild("2.13.0", "13.0")
TWO = (("NVIDIA A", 24.0), ("NVIDIA B", 48.0))


def test_every_card_is_told_with_its_memory():
    hardware = detect_hardware(FakeNvml(TWO), FOR_13)
    assert hardware == Hardware((Gpu(0, "NVIDIA A", 24.0), Gpu(1, "NVIDIA B", 48.0)))


def test_a_driver_too_old_for_torch_is_a_problem_of_the_machine_and_the_card_stays():
    hardware = detect_hardware(FakeNvml(driver=TOO_OLD), FOR_13)
    assert "570.86.10 runs CUDA 12.8 at most" in hardware.problem.cause
    assert hardware.devices == ("cuda:0",)


def test_the_driver_tells_its_version_and_the_cuda_version_it_runs():
    assert driver_of(FakeNvml(driver=TOO_OLD)).cuda == "12.8"
    assert str(driver_of(FakeNvml(driver=TOO_OLD))) == "the NVIDIA driver 570.86.10"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_driver_that_fails_at_any_call_ends_nothing(function):
    nvml = FakeNvml(TWO, failing=(function,))
    assert isinstance(detect_hardware(nvml, FOR_13), Hardware)
    assert set(gpu_snapshot(0, nvml)) == set(gpu_snapshot(0, FakeNvml(TWO)))
    gpu_room(0, nvml)


@pytest.mark.parametrize("failure", [pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, pynvml.NVML_ERROR_DRIVER_NOT_LOADED])
def test_a_machine_without_a_driver_has_no_card_and_no_problem(failure):
    assert detect_hardware(FakeNvml(failing=FUNCTIONS, failure=failure), FOR_13) == Hardware()


def test_a_driver_that_was_updated_without_a_restart_is_a_problem_and_no_machine_without_a_card():
    nvml = FakeNvml(failing=FUNCTIONS, failure=pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH)
    problem = detect_hardware(nvml, FOR_13).problem
    assert problem.cause == "The NVIDIA driver does not answer: RM has detected an NVML/RM version mismatch."
    assert "restart the machine" in problem.cure and "CUDA_VISIBLE_DEVICES=-1" in problem.cure


def test_a_card_that_is_counted_and_lost_is_a_problem_and_no_machine_without_a_card():
    found = detect_hardware(FakeNvml(failing=("nvmlDeviceGetHandleByIndex",)), FOR_13)
    assert found.gpus == ()
    assert found.problem.cause == "The NVIDIA driver does not answer: it counts a card that no longer answers."


def test_a_card_that_is_lost_beside_one_that_answers_is_known_by_its_number():
    nvml = FakeNvml(TWO)
    working = nvml.nvmlDeviceGetName

    def name(index):
        if index == 0:
            raise nvml.NVMLError(15)
        return working(index)

    nvml.nvmlDeviceGetName = name
    found = detect_hardware(nvml, FOR_13)
    assert ([gpu.index for gpu in found.gpus], found.lost, found.problem) == ([1], (0,), None)


def test_a_driver_that_has_gone_leaves_no_card():
    nvml = FakeNvml(TWO, failing=FUNCTIONS)
    assert detect_hardware(nvml, FOR_13).gpus == ()
    assert set(gpu_snapshot(0, nvml).values()) == {None}
    assert gpu_room(0, nvml) is None


def test_what_one_reading_lacks_the_others_still_tell():
    readings = gpu_snapshot(0, FakeNvml(failing=("nvmlDeviceGetTemperature",)))
    assert readings["gpu_temperature"] is None
    assert readings["gpu_utilization"] == 42


def test_the_room_on_a_card_is_its_free_memory():
    free, gpu = gpu_room(1, FakeNvml(TWO, free_gib=0.3))
    assert (free, gpu.memory_gib) == (pytest.approx(0.3), 48.0)


def test_a_kill_for_memory_is_told_from_one_by_somebody(tmp_path):
    counters = tmp_path / "vmstat"
    assert MemoryWatch(counters).was_short() is None
    counters.write_text("pgfault 5\noom_kill 3\n", encoding="ascii")
    watch = MemoryWatch(counters)
    assert watch.was_short() is False
    counters.write_text("pgfault 9\noom_kill 4\n", encoding="ascii")
    assert watch.was_short() is True
