"""The estimated memory of a run, from the model's shape and the configuration; pure.

The peak is the memory that a run always holds plus that of its largest phase (`phases.py`). The estimate was compared
with the bytes that PyTorch allocates for Llama and Qwen3 shapes (fake tensors on CPU) and with published figures
(docs/memory.md), not with measurements on a GPU. Texts count with their maximum length.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.config.model import ModelConfig
from core.runs.phases import (
    FLOAT32,
    GIB,
    Engine,
    MemoryPart,
    Phase,
    cached_bytes,
    memory_phases,
    vllm_share_gib,
    width_of,
)

FIT_FRACTION = 0.9
"""A run that needs a larger fraction of a device's memory does not fit."""

LINEAR_BYTES = {"4bit": 0.5625, "8bit": 1.0}
"""Bytes of a quantised weight. NF4 is half a byte and one float32 scale to 64 weights (QLoRA, arXiv:2305.14314,
section 3); LLM.int8 is one byte and one scale to a row (arXiv:2208.07339)."""

OPTIMISER_BYTES = {
    "adamw_torch_fused": 8.0,
    "adamw_torch": 8.0,
    "paged_adamw_32bit": 8.0,
    "adamw_8bit": 2.0,
    "paged_adamw_8bit": 2.0,
    "sgd": 0.0,
}
"""Bytes of state per trained weight: two float32 moments of Adam, or two of one byte; plain SGD keeps none. Paged
states are counted the same, though they may move to main memory."""

CUDA_RUNTIME_GIB, CPU_RUNTIME_GIB = 0.6, 0.6
"""The CUDA context with its libraries and work spaces; on CPU the libraries."""

FUSED = {"qkv_proj": ("q_proj", "k_proj", "v_proj"), "gate_up_proj": ("gate_proj", "up_proj")}
"""Layers that some models hold as one (Phi) -> the layers they are made of."""


def memory_parts(shape: ModelShape, config: RunConfig, engine: Engine, card_gib: float = 0.0) -> list[MemoryPart]:
    """The parts of a run's memory at its peak, in the order of the bar; those of the largest phase come last.

    weights: see `weight_bytes`.
    adapter: a LoRA of rank r on a layer has r x (inputs + outputs) weights (arXiv:2106.09685, section 4.1), which PEFT
        holds in float32, and a gradient of the same size.
    optimizer: OPTIMISER_BYTES a trained weight; Adafactor keeps a row and a column of each matrix, 4 / r bytes.
    vllm: the memory of vLLM without the weights that it shares with Unsloth.
    runtime: CUDA_RUNTIME_GIB or CPU_RUNTIME_GIB.

    Args:
        config: As it will run on the device, that is, resolved.
        engine: trl or unsloth.
        card_gib: All memory of the card, of which vLLM takes its share.
    """
    phases = memory_phases(shape, config, engine, card_gib)
    return [*held_parts(shape, config, engine, card_gib), *largest(phases).parts]


def held_parts(shape: ModelShape, config: RunConfig, engine: Engine, card_gib: float = 0.0) -> list[MemoryPart]:
    """The memory that a run holds from start to end."""
    trained = adapter_parameters(shape, config.model)
    paged = " (paged)" if config.training.optim.startswith("paged") else ""
    weights = weight_bytes(shape, config.model.quantization, width_of(engine))
    vllm = vllm_share_gib(config, card_gib) - weights / GIB if engine == "unsloth" else 0.0
    runtime = ("Libraries", CPU_RUNTIME_GIB) if engine == "cpu" else ("CUDA and libraries", CUDA_RUNTIME_GIB)
    return [
        MemoryPart("weights", "Weights", weights / GIB),
        MemoryPart("adapter", "Adapter, gradients", trained * 2 * FLOAT32 / GIB),
        MemoryPart("optimizer", f"Optimiser{paged}", trained * optimiser_bytes(config) / GIB),
        *([MemoryPart("vllm", "vLLM's cache", vllm)] if vllm > 0 else []),
        MemoryPart("runtime", *runtime),
    ]


def largest(phases: Sequence[Phase]) -> Phase:
    """The phase that decides how much a run needs."""
    return max(phases, key=lambda phase: phase.gib)


def total_gib(parts: Sequence[MemoryPart]) -> float:
    """The sum of the parts."""
    return sum(part.gib for part in parts)


def memory_of(shape: ModelShape, config: RunConfig, engine: Engine, card_gib: float = 0.0) -> float:
    """The estimated peak of a run in GiB; see `memory_parts`."""
    return total_gib(memory_parts(shape, config, engine, card_gib))


def least_share_gib(shape: ModelShape, config: RunConfig, engine: Engine) -> float:
    """The least of a card that vLLM starts with: its weights and the keys and values of one whole text, in GiB."""
    width = width_of(engine)
    text = cached_bytes(shape, width) * config.training.max_sequence_length
    return (weight_bytes(shape, config.model.quantization, width) + text) / GIB


def fits(needed_gib: float, available_gib: float) -> bool:
    """Whether a run leaves a device the tenth of its memory that estimates and other programs need."""
    return needed_gib <= FIT_FRACTION * available_gib


def weight_bytes(shape: ModelShape, quantization: str, width: int) -> float:
    """Bytes of the frozen weights; `width` is the size of one that is not quantised.

    Quantised linear layers take LINEAR_BYTES a weight, and one layer at a time is unpacked; the embedding and the
    output layer stay as they are.
    """
    linear = LINEAR_BYTES.get(quantization, width)
    widest = max(inputs * outputs for inputs, outputs in shape.linear_layers.values())
    unpacked = widest * width if quantization in LINEAR_BYTES else 0
    return shape.linear_parameters * linear + shape.embedding_parameters * width + unpacked


def adapter_parameters(shape: ModelShape, model: ModelConfig) -> int:
    """Weights of the adapter; a layer that the shape does not know adds none."""
    layers = shape.linear_layers
    targets = list(layers) if model.target_modules == "all-linear" else model.target_modules
    return shape.layers * model.lora_rank * sum(_ends(layers, name.split(".")[-1]) for name in targets)


def optimiser_bytes(config: RunConfig) -> float:
    """Bytes of optimiser state per trained weight."""
    return OPTIMISER_BYTES.get(config.training.optim, FLOAT32 / config.model.lora_rank)


def _ends(layers: dict[str, tuple[int, int]], name: str) -> int:
    """Inputs and outputs of a layer, those of a fused layer put together; 0 for one that is not known."""
    parts = [layers[part] for part in FUSED.get(name, (name,)) if part in layers]
    return parts[0][0] + sum(outputs for _, outputs in parts) if parts else 0
