"""The product's estimate of a run's memory, under the names of the measurements."""

from __future__ import annotations

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.runs.phases import Engine, memory_phases
from core.runs.vram import held_parts, memory_of

MEASURABLE = {"runtime": "outside"}
"""Part of the estimate -> the measurement that it belongs to; its own name if it is not listed."""
PHASES = ("sampling", "learning")
"""The phases that are measured; an evaluation needs what sampling needs."""


def estimated_gib(shape: ModelShape, config: RunConfig, engine: Engine = "unsloth") -> dict[str, float]:
    """Measurement -> its estimate in GiB: memory that is always held, each phase, and the peak as `total`."""
    held = {MEASURABLE.get(part.key, part.key): part.gib for part in held_parts(shape, config, engine)}
    phases = {phase.key: phase.gib for phase in memory_phases(shape, config, engine) if phase.key in PHASES}
    return held | phases | {"total": memory_of(shape, config, engine)}


def measured_gib(measured: dict, used_before_gib: float, peak_used_gib: float) -> dict[str, float | None]:
    """The same names as a meter saw them.

    Args:
        measured: A session's `measured`.
        used_before_gib: The card's used memory before the worker began.
        peak_used_gib: The peak of its used memory while the worker ran, by the driver.
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
