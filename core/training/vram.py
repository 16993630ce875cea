"""The memory of a run, estimated part by part from the model's shape and the configuration; pure.

These are estimates, derived and not yet measured on a GPU here; the activations alone were compared with what PyTorch
saves on CPU. They err on the high side: sequences are counted at
their longest, and sampling (kv_cache) is added to learning (activations, logits), though the two take turns. Unsloth
saves fewer activations than the plain model counted here, and with gradient_checkpointing keeps some in main memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.config.model import ModelConfig

GIB = 1024**3
FLOAT32 = 4
FIT_FRACTION = 0.9
"""A run that needs more of a device's memory than this is said not to fit."""

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

CUDA_RUNTIME_GIB, CPU_RUNTIME_GIB = 1.0, 0.6
"""The CUDA context with its libraries and what the allocator can't use; on CPU the libraries."""

FUSED = {"qkv_proj": ("q_proj", "k_proj", "v_proj"), "gate_up_proj": ("gate_proj", "up_proj")}
"""Layers that some models hold as one (Phi) -> the layers they are made of."""


@dataclass(frozen=True)
class MemoryPart:
    """One part of a run's memory: its key, its name for people, its size in GiB."""

    key: str
    label: str
    gib: float


def memory_parts(shape: ModelShape, config: RunConfig, on_cuda: bool) -> list[MemoryPart]:
    """What a run holds at once, in the order in which a bar shows it.

    weights: 2 bytes a weight (bfloat16) on CUDA, 4 on CPU; quantised linear layers by LINEAR_BYTES, the embedding and
        the output layer stay in 16 bit.
    adapter: a LoRA of rank r on a layer has r x (inputs + outputs) weights (arXiv:2106.09685, section 4.1), which PEFT
        holds in float32, and a gradient of the same size.
    optimizer: OPTIMISER_BYTES a trained weight; Adafactor keeps a row and a column of each matrix, 4 / r bytes.
    activations: see `activation_values`.
    logits: see `logit_bytes`.
    kv_cache: 2 x layers x kv_heads x head_dim values a token, for every completion that is sampled at once.
    runtime: CUDA_RUNTIME_GIB or CPU_RUNTIME_GIB.

    Args:
        shape: The model.
        config: As it will run on the device, that is, resolved.
        on_cuda: Whether the device is a GPU.
    """
    width = 2 if on_cuda else FLOAT32
    trained = adapter_parameters(shape, config.model)
    values = activation_values(shape, config, on_cuda)
    paged = " (paged)" if config.training.optim.startswith("paged") else ""
    return [
        MemoryPart("weights", "Weights", weight_bytes(shape, config.model.quantization, width) / GIB),
        MemoryPart("adapter", "Adapter, gradients", trained * 2 * FLOAT32 / GIB),
        MemoryPart("optimizer", f"Optimiser{paged}", trained * optimiser_bytes(config) / GIB),
        MemoryPart("activations", "Activations", values * width / GIB),
        MemoryPart("logits", "Logits", logit_bytes(shape, config, on_cuda) / GIB),
        MemoryPart("kv_cache", "KV cache of the group", cached_values(shape, config) * width / GIB),
        MemoryPart("runtime", "CUDA and libraries" if on_cuda else "Libraries", runtime_gib(on_cuda)),
    ]


def total_gib(parts: list[MemoryPart]) -> float:
    """The sum of the parts."""
    return sum(part.gib for part in parts)


def fits(needed_gib: float, available_gib: float) -> bool:
    """Whether a run leaves a device the tenth of its memory that estimates and other programs need."""
    return needed_gib <= FIT_FRACTION * available_gib


def weight_bytes(shape: ModelShape, quantization: str, width: int) -> float:
    """Bytes of the frozen weights; `width` is the size of one that is not quantised."""
    linear = LINEAR_BYTES.get(quantization, width)
    return shape.linear_parameters * linear + shape.embedding_parameters * width


def adapter_parameters(shape: ModelShape, model: ModelConfig) -> int:
    """Weights of the adapter; a layer that the shape does not know adds none."""
    layers = shape.linear_layers
    targets = list(layers) if model.target_modules == "all-linear" else model.target_modules
    return shape.layers * model.lora_rank * sum(_ends(layers, name.split(".")[-1]) for name in targets)


def optimiser_bytes(config: RunConfig) -> float:
    """Bytes of optimiser state per trained weight."""
    return OPTIMISER_BYTES.get(config.training.optim, FLOAT32 / config.model.lora_rank)


def activation_values(shape: ModelShape, config: RunConfig, on_cuda: bool) -> float:
    """Values kept for the backward pass, for the larger batch of warm-up and GRPO, of max_sequence_length tokens each.

    A layer keeps of each token, with fused attention (no matrix of tokens by tokens) and keys and values repeated to
    all heads: in float32 4 hidden (two norms), 4 heads x head_dim (queries, keys, values, output), 4 intermediate
    (the MLP's two halves, the activation, the product) and the rank of seven LoRAs. In bfloat16 the norms' inputs are
    kept in float32 and each LoRA keeps an input of its own, which makes 8 hidden and 6 heads x head_dim. Frozen weights
    have no gradient and keep nothing. The counting follows arXiv:2205.05198, section 4.1; against the tensors that
    PyTorch 2.13 saves on CPU for SmolLM2's shape it is 1 % (float32) and 3 % (bfloat16) too low. With
    gradient_checkpointing each layer keeps its input alone, and one layer at a time is computed anew.
    """
    tokens = max(config.training.batch_size, _warm_up_batch(config)) * config.training.max_sequence_length
    hidden, heads = (8, 6) if on_cuda else (4, 4)
    layer = hidden * shape.hidden + heads * shape.heads * shape.head_dim + 4 * shape.intermediate
    layer += len(shape.linear_layers) * config.model.lora_rank
    if config.model.gradient_checkpointing:
        return tokens * (shape.layers * shape.hidden + layer)
    return tokens * shape.layers * layer


def logit_bytes(shape: ModelShape, config: RunConfig, on_cuda: bool) -> float:
    """Bytes of the logits of completions in float32, with a gradient of the same size, and scaled once more.

    TRL 1.14 (grpo_trainer.py, _full_logits_logps) holds those of a whole batch, which is what runs on CPU: only with
    use_liger_kernel does it go by tiles of 2048 tokens. Unsloth on CUDA goes by pieces of a completion
    (rl_replacements.py, chunked_hidden_states_selective_log_softmax); one whole completion is counted there. A warm-up
    on CPU holds those of whole sequences.
    """
    completions = 1 if on_cuda else config.training.batch_size
    copies = 2 if config.training.temperature == 1.0 else 3
    scored = completions * config.training.max_new_tokens * copies
    taught = 0 if on_cuda else _warm_up_batch(config) * config.training.max_sequence_length * 2
    return max(scored, taught) * shape.vocab * FLOAT32


def _warm_up_batch(config: RunConfig) -> int:
    return config.pre_training.batch_size if config.pre_training.enabled else 0


def cached_values(shape: ModelShape, config: RunConfig) -> int:
    """Keys and values of every completion that is sampled at once, each at its longest."""
    completions = config.completions_per_generation
    token = 2 * shape.layers * shape.kv_heads * shape.head_dim
    return token * config.training.max_sequence_length * completions


def runtime_gib(on_cuda: bool) -> float:
    """What any run takes."""
    return CUDA_RUNTIME_GIB if on_cuda else CPU_RUNTIME_GIB


def _ends(layers: dict[str, tuple[int, int]], name: str) -> int:
    """Inputs and outputs of a layer, those of a fused layer put together; 0 for one that is not known."""
    parts = [layers[part] for part in FUSED.get(name, (name,)) if part in layers]
    return parts[0][0] + sum(outputs for _, outputs in parts) if parts else 0
