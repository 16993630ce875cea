"""Publish: how a service says that something has changed, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Publish = Callable[[str, Any], None]
"""Called with (topic, payload) from any thread."""
