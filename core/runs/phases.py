"""The memory that each phase of a run needs in addition to the weights; only the largest counts; pure.

Evaluation and sampling generate, so they hold a cache of keys and values. Warm-up and learning need a backward pass, so
they hold activations and logits. "Values" are numbers of the width that `width_of` gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.catalog.shapes import ModelShape
from core.config import RunConfig

GIB = 1024**3
FLOAT32, BFLOAT16 = 4, 2

Engine = Literal["unsloth", "trl", "cpu"]
"""What trains: Unsloth on CUDA, plain TRL on CUDA, plain TRL on the CPU."""

OFFLOAD_BUFFERS = 4
"""With gradient_checkpointing Unsloth moves the layers' inputs to main memory. On the card stay two buffers for
their way back, the last layer's input and its gradient (unsloth_zoo 2026.10.5, gradient_checkpointing.py)."""

LOGIT_COPIES = {"trl": 2, "cpu": 4}
"""Float32 copies of the logits of a batch in TRL 1.14: with its Triton kernel the logits and their gradient; without
it also what gather and logsumexp give back. Counted with fake tensors: 2.05 and 4.03."""
UNSLOTH_PIECES, TOKENS_OF_A_PIECE = 4, 4096
"""Unsloth computes the logits of a completion in max(4, tokens / 4096) chunks (rl_replacements.py,
autotune_batch_and_chunks). It keeps the values for the backward pass of each chunk in 16 bit."""

TAUGHT_TOKENS, BYTES_OF_A_TAUGHT_LOGIT = 256, 16
"""A warm-up takes the logits of 256 tokens at a time (TRL 1.14, sft_trainer.py): four float32 copies. Unsloth's
pieces become as small where memory is short."""
SAMPLED_COPIES = 3
"""Float32 copies of the next token's logits while sampling: logits, scores, probabilities."""


@dataclass(frozen=True)
class MemoryPart:
    """One part of a run's memory: its key, its name for people, its size in GiB."""

    key: str
    label: str
    gib: float


@dataclass(frozen=True)
class Phase:
    """The memory of one phase at its peak, in addition to the memory that the run always holds."""

    key: str
    label: str
    parts: tuple[MemoryPart, ...]

    @property
    def gib(self) -> float:
        """The sum of its parts."""
        return sum(part.gib for part in self.parts)


def memory_phases(shape: ModelShape, config: RunConfig, engine: Engine, card_gib: float = 0.0) -> list[Phase]:
    """The phases that a run goes through, in their order.

    Held-out rows are answered in batches of as many as are sampled at once, so evaluation needs what sampling needs.

    Args:
        config: As it will run, that is, resolved.
        engine: trl or unsloth.
        card_gib: All memory of the card, of which vLLM takes its share.
    """
    written = _writing(shape, config, engine)
    phases = []
    if config.dataset.validation_fraction:
        phases.append(Phase("evaluation", "Evaluation", written))
    if config.pre_training.enabled:
        taught = TAUGHT_TOKENS * shape.vocab * BYTES_OF_A_TAUGHT_LOGIT
        tokens = config.pre_training.batch_size * config.training.max_sequence_length
        phases.append(Phase("warm_up", "Warm-up", backward_parts(shape, config, engine, tokens, taught)))
    if config.training.sampler != "vllm":
        phases.append(Phase("sampling", "Sampling", written))
    elif engine != "unsloth":
        phases.append(Phase("sampling", "Sampling", _sampled_by_vllm(config, card_gib)))
    tokens = config.training.batch_size * config.training.max_sequence_length
    logits = logit_bytes(shape, config, engine)
    phases.append(Phase("learning", "Learning", backward_parts(shape, config, engine, tokens, logits)))
    return phases


def vllm_share_gib(config: RunConfig, card_gib: float) -> float:
    """The memory of a card that vLLM takes, if it samples."""
    return config.training.vllm_memory_fraction * card_gib if config.training.sampler == "vllm" else 0.0


def _sampled_by_vllm(config: RunConfig, card_gib: float) -> tuple[MemoryPart, ...]:
    """The memory of vLLM while it samples for plain TRL; it frees it during learning. Unsloth's vLLM shares the weights
    and never frees memory, so it counts as always held."""
    return (MemoryPart("vllm", "vLLM's weights and cache", vllm_share_gib(config, card_gib)),)


def width_of(engine: Engine) -> int:
    """Bytes of a value: 16 bit on CUDA, float32 on the CPU."""
    return FLOAT32 if engine == "cpu" else BFLOAT16


def cached_bytes(shape: ModelShape, width: int) -> int:
    """Bytes of the keys and values of one token; `width` is the size of a value."""
    return 2 * shape.layers * shape.kv_heads * shape.head_dim * width


def _writing(shape: ModelShape, config: RunConfig, engine: Engine) -> tuple[MemoryPart, ...]:
    """What answers need while they are written, or, where that is more, while their prompts are read.

    A token's keys and values are 2 x layers x kv_heads x head_dim values. Reading passes all prompts through one layer
    after the other, with 4 intermediate and 6 hidden values a token (fake tensors: 5.6 intermediate for Llama 8B).
    """
    training, answers = config.training, config.completions_per_generation
    width = width_of(engine)
    cached = cached_bytes(shape, width) * answers
    prompt = training.max_sequence_length - training.max_new_tokens
    reading = answers * prompt * (4 * shape.intermediate + 6 * shape.hidden) * width
    logits = MemoryPart("logits", "Next tokens", answers * shape.vocab * FLOAT32 * SAMPLED_COPIES / GIB)
    if cached * prompt + reading > cached * training.max_sequence_length:
        cache = MemoryPart("kv_cache", "KV cache of the prompts", cached * prompt / GIB)
        return cache, MemoryPart("activations", "Reading the prompts", reading / GIB), logits
    return MemoryPart("kv_cache", "KV cache of the answers", cached * training.max_sequence_length / GIB), logits


def backward_parts(
    shape: ModelShape, config: RunConfig, engine: Engine, tokens: int, logits_size: float
) -> tuple[MemoryPart, ...]:
    """The peak memory of a step that learns from `tokens` tokens at once.

    The peak is at the logits or in the backward pass of one layer. Throughout, the step holds the activations of the
    forward pass: without gradient_checkpointing the `saved_values` of every layer; with it the input of each layer
    (hidden values), which Unsloth keeps in main memory, and the saved values of the one layer that is recomputed.
    """
    width = width_of(engine)
    saved, passing = saved_values(shape, config.model.lora_rank, engine), passing_values(shape, engine)
    kept, layer = shape.layers * saved, passing
    if config.model.gradient_checkpointing:
        inputs = OFFLOAD_BUFFERS if engine == "unsloth" else shape.layers
        kept, layer = inputs * shape.hidden, saved + passing
    kept_bytes, layer_bytes = tokens * kept * width, tokens * layer * width
    if logits_size <= layer_bytes:
        return (MemoryPart("activations", "Activations", (kept_bytes + layer_bytes) / GIB),)
    logits = MemoryPart("logits", "Logits", logits_size / GIB)
    return MemoryPart("activations", "Activations", kept_bytes / GIB), logits


def saved_values(shape: ModelShape, rank: int, engine: Engine) -> int:
    """Values that one layer keeps of a token for the backward pass.

    With fused attention (no matrix of tokens by tokens) and keys and values repeated to all heads: in float32 4 hidden
    (two norms), 4 heads x head_dim (queries, keys, values, output), 4 intermediate (the MLP's two halves, the
    activation, the product) and the rank of seven LoRAs. In bfloat16 the norms' inputs are kept in float32 and each
    LoRA keeps an input of its own, which makes 8 hidden and 6 heads x head_dim. Frozen weights have no gradient and
    keep nothing. The counting follows arXiv:2205.05198, section 4.1; against the tensors that PyTorch 2.13 saves for
    SmolLM2's, Llama's and Qwen3's shapes it is at most 3 % too low. Unsloth's own layers (Llama, Mistral, Qwen) keep
    about half of it; the plain layer is counted for them too, since the published figures agree with it.
    """
    hidden, heads = (4, 4) if engine == "cpu" else (8, 6)
    lora = len(shape.linear_layers) * rank
    return hidden * shape.hidden + heads * shape.heads * shape.head_dim + 4 * shape.intermediate + lora


def passing_values(shape: ModelShape, engine: Engine) -> int:
    """Values a token that exist for a moment while gradients pass through a layer's MLP.

    Counted with fake tensors: 3.9 to 4.1 intermediate in bfloat16, where a LoRA takes its input in float32; 2 in
    float32; with gradient_checkpointing 2 hidden more.
    """
    return (2 if engine == "cpu" else 4) * shape.intermediate + 2 * shape.hidden


def logit_bytes(shape: ModelShape, config: RunConfig, engine: Engine) -> float:
    """Bytes of the logits of one batch of completions, with their gradients.

    Plain TRL holds a whole batch in float32 (grpo_trainer.py, _full_logits_logps): LOGIT_COPIES. Unsloth keeps the
    batch in 16 bit and one piece of a completion in float32 with its gradient.
    """
    longest = config.training.max_new_tokens
    batch = config.training.batch_size * longest * shape.vocab
    if engine != "unsloth":
        return batch * FLOAT32 * LOGIT_COPIES[engine]
    pieces = max(UNSLOTH_PIECES, config.training.max_sequence_length // TOKENS_OF_A_PIECE)
    return batch * BFLOAT16 + longest / pieces * shape.vocab * (FLOAT32 + BFLOAT16)
