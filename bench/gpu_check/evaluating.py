"""An evaluation between two passes over one batch: the step after it samples nothing that would repair the model."""

from __future__ import annotations

from bench.gpu_check.bed import Bed, Session
from bench.gpu_check.findings import Findings
from bench.gpu_check.instructions import Instructions
from bench.gpu_check.settings import HELD_OUT, TWICE, settings

CHECKPOINTED = {"model": {"gradient_checkpointing": True}, "training": {"eval_steps": 1, "max_steps": 4}}
LONGER = {"training": {"max_new_tokens": 64}}
"""On a card the model samples mostly tokens that are no text; this is enough for different answers."""
FLAT = 1.2


def look(bed: Bed) -> None:
    """Four steps of two passes each, an evaluation after every step, activations recomputed."""
    chosen = settings(HELD_OUT, TWICE, CHECKPOINTED, LONGER if bed.on_gpu else {})
    session = bed.session("evaluated", "medium" if bed.on_gpu else "tiny", chosen, Instructions())
    bed.run(session)
    judge(bed.findings, session)
    if bed.on_gpu and session.measured:
        judge_memory(bed.findings, session.measured["work"]["learning"]["grown_gib"])


def judge(found: Findings, session: Session) -> None:
    """Expect a gradient in every step, and an evaluation after each but the last."""
    found.expect("the run is completed", session.state.status == "completed", session.outcome)
    norms = [row.get("grad_norm") for row in session.steps()]
    found.expect("every step has a gradient", len(norms) == 4 and all(norms), norms)
    stages = [score["step"] for score in session.state.evaluations if score["stage"] == "step"]
    found.expect("every step but the last is followed by an evaluation", stages == [1, 2, 3], stages)


def judge_memory(found: Findings, grown_gib: list[float]) -> None:
    """Expect that learning takes as much memory after evaluations as before them.

    Args:
        grown_gib: Of each piece of learning, in order; pieces that only fetch a batch take next to none.
    """
    half = len(grown_gib) // 2
    before, after = max(grown_gib[:half], default=0.0), max(grown_gib[half:], default=0.0)
    found.figure("learning_gib", [before, after])
    found.expect("learning takes memory", before > 0, before)
    found.expect("later steps take as much memory as earlier ones", after <= FLAT * before, [before, after])
