"""Memory that runs out on purpose, and memory of the held-out score."""

from __future__ import annotations

from bench.gpu_check.bed import Bed, Session
from bench.gpu_check.findings import Findings
from bench.gpu_check.instructions import Instructions
from bench.gpu_check.real_size import FREED_GIB
from bench.gpu_check.settings import settings

LIMIT_GIB = 0.6
"""Enough for the 0.2 GiB of the model's weights, but not for a batch of 64."""
TOO_LARGE = {"training": {"batch_size": 64, "num_generations": 64, "max_new_tokens": 700, "max_sequence_length": 1024}}
ROWS = 50
HELD_OUT_ROWS = {
    "dataset": {"parameters": {"largest": 60}, "validation_fraction": 0.3, "validation_samples": ROWS},
    "training": {"batch_size": 8, "num_generations": 8, "max_new_tokens": 256, "max_sequence_length": 512},
}
MORE_SHARE = 1.1


def look_out_of_memory(bed: Bed) -> None:
    """A run in a worker that may allocate too little; the card itself has more."""
    before = bed.used_gib()
    session = bed.session("too-large", "medium", settings(TOO_LARGE), Instructions(memory_limit_gib=LIMIT_GIB))
    bed.run(session)
    judge_failure(bed.findings, session)
    left = bed.used_gib() - before
    bed.findings.expect("its memory is freed", left <= FREED_GIB, f"{left:.2f} GiB more than before")


def judge_failure(found: Findings, session: Session) -> None:
    """Expect a failed run with the code out_of_memory and a cure that names settings."""
    failure = session.state.failure or {"code": None, "cure": ""}
    found.expect("the run has failed", session.state.status == "failed", session.outcome)
    found.expect("it was loaded first", session.seen("loaded"), "no such event")
    found.expect("the code is out_of_memory", failure["code"] == "out_of_memory", failure["code"])
    found.expect("the cure names a setting", "training.batch_size" in failure["cure"], failure["cure"])


def look_held_out_rows(bed: Bed) -> None:
    """A run of two steps of eight completions, scored before and after on 50 rows."""
    session = bed.session("held-out", "medium", settings(HELD_OUT_ROWS), Instructions())
    bed.run(session)
    bed.findings.expect("the run is completed", session.state.status == "completed", session.outcome)
    if session.state.status == "completed":
        totals = [score["total"] for score in session.state.evaluations]
        bed.findings.expect("50 rows are scored before and after", totals == [ROWS, ROWS], totals)
        judge_peaks(bed.findings, {name: work["peak_gib"] for name, work in session.measured["work"].items()})


def judge_peaks(found: Findings, peaks_gib: dict[str, float]) -> None:
    """Expect that scoring held-out rows takes no more than sampling and learning do; peaks by kind of work, in GiB."""
    evaluating, training = peaks_gib["evaluating"], max(peaks_gib["sampling"], peaks_gib["learning"])
    found.figure("evaluating_peak_gib", evaluating)
    found.figure("training_peak_gib", training)
    fits = 0 < evaluating <= MORE_SHARE * training
    found.expect("held-out rows need no more memory than a step", fits, [evaluating, training])
