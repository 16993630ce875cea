"""The Socket.IO messages of training: their names and payloads, made from session events."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_type_hints

from typing_extensions import NotRequired, TypedDict

from core.jsonfile import JsonObject
from core.sessions.kinds import Event, Failure, StepReport, StoredGroups, without
from core.sessions.state import SessionState

NOT_SENT = {"num_tokens", "token_accuracy", "other"}
"""The numbers of a step that only its snapshot has."""
TRAINING_UPDATE_KEYS = ("t", *(key for key in get_type_hints(StepReport) if key not in NOT_SENT))


class TrainingUpdate(StepReport):
    """One step, a number that was not logged as null; `earlier` has the steps before it that are sent with it."""

    session_id: str
    seq: int
    t: float
    earlier: NotRequired[list[TrainingUpdate]]


class EventContent(TypedDict, total=False):
    """The content of an event without the end of the log: these are read of it; see core/sessions/kinds.py."""

    text: str
    fraction: float | None


class TrainingStatus(TypedDict):
    """An event, and the session's state after it; `event` is without the end of the log."""

    session_id: str
    seq: int
    kind: str
    status: str
    phase: str | None
    phase_detail: str
    phase_started_at: float | None
    step: int
    total_steps: int | None
    failure: Failure | None
    event: Annotated[JsonObject, EventContent]
    earlier: NotRequired[list[TrainingStatus]]


class TrainingCompletions(StoredGroups):
    """The groups of a step are stored."""

    session_id: str
    seq: int


Message = (
    tuple[Literal["training_update"], TrainingUpdate]
    | tuple[Literal["training_completions"], TrainingCompletions]
    | tuple[Literal["training_status"], TrainingStatus]
)
"""The name of a message and its payload."""

STATUS_KINDS = (
    "queued", "starting", "phase", "loaded", "data", "evaluation", "checkpoint", "resumed", "stopping", "saved",
    "completed", "stopped", "failed", "interrupted", "notice", "progress",
)  # fmt: skip


def message_of(state: SessionState, event: Event) -> Message | None:
    """The message about one event and the state after it; None for heartbeats and the like."""
    kind = event["kind"]
    if kind == "metrics":
        return "training_update", training_update(state.session_id, event)
    if kind == "completions":
        stored: Any = {"session_id": state.session_id} | without(event, "kind", "t")
        return "training_completions", stored
    if kind in STATUS_KINDS:
        return "training_status", training_status(state, event)
    return None


def training_update(session_id: str, event: Event) -> TrainingUpdate:
    """One step's numbers."""
    numbers = {key: event.get(key) for key in TRAINING_UPDATE_KEYS}
    update: Any = {"session_id": session_id, "seq": event["seq"]} | numbers
    return update


def training_status(state: SessionState, event: Event) -> TrainingStatus:
    """The payload of an event and the state after it."""
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
