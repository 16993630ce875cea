"""/api/schema: the settings of a run, for the form."""

from flask import Blueprint

from core.config.describe import as_schema
from routes.http import reply

bp = Blueprint("schema", __name__)


@bp.get("")
def schema():
    """The JSON Schema of a configuration, and its fields with unit, typical range and tier."""
    return reply(as_schema())
