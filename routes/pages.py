"""The page, with a Content-Security-Policy that lets nothing in from outside."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import Blueprint, Response, g, render_template

from core.jsonfile import read_json

bp = Blueprint("pages", __name__)
DEMO_CONFIG = Path(__file__).resolve().parent.parent / "configs" / "examples" / "demo-arithmetic.json"


@bp.get("/")
def index():
    """The sessions and the live numbers of a running one."""
    return render_template("index.html", nonce=_nonce(), demo_config=read_json(DEMO_CONFIG))


@bp.after_app_request
def protect(response: Response) -> Response:
    """Headers that keep foreign scripts, frames and guessed content types out."""
    policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    scripts = f"script-src 'self' 'nonce-{g.nonce}'" if "nonce" in g else "script-src 'self'"
    response.headers["Content-Security-Policy"] = f"{policy}; {scripts}; connect-src 'self' ws: wss:"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _nonce() -> str:
    g.nonce = secrets.token_urlsafe(16)
    return g.nonce
