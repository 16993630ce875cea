"""Statistics of a data file: the row count, and the filled, distinct and long values of each column; one lazy pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import TypedDict

from core.data.mapping import as_text
from core.data.row import RawRow

MOST_DISTINCT = 10_000
"""Distinct values are counted up to here; more are "at least so many"."""
MOST_COMMON = 5
REPORT_ROWS = 2000


class CommonValue(TypedDict):
    """A value that several rows have."""

    value: str
    count: int


class ColumnSummary(TypedDict):
    """One column as REST shows it; lengths in characters, null where every cell is empty; `types` counts cells."""

    name: str
    filled: int
    shortest: int | None
    longest: int | None
    types: dict[str, int]
    empty: int
    mean_length: float | None
    distinct: int
    distinct_is_exact: bool
    common: list[CommonValue]


class FileStatistics(TypedDict):
    """How many rows a data file has, and what its columns hold."""

    rows: int
    columns: list[ColumnSummary]


@dataclass
class ColumnStatistics:
    """One column; lengths in characters, of the cells that are not empty."""

    name: str
    filled: int = 0
    shortest: int | None = None
    longest: int | None = None
    characters: int = 0
    types: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)

    def add(self, cell: Any) -> None:
        """Count one cell."""
        kind = type(cell).__name__
        self.types[kind] = self.types.get(kind, 0) + 1
        text = as_text(cell)
        if not text:
            return
        self.filled += 1
        self.characters += len(text)
        self.shortest = len(text) if self.shortest is None else min(self.shortest, len(text))
        self.longest = max(self.longest or 0, len(text))
        key = text[:200]
        if key in self.values or len(self.values) < MOST_DISTINCT:
            self.values[key] = self.values.get(key, 0) + 1

    def summary(self, rows: int) -> ColumnSummary:
        """As REST shows it."""
        common = sorted(self.values.items(), key=lambda item: -item[1])[:MOST_COMMON]
        return {
            "name": self.name,
            "filled": self.filled,
            "shortest": self.shortest,
            "longest": self.longest,
            "types": dict(self.types),
            "empty": rows - self.filled,
            "mean_length": self.characters / self.filled if self.filled else None,
            "distinct": len(self.values),
            "distinct_is_exact": len(self.values) < MOST_DISTINCT,
            "common": [{"value": value, "count": count} for value, count in common if count > 1],
        }


def column_statistics(rows: Iterable[RawRow], report: Callable[[int], None]) -> FileStatistics:
    """Row count and columns over all rows.

    Args:
        rows: Raw rows; each is looked at once and forgotten.
        report: Called with the count so far, every REPORT_ROWS rows.
    """
    columns: dict[str, ColumnStatistics] = {}
    count = 0
    for count, row in enumerate(rows, 1):
        for name, cell in row.items():
            column = columns.get(name)
            if column is None:
                column = columns[name] = ColumnStatistics(name)
            column.add(cell)
        if count % REPORT_ROWS == 0:
            report(count)
    return {"rows": count, "columns": [column.summary(count) for column in columns.values()]}
