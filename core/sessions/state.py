"""SessionState and `fold`: the whole status logic of a run, pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from typing_extensions import TypedDict

from core.sessions.kinds import (
    CheckpointEvent,
    DataReport,
    EngineReport,
    EvaluationEvent,
    Event,
    FailedEvent,
    Failure,
    HeldOutScore,
    MetricsEvent,
    NoticeEvent,
    NoticeText,
    PhaseEvent,
    ResumedEvent,
    StartedEvent,
    StartingEvent,
    StepReport,
    StoppingEvent,
    UnreadEvent,
    without,
)

LOG_NAME = "events.jsonl"
MOST_UNREAD_TOLD = 5
FINAL = ("completed", "stopped", "failed", "interrupted")

Shape = TypeVar("Shape")


class PhaseSpan(TypedDict):
    """A phase of the present attempt and when it began."""

    phase: str
    detail: str
    started_at: float


class FailureCause(TypedDict):
    """Why a run ended, without what to do about it."""

    cause: str


class SessionSummary(TypedDict):
    """A session as a list of many shows it; see SessionState."""

    session_id: str
    status: str
    phase: str | None
    phase_detail: str
    phase_started_at: float | None
    created_at: float | None
    started_at: float | None
    ended_at: float | None
    last_seq: int
    device: str | None
    step: int
    total_steps: int | None
    eta_seconds: float | None
    saved: str | None
    reward: float | None
    failure: FailureCause | None


@dataclass(frozen=True)
class SessionState:
    """The state of a session, folded from its events; times are Unix seconds.

    Attributes:
        ended_at: The end of the last attempt; of one that left no word, its last sign of life.
        paused_at: The end of the attempt that a resumed session waits to go on from.
        idle_seconds: Between the attempts, from the end of one to the start of the next.
    """

    session_id: str
    status: str = "queued"
    phase: str | None = None
    phase_detail: str = ""
    phase_started_at: float | None = None
    phases: tuple[PhaseSpan, ...] = ()
    created_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    paused_at: float | None = None
    idle_seconds: float = 0.0
    last_event_at: float | None = None
    last_seq: int = 0
    device: str | None = None
    pid: int | None = None
    attempt: int = 0
    engine: EngineReport | None = None
    data: DataReport | None = None
    step: int = 0
    total_steps: int | None = None
    eta_seconds: float | None = None
    metrics: StepReport | None = None
    evaluations: tuple[HeldOutScore, ...] = ()
    checkpoints: tuple[int, ...] = ()
    notices: tuple[NoticeText, ...] = ()
    failure: Failure | None = None
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
    def is_damaged(self) -> bool:
        """Whether its log is empty, or has lines that can't be read; what it says last need not be what was last."""
        return self.last_seq == 0 or any(notice["field"] == LOG_NAME for notice in self.notices)

    @property
    def reward(self) -> float | None:
        """The mean reward of the latest training step."""
        return self.metrics.get("reward") if self.metrics else None

    def as_dict(self) -> dict[str, Any]:
        """The session as REST and the socket show it."""
        return asdict(self)

    def summary(self) -> SessionSummary:
        """The session as a list of many shows it."""
        failure = {"cause": self.failure.get("cause")} if self.failure else None
        return _picked(SessionSummary, vars(self) | {"reward": self.reward, "failure": failure})


def fold(state: SessionState, event: Event) -> SessionState:
    """The state after one more event; an event seen before changes nothing, one that can't be read is a notice."""
    if event["kind"] == "unread":
        return _unread(state, event)
    if event["seq"] <= state.last_seq:
        return state
    change = _CHANGES.get(event["kind"])
    created = event["t"] if state.created_at is None else state.created_at
    changed = change(state, event) if change else state
    return replace(changed, last_seq=event["seq"], last_event_at=event["t"], created_at=created)


LATEST_ONLY = ("metrics", "completions", "heartbeat", "progress")
"""Kinds of which a state takes nothing but what the latest one says."""


def fold_all(session_id: str, events: Iterable[Event]) -> SessionState:
    """The state after all events of a session."""
    state = SessionState(session_id)
    for event in events:
        state = fold(state, event)
    return state


def current_metrics(events: Iterable[Event]) -> list[MetricsEvent]:
    """The metrics events that count, in order of step: a resume drops the later steps of the attempt before it."""
    kept: list[MetricsEvent] = []
    for event in events:
        if event["kind"] == "metrics":
            kept.append(event)
        elif event["kind"] == "resumed":
            resumed = event
            kept = [row for row in kept if survives(row["phase"], row["step"], resumed)]
    return kept


def survives(phase: str, step: int, resumed: ResumedEvent) -> bool:
    """Whether the metrics of a step still count after a resume: those up to the checkpoint, and of a warm-up kept."""
    if phase == "training":
        return step <= resumed["from_step"]
    return resumed.get("warm_up_kept", True)


def _queued(state: SessionState, event: Event) -> SessionState:
    said = tuple(notice for notice in state.notices if notice["field"] != LOG_NAME)  # who resumes has seen it
    fresh = replace(
        state, notices=said, status="queued", paused_at=state.ended_at, ended_at=None, failure=None, stop_mode=None
    )
    return replace(fresh, phase=None, phases=(), pid=None)


def _starting(state: SessionState, event: StartingEvent) -> SessionState:
    started = state.started_at if state.started_at is not None else event["t"]
    attempt = event.get("attempt", state.attempt + 1)
    idle = 0.0 if state.paused_at is None else max(0.0, event["t"] - state.paused_at)
    known = replace(state, started_at=started, paused_at=None, idle_seconds=state.idle_seconds + idle)
    return replace(known, status="starting", device=event.get("device"), attempt=attempt)


def _started(state: SessionState, event: StartedEvent) -> SessionState:
    return replace(state, pid=event["pid"])


def _phase(state: SessionState, event: PhaseEvent) -> SessionState:
    return replace(
        state,
        status=state.status if state.status == "stopping" else event["phase"],
        phase=event["phase"],
        phase_detail=event.get("detail", ""),
        phase_started_at=event["t"],
        phases=_with_phase(state.phases, event),
        eta_seconds=None,
    )


def _with_phase(phases: tuple[PhaseSpan, ...], event: PhaseEvent) -> tuple[PhaseSpan, ...]:
    """The phases of this attempt with one more; scoring on the way (detail step) is part of the training around it."""
    phase, detail = event["phase"], event.get("detail", "")
    goes_on = bool(phases) and (phases[-1]["phase"], phases[-1]["detail"]) == (phase, detail)
    if detail == "step" or goes_on:
        return phases
    return (*phases, {"phase": phase, "detail": detail, "started_at": event["t"]})


def _metrics(state: SessionState, event: MetricsEvent) -> SessionState:
    report: StepReport = without(event, "seq", "t", "kind")
    state = replace(state, metrics=report, eta_seconds=event.get("eta_seconds"))
    if event.get("phase") != "training":
        return state
    return replace(state, step=event["step"], total_steps=event.get("total_steps"))


def _resumed(state: SessionState, event: ResumedEvent) -> SessionState:
    kept = tuple(step for step in state.checkpoints if step <= event["from_step"])
    scores = tuple(score for score in state.evaluations if (score.get("step") or 0) <= event["from_step"])
    return replace(state, step=event["from_step"], checkpoints=kept, evaluations=scores)


def _held_out_score(state: SessionState, event: EvaluationEvent) -> SessionState:
    score: HeldOutScore = without(event, "seq", "t", "kind")
    earlier = tuple(s for s in state.evaluations if (s["stage"], s.get("step")) != (score["stage"], score.get("step")))
    return replace(state, evaluations=(*earlier, score))


def _notice(state: SessionState, event: NoticeEvent) -> SessionState:
    notice = _picked(NoticeText, event)
    return state if notice in state.notices else replace(state, notices=(*state.notices, notice))


def _unread(state: SessionState, event: UnreadEvent) -> SessionState:
    """Tell of the first few; more say nothing new."""
    told = sum(notice["field"] == LOG_NAME for notice in state.notices)
    if told >= MOST_UNREAD_TOLD:
        return state
    text = event["problem"] if told + 1 < MOST_UNREAD_TOLD else "More lines can't be read."
    notice: NoticeText = {"level": "warning", "field": LOG_NAME, "message": f"{text} The run goes on without it."}
    return replace(state, notices=(*state.notices, notice))


def _checkpoint(state: SessionState, event: CheckpointEvent) -> SessionState:
    return replace(state, checkpoints=(*state.checkpoints, event["step"]))


def _stopping(state: SessionState, event: StoppingEvent) -> SessionState:
    return state if state.is_final else replace(state, status="stopping", stop_mode=event.get("mode"))


def _failed(state: SessionState, event: FailedEvent) -> SessionState:
    return replace(_ended(state, event), failure=_picked(Failure, event))


def _ended(state: SessionState, event: Event) -> SessionState:
    is_late = event["kind"] == "interrupted"  # a server writes it when it finds the loss, maybe days later
    ended = state.last_event_at if is_late and state.last_event_at is not None else event["t"]
    return replace(state, status=event["kind"], ended_at=ended, eta_seconds=None)


def _picked(shape: Callable[..., Shape], values: Mapping[str, object]) -> Shape:
    """The keys of a TypedDict, in its order, out of more; null for one that an older log lacks."""
    return shape(**{name: values.get(name) for name in shape.__annotations__})


_CHANGES: dict[str, Callable[[SessionState, Any], SessionState]] = {
    "queued": _queued,
    "starting": _starting,
    "started": _started,
    "phase": _phase,
    "notice": _notice,
    "loaded": lambda state, event: replace(state, engine=_picked(EngineReport, event)),
    "data": lambda state, event: replace(state, data=_picked(DataReport, event)),
    "metrics": _metrics,
    "evaluation": _held_out_score,
    "checkpoint": _checkpoint,
    "resumed": _resumed,
    "stopping": _stopping,
    "saved": lambda state, event: replace(state, saved=event.get("path")),
    "completed": _ended,
    "stopped": _ended,
    "failed": _failed,
    "interrupted": _failed,
}
"""Kind of event -> the state after it; each gets the event of its kind."""
