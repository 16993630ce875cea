"""RawRow: a row of a data set as its source has it."""

from __future__ import annotations

from typing import Any

RawRow = dict[str, Any]
"""Column -> value; which columns there are, the data set decides."""
