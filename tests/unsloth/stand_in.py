"""Import Unsloth on a machine without a card, with the trainers it compiles; before trl, transformers and peft.

Unsloth has a backend for CPUs, but that one trains with TRL's own trainers. Here its import is told of a card that is
not there, and then asked to compile and put in its trainers as on a card. Models are loaded the way Unsloth loads
those without kernels of its own, in float32. What this does not show: Triton kernels, 4-bit and 8-bit weights, CUDA
graphs, memory.
"""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch

GIB = 1024**3
CARD = SimpleNamespace(
    name="stand-in", total_memory=24 * GIB, major=8, minor=9, multi_processor_count=128, warp_size=32
)
ANSWERS = {
    "get_device_capability": (CARD.major, CARD.minor),
    "get_device_properties": CARD,
    "is_bf16_supported": False,
    "mem_get_info": (20 * GIB, CARD.total_memory),
    "current_device": 0,
    "set_device": None,
    "synchronize": None,
}
SWITCHES = {
    "UNSLOTH_ALLOW_CPU": "1",
    "UNSLOTH_COMPILE_DISABLE": "1",
    "UNSLOTH_ENABLE_FLEX_ATTENTION": "0",  # has no backward pass on the CPU
    "TORCHDYNAMO_DISABLE": "1",
}


def _import_with_its_trainers() -> None:
    os.environ.update(SWITCHES)
    for name, answer in ANSWERS.items():
        setattr(torch.cuda, name, functools.partial(lambda answer, *_, **__: answer, answer))
    from unsloth import FastLanguageModel, FastModel
    from unsloth.models.rl import PatchFastRL

    os.environ["UNSLOTH_ALLOW_CPU"] = "0"
    PatchFastRL(FastLanguageModel=FastLanguageModel)
    FastLanguageModel.from_pretrained = _without_offload(FastModel.from_pretrained, device_map="cpu")
    FastLanguageModel.get_peft_model = _without_offload(FastLanguageModel.get_peft_model)


def _without_offload(function: Callable[..., Any], **fixed: Any) -> Callable[..., Any]:
    """The function with plain checkpointing: Unsloth's own moves activations into memory that only a card's driver
    can pin."""

    def called(*arguments: Any, use_gradient_checkpointing: Any, **others: Any) -> Any:
        recompute = bool(use_gradient_checkpointing)
        return function(*arguments, use_gradient_checkpointing=recompute, **others, **fixed)

    return called


_import_with_its_trainers()
gc.collect()
gc.freeze()  # Unsloth collects garbage at every load: 0.3 s a time among the objects of its import, 0.01 s without them
