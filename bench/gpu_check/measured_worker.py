"""`python -m bench.gpu_check.measured_worker FOLDER`: the training worker of the product, measured while it runs.

It reads FOLDER/instructions.json, and writes its measurements to FOLDER/measured.json.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from bench.gpu_check.instructions import INSTRUCTIONS, MEASURED, Instructions
from bench.gpu_check.meter import GIB, Meter
from bench.gpu_check.reload import differences
from core.config import RunConfig, parse_config
from core.jsonfile import read_json, write_json
from core.paths import SessionPaths
from core.workers.loading import Engine, LoadedModel, TrlEngine, choose_engine
from core.workers.placement import explain_on_gpu
from core.workers.protocol import Reporter, run_worker
from core.workers.train.__main__ import train


class MeasuredEngine:
    """An engine that obeys instructions and lets a meter watch the trainer."""

    def __init__(self, inner: Engine, given: Instructions, meter: Meter):
        self.name = inner.name
        self.loaded: LoadedModel | None = None
        self.memory: dict[str, float] = {}
        self._inner = inner
        self._given = given
        self._meter = meter

    def prepare(self, config: RunConfig) -> None:
        """See Engine.prepare. Unsloth reads some switches at its import, others later: hence twice."""
        os.environ.update(self._given.switches)
        if self._given.switches:
            import unsloth  # noqa: F401
        self._inner.prepare(config)
        os.environ.update(self._given.switches)
        from trl import GRPOTrainer

        self._meter.watch(GRPOTrainer)
        if self._given.memory_limit_gib:
            _limit_memory(self._given.memory_limit_gib)

    def load(self, source: str, config: RunConfig) -> LoadedModel:
        """See Engine.load."""
        import torch

        self.loaded = self._inner.load(source, config)
        if self.memory or not torch.cuda.is_initialized():
            return self.loaded  # a second model next to the first, or none on a card
        trained = [p for p in self.loaded.model.parameters() if p.requires_grad]
        adapter_gib = sum(p.numel() * p.element_size() for p in trained) / GIB
        free, total = torch.cuda.mem_get_info()
        self.memory = {
            "weights_gib": torch.cuda.memory_allocated() / GIB - adapter_gib,
            "adapter_gib": 2 * adapter_gib,  # with its gradient
            "used_outside_gib": (total - free - torch.cuda.memory_reserved()) / GIB,
        }
        return self.loaded


class MeasuringReporter(Reporter):
    """A reporter that passes each phase to a meter."""

    def __init__(self, paths: SessionPaths, meter: Meter):
        super().__init__(paths)
        self._meter = meter

    def phase(self, name: str, detail: str = "", interruptible: bool = False) -> None:
        """See Reporter.phase."""
        super().phase(name, detail, interruptible)
        self._meter.phase(name)


def main(folder: Path) -> int:
    """Run the session in `folder`; the exit code of the worker."""
    paths, meter = SessionPaths(folder.resolve()), Meter()
    given = Instructions(**read_json(paths.folder / INSTRUCTIONS))
    engines: list[MeasuredEngine] = []
    reload: dict[str, float] = {}

    def choose() -> MeasuredEngine:
        engines.append(MeasuredEngine(TrlEngine() if given.engine == "trl" else choose_engine(), given, meter))
        return engines[0]

    def work(to: Reporter) -> None:
        train(paths, to, choose)
        if given.compares_reload:
            reload.update(differences(engines[0], paths, parse_config(read_json(paths.config))))

    code = run_worker(MeasuringReporter(paths, meter), work, explain_on_gpu)
    memory = engines[0].memory if engines else {}
    measured: dict[str, Any] = {**meter.result(), "memory": memory, "reload": reload}
    write_json(paths.folder / MEASURED, measured)
    return code


def _limit_memory(gib: float) -> None:
    import torch

    total = torch.cuda.mem_get_info()[1] / GIB
    torch.cuda.set_per_process_memory_fraction(min(1.0, gib / total))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
