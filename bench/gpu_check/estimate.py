"""The product's estimate of a run's memory, under the names of what can be measured; the one place that asks for it."""

from __future__ import annotations

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.runs.phases import Engine, memory_phases
from core.runs.vram import held_parts, memory_of

MEASURABLE = {"runtime": "outside"}
"""Part of the estimate -> what is measured in its place; a part that is not listed counts under its own name."""
PHASES = ("sampling", "learning")
"""The phases that are measured; an evaluation needs what sampling needs."""


def estimated_gib(shape: ModelShape, config: RunConfig, engine: Engine = "unsloth") -> dict[str, float]:
    """What is measured -> its estimate in GiB: what is held all the time, each phase, and the peak as `total`."""
    held = {MEASURABLE.get(part.key, part.key): part.gib for part in held_parts(shape, config, engine)}
    phases = {phase.key: phase.gib for phase in memory_phases(shape, config, engine) if phase.key in PHASES}
    return held | phases | {"total": memory_of(shape, config, engine)}


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
        "allocated": max(phase["peak_gib"] for phase in work.values()),
        "reserved": measured["reserved_gib"],
        "total": peak_used_gib - used_before_gib,
    }
