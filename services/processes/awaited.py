"""Whether somebody still waits for what a request is at: work in a line is dropped when its client has left."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar


def always() -> bool:
    """What nobody can leave: background work, and what changes something."""
    return True


IS_AWAITED: ContextVar[Callable[[], bool]] = ContextVar("is_awaited", default=always)
"""Set for the length of a request that only looks, or of a measurement; the inspector asks it before and at work."""
