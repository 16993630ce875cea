"""Errors of libraries in plain words."""

import errno

import pytest

from core.failures import explain, explain_exit, explain_export, while_answering


def named(name, message, module="somewhere"):
    return type(name, (Exception,), {"__module__": module})(message)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "out_of_memory"),
        (RuntimeError("CUDA error: out of memory"), "out_of_memory"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), "out_of_memory"),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), "cuda"),
        (RuntimeError("No CUDA-capable device is detected"), "cuda"),
        (RuntimeError("NVML_SUCCESS == r INTERNAL ASSERT FAILED at CUDACachingAllocator.cpp"), "cuda"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "out_of_memory"),
        (
            ValueError(
                "Free memory on device cuda:0 (3.1/24 GiB) on startup is less than desired GPU memory utilization"
            ),
            "out_of_memory",
        ),
        (
            ValueError("No available memory for the cache blocks. Try increasing `gpu_memory_utilization`"),
            "out_of_memory",
        ),
        (RuntimeError("probability tensor contains either `inf`, `nan` or element < 0"), "diverged"),
        (MemoryError(), "out_of_memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (RuntimeError("[enforce fail at inline_container.cc] No space left on device"), "disk_full"),
        (named("GatedRepoError", "403 Client Error"), "gated"),
        (named("RepositoryNotFoundError", "404 Client Error"), "not_found"),
        (OSError("We couldn't connect to 'https://hub' to load the files"), "offline"),
        (named("SafetensorError", "header too large"), "broken_file"),
        (ValueError("requires you to execute custom code; set trust_remote_code=True"), "remote_code"),
        (ImportError("Using `bitsandbytes` 4-bit quantization requires bitsandbytes: `pip install`"), "bitsandbytes"),
        (KeyError("surprise"), "error"),
    ],
)
def test_a_known_error_gets_its_cause_and_cure(error, code):
    cause, cure, found = explain(error)
    assert found == code
    assert cause and cure


def test_a_gpu_that_has_gone_is_told_from_one_that_refused_the_work():
    assert "nvidia-smi" in explain(RuntimeError("CUDA error: no CUDA-capable device is detected"))[1]
    assert "doctor" in explain(RuntimeError("CUDA error: an illegal memory access was encountered"))[1]


def test_an_export_that_runs_out_of_memory_is_not_told_of_batches():
    assert "batch_size" in explain(MemoryError())[1]
    assert "batch_size" not in explain_export(MemoryError())[1] and "adapter alone" in explain_export(MemoryError())[1]
    assert explain_export(KeyError("surprise")) == explain(KeyError("surprise"))


def test_the_cause_behind_an_error_is_found():
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as inner:
            raise RuntimeError("saving failed") from inner
    except RuntimeError as error:
        assert explain(error)[2] == "disk_full"


@pytest.mark.parametrize(
    ("exit_code", "was_short", "says"),
    [
        (-9, None, "memory ran out"),
        (137, True, "memory ran out"),
        (-9, False, "by somebody"),
        (-11, False, "SIGSEGV"),
        (74, None, "disk is full"),
        (3, None, "code 3"),
        (None, None, "not known"),
    ],
)
def test_an_exit_without_a_word_is_explained(exit_code, was_short, says):
    assert says in explain_exit(exit_code, was_short)[0]


@pytest.mark.parametrize("exit_code", [-9, -11, 3])
def test_whoever_asked_a_model_is_told_nothing_of_training(exit_code):
    cause, cure, code = while_answering(explain_exit(exit_code))
    assert (cause, code) == (explain_exit(exit_code)[0], explain_exit(exit_code)[2])
    assert not any(word in cure for word in ("training.", "resume", "worker.log"))
