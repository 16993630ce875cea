"""Published memory figures compared with our estimate: `python -m core.runs.published [--write docs/memory.md]`.

Only figures that describe our workload are here: LoRA on Unsloth with gradient checkpointing, one GPU, sampling by
Unsloth itself. A test holds each estimate within 25 % of its figure.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.catalog.families import FAMILIES, BaseModel
from core.catalog.shapes import ModelShape
from core.config import RunConfig, parse_config
from core.runs.phases import Phase, memory_phases
from core.runs.vram import held_parts, largest, total_gib

LLAMA_2_7B = ModelShape(32, 4096, 11_008, 32, 32, 128, 32_000, tied_embeddings=False)
QWEN_2_5_1_5B = ModelShape(28, 1536, 8960, 12, 2, 128, 151_936)
LENGTHS = {1024: 5, 2048: 6, 4096: 7, 8192: 8, 16_384: 10, 32_768: 16, 65_536: 25, 100_000: 37}
"""LLaMA-Factory's table: tokens of a sequence -> GB."""
MINIMA = {
    "unsloth/Llama-3.2-3B-Instruct": (3.5, 8.0),
    "unsloth/mistral-7b-instruct-v0.3": (5.0, 19.0),
    "unsloth/Llama-3.1-8B-Instruct": (6.0, 22.0),
}
"""Unsloth's requirements: our model of that size -> (4bit, 16 bit) in GB."""
REQUIREMENTS, COMPARISON, GRPO = "requirements", "comparison", "grpo"
"""The sources, by the names that docs/memory.md gives their addresses."""
MARKS = "<!-- {0}: start -->\n", "<!-- {0}: end -->\n"


@dataclass(frozen=True)
class Published:
    """One published figure, and the run that it describes.

    Attributes:
        what: The run in words.
        gib: The figure. "GB" is taken for GiB, as cards and the authors' own sums count.
        source: The name of its page in docs/memory.md.
        config: The run; where `phase` is "warm_up", the supervised part of it alone.
        phase: The phase of the figure; None for the largest.
    """

    what: str
    gib: float
    source: str
    shape: ModelShape
    config: RunConfig
    phase: str | None = None

    @property
    def estimate_gib(self) -> float:
        """What we say that it takes, on Unsloth."""
        phases = memory_phases(self.shape, self.config, "unsloth")
        chosen: Phase = next((phase for phase in phases if phase.key == self.phase), largest(phases))
        return total_gib(held_parts(self.shape, self.config, "unsloth")) + chosen.gib


def published() -> Iterator[Published]:
    """Every figure, in the order of the table."""
    for name, sizes in MINIMA.items():
        for quantization, size in zip(("4bit", "none"), sizes, strict=True):
            model = _listed(name)
            what = f"SFT, {model.title}, {_bits(quantization)}, 1 x 2,048 tokens, rank 16"
            config = _taught(quantization, 1, 2048, 16, "adamw_8bit")
            yield Published(what, size, REQUIREMENTS, model.shape, config, "warm_up")
    for tokens, size in LENGTHS.items():
        config = _taught("4bit", 1, tokens, 8, "adamw_torch")
        what = f"SFT, Llama 2 7B, 4 bit, 1 x {tokens:,} tokens, rank 8"
        yield Published(what, size, COMPARISON, LLAMA_2_7B, config, "warm_up")
    for quantization, size in (("4bit", 7), ("none", 16)):
        config = _taught(quantization, 4, 1024, 8, "adamw_torch")
        what = f"SFT, Llama 2 7B, {_bits(quantization)}, 4 x 1,024 tokens, rank 8"
        yield Published(what, size, COMPARISON, LLAMA_2_7B, config, "warm_up")
    small = {"max_sequence_length": 1024, "max_new_tokens": 768, "optim": "paged_adamw_8bit"}
    what = "GRPO, Qwen2.5 1.5B, 4 bit, 8 x 1,024 tokens (768 of an answer), rank 64"
    yield Published(what, 5, GRPO, QWEN_2_5_1_5B, _grpo(64, small))
    long = {"max_sequence_length": 20_480, "max_new_tokens": 20_000, "optim": "adamw_8bit"}
    what = "GRPO, Llama 3.1 8B, 4 bit, 8 x 20,480 tokens (20,000 of an answer), rank 16"
    yield Published(what, 54.3, GRPO, _listed("unsloth/Llama-3.1-8B-Instruct").shape, _grpo(16, long))


def figures_table() -> str:
    """The published figures and ours, as Markdown."""
    lines = ["| run | published | ours, GiB | difference |", "| --- | --- | --- | --- |"]
    for figure in published():
        ours = figure.estimate_gib
        lines.append(
            f"| {figure.what} | [{figure.gib:g}][{figure.source}] | {ours:.1f} | {ours / figure.gib - 1:+.0%} |"
        )
    return "\n".join(lines) + "\n"


def examples_table() -> str:
    """The memory of some models with the default lengths on Unsloth, part by part, as Markdown."""
    lines = ["| model | weights | held besides | evaluation, sampling | learning | in all, GiB |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for name in ("unsloth/Qwen3-1.7B", "unsloth/Qwen3-4B", "unsloth/Llama-3.1-8B-Instruct"):
        for quantization, batch in (("none", 8), ("4bit", 8), ("4bit", 1)):
            lines.append(_example(name, quantization, batch))
    return "\n".join(lines) + "\n"


def _example(name: str, quantization: str, batch: int) -> str:
    model = _listed(name)
    config = _grpo(16, {"batch_size": batch, "gradient_accumulation_steps": 8 // batch}, quantization)
    weights, *others = (part.gib for part in held_parts(model.shape, config, "unsloth"))
    needs = {phase.key: phase.gib for phase in memory_phases(model.shape, config, "unsloth")}
    total = weights + sum(others) + max(needs.values())
    cells = [weights, sum(others), needs["sampling"], needs["learning"], total]
    what = f"{model.title}, {_bits(quantization)}, batch {batch}"
    return f"| {what} | " + " | ".join(f"{cell:.1f}" for cell in cells) + " |"


Settings = dict[str, Any]
"""Setting of a section -> value."""

TABLES = {"published": figures_table, "examples": examples_table}
"""Name of the marks in docs/memory.md -> the table between them."""


def with_tables(text: str) -> str:
    """`text` with new tables between its marks."""
    for name, make in TABLES.items():
        start, end = (mark.format(name) for mark in MARKS)
        before, rest = text.split(start, 1)
        _, after = rest.split(end, 1)
        text = before + start + make() + end + after
    return text


def main(arguments: list[str] | None = None) -> int:
    """Print the tables, or write them into a document."""
    parser = argparse.ArgumentParser(prog="python -m core.runs.published", description="Memory figures.")
    parser.add_argument("--write", type=Path, help="replace the tables between the marks in this file")
    file = parser.parse_args(arguments).write
    if file is None:
        sys.stdout.write("\n".join(make() for make in TABLES.values()))
    else:
        file.write_text(with_tables(file.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def _listed(name: str) -> BaseModel:
    return next(model for model in FAMILIES if model.id == name)


def _taught(quantization: str, batch: int, tokens: int, rank: int, optim: str) -> RunConfig:
    """A run whose warm-up is the supervised training of a figure."""
    training = {"max_sequence_length": tokens, "max_new_tokens": 8, "optim": optim}
    return _config(rank, quantization, training, {"enabled": True, "batch_size": batch})


def _grpo(rank: int, training: Settings, quantization: str = "4bit") -> RunConfig:
    return _config(rank, quantization, training, {})


def _config(rank: int, quantization: str, training: Settings, pre_training: Settings) -> RunConfig:
    model = {"quantization": quantization, "gradient_checkpointing": True, "lora_rank": rank}
    return parse_config({"model": model, "training": dict(training), "pre_training": dict(pre_training)})


def _bits(quantization: str) -> str:
    return "16 bit" if quantization == "none" else "4 bit"


if __name__ == "__main__":
    sys.exit(main())
