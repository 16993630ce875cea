"""The product's own worker from config to adapter, as a user's run goes."""

from __future__ import annotations

from bench.gpu_check.bed import Bed, Session
from bench.gpu_check.findings import Findings
from bench.gpu_check.settings import HELD_OUT, WARMED_UP, settings
from core.paths import ADAPTER_WEIGHTS
from core.runs.plan import warm_up_steps
from core.sessions.store import SessionStore

STEPS = {"training": {"max_steps": 4, "gradient_accumulation_steps": 2, "batch_size": 2, "save_steps": 2}}
NEEDED = {"loss", "grad_norm", "learning_rate", "reward", "reward_std", "completion_length", "clip_ratio"}
NEEDED |= {"truncated_fraction", "step_seconds", "tokens_per_second", "signal_fraction", "rewards"}


def look(bed: Bed) -> None:
    """One run, started by the product's own command line."""
    session = bed.session("worker", "small" if bed.on_gpu else "tiny", settings(WARMED_UP, HELD_OUT, STEPS))
    bed.run(session)
    judge(bed.findings, session, bed.kind)


def judge(found: Findings, session: Session, device: str) -> None:
    """Check the events and files of a whole run on Unsloth.

    Args:
        session: Its events and files are read.
        device: cpu or cuda.
    """
    state = session.state
    found.expect("the run is completed", state.status == "completed", session.outcome)
    if state.status != "completed":
        return
    engine, planned = state.engine, warm_up_steps(state.data["warm_up"], session.config)
    found.expect("the engine is unsloth", engine["engine"] == "unsloth", engine["engine"])
    found.expect(f"the device is {device}", engine["device"] == device, engine["device"])
    layers = engine["adapted_layers"]
    found.expect("every linear layer has an adapter", all(has == of > 0 for has, of in layers.values()), layers)
    warm_up = len(session.steps("pre_training"))
    found.expect("the warm-up takes the plan's steps", warm_up == planned, f"{warm_up}, not {planned}")
    rates = [row["learning_rate"] for row in session.steps("pre_training")]
    found.expect("the warm-up learns from its first step on", all(rate > 0 for rate in rates), rates)
    _judge_steps(found, session)
    found.expect("an adapter is saved", (session.paths.adapter / ADAPTER_WEIGHTS).is_file(), "no file")
    stages = [score["stage"] for score in state.evaluations]
    found.expect("it is scored three times", stages == ["base", "warm_up", "trained"], stages)


def _judge_steps(found: Findings, session: Session) -> None:
    steps, wanted = session.steps(), list(range(1, session.config.training.max_steps + 1))
    numbers = [row["step"] for row in steps]
    found.expect("every step is reported", numbers == wanted, numbers)
    keys = set().union(*steps)
    found.expect("every metric is reported", keys >= NEEDED, f"missing: {sorted(NEEDED - keys)}")
    found.figure("reports_entropy", "entropy" in keys)
    found.figure("reports_kl", any(row.get("kl") is not None for row in steps))
    norms = [row.get("grad_norm") for row in steps]
    found.expect("every step has a gradient", all(norms), norms)
    stored = SessionStore(session.workspace).completion_steps(session.paths.id)
    found.expect("the completions of every step are stored", stored == wanted, stored)
