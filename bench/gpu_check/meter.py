"""Meter: time and GPU memory of a process by the kind of work, and the methods of a trainer that it measures."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import torch

GIB = 1024**3
WATCHED = {
    "training_step": "learning",
    "_generate_and_score_completions": "scoring",
    "_generate": "sampling",
    "_calculate_rewards": "rewarding",
}
"""Method of TRL's GRPOTrainer, or of Unsloth's version of it -> its kind of work, without that of inner methods."""


@dataclass
class Work:
    """All pieces of one kind of work, in order.

    Attributes:
        seconds: The time of each, with the GPU's work.
        grown_gib: The growth of the tensors' memory during each.
        peak_gib: The peak of the tensors' memory in any of them.
    """

    seconds: list[float] = field(default_factory=list)
    grown_gib: list[float] = field(default_factory=list)
    peak_gib: float = 0.0


class Meter:
    """Each moment belongs to the innermost open piece of work, and outside of all to the phase of the run."""

    def __init__(self) -> None:
        self.work: dict[str, Work] = {}
        self.ratio_deviations: list[float] = []
        self.trainer: Any = None
        self.reserved_gib = 0.0
        self._open = ["loading"]
        self._begin()

    def phase(self, name: str) -> None:
        """The run is in another phase."""
        self._end()
        self._open[0] = name
        self._begin()

    @contextmanager
    def piece(self, name: str) -> Iterator[None]:
        """A piece of work of the kind `name`."""
        self._end()
        self._open.append(name)
        self._begin()
        try:
            yield
        finally:
            self._end()
            self._open.pop()
            self._begin()

    def result(self) -> dict[str, Any]:
        """Everything measured, as plain data."""
        self.phase("ended")
        return {
            "work": {name: asdict(work) for name, work in self.work.items()},
            "ratio_deviations": self.ratio_deviations,
            "optimizer_gib": self._optimizer_gib(),
            "reserved_gib": self.reserved_gib,
        }

    def watch(self, trainer_class: type) -> None:
        """Measure the methods of a trainer class from now on."""
        for method, name in WATCHED.items():
            setattr(trainer_class, method, self._measured(getattr(trainer_class, method), name))
        self._watch_ratios(sys.modules[trainer_class.__module__])

    def _measured(self, method: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(method)
        def called(trainer: Any, *arguments: Any, **others: Any) -> Any:
            self.trainer = trainer
            with self.piece(name):
                return method(trainer, *arguments, **others)

        return called

    def _watch_ratios(self, module: Any) -> None:
        """Unsloth's loss returns, sixth and seventh, the ratios of new to old probabilities and which tokens count."""
        loss = vars(module).get("grpo_accumulated_loss")
        if loss is None:
            return

        @functools.wraps(loss)
        def noted(*arguments: Any, **others: Any) -> Any:
            output = loss(*arguments, **others)
            ratios, mask = output[5].detach().float(), output[6]
            far = (ratios - 1).abs() * (mask if ratios.shape == mask.shape else 1)
            self.ratio_deviations.append(far.max().item())
            return output

        module.grpo_accumulated_loss = noted

    def _optimizer_gib(self) -> float | None:
        optimizer = getattr(self.trainer, "optimizer", None)
        if optimizer is None:
            return None
        values = (value for state in optimizer.state.values() for value in state.values())
        return sum(v.numel() * v.element_size() for v in values if isinstance(v, torch.Tensor)) / GIB

    def _begin(self) -> None:
        self._started, self._before = time.perf_counter(), _allocated_gib()
        if torch.cuda.is_initialized():
            torch.cuda.reset_peak_memory_stats()

    def _end(self) -> None:
        work, peak = self.work.setdefault(self._open[-1], Work()), self._before
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()
            peak = torch.cuda.max_memory_allocated() / GIB
            self.reserved_gib = max(self.reserved_gib, torch.cuda.max_memory_reserved() / GIB)
        work.seconds.append(time.perf_counter() - self._started)
        work.grown_gib.append(peak - self._before)
        work.peak_gib = max(work.peak_gib, peak)


def _allocated_gib() -> float:
    return torch.cuda.memory_allocated() / GIB if torch.cuda.is_initialized() else 0.0
