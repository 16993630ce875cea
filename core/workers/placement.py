"""The device of this process: the GPU that the server assigned, or an error; never the CPU without a word."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from constants import DEVICE_VARIABLE
from core.cuda import installed_torch, refusal
from core.errors import OutOfMemory, Unavailable
from core.failures import Explanation, explain
from core.hardware import Gpu, driver_of, gpu_room
from core.runs.vram import CUDA_RUNTIME_GIB, FIT_FRACTION

PLACED = os.environ.get(DEVICE_VARIABLE, "")
"""The device that the server assigned to this process; empty when it was started by hand."""
MULTIPLIES_BFLOAT16 = ("avx512_bf16", "amx_bf16")
"""Sets of instructions that make bfloat16 three to four times as fast as float32; without them it is slower."""
HOLDERS = "The command nvidia-smi lists the programs that hold it."


def uses_cuda(placed: str = PLACED, cuda: Any = None, nvml: Any = None) -> bool:
    """Whether this process computes on a GPU; without an assigned device, whether torch finds one.

    Args:
        placed: cuda:<index>, cpu, or nothing.
        cuda: torch.cuda or a substitute.
        nvml: pynvml or a substitute.
    Raises:
        Unavailable: A GPU is assigned and torch finds none; the message says why.
    """
    cuda = cuda or _torch_cuda()
    if cuda.is_available():
        return True
    if not placed.startswith("cuda"):
        return False
    problem = refusal(installed_torch(), driver_of(nvml), _own_words(cuda))
    raise Unavailable(f"This was placed on {placed}, and {problem.cause}", problem.cure)


def half_type(cuda: Any) -> str:
    """The 16-bit type that the GPU computes in: bfloat16, or float16 where bfloat16 would be emulated (Turing)."""
    return "bfloat16" if cuda.is_bf16_supported(including_emulation=False) else "float16"


def cpu_type(capabilities: Mapping[str, object] | None = None) -> str:
    """The type that this CPU multiplies frozen weights in: bfloat16, as a GPU does, if it has instructions for that.

    Args:
        capabilities: As torch.cpu.get_capabilities names them, which older versions of torch have not.
    """
    import torch

    found = getattr(torch.cpu, "get_capabilities", dict)() if capabilities is None else capabilities
    return "bfloat16" if any(found.get(name) for name in MULTIPLIES_BFLOAT16) else "float32"


def require_room(placed: str = PLACED, nvml: Any = None) -> str:
    """Before a model is loaded: a warning if other programs hold much memory of the GPU; else empty.

    Raises:
        OutOfMemory: There is no room even for CUDA itself.
    """
    room = _room(placed, nvml)
    if room is None:
        return ""
    free, gpu = room
    if free < CUDA_RUNTIME_GIB:
        hint = f"{HOLDERS} End them and start again, or choose another GPU with resources.gpus."
        raise OutOfMemory(f"{_free_text(placed, free, gpu)}, too little to begin with.", hint)
    if free >= FIT_FRACTION * gpu.memory_gib:
        return ""
    return f"{_free_text(placed, free, gpu)}: other programs hold the rest. {HOLDERS}"


def explain_on_gpu(error: BaseException, placed: str = PLACED, nvml: Any = None) -> Explanation:
    """(cause, cure, code) of an exception as in core/failures.py, with the free memory of the GPU if it ran out."""
    cause, cure, code = explain(error)
    room = _room(placed, nvml) if code == OutOfMemory.code else None
    if room is None:
        return cause, cure, code
    return f"{cause.rstrip('.')}. {_free_text(placed, *room)}.", f"{cure} {HOLDERS}", code


def _room(placed: str, nvml: Any) -> tuple[float, Gpu] | None:
    kind, _, index = placed.partition(":")
    return gpu_room(int(index), nvml) if kind == "cuda" and index.isdigit() else None


def _free_text(placed: str, free: float, gpu: Gpu) -> str:
    return f"{placed} ({gpu.name}) has {free:.1f} of {gpu.memory_gib:.1f} GiB of memory free"


def _torch_cuda() -> Any:
    import torch

    return torch.cuda


def _own_words(cuda: Any) -> str:
    """Why torch finds no GPU, in the words of its own error."""
    try:
        cuda.init()
    except (RuntimeError, AssertionError) as error:
        return " ".join(str(error).split())[:300]
    return ""
