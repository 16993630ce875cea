"""The page, with a Content-Security-Policy that allows nothing from other hosts."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import Blueprint, Response, g, render_template

from core.config.describe import as_schema
from core.jsonfile import read_json
from routes.assets import first_modules

bp = Blueprint("pages", __name__)
REPOSITORY = Path(__file__).resolve().parent.parent
DEMO_CONFIG = REPOSITORY / "configs" / "examples" / "demo-arithmetic.json"


@bp.get("/")
def index():
    """The wizard: seven steps, the sessions, and the live numbers of a run."""
    schema = as_schema()
    boot = {"demo": read_json(DEMO_CONFIG), "fields": schema["fields"], "algorithms": schema["algorithms"]}
    return render_template("index.html", nonce=_nonce(), boot=boot, preloads=first_modules())


@bp.after_app_request
def protect(response: Response) -> Response:
    """Add headers against foreign scripts, frames and guessed content types; a view may set another policy."""
    nonce = f" 'nonce-{g.nonce}'" if "nonce" in g else ""
    policy = (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    policy += f"; form-action 'none'; script-src 'self'{nonce}; style-src 'self'{nonce}; connect-src 'self' ws: wss:"
    response.headers["Content-Security-Policy"] = g.get("policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _nonce() -> str:
    g.nonce = secrets.token_urlsafe(16)
    return g.nonce
