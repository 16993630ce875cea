"""/api/training: start, stop, resume, fork, delete and read sessions."""

from __future__ import annotations

from typing import Any, Literal

from flask import Blueprint
from pydantic import Field

from constants import LOG_TAIL_LINES
from core.sessions.scores import shown, verdict
from core.sessions.store import tail_text
from routes.http import Body, Query, body, droppable, query, reply, services

bp = Blueprint("training", __name__)
MOST_STEPS = 10**9


class StartRequest(Body):
    """A configuration, the id of the new session, null for a generated id, and whether a poor outlook is accepted."""

    session_id: str | None = None
    config: dict[str, Any]
    start_anyway: bool = False


class PlanRequest(Body):
    """A configuration to plan."""

    config: dict[str, Any]


class StopRequest(Body):
    """A session, and whether it saves first."""

    session_id: str
    mode: str = "save"


class ForkRequest(Body):
    """The values that differ from the forked session's configuration."""

    session_id: str | None = None
    config: dict[str, Any] = {}
    start_anyway: bool = False


class MetricsQuery(Query):
    """A part of the history, and its number of points."""

    after_step: int = Field(0, ge=0, le=MOST_STEPS)
    max_points: int = Field(2000, ge=1, le=100_000)
    phase: str = "training"


class CompletionsQuery(Query):
    """A step, null for the latest, and whether the reply lists all steps."""

    step: int | None = Field(None, ge=0, le=MOST_STEPS)
    steps: bool = True


class SearchQuery(Query):
    """A filter, the step next to the first one searched, the direction, and the highest number of matches."""

    filter: Literal["flat", "truncated", "no_answer", "missed", "failed", "not_run", "best", "wrong_but_paid"]
    from_step: int | None = Field(None, ge=0, le=MOST_STEPS)
    direction: Literal["next", "previous"] = "next"
    limit: int = Field(1, ge=1, le=1000)


class DiagnosisQuery(Query):
    """The last step, null for the latest, and the number of steps."""

    step: int | None = Field(None, ge=0, le=MOST_STEPS)
    window: int = Field(5, ge=1, le=100)


class LogQuery(Query):
    """The number of lines from the end."""

    tail: int = Field(LOG_TAIL_LINES, ge=1, le=10_000)


@bp.post("/start")
def start():
    """Start a training run, or queue it while its device is busy."""
    request = body(StartRequest)
    state = services().training.start(request.session_id, request.config, request.start_anyway)
    return reply({"session_id": state.session_id, "status": state.status}, 202)


@bp.post("/plan")
def plan():
    """The plan of a configuration on this machine: steps, rows, time and memory. Starts nothing."""
    return reply(services().plans.plan(body(PlanRequest).config))


@bp.post("/ready")
@droppable
def ready():
    """Whether a run can learn: the findings of its plan, measured first where they are not known. Starts nothing."""
    return reply({"ready": services().plans.ready(body(PlanRequest).config)})


@bp.post("/stop")
def stop():
    """Ask a run to stop, with its weights saved or discarded."""
    request = body(StopRequest)
    state = services().training.stop(request.session_id, request.mode)
    return reply({"session_id": state.session_id, "status": state.status}, 202)


@bp.get("/sessions")
def sessions():
    """All sessions in short, newest first."""
    found = services().store.summaries()
    return reply({"sessions": found.entries, "broken": found.broken, "queue": services().devices.snapshot()})


@bp.get("/sessions/<session_id>")
def session(session_id: str):
    """One session with its configuration."""
    state, config = services().store.state(session_id), services().store.config(session_id)
    more = {"config": config.dump(), "is_on_policy": config.is_on_policy, "verdict": verdict(state.evaluations)}
    more["evaluations"] = [shown(score, config.reward.range) for score in state.evaluations]
    return reply({**state.as_dict(), **more})


@bp.delete("/sessions/<session_id>")
def delete(session_id: str):
    """Remove an ended session."""
    services().training.delete(session_id)
    return reply({"session_id": session_id, "deleted": True})


@bp.get("/sessions/<session_id>/metrics")
def metrics(session_id: str):
    """The history of one phase's metrics, in columns."""
    wanted = query(MetricsQuery)
    columns = services().store.metrics(session_id, wanted.after_step, wanted.max_points, wanted.phase)
    return reply({"session_id": session_id, "columns": columns})


@bp.get("/sessions/<session_id>/completions")
def completions(session_id: str):
    """The groups of one step with scores, reasons, advantages and parsed answers."""
    wanted = query(CompletionsQuery)
    return reply(services().rollouts.completions(session_id, wanted.step, wanted.steps))


@bp.get("/sessions/<session_id>/completions/search")
def search(session_id: str):
    """The next stored completions that a filter matches."""
    wanted = query(SearchQuery)
    backwards = wanted.direction == "previous"
    found = services().rollouts.search(session_id, wanted.filter, wanted.from_step, backwards, wanted.limit)
    return reply(found)


@bp.get("/sessions/<session_id>/diagnosis")
def diagnosis(session_id: str):
    """Why the reward is flat, from the last stored groups."""
    wanted = query(DiagnosisQuery)
    return reply(services().rollouts.diagnosis(session_id, wanted.step, wanted.window))


@bp.get("/sessions/<session_id>/logs")
def logs(session_id: str):
    """The end of the worker's output."""
    wanted = query(LogQuery)
    text = tail_text(services().store.paths(session_id).log, wanted.tail)
    return reply({"session_id": session_id, "text": text})


@bp.post("/sessions/<session_id>/resume")
def resume(session_id: str):
    """Continue a run from its last checkpoint."""
    state = services().training.resume(session_id)
    return reply({"session_id": state.session_id, "status": state.status}, 202)


@bp.post("/sessions/<session_id>/fork")
def fork(session_id: str):
    """Start a new session with some values changed."""
    request = body(ForkRequest)
    state = services().training.fork(session_id, request.session_id, request.config, request.start_anyway)
    return reply({"session_id": state.session_id, "status": state.status, "forked_from": session_id}, 202)
