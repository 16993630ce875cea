"""The fast step of the plain engine on a card: its proof holds in 16 bits, and it is no slower than TRL's."""

from __future__ import annotations

from statistics import median

from bench.gpu_check.bed import Bed, Session
from bench.gpu_check.findings import Findings
from bench.gpu_check.instructions import Instructions
from bench.gpu_check.settings import settings

SIZES = {"max_steps": 6, "batch_size": 32, "num_generations": 8, "max_new_tokens": 64}
WARM_STEPS = 2
STEPS = {"fast": "auto", "trl": "trl"}


def look(bed: Bed) -> None:
    """The same run with both steps, one after the other."""
    model = "small" if bed.on_gpu else "tiny"
    sessions = {
        name: bed.session(
            f"step-{name}", model, settings({"training": {**SIZES, "engine_step": step}}), Instructions(engine="trl")
        )
        for name, step in STEPS.items()
    }
    for session in sessions.values():
        bed.run(session)
    judge(bed.findings, sessions["fast"], sessions["trl"])


def judge(found: Findings, fast: Session, plain: Session) -> None:
    """Expect that both runs learn, that the fast one kept its step, and that it was the faster one."""
    for name, session in (("fast", fast), ("trl", plain)):
        norms = [row.get("grad_norm") for row in session.steps()]
        found.expect(f"{name}: the run is completed", session.state.status == "completed", session.outcome)
        found.expect(f"{name}: some step has a gradient", any(norms), norms)
    refused = [e["message"] for e in fast.events if e["kind"] == "notice" and e["field"] == "training.engine_step"]
    found.expect("the model passes the proof of the fast step", not refused, refused)
    times = {name: _seconds(session) for name, session in (("fast", fast), ("trl", plain))}
    found.figure("step_seconds", times)
    is_faster = None not in times.values() and times["fast"] <= times["trl"]
    found.expect("the fast step takes no longer than TRL's", is_faster, times)


def _seconds(session: Session) -> float | None:
    timed = [row["step_seconds"] for row in session.steps()[WARM_STEPS:]]
    return median(timed) if timed else None
