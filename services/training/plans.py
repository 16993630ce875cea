"""PlanService: plans a run at once, with no network, no data file and no child process."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.config.algorithms import ALGORITHMS
from core.data.section import DatasetConfig
from core.data.source import kind_of, rows_expected
from core.runs.phases import memory_phases
from core.runs.plan import MemoryNeed, Pace, Plan, estimate, plan_notices, step_summary
from core.runs.vram import fits, held_parts, largest, total_gib
from core.sessions.state import SessionState
from core.sessions.store import SessionStore
from services.datasets.uploads import UploadService
from services.training.fitting import FittingService, Settled


class PlanService:
    """Plans the configuration of the form after each change.

    Args:
        store: Has the pace of past runs.
        uploads: Counts the rows of uploads.
        fitting: Fits configurations to this machine.
    """

    def __init__(self, store: SessionStore, uploads: UploadService, fitting: FittingService):
        self._store = store
        self._uploads = uploads
        self._fitting = fitting

    def plan(self, config: Any) -> Plan:
        """The configuration as it would run, with its steps, rows, time and memory.

        Raises:
            InvalidInput: The configuration can't be used; `fields` names the setting.
        """
        settled = self._fitting.settle(config)
        resolved, refusal = settled.config, settled.refusal
        planned = estimate(resolved, self._rows(resolved.dataset), self._pace(settled))
        return {
            "config": resolved.dump(),
            "notices": [asdict(notice) for notice in [*settled.notices, *plan_notices(resolved, planned)]],
            "step": step_summary(resolved),
            "algorithm_note": ALGORITHMS[resolved.grpo.algorithm].note(resolved),
            "estimate": asdict(planned),
            "memory": memory(settled),
            "refusal": {"message": refusal.message, "hint": refusal.hint, "fields": refusal.fields}
            if refusal
            else None,
        }

    def _rows(self, dataset: DatasetConfig) -> int | None:
        if kind_of(dataset) == "upload" and not dataset.filters:
            return self._uploads.rows(dataset.source)
        return rows_expected(dataset)

    def _pace(self, settled: Settled) -> Pace | None:
        """The pace of the newest run of the same model on the same kind of device; None without one."""
        kind = "cpu" if settled.place.gpu is None else "cuda"
        timed = [state for state in self._store.known_states() if _is_timed(state)]
        for state, label in self._store.labelled(timed):
            if label.model != settled.config.model.name or not (state.device or "").startswith(kind):
                continue
            seconds = state.metrics and state.metrics.get("step_seconds")
            if label.completions_per_step and label.max_new_tokens and seconds:
                return Pace(state.session_id, seconds, label.completions_per_step, label.max_new_tokens)
        return None


def memory(settled: Settled) -> MemoryNeed:
    """What a run needs at its peak and in each of its phases."""
    place, shape, config = settled.place, settled.shape, settled.config
    need: MemoryNeed = {
        "available_gib": place.available_gib,
        "device": place.device,
        "problem": settled.problem,
        "parts": [],
        "phases": [],
        "total_gib": None,
        "fits": None,
    }
    if shape is None:
        return need
    phases = memory_phases(shape, config, place.engine, place.available_gib)
    peak = largest(phases)
    parts = [*held_parts(shape, config, place.engine, place.available_gib), *peak.parts]
    total = total_gib(parts)
    return need | {
        "parts": [asdict(part) for part in parts],
        "phases": [{"key": p.key, "label": p.label, "gib": p.gib, "decides": p is peak} for p in phases],
        "total_gib": total,
        "fits": fits(total, place.available_gib),
    }


def _is_timed(state: SessionState) -> bool:
    metrics = state.metrics
    return metrics is not None and metrics.get("phase") == "training" and bool(metrics.get("step_seconds"))
