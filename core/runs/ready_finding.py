"""ReadyFinding: one thing that the start button knows, in the form in which REST, page and terminal show it."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

Level = Literal["error", "warning", "pending", "info", "good"]
"""From what needs attention first to what does not."""
LEVELS: tuple[Level, ...] = ("error", "warning", "pending", "info", "good")


class Mend(TypedDict):
    """The click that mends it: what it says, setting -> value, and whether it has all rows checked instead."""

    label: str
    settings: dict[str, Any]
    checks_rows: bool


class ReadyFinding(TypedDict):
    """One finding: `value` is its figure, `field` the setting where it is decided, `mend` null where none is known.

    One that `blocks` needs a second, explicit "start all the same".
    """

    key: str
    level: Level
    title: str
    text: str
    value: float | str | None
    field: str
    mend: Mend | None
    blocks: bool
