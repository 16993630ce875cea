"""/api/system: the machine, the server's health and its log."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint

from core.sessions.store import tail_text
from routes.http import query, reply, services
from routes.training import LogQuery

bp = Blueprint("system", __name__)


@bp.get("/status")
def status():
    """The latest sample of the machine, its GPUs and the queue."""
    gpus = [asdict(gpu) for gpu in services().hardware.gpus]
    return reply({**services().monitor.latest, "gpus": gpus, "queue": services().devices.snapshot()})


@bp.get("/health")
def health():
    """Whether the server answers."""
    return reply({"status": "ok"})


@bp.get("/logs")
def logs():
    """The end of the server's log."""
    return reply({"text": tail_text(services().workspace.logs / "server.log", query(LogQuery).tail)})
