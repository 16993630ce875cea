"""The training section: duration, batches, optimiser, lengths and sampling; and the pre_training section."""

from __future__ import annotations

from typing import Literal

from core.schema import Section, knob

Optimiser = Literal[
    "adamw_torch_fused", "adamw_torch", "adamw_8bit", "paged_adamw_32bit", "paged_adamw_8bit", "adafactor", "sgd"
]
Scheduler = Literal["constant", "constant_with_warmup", "linear", "cosine"]
Sampler = Literal["auto", "transformers", "vllm"]
EngineStep = Literal["auto", "trl"]

MOST_TOKENS = 1_048_576
"""The largest max_sequence_length."""
MOST_NEW_TOKENS = 131_072
"""The largest max_new_tokens."""


class TrainingConfig(Section):
    """How long, how much at a time, and with which optimiser."""

    num_epochs: float = knob(1.0, gt=0, le=1000, unit="passes", typical="1 to 5", tier="essential")
    """Passes over the training rows; max_steps, when given, decides instead."""
    max_steps: int | None = knob(None, ge=1, unit="steps", tier="essential")
    """Stop after this many optimiser steps; null trains for num_epochs."""
    samples_per_epoch: int | None = knob(None, ge=1, unit="rows")
    """Use only this many of the training rows, chosen by the seed; null uses all."""
    batch_size: int = knob(8, ge=1, le=4096, unit="completions", typical="1 to 16", tier="essential")
    """Completions in memory at once. With gradient_accumulation_steps it must hold whole groups of num_generations."""
    gradient_accumulation_steps: int = knob(1, ge=1, le=4096, unit="batches", typical="1 to 8", tier="essential")
    """Batches whose gradients are summed into one optimiser step."""
    num_generations: int = knob(8, ge=2, le=256, unit="completions", typical="4 to 16", tier="essential")
    """Group size: completions of one prompt that are compared with each other."""
    learning_rate: float = knob(
        1e-5, gt=0, le=1.0, unit="per step", typical="5e-6 to 5e-5; embedded model 1.5e-4", tier="essential"
    )
    """Step size. The usual supervised values (2e-4) are high for GRPO and draw a warning."""
    warmup_steps: int = knob(0, ge=0, le=100_000, unit="steps", typical="0 to 100")
    """Steps over which the learning rate rises from 0."""
    lr_scheduler_type: Scheduler = knob("constant")
    """How the learning rate changes after the warm-up steps."""
    optim: Optimiser = knob("adamw_torch_fused")
    """The optimiser. Paged and 8-bit ones need an NVIDIA GPU; on CPU adamw_torch_fused takes their place."""
    weight_decay: float = knob(0.001, ge=0, le=1.0, unit="per step", typical="0.001 to 0.01")
    """Pull of the adapter's weights towards 0."""
    max_grad_norm: float = knob(1.0, gt=0, le=1000, unit="norm", typical="0.3 to 1.0")
    """Gradients longer than this are shortened to it."""
    max_sequence_length: int = knob(1024, ge=16, le=MOST_TOKENS, unit="tokens", typical="192 to 4096", tier="essential")
    """Prompt and answer together; rows whose prompt leaves no room for max_new_tokens are left out, and counted."""
    max_new_tokens: int = knob(512, ge=1, le=MOST_NEW_TOKENS, unit="tokens", typical="48 to 1024", tier="essential")
    """Longest completion. Cut completions rarely score, so leave room: the longest answer of the data and a quarter, or
    512 and more for a model that thinks first."""
    temperature: float = knob(1.0, gt=0, le=2.0, unit="", typical="1.0")
    """Randomness of sampling; the policy gradient is unbiased at 1.0 only."""
    top_p: float = knob(1.0, gt=0, le=1.0, unit="fraction", typical="1.0")
    """Sample from the most likely tokens that together reach this probability."""
    top_k: int = knob(0, ge=0, le=1_000_000, unit="tokens", typical="0")
    """Sample from this many most likely tokens; 0 for all."""
    sampler: Sampler = knob("auto", tier="expert")
    """What samples completions. auto is transformers, and says where vLLM could. vllm needs an NVIDIA GPU, Linux and
    `pip install vllm==0.30.0`; it should be several times faster with many long completions."""
    vllm_memory_fraction: float = knob(0.4, ge=0.05, le=0.95, unit="fraction", typical="0.3 to 0.6", tier="expert")
    """With sampler vllm: the share of the GPU's memory that vLLM takes, for weights and cache."""
    engine_step: EngineStep = knob("auto", tier="expert")
    """How a step is computed without Unsloth. auto computes each prompt once and learns only from completions that have
    something to teach; the loss and its gradient are those of trl, which takes TRL's own step. A CPU that has bfloat16
    multiplies frozen weights in it under auto, and in float32 under trl."""
    seed: int = knob(42, ge=0, le=2**31 - 1)
    """Fixes the split, the order of rows and the sampling."""
    save_steps: int = knob(50, ge=0, le=1_000_000, unit="steps", typical="10 to 100")
    """Write a checkpoint every so many steps, to resume from; 0 for none."""
    save_total_limit: int = knob(2, ge=1, le=100, unit="checkpoints")
    """Keep this many checkpoints."""
    eval_steps: int = knob(0, ge=0, le=1_000_000, unit="steps")
    """Score the held-out rows every so many steps as well; 0 for before, between and after only."""


class PreTrainingConfig(Section):
    """The warm-up teaches the form of an answer, so that some completions can score at all."""

    enabled: bool = knob(False, tier="essential")
    """Whether to warm up."""
    epochs: float = knob(1.0, gt=0, le=1000, unit="passes", typical="1 to 2", tier="essential")
    """Passes over the warm-up rows."""
    max_samples: int | None = knob(100, ge=1, unit="rows", typical="50 to 500", tier="essential")
    """Warm up on at most this many training rows; GRPO then gets the rest. null warms up on all of them."""
    learning_rate: float = knob(5e-5, gt=0, le=1.0, unit="per step", typical="5e-5 to 2e-4", tier="essential")
    """Step size of the warm-up; it falls linearly to 0."""
    batch_size: int = knob(4, ge=1, le=1024, unit="rows", typical="1 to 8")
    """Rows per optimiser step of the warm-up."""
