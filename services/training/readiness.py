"""Readiness: gathers what is known about a run before it starts, for the findings of core/runs/ready.py."""

from __future__ import annotations

import shutil

from core.catalog.shapes import ModelShape
from core.config import RunConfig
from core.data.lengths import AnswerLengths
from core.data.source import kind_of
from core.paths import Workspace
from core.runs.phases import FLOAT32
from core.runs.plan import Estimate
from core.runs.ready import READY_S, Facts, blockers, ready
from core.runs.ready_finding import ReadyFinding
from core.runs.recommended import recommended_lengths
from core.runs.vram import adapter_parameters, optimiser_bytes
from services.models import ModelService
from services.training.fitting import Settled
from services.training.measurements import BENCH, LENGTHS, OWN_ANSWERS, Measurements, Question


class Readiness:
    """What the start button knows.

    Args:
        workspace: Where the run's files will lie.
        models: Knows where models are.
        measurements: Knows what was measured, and measures.
    """

    def __init__(self, workspace: Workspace, models: ModelService, measurements: Measurements):
        self._workspace = workspace
        self._models = models
        self.measurements = measurements

    def findings(self, settled: Settled, estimate: Estimate) -> list[ReadyFinding]:
        """The findings on what is known by now; it asks nobody."""
        config, known = settled.config, self.measurements.known
        model = self._models.place(config.model.name, settled.shape)
        facts = Facts(
            bench=known(BENCH, config),
            own_answers=known(OWN_ANSWERS, config),
            lengths=known(LENGTHS, config),
            estimate=estimate,
            model=model,
            disk_free=shutil.disk_usage(self._workspace.outputs).free,
            disk_needed=(model.download_bytes or 0) + written_bytes(settled.shape, config),
        )
        return ready(config, facts)

    def blockers(self, config: RunConfig) -> list[ReadyFinding]:
        """What a start needs a second word for; what it takes to know that is measured now, in READY_S at most."""
        known = self.measurements.known
        wanted = [question for question in (BENCH, LENGTHS) if self._is_worth_it(question, config)]
        self.measurements.measure(config, wanted, READY_S)
        return blockers(config, known(BENCH, config), known(LENGTHS, config))

    def _is_worth_it(self, question: Question, config: RunConfig) -> bool:
        """Whether a start waits for what is not known yet.

        The Bench is quick. To count tokens a worker loads the tokenizer, which takes seconds: not for the short answers
        of built-in sets, nor where there is no tokenizer, since an estimate keeps nobody from starting.
        """
        if self.measurements.known(question, config) is not None:
            return False
        if question == BENCH or self.measurements.is_under_way(question, config):
            return True
        is_stored = kind_of(config.dataset) != "builtin"
        return is_stored and self._models.place(config.model.name, None).is_here

    def recommended(self, config: RunConfig) -> dict[str, int]:
        """The lengths that suit the data, by setting; none while the data's answers are not measured."""
        lengths: AnswerLengths | str | None = self.measurements.known(LENGTHS, config)
        return recommended_lengths(config, lengths) if isinstance(lengths, dict) else {}


def written_bytes(shape: ModelShape | None, config: RunConfig) -> int:
    """About how much a run writes: checkpoints with the optimiser's state, the warm-up's adapter and the last one."""
    if shape is None:
        return 0
    trained = adapter_parameters(shape, config.model)
    kept = config.training.save_total_limit if config.training.save_steps else 0
    return int(trained * (kept * (FLOAT32 + optimiser_bytes(config)) + 2 * FLOAT32))
