"""Trainer arguments that the device decides, the same for the warm-up and for GRPO."""

from __future__ import annotations

from core.config.algorithms import Keywords
from core.workers.loading import LoadedModel


def fixed_arguments(loaded: LoadedModel) -> Keywords:
    """Keyword arguments of any trainer config: precision, device, logging; nothing here is a user's setting."""
    on_cpu = loaded.device == "cpu"
    return {
        "use_cpu": on_cpu,
        "bf16": loaded.dtype == "bfloat16",
        "fp16": loaded.dtype == "float16",
        "dataloader_pin_memory": not on_cpu,
        "logging_steps": 1,
        "report_to": "none",
        "disable_tqdm": True,
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
    }
