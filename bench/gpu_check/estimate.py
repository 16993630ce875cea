"""The product's estimate of a run's memory, under the names of what can be measured; the one place that asks for it."""

from __future__ import annotations

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.training.vram import memory_parts

MEASURABLE = {
    "weights": "weights",
    "adapter": "adapter",
    "optimizer": "optimizer",
    "activations": "learning",
    "logits": "learning",
    "kv_cache": "sampling",
    "runtime": "outside",
}
"""Part of the estimate -> what is measured in its place; a part that is not listed counts under its own name."""


def estimated_gib(shape: ModelShape, config: RunConfig) -> dict[str, float]:
    """What is measured -> its estimate in GiB; `total` is the sum of all parts."""
    parts = memory_parts(shape, config, True)
    estimated: dict[str, float] = {}
    for part in parts:
        name = MEASURABLE.get(part.key, part.key)
        estimated[name] = estimated.get(name, 0.0) + part.gib
    return estimated | {"total": sum(part.gib for part in parts)}


def measured_gib(measured: dict, used_before_gib: float, peak_used_gib: float) -> dict[str, float | None]:
    """The same names as a meter saw them.

    Args:
        measured: A session's `measured`.
        used_before_gib: What others had taken of the card before the worker began.
        peak_used_gib: The most that was taken of it while the worker ran, by the driver's account.
    """
    memory, work = measured["memory"], measured["work"]
    return {
        "weights": memory["weights_gib"],
        "adapter": memory["adapter_gib"],
        "optimizer": measured["optimizer_gib"],
        "learning": max(work["learning"]["grown_gib"]),
        "sampling": max(work["sampling"]["grown_gib"]),
        "outside": memory["used_outside_gib"] - used_before_gib,
        "allocated": max(one["peak_gib"] for one in work.values()),
        "reserved": measured["reserved_gib"],
        "total": peak_used_gib - used_before_gib,
    }
