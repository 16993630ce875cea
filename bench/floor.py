"""What a step costs at least on this machine, from two small kernels: reading memory, and multiplying."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

READ_BYTES = 1 << 29
"""More than any cache holds."""
SIDE = 2048
"""Rows and columns of two matrices whose product takes a processor to its peak."""
TRIES = 5
BACKWARD = 2
"""Learning multiplies each frozen weight once forward and once for the gradient of its input."""


@dataclass(frozen=True)
class Machine:
    """What the two kernels reach.

    Attributes:
        dtype: The type in which frozen weights are multiplied.
        read_bytes_s: Bytes that a product with one vector reads in a second.
        flops: Multiplications and additions in a second, in `dtype`.
    """

    dtype: str
    read_bytes_s: float
    flops: float


@dataclass(frozen=True)
class Work:
    """What a step does, at least.

    Attributes:
        weights: Those that every token is multiplied with.
        rows: Completions.
        places: Tokens of the longest completion; each takes a pass over all weights.
        prompt_tokens: Of each different prompt once.
        completion_tokens: Of all completions.
        learnt_share: The part of the completions that teaches something.
    """

    weights: float
    rows: float
    places: float
    prompt_tokens: float
    completion_tokens: float
    learnt_share: float


def measure() -> Machine:
    """Run the two kernels, with one thread a core."""
    import torch

    from core.hardware import physical_cores
    from core.workers.placement import cpu_type

    torch.set_num_threads(physical_cores())
    dtype = getattr(torch, cpu_type())
    matrix, vector = torch.ones(READ_BYTES // 4 // SIDE, SIDE), torch.ones(SIDE)
    read = READ_BYTES / _best(lambda: matrix @ vector)
    left, right = torch.ones(SIDE, SIDE, dtype=dtype), torch.ones(SIDE, SIDE, dtype=dtype)
    return Machine(cpu_type(), read, 2 * SIDE**3 / _best(lambda: left @ right))


def seconds(machine: Machine, work: Work) -> float:
    """The least time of a step: reading weights or multiplying, whichever is slower, in each pass.

    A little too much: the output layer is counted for each token of a prompt, though only the last one needs it.
    """
    size = 2 if machine.dtype == "bfloat16" else 4
    one = 2 * work.weights / machine.flops
    sampled = work.places * max(work.weights * size / machine.read_bytes_s, work.rows * one)
    learnt = (work.prompt_tokens + work.completion_tokens) * work.learnt_share * BACKWARD * one
    return sampled + work.prompt_tokens * one + learnt


def _best(kernel: Callable[[], Any]) -> float:
    times = []
    for _ in range(TRIES):
        started = time.perf_counter()
        kernel()
        times.append(time.perf_counter() - started)
    return min(times)
