"""The least time that a step can take on a card, from the card's own speed; and how fast it is.

Source: the counts of arXiv:2001.08361, section 2.1 (2 operations per weight and token, forward), and of QLoRA-like
training, where frozen weights have no gradient of their own: forward 2, towards the inputs 2, recomputed 2.
"""

from __future__ import annotations

import json
import subprocess
import sys

from bench.gpu_check.bed import REPOSITORY, Bed
from core.catalog.shapes import ModelShape
from core.config import RunConfig

SPEED = """
import json, time, torch
def best(work, times=5):
    work(); torch.cuda.synchronize(); seconds = []
    for _ in range(times):
        started = time.perf_counter(); work(); torch.cuda.synchronize(); seconds.append(time.perf_counter() - started)
    return min(seconds)
source = torch.empty(2**30, dtype=torch.uint8, device="cuda"); target = torch.empty_like(source)
matrix = torch.randn(8192, 8192, dtype=torch.bfloat16, device="cuda")
print(json.dumps({
    "bytes_per_second": 2 * source.numel() / best(lambda: target.copy_(source)),
    "operations_per_second": 2 * 8192**3 / best(lambda: matrix @ matrix),
}))
"""
BYTES = {"none": 2.0, "8bit": 1.0, "4bit": 0.5625}


def speed(bed: Bed) -> dict[str, float]:
    """Memory bandwidth in bytes a second and bfloat16 products in operations a second, measured on the card."""
    command = [sys.executable, "-c", SPEED]
    done = subprocess.run(command, cwd=REPOSITORY, env=bed.environment(), check=True, text=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def floor_seconds(shape: ModelShape, config: RunConfig, prompt_tokens: float, speeds: dict[str, float]) -> dict:
    """The least seconds of sampling and of learning in a step in which every completion is as long as it may be.

    Sampling reads all weights once a token and each completion's keys and values so far, and computes each prompt
    once; learning computes every token forward, backward and, with gradient checkpointing, forward again.
    """
    training = config.training
    weights = shape.linear_parameters + shape.vocab * shape.hidden
    weight_bytes = shape.linear_parameters * BYTES[config.model.quantization] + 2 * shape.vocab * shape.hidden
    rows, new = config.completions_per_generation, training.max_new_tokens
    token_bytes = 4 * shape.layers * shape.kv_heads * shape.head_dim
    read = new * weight_bytes + rows * token_bytes * (new * prompt_tokens + new**2 / 2)
    prefill = 2 * weights * config.prompts_per_generation * prompt_tokens / speeds["operations_per_second"]
    passes = 4 + 2 * config.model.gradient_checkpointing
    tokens = config.completions_per_step * (prompt_tokens + new)
    return {
        "sampling": prefill + read / speeds["bytes_per_second"],
        "learning": passes * weights * tokens / speeds["operations_per_second"],
    }
