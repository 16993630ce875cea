"""Refuses requests of other web sites, whose pages in the user's browser can reach localhost as well."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request

from constants import LOOPBACK_HOSTS
from core.errors import Forbidden


def register(app: Flask) -> None:
    """Check the host and the origin of every request."""
    app.before_request(_check_host)
    app.before_request(_check_origin)


def _check_host() -> None:
    """Refuse a foreign host name, which an attacker can point at this machine (DNS rebinding)."""
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK_HOSTS:
        raise Forbidden(f"This server does not answer to {request.host!r}.", "Use http://localhost.")


def _check_origin() -> None:
    """Refuse a request from a page of another origin; curl and scripts send no origin."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden(f"Pages of {origin} may not use this server.", "Open its own page instead.")
