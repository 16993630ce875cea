"""A stop in mid-generation, and the resume after it."""

from __future__ import annotations

import time

from bench.gpu_check.bed import Bed, Session
from bench.gpu_check.findings import Findings
from bench.gpu_check.settings import settings

LONG = {"training": {"max_new_tokens": 3000, "max_sequence_length": 3900, "max_steps": 2, "save_steps": 1}}
LESS_LONG = {"training": {"max_new_tokens": 400, "max_sequence_length": 512, "max_steps": 2, "save_steps": 1}}
PATIENCE_S = 10.0
"""The longest time from the stop request to `stopped`, with a checkpoint and an adapter; the server waits 60 s."""


def look(bed: Bed) -> None:
    """Stop a run in its second generation, then resume it."""
    chosen = settings(LONG) if bed.on_gpu else settings(LESS_LONG)
    session = bed.session("stopped", "medium" if bed.on_gpu else "endless", chosen)
    asked = stop_in_second_step(bed, session, resumes=True)
    judge(bed.findings, session, asked)


def stop_in_second_step(bed: Bed, session: Session, resumes: bool, **variables: str) -> float:
    """Run a session, stop it after its first step and, if requested, run it again; the time of the request.

    Under the stand-in the session is given twice to one process, whose second start is the resume.
    """
    tasks = [session, session] if resumes and not bed.on_gpu else [session]
    started = bed.start(*tasks, **variables)
    ended = lambda: all(process.poll() is not None for process in started)  # noqa: E731
    bed.until(lambda: ended() or session.seen("metrics", phase="training", step=1))
    time.sleep(0.5 if bed.on_gpu else 0.0)  # into the generation
    asked = time.time()
    session.paths.stop.write_text("save", encoding="utf-8")
    bed.wait(*started)
    if resumes and bed.on_gpu:
        session.paths.stop.unlink(missing_ok=True)
        bed.run(session, **variables)
    return asked


def judge(found: Findings, session: Session, asked: float) -> None:
    """Expect a prompt stop after one step, and a resume that does the second.

    Args:
        session: It was stopped, then resumed.
        asked: When the stop was requested, as time.time().
    """
    judge_stop(found, session, asked)
    found.expect("the resumed run is completed", session.state.status == "completed", session.outcome)
    found.expect("it resumed from the first step", session.seen("resumed", from_step=1), "no such event")
    steps = [row["step"] for row in session.steps()]
    found.expect("no step is missing or done twice", steps == [1, 2], steps)


def judge_stop(found: Findings, session: Session, asked: float) -> None:
    """Expect the stop within PATIENCE_S, before the second step had come to its end."""
    stopped = next((event for event in session.events if event["kind"] == "stopped"), None)
    found.expect("the run is stopped", stopped is not None, session.outcome)
    if stopped is None:
        return
    found.figure("stop_s", round(stopped["t"] - asked, 2))
    found.expect("the stop is seen at once", stopped["t"] - asked <= PATIENCE_S, stopped["t"] - asked)
    found.expect("the second step was cut short", stopped["step"] == 1 and stopped["saved"], stopped)
