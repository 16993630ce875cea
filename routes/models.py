"""/api/models: list trained models and base models, and describe any other."""

from __future__ import annotations

from flask import Blueprint
from pydantic import Field

from routes.http import Query, query, reply, services

bp = Blueprint("models", __name__)


class DescribeQuery(Query):
    """A model by a value of model.name."""

    name: str = Field(min_length=1, max_length=512)


@bp.get("/list")
def list_models():
    """Trained models, and base models with settings that suit this machine."""
    return reply(services().models.overview())


@bp.get("/describe")
def describe():
    """Kind, size and shape of a model; a new hub model is looked up."""
    return reply(services().models.describe(query(DescribeQuery).name))
