"""/api/configs: save, load, list and delete run configurations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from routes.http import Body, Query, body, query, reply, services

bp = Blueprint("configs", __name__)


class SaveRequest(Body):
    """A name, and the configuration to store under it."""

    name: str
    config: dict[str, Any]


class NameQuery(Query):
    """The name of a configuration."""

    name: str


@bp.post("/save")
def save():
    """Validate and store a configuration."""
    request = body(SaveRequest)
    return reply({"name": request.name, "config": services().configs.save(request.name, request.config)}, 201)


@bp.get("/load")
def load():
    """One stored configuration."""
    name = query(NameQuery).name
    return reply({"name": name, "config": services().configs.load(name)})


@bp.get("/list")
def list_configs():
    """The names of all stored configurations."""
    found = services().configs.saved()
    return reply({"configs": found.entries, "broken": found.broken})


@bp.delete("/<name>")
def delete(name: str):
    """Remove a stored configuration."""
    services().configs.delete(name)
    return reply({"name": name, "deleted": True})
