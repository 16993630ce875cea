"""/api/training: start, stop, resume, fork, delete and read sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from pydantic import Field

from constants import LOG_TAIL_LINES
from core.sessions.store import tail_text
from core.statistics import verdict
from routes.http import Body, Query, body, query, reply, services

bp = Blueprint("training", __name__)


class StartRequest(Body):
    """A configuration, and the id the session is to have."""

    session_id: str | None = None
    config: dict[str, Any]


class StopRequest(Body):
    """Which session, and whether it saves first."""

    session_id: str
    mode: str = "save"


class ForkRequest(Body):
    """The values that differ from the forked session's configuration."""

    session_id: str | None = None
    config: dict[str, Any] = {}


class MetricsQuery(Query):
    """Which part of the history, and how finely."""

    after_step: int = 0
    max_points: int = Field(2000, ge=1, le=100_000)
    phase: str = "training"


class CompletionsQuery(Query):
    """Which step; the latest when null."""

    step: int | None = None


class LogQuery(Query):
    """How many lines of the end."""

    tail: int = Field(LOG_TAIL_LINES, ge=1, le=10_000)


@bp.post("/start")
def start():
    """Start a training run, or queue it while the device is held."""
    request = body(StartRequest)
    state = services().training.start(request.session_id, request.config)
    return reply({"session_id": state.session_id, "status": state.status}, 202)


@bp.post("/stop")
def stop():
    """Ask a run to stop: save and leave, or discard."""
    request = body(StopRequest)
    state = services().training.stop(request.session_id, request.mode)
    return reply({"session_id": state.session_id, "status": state.status}, 202)


@bp.get("/sessions")
def sessions():
    """All sessions, newest first."""
    states = services().store.states()
    return reply({"sessions": [state.as_dict() for state in states], "queue": services().training.queue.snapshot()})


@bp.get("/sessions/<session_id>")
def session(session_id: str):
    """One session with its configuration."""
    state, config = services().store.state(session_id), services().store.config(session_id)
    return reply(state.as_dict() | {"config": config.dump(), "verdict": verdict(state.evaluations)})


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
    """The groups of one step with scores, reasons and advantages."""
    return reply(services().store.completions(session_id, query(CompletionsQuery).step))


@bp.get("/sessions/<session_id>/logs")
def logs(session_id: str):
    """The end of the worker's output."""
    wanted = query(LogQuery)
    text = tail_text(services().store.paths(session_id).log, wanted.tail)
    return reply({"session_id": session_id, "text": text})


@bp.post("/sessions/<session_id>/resume")
def resume(session_id: str):
    """Go on from the last checkpoint."""
    state = services().training.resume(session_id)
    return reply({"session_id": state.session_id, "status": state.status}, 202)


@bp.post("/sessions/<session_id>/fork")
def fork(session_id: str):
    """Start a new session with some values changed."""
    request = body(ForkRequest)
    state = services().training.fork(session_id, request.session_id, request.config)
    return reply({"session_id": state.session_id, "status": state.status, "forked_from": session_id}, 202)
