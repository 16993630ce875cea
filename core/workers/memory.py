"""Whether a model fits into memory: its weights, the free memory, and the most exact type on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil

from core.errors import Unavailable
from core.runs.vram import LINEAR_BYTES
from core.workers.text_model import text_config

USABLE_FRACTION = 0.8
"""The usable fraction of free memory; the rest is for activations, the cache of keys and values, and other programs."""
FLOAT32, SIXTEEN_BIT = 4, 2
"""Bytes of a weight."""
GIGA = 1e9


def free_bytes(device: str) -> float:
    """The memory that a model may take on `device` (cuda or cpu)."""
    if device == "cpu":
        return psutil.virtual_memory().available * USABLE_FRACTION
    import torch

    return torch.cuda.mem_get_info()[0] * USABLE_FRACTION


def parameters_of(source: str) -> int:
    """How many weights a model has, by its config.json alone; of a hub model only that is fetched."""
    import torch
    from transformers import AutoModelForCausalLM

    config = text_config(source)
    with torch.device("meta"):
        model: Any = AutoModelForCausalLM.from_config(config)
    return sum(weights.numel() for weights in model.parameters())


def wanted_bytes(source: str, quantization: str, device: str) -> float:
    """The memory of a model in its preferred type: float32 on the CPU; on a GPU 16 bit, or the run's quantisation."""
    each = FLOAT32 if device == "cpu" else LINEAR_BYTES.get(quantization, SIXTEEN_BIT)
    return parameters_of(source) * each


def exact_type(source: str) -> str:
    """float32, in which nothing is rounded, or bfloat16 where memory is too small for that.

    Raises:
        Unavailable: It is too small for both.
    """
    weights, free = parameters_of(source), free_bytes("cpu")
    if weights * FLOAT32 <= free:
        return "float32"
    if weights * SIXTEEN_BIT <= free:
        return "bfloat16"
    needed = f"{weights * SIXTEEN_BIT / GIGA:.1f} GB of memory, and about {free / GIGA:.1f} GB can be had"
    hint = "Close other programs, choose a smaller model, or export the run as GGUF: Q4_K_M takes a third of that."
    raise Unavailable(f"{Path(source).name} needs {needed}.", hint)
