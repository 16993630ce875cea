"""Publish: the function by which a service reports a change to the sockets or the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Publish = Callable[[str, Any], None]
"""Called with (topic, payload), from any thread."""
