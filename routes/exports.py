"""/api/exports: plan, start, list, cancel and delete exports, and push them to the hub."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint
from pydantic import Field

from core.errors import InvalidInput
from core.export.targets import RECOMMENDED, TARGETS
from routes.http import Body, Query, body, query, reply, services
from services.exports.push import Push

bp = Blueprint("exports", __name__)
FORMATS = {"huggingface": "adapter", "merged": "merged", "adapter_gguf": "adapter_gguf"}
"""Format -> target; the format gguf has several targets."""
GGUF = "gguf"


class CreateRequest(Body):
    """A session, and its targets: by name, or by a format with the quantizations of gguf."""

    session_id: str
    format: Literal["gguf", "huggingface", "merged", "adapter_gguf"] | None = None
    quantization: str | None = None
    quantizations: list[str] | None = None
    targets: list[str] | None = None

    def chosen(self) -> list[str]:
        """The names of the targets.

        Raises:
            InvalidInput: The request has both names and a format, or a quantization that does not exist.
        """
        others = [name for name in ("format", "quantization", "quantizations") if getattr(self, name) is not None]
        if self.targets is not None:
            if others:
                fields = dict.fromkeys(others, "can't be given beside targets")
                raise InvalidInput(f"targets say it all; leave {', '.join(others)} out.", "Send one of them.", fields)
            return self.targets
        named = None if self.quantizations is None else list(self.quantizations)
        if self.quantization is not None:
            named = [*(named or []), self.quantization]
        if self.format is not None and self.format != GGUF:
            if named is not None:
                fields = dict.fromkeys(others[1:], "belongs to the format gguf")
                raise InvalidInput(f"The format {self.format} has no quantization.", "Leave it out.", fields)
            return [FORMATS[self.format]]
        return [_gguf_type(name) for name in ([RECOMMENDED] if named is None else named)]


class PlanQuery(Query):
    """A session, and the names of targets with commas between them."""

    session_id: str
    targets: str = ""


class SessionRequest(Body):
    """A session."""

    session_id: str


class PushRequest(SessionRequest):
    """The targets to push, and the repository; without `token` the server's token is used."""

    repo_id: str = Field(max_length=96)
    targets: list[str]
    private: bool = True
    token: str | None = Field(None, repr=False, max_length=1000)


@bp.post("/create")
def create():
    """Start an export."""
    request = body(CreateRequest)
    return reply(services().exports.create(request.session_id, request.chosen()).as_dict(), 202)


@bp.get("/plan")
def plan():
    """The targets a session can be exported to, their sizes, and whether the disk has room."""
    wanted = query(PlanQuery)
    return reply(services().exports.plan(wanted.session_id, [name for name in wanted.targets.split(",") if name]))


@bp.get("/list")
def list_exports():
    """All exports with their proven files."""
    found = services().exports.states()
    return reply({"exports": [state.as_dict() for state in found.entries], "broken": found.broken})


@bp.get("/<session_id>")
def state(session_id: str):
    """The export of one session."""
    return reply(services().exports.state(session_id).as_dict())


@bp.post("/cancel")
def cancel():
    """Ask an export to stop."""
    return reply(services().exports.cancel(body(SessionRequest).session_id).as_dict(), 202)


@bp.delete("/<session_id>")
def delete(session_id: str):
    """Remove all exports of a session."""
    services().exports.delete(session_id)
    return reply({"session_id": session_id, "deleted": True})


@bp.delete("/<session_id>/<name>")
def delete_target(session_id: str, name: str):
    """Remove one exported target."""
    services().exports.delete(session_id, name)
    return reply({"session_id": session_id, "target": name, "deleted": True})


@bp.post("/push")
def push():
    """Start to send exported files to the hub."""
    request = body(PushRequest)
    wanted = Push(request.repo_id, request.targets, request.private, request.token)
    return reply(services().exports.push(request.session_id, wanted).as_dict(), 202)


@bp.post("/push/cancel")
def cancel_push():
    """Ask a push to stop."""
    return reply(services().exports.cancel_push(body(SessionRequest).session_id).as_dict(), 202)


def _gguf_type(name: str) -> str:
    found = TARGETS.get(name.lower())
    if found is None or found.kind != GGUF:
        offered = [target.name for target in TARGETS.values() if target.kind == GGUF]
        problem = f"is one of {', '.join(offered)}, not {name!r}"
        raise InvalidInput(f"quantization {problem}.", "Choose one of them.", {"quantization": problem})
    return found.name
