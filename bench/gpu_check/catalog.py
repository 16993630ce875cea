"""Every check with its time limit and its requirements, the most important first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.gpu_check import (
    evaluating,
    facts,
    fast_step,
    first_pass,
    interrupting,
    memory,
    overhead,
    quantised,
    real_size,
    worker,
)
from bench.gpu_check.bed import Bed


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: Its name for --only.
        look: The function that runs it.
        limit_s: The time after which it is ended, and failed.
        says: The statement that it tests.
        on_cpu: Whether the stand-in for a card is enough.
        is_alone: Whether nothing else may run meanwhile, since time or memory of the card is measured.
    """

    name: str
    look: Callable[[Bed], None]
    limit_s: float
    says: str
    on_cpu: bool = False
    is_alone: bool = True


CHECKS = (
    Check("facts", facts.look, 90, "Driver, torch and Unsloth fit together, and a Triton kernel compiles.", True),
    Check("worker", worker.look, 150, "A run goes through every phase on Unsloth, as planned.", True, False),
    Check("first-pass", first_pass.look, 180, "Both engines begin with one loss, and clip nothing.", True, False),
    Check("stop", interrupting.look, 180, "A stop in mid-generation is seen at once; a resume goes on.", True, False),
    Check("evaluated", evaluating.look, 120, "A step after an evaluation learns, in as much memory.", True, False),
    Check("quantised", quantised.look, 180, "4-bit, 8-bit and 8-bit optimisers train; adapters reload.", False, False),
    Check("fast-step", fast_step.look, 120, "Without Unsloth the fast step passes its proof, and is no slower."),
    Check("qwen3-4b", real_size.look_qwen3, 300, "Memory is as estimated; how near the floor the time is."),
    Check("overhead", overhead.look, 150, "A step takes at most 1.02 times one of a bare Unsloth script."),
    Check("decode-graphs", overhead.look_decode_graphs, 150, "Captured decoding samples faster, and stops at once."),
    Check("out-of-memory", memory.look_out_of_memory, 90, "A run that does not fit says so and names a cure."),
    Check("held-out-rows", memory.look_held_out_rows, 120, "50 held-out rows need no more memory than a step."),
    Check("llama-8b", real_size.look_llama, 300, "Memory is as estimated; how near the floor the time is."),
)
