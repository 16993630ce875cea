"""/api/rewards: list the presets, try rewards out, and save and delete custom rewards."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from pydantic import Field

from constants import MAX_BENCH_ROWS
from core.errors import InvalidInput
from routes.http import Body, Query, body, droppable, json_object, query, reply, services

bp = Blueprint("rewards", __name__)


class TestRow(Body):
    """One response to score, and the row it answers."""

    response: str
    reference: str = ""
    instruction: str = ""
    extras: dict[str, Any] = {}


class TestRequest(Body):
    """A configuration with a reward, and what to score: rows, a run's completions, or the data set's own answers."""

    config: dict[str, Any]
    rows: list[TestRow] | None = Field(None, min_length=1, max_length=MAX_BENCH_ROWS)
    session_id: str | None = None
    step: int | None = None
    samples: int = 10


class BenchRequest(Body):
    """A configuration with a reward, and the number of rows of its data set."""

    config: dict[str, Any]
    samples: int = 50


class TryRequest(Body):
    """The definition of a custom reward, and a configuration whose data it is tried on; null for a sample."""

    definition: dict[str, Any]
    config: dict[str, Any] | None = None


class VersionQuery(Query):
    """A version; null for the latest."""

    version: int | None = None


@bp.get("/list")
def list_rewards():
    """Every preset with components, parameters and worked samples; own rewards; where their Python runs here."""
    rewards = services().rewards
    own = rewards.own()
    shown = {"rewards": rewards.catalogue(), "custom": own.entries, "broken": own.broken}
    return reply({**shown, "sandbox": rewards.sandbox()})


@bp.post("/test")
@droppable
def test():
    """The scores of texts, of a run's completions, or of the data set's own answers, with reasons."""
    wanted = body(TestRequest)
    if wanted.session_id is None and wanted.step is not None:
        raise InvalidInput("step needs a session_id.", "Name the session.", {"step": "needs a session_id"})
    if wanted.session_id is not None and wanted.rows is not None:
        raise InvalidInput("rows and session_id are two sources.", "Give one.", {"rows": "stand beside session_id"})
    rows = None if wanted.rows is None else [row.model_dump() for row in wanted.rows]
    if rows is None and wanted.session_id is not None:
        rows = services().rewards.rows_of_run(wanted.session_id, wanted.step)
    return reply(services().rewards.test(wanted.config, rows, wanted.samples))


@bp.post("/bench")
@droppable
def bench():
    """The grade of a reward by its scores for generated exploits."""
    wanted = body(BenchRequest)
    return reply(services().rewards.bench(wanted.config, wanted.samples))


@bp.post("/try")
def try_out():
    """The scores of a custom reward for the right answer, a wrong one and nonsense, without saving it."""
    wanted = body(TryRequest)
    return reply(services().rewards.try_out(wanted.definition, wanted.config))


@bp.get("/custom")
def list_custom():
    """All custom rewards."""
    own = services().rewards.own()
    return reply({"custom": own.entries, "broken": own.broken})


@bp.get("/custom/<name>")
def get_custom(name: str):
    """One custom reward."""
    return reply(services().rewards.get(name, query(VersionQuery).version))


@bp.put("/custom/<name>")
def save_custom(name: str):
    """Store a custom reward as a new version, tried on the data of the configuration that may be sent along."""
    definition = json_object()
    config = definition.pop("config", None)
    return reply(services().rewards.save(name, definition, config), 201)


@bp.delete("/custom/<name>")
def delete_custom(name: str):
    """Remove a custom reward with all its versions."""
    services().rewards.delete(name)
    return reply({"name": name, "deleted": True})
