"""/api/exports: export a session as GGUF, and see how the exports stand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from flask import Blueprint

from routes.http import Body, body, reply, services

bp = Blueprint("exports", __name__)


class CreateRequest(Body):
    """Which session, in which form."""

    session_id: str
    format: Literal["gguf"] = "gguf"
    quantization: str = "q4_k_m"


@bp.post("/create")
def create():
    """Start an export."""
    request = body(CreateRequest)
    state = services().exports.create(request.session_id, [request.quantization])
    return reply(asdict(state), 202)


@bp.get("/list")
def list_exports():
    """All exports with their proven files."""
    return reply({"exports": [asdict(state) for state in services().exports.list()]})
