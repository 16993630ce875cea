"""Keeps other web sites out: a page open in the user's browser can send requests to localhost, too."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request

from constants import LOOPBACK_HOSTS
from core.errors import Forbidden


def register(app: Flask) -> None:
    """Check every request."""
    app.before_request(_check_host)
    app.before_request(_check_origin)


def _check_host() -> None:
    """A foreign name that was pointed at this machine (DNS rebinding) is not ours."""
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK_HOSTS:
        raise Forbidden(f"This server does not answer to {request.host!r}.", "Use http://localhost.")


def _check_origin() -> None:
    """Browsers name the page a request comes from; curl and scripts name none."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden(f"Pages of {origin} may not use this server.", "Open its own page instead.")
