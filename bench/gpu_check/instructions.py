"""Instructions for a measured worker, and the names of its files."""

from __future__ import annotations

from dataclasses import dataclass, field

INSTRUCTIONS, MEASURED = "instructions.json", "measured.json"


@dataclass(frozen=True)
class Instructions:
    """The differences from a plain run.

    Attributes:
        engine: trl for the plain engine; else the one that the product chooses.
        switches: Environment variables of Unsloth that win over the product's own.
        memory_limit_gib: The memory that the worker may allocate; None for no limit.
        compares_reload: Whether the saved adapter is loaded again, on a fresh model, and compared.
    """

    engine: str = ""
    switches: dict[str, str] = field(default_factory=dict)
    memory_limit_gib: float | None = None
    compares_reload: bool = False
