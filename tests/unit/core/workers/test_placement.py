"""Where a worker computes, and what it says of a GPU that it can't use."""

import pytest

from core.errors import OutOfMemory, Unavailable
from core.workers.placement import cpu_type, explain_on_gpu, half_type, require_room, uses_cuda
from tests.support.nvml import FUNCTIONS, TOO_OLD, FakeNvml


class FakeCuda:
    """torch.cuda of a machine with or without a usable GPU."""

    def __init__(self, is_there=True, has_bfloat16=True, words=""):
        self._is_there, self._has_bfloat16, self._words = is_there, has_bfloat16, words

    def is_available(self):
        return self._is_there

    def is_bf16_supported(self, including_emulation=True):
        return self._has_bfloat16 or including_emulation

    def init(self):
        raise RuntimeError(self._words)


def test_a_worker_on_a_gpu_uses_it():
    assert uses_cuda("cuda:0", FakeCuda())


@pytest.mark.parametrize("placed", ["cpu", ""])
def test_a_worker_that_was_not_placed_on_a_gpu_takes_the_cpu(placed):
    assert not uses_cuda(placed, FakeCuda(is_there=False))


def test_a_worker_on_a_gpu_that_torch_can_not_use_refuses_and_says_why():
    with pytest.raises(Unavailable, match=r"^This was placed on cuda:1, and torch .* can't use the GPU") as refused:
        uses_cuda("cuda:1", FakeCuda(is_there=False, words="no NVIDIA driver"), FakeNvml(driver=TOO_OLD))
    assert "570.86.10" in refused.value.message
    assert "CUDA_VISIBLE_DEVICES=-1" in refused.value.hint


@pytest.mark.parametrize(("has_bfloat16", "dtype"), [(True, "bfloat16"), (False, "float16")])
def test_emulated_bfloat16_counts_for_nothing(has_bfloat16, dtype):
    assert half_type(FakeCuda(has_bfloat16=has_bfloat16)) == dtype


@pytest.mark.parametrize(
    ("capabilities", "dtype"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, "bfloat16"),
        ({"avx512_bf16": False, "amx_bf16": True}, "bfloat16"),
        ({"avx512_bf16": False, "avx512_f": True}, "float32"),
        ({}, "float32"),
    ],
)
def test_a_cpu_takes_bfloat16_only_where_it_has_instructions_for_it(capabilities, dtype):
    assert cpu_type(capabilities) == dtype


def test_a_full_gpu_is_refused_with_free_and_all_memory():
    with pytest.raises(OutOfMemory) as refused:
        require_room("cuda:0", FakeNvml(free_gib=0.3))
    assert refused.value.message == (
        "cuda:0 (NVIDIA GeForce RTX 4090) has 0.3 of 24.0 GiB of memory free, too little to begin with."
    )
    assert "nvidia-smi lists the programs" in refused.value.hint


def test_memory_that_others_hold_is_said():
    said = require_room("cuda:0", FakeNvml(free_gib=10.0))
    assert "has 10.0 of 24.0 GiB of memory free: other programs hold the rest" in said


@pytest.mark.parametrize(
    ("placed", "nvml"),
    [
        pytest.param("cuda:0", FakeNvml(free_gib=23.5), id="a free GPU"),
        pytest.param("cpu", FakeNvml(free_gib=0.1), id="the CPU"),
        pytest.param("", FakeNvml(free_gib=0.1), id="started by hand"),
        pytest.param("cuda:0", FakeNvml(failing=FUNCTIONS), id="a driver that does not answer"),
    ],
)
def test_otherwise_nothing_is_said_of_memory(placed, nvml):
    assert require_room(placed, nvml) == ""


def test_memory_that_runs_out_while_cuda_begins_is_told_with_the_gpus():
    error = RuntimeError("CUDA error: out of memory")
    cause, cure, code = explain_on_gpu(error, "cuda:0", FakeNvml(free_gib=0.3))
    assert code == "out_of_memory"
    assert cause == (
        "Out of memory: CUDA error: out of memory. cuda:0 (NVIDIA GeForce RTX 4090) has 0.3 of 24.0 GiB of memory free."
    )
    assert "nvidia-smi lists the programs" in cure


def test_other_errors_are_explained_as_ever():
    assert explain_on_gpu(KeyError("x"), "cuda:0", FakeNvml())[2] == "error"
    assert explain_on_gpu(MemoryError(), "cpu", FakeNvml())[0] == "The machine ran out of memory."
