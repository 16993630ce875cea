"""Session events to the payloads of Socket.IO messages: the documented names and keys."""

from __future__ import annotations

from core.sessions.kinds import Event, without
from core.sessions.state import SessionState

TRAINING_UPDATE_KEYS = (
    "t",
    "step",
    "total_steps",
    "epoch",
    "loss",
    "reward",
    "reward_std",
    "kl",
    "grad_norm",
    "learning_rate",
    "completion_length",
    "clip_ratio",
    "truncated_fraction",
    "entropy",
    "signal_fraction",
    "sampler_gap",
    "sampler_ratio",
    "rewards",
    "reward_seconds",
    "reward_errors",
    "reward_not_run",
    "step_seconds",
    "tokens_per_second",
    "eta_seconds",
    "phase",
)
"""Keys of training_update beside session_id and seq; a value TRL did not log is null."""

STATUS_KINDS = (
    "queued", "starting", "phase", "loaded", "data", "evaluation", "checkpoint", "resumed", "stopping", "saved",
    "completed", "stopped", "failed", "interrupted", "notice", "progress",
)  # fmt: skip


def message_of(state: SessionState, event: Event) -> tuple[str, dict] | None:
    """(message name, payload) of one event and the state after it; None for heartbeats and the like."""
    kind = event["kind"]
    if kind == "metrics":
        return "training_update", training_update(state.session_id, event)
    if kind == "completions":
        return "training_completions", {"session_id": state.session_id, **without(event, "kind", "t")}
    if kind in STATUS_KINDS:
        return "training_status", training_status(state, event)
    return None


def training_update(session_id: str, event: Event) -> dict:
    """One step's numbers."""
    return {"session_id": session_id, "seq": event["seq"], **{key: event.get(key) for key in TRAINING_UPDATE_KEYS}}


def training_status(state: SessionState, event: Event) -> dict:
    """What happened, and how the session stands after it."""
    return {
        "session_id": state.session_id,
        "seq": event["seq"],
        "kind": event["kind"],
        "status": state.status,
        "phase": state.phase,
        "phase_detail": state.phase_detail,
        "phase_started_at": state.phase_started_at,
        "step": state.step,
        "total_steps": state.total_steps,
        "failure": state.failure,
        "event": without(event, "log_tail"),
    }
