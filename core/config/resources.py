"""The resources section: where a run takes place."""

from __future__ import annotations

from typing import Literal

from core.schema import Section, knob


class ResourcesConfig(Section):
    """One run uses one device; the rest wait in a visible queue."""

    executor: Literal["local"] = knob("local", tier="expert")
    """How the worker is started: a process on this machine."""
    gpus: tuple[int, ...] | None = knob(None, tier="expert", max_length=1)
    """The index of the GPU to use, such as [0]; null takes the first that is free. Without a GPU it must be null."""
    allow_too_large: bool = knob(False, tier="expert")
    """Start even if the estimate says that the run does not fit the GPU. Nothing is then fitted to it."""
