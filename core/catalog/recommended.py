"""Settings that suit a base model on this machine, as a fragment of a configuration; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from core.catalog.families import BaseModel
from core.catalog.shapes import ModelShape
from core.config import RunConfig, parse_config
from core.hardware import Hardware
from core.training.vram import fits, memory_parts, total_gib

SMALL_PARAMETERS, LARGE_PARAMETERS = 900_000_000, 3_000_000_000
LONG, SHORT = (2048, 1024), (1024, 512)
"""(max_sequence_length, max_new_tokens): room to think, and the least that is useful with a worked answer."""
CPU_LENGTHS = (192, 48)
CPU_GROUP = 4
BATCHES = ((False, 8, 32), (True, 8, 32), (True, 4, 32), (True, 2, 16), (True, 1, 8))
"""(gradient_checkpointing, batch_size, completions of a step, which are sampled at once), the fastest first."""
CPU_BATCHES = ((False, 16, 16), (False, 8, 16), (True, 8, 16), (True, 4, 16))


def recommended(entry: BaseModel, hardware: Hardware, ram_gib: float) -> dict[str, dict[str, Any]]:
    """The first of the sensible settings that fits into the largest GPU, or into main memory where there is none.

    On a GPU 16-bit weights come before 4bit, then long texts before short ones, then speed; a step is of 4 prompts
    with 8 completions, of fewer prompts where memory is short. Without a GPU texts are short and groups small, as in
    configs/examples/demo-arithmetic.json.
    What does not fit at all gets the smallest settings; `memory_of` then says by how much.

    Args:
        entry: The model.
        hardware: Its GPUs.
        ram_gib: Main memory.
    Returns:
        Values for the sections model and training; valid together with the model's name.
    """
    gpu = hardware.largest
    available = gpu.memory_gib if gpu else ram_gib
    fragment: dict[str, dict[str, Any]] = {}
    for fragment in _on_gpu(entry) if gpu else _on_cpu(entry):
        if fits(memory_of(entry.shape, as_config(entry, fragment), gpu is not None), available):
            break
    return fragment


def as_config(entry: BaseModel, fragment: Mapping[str, Mapping[str, Any]]) -> RunConfig:
    """The whole configuration that a fragment makes with its model."""
    return parse_config({**fragment, "model": {"name": entry.id, **fragment.get("model", {})}})


def memory_of(shape: ModelShape, config: RunConfig, on_cuda: bool) -> float:
    """The estimated memory of a run in GiB."""
    return total_gib(memory_parts(shape, config, on_cuda))


def _on_gpu(entry: BaseModel) -> Iterator[dict]:
    lengths = (SHORT,) if entry.parameters < SMALL_PARAMETERS else (LONG, SHORT)
    rate = 1e-5 if entry.parameters > LARGE_PARAMETERS else 2e-5
    for quantization, texts, (recompute, batch, step) in product(("none", "4bit"), lengths, BATCHES):
        training = {"batch_size": batch, "gradient_accumulation_steps": step // batch}
        training |= {"num_generations": 8, "learning_rate": rate, "lr_scheduler_type": "constant"}
        yield _fragment(quantization, recompute, training, texts)


def _on_cpu(entry: BaseModel) -> Iterator[dict]:
    rate = 1.5e-4 if entry.embedded else 2e-5
    for recompute, batch, step in CPU_BATCHES:
        training = {"batch_size": batch, "gradient_accumulation_steps": step // batch}
        training |= {"num_generations": CPU_GROUP, "learning_rate": rate, "lr_scheduler_type": "linear"}
        yield _fragment("none", recompute, training, CPU_LENGTHS)


def _fragment(quantization: str, recompute: bool, training: dict, texts: tuple[int, int]) -> dict:
    model = {"lora_rank": 16, "lora_alpha": 32, "quantization": quantization, "gradient_checkpointing": recompute}
    return {"model": model, "training": training | {"max_sequence_length": texts[0], "max_new_tokens": texts[1]}}
