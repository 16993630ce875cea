"""SessionState and `fold`: the whole status logic of a run, pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

SUMMARY = (
    "session_id",
    "status",
    "phase",
    "phase_detail",
    "phase_started_at",
    "created_at",
    "started_at",
    "ended_at",
    "last_seq",
    "device",
    "step",
    "total_steps",
    "eta_seconds",
    "saved",
)
"""What a list shows of a session as it is."""
ENGINE = ("engine", "device", "dtype", "parameters", "trainable_parameters", "adapted_layers", "seconds")
"""What a `loaded` event says of the model."""
FINAL = ("completed", "stopped", "failed", "interrupted")


@dataclass(frozen=True)
class SessionState:
    """What is known of a session, folded from its events; times are Unix seconds."""

    session_id: str
    status: str = "queued"
    phase: str | None = None
    phase_detail: str = ""
    phase_started_at: float | None = None
    phases: tuple[dict, ...] = ()
    created_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    last_event_at: float | None = None
    last_seq: int = 0
    device: str | None = None
    pid: int | None = None
    process_created_at: float | None = None
    attempt: int = 0
    engine: dict | None = None
    data: dict | None = None
    step: int = 0
    total_steps: int | None = None
    eta_seconds: float | None = None
    metrics: dict | None = None
    evaluations: tuple[dict, ...] = ()
    checkpoints: tuple[int, ...] = ()
    notices: tuple[dict, ...] = ()
    failure: dict | None = None
    saved: str | None = None
    stop_mode: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether no worker is expected to write any more."""
        return self.status in FINAL

    @property
    def has_worker(self) -> bool:
        """Whether a worker should be alive."""
        return not self.is_final and self.status != "queued"

    @property
    def reward(self) -> float | None:
        """The mean reward of the latest training step."""
        return (self.metrics or {}).get("reward")

    def as_dict(self) -> dict:
        """The session as REST and the socket show it."""
        return asdict(self)

    def summary(self) -> dict:
        """The session as a list of many shows it."""
        failure = {"cause": self.failure.get("cause")} if self.failure else None
        return {name: getattr(self, name) for name in SUMMARY} | {"reward": self.reward, "failure": failure}


def fold(state: SessionState, event: dict) -> SessionState:
    """The state after one more event; an event seen before changes nothing."""
    if event["seq"] <= state.last_seq:
        return state
    change = _CHANGES.get(event["kind"])
    seen = {"last_seq": event["seq"], "last_event_at": event["t"]}
    if state.created_at is None:
        seen["created_at"] = event["t"]
    return replace(state, **seen, **(change(state, event) if change else {}))


def fold_all(session_id: str, events: Iterable[dict]) -> SessionState:
    """The state after all events of a session."""
    state = SessionState(session_id)
    for event in events:
        state = fold(state, event)
    return state


def current_metrics(events: Iterable[dict]) -> list[dict]:
    """The metrics events that count, in order of step: a resume drops the later steps of the attempt before it."""
    kept: list[dict] = []
    for event in events:
        if event["kind"] == "metrics":
            kept.append(event)
        elif event["kind"] == "resumed":
            kept = [row for row in kept if survives(row["phase"], row["step"], event)]
    return kept


def survives(phase: str, step: int, resumed: dict) -> bool:
    """Whether the metrics of a step still count after a resume: those up to the checkpoint, and of a warm-up kept."""
    if phase == "training":
        return step <= resumed["from_step"]
    return resumed.get("warm_up_kept", True)


def _queued(state: SessionState, event: dict) -> dict:
    fresh = {"ended_at": None, "failure": None, "stop_mode": None, "phase": None, "phases": (), "pid": None}
    return {"status": "queued", **fresh}


def _starting(state: SessionState, event: dict) -> dict:
    return {
        "status": "starting",
        "device": event.get("device"),
        "attempt": event.get("attempt", state.attempt + 1),
        "started_at": state.started_at if state.started_at is not None else event["t"],
    }


def _phase(state: SessionState, event: dict) -> dict:
    status = state.status if state.status == "stopping" else event["phase"]
    return {
        "status": status,
        "phase": event["phase"],
        "phase_detail": event.get("detail", ""),
        "phase_started_at": event["t"],
        "phases": _with_phase(state.phases, event),
        "eta_seconds": None,
    }


def _with_phase(phases: tuple[dict, ...], event: dict) -> tuple[dict, ...]:
    """The phases of this attempt with one more; scoring on the way (detail step) is part of the training around it."""
    phase, detail = event["phase"], event.get("detail", "")
    goes_on = bool(phases) and (phases[-1]["phase"], phases[-1]["detail"]) == (phase, detail)
    if detail == "step" or goes_on:
        return phases
    return (*phases, {"phase": phase, "detail": detail, "started_at": event["t"]})


def _metrics(state: SessionState, event: dict) -> dict:
    values = {key: value for key, value in event.items() if key not in ("seq", "t", "kind")}
    changes = {"metrics": values, "eta_seconds": event.get("eta_seconds")}
    if event.get("phase") == "training":
        changes |= {"step": event["step"], "total_steps": event.get("total_steps")}
    return changes


def _resumed(state: SessionState, event: dict) -> dict:
    kept = tuple(step for step in state.checkpoints if step <= event["from_step"])
    scores = tuple(score for score in state.evaluations if (score.get("step") or 0) <= event["from_step"])
    return {"step": event["from_step"], "checkpoints": kept, "evaluations": scores}


def _evaluation(state: SessionState, event: dict) -> dict:
    score = {key: value for key, value in event.items() if key not in ("seq", "t", "kind")}
    earlier = tuple(s for s in state.evaluations if (s["stage"], s.get("step")) != (score["stage"], score.get("step")))
    return {"evaluations": (*earlier, score)}


def _notice(state: SessionState, event: dict) -> dict:
    notice = {key: event.get(key) for key in ("level", "field", "message")}
    return {} if notice in state.notices else {"notices": (*state.notices, notice)}


def _failed(state: SessionState, event: dict) -> dict:
    failure = {key: event.get(key) for key in ("cause", "cure", "code", "exit_code", "log_tail")}
    return {**_ended("failed", event), "failure": failure}


def _ended(status: str, event: dict) -> dict:
    return {"status": status, "ended_at": event["t"], "eta_seconds": None}


def _named(event: dict, *names: str) -> dict[str, Any]:
    return {name: event.get(name) for name in names}


_CHANGES: dict[str, Callable[[SessionState, dict], dict]] = {
    "queued": _queued,
    "starting": _starting,
    "started": lambda state, event: {"pid": event.get("pid"), "process_created_at": event.get("created")},
    "phase": _phase,
    "notice": _notice,
    "loaded": lambda state, event: {"engine": _named(event, *ENGINE)},
    "data": lambda s, event: {"data": _named(event, "warm_up", "train", "held_out", "left_out")},
    "metrics": _metrics,
    "evaluation": _evaluation,
    "checkpoint": lambda state, event: {"checkpoints": (*state.checkpoints, event["step"])},
    "resumed": _resumed,
    "stopping": lambda state, event: {} if state.is_final else {"status": "stopping", "stop_mode": event.get("mode")},
    "saved": lambda state, event: {"saved": event.get("path")},
    "completed": lambda state, event: _ended("completed", event),
    "stopped": lambda state, event: _ended("stopped", event),
    "failed": _failed,
    "interrupted": lambda state, event: {**_failed(state, event), "status": "interrupted"},
}
