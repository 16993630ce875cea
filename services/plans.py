"""Plans: what a configuration would do on this machine, told at once: no network, no data file, no child process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from core.config import RunConfig, parse_config
from core.config.dataset import DatasetConfig
from core.config.resolve import resolve
from core.data.source import kind_of, rows_expected
from core.errors import InvalidInput
from core.hardware import Hardware, memory_gib
from core.sessions.state import SessionState
from core.sessions.store import SessionStore
from core.training.plan import Pace, estimate, step_summary
from core.training.vram import fits, memory_parts, total_gib
from services.models import ModelService
from services.uploads import UploadService


class PlanService:
    """Answers the form on each change.

    Args:
        store: Knows how fast past runs were.
        models: Knows the shapes of models.
        uploads: Knows how many rows uploads have.
        hardware: Where the run would take place.
        freeze: Writes saved templates and custom rewards out into a configuration, as the start of a run does.
    """

    def __init__(
        self,
        store: SessionStore,
        models: ModelService,
        uploads: UploadService,
        hardware: Hardware,
        freeze: Callable[[RunConfig], RunConfig],
    ):
        self._store = store
        self._models = models
        self._uploads = uploads
        self._hardware = hardware
        self._freeze = freeze

    def plan(self, config: Any) -> dict:
        """The configuration as it would run, with its steps, rows, time and memory.

        Raises:
            InvalidInput: It can't be used; `fields` names what is wrong.
        """
        resolved, notices = resolve(self._freeze(parse_config(config)), self._hardware)
        planned = estimate(resolved, self._rows(resolved.dataset), self._pace(resolved))
        return {
            "config": resolved.dump(),
            "notices": [asdict(notice) for notice in notices],
            "step": step_summary(resolved),
            "estimate": asdict(planned),
            "memory": self._memory(resolved),
        }

    def _rows(self, dataset: DatasetConfig) -> int | None:
        if kind_of(dataset) == "upload" and not dataset.filters:
            return self._uploads.rows(dataset.source)
        return rows_expected(dataset)

    def _pace(self, config: RunConfig) -> Pace | None:
        """The newest run of the same model on the same kind of device that has told how long its steps take."""
        kind = "cuda" if self._hardware.has_cuda else "cpu"
        timed = [state for state in self._store.known_states() if _is_timed(state)]
        for state, label in self._store.labelled(timed):
            if label.model != config.model.name or not (state.device or "").startswith(kind):
                continue
            if label.completions_per_step and label.max_new_tokens:
                seconds = state.metrics["step_seconds"]
                return Pace(state.session_id, seconds, label.completions_per_step, label.max_new_tokens)
        return None

    def _memory(self, config: RunConfig) -> dict:
        chosen = [gpu for gpu in self._hardware.gpus if gpu.index in (config.resources.gpus or ())]
        gpu = chosen[0] if chosen else self._hardware.largest
        available, device = (gpu.memory_gib, gpu.name) if gpu else (memory_gib(), "CPU")
        found = {"parts": [], "total_gib": None, "available_gib": available, "device": device, "fits": None}
        name = config.model.name
        try:
            shape = self._models.shape(name)
        except InvalidInput as error:
            if error.fields:
                raise
            return found | {"problem": f"{error.message} {error.hint}"}
        if shape is None:
            return found | {"problem": f"The shape of {name} is not known yet: check the model."}
        parts = memory_parts(shape, config, gpu is not None)
        total = total_gib(parts)
        found |= {"parts": [asdict(part) for part in parts], "total_gib": total, "fits": fits(total, available)}
        return found | {"problem": None}


def _is_timed(state: SessionState) -> bool:
    metrics = state.metrics or {}
    return metrics.get("phase") == "training" and bool(metrics.get("step_seconds"))
