"""Rows to examples: the mapped columns, nested values by path, final answers, and counts of what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.config.dataset import DatasetConfig
from core.errors import InvalidInput

FINAL_ANSWER_MARK = "####"


@dataclass(frozen=True)
class Row:
    """One example as training uses it: `reference` is the final answer, `reasoning` what stood before it."""

    instruction: str
    reference: str
    reasoning: str = ""
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass
class Mapped:
    """The usable rows, and why others were left out: reason -> count."""

    rows: list[Row]
    left_out: Counter


def map_rows(rows: Iterable[dict], config: DatasetConfig, extras: dict[str, str]) -> Mapped:
    """Turn raw rows into examples; empty and repeated questions are counted and left out.

    Args:
        rows: Raw rows.
        config: Which columns hold question and answer.
        extras: Further columns a reward reads: its name -> the column.
    Raises:
        InvalidInput: A mapped column is missing in a row, or no row is left.
    """
    mapped, seen = Mapped([], Counter()), set()
    for raw in rows:
        row = _map_row(raw, config, extras)
        if not row.instruction or not row.reference:
            mapped.left_out["empty question or answer"] += 1
        elif row.instruction in seen:
            mapped.left_out["repeated question"] += 1
        else:
            seen.add(row.instruction)
            mapped.rows.append(row)
    if not mapped.rows:
        raise InvalidInput("The data set has no usable row.", f"Left out: {dict(mapped.left_out)}.")
    return mapped


def _map_row(raw: dict, config: DatasetConfig, extras: dict[str, str]) -> Row:
    answer = as_text(lookup(raw, config.response_field, "dataset.response_field"))
    reasoning, mark, final = answer.rpartition(FINAL_ANSWER_MARK)
    return Row(
        instruction=as_text(lookup(raw, config.instruction_field, "dataset.instruction_field")),
        reference=(final if mark else answer).strip(),
        reasoning=reasoning.strip() if mark else "",
        extras={name: lookup(raw, column, "reward.fields") for name, column in extras.items()},
    )


def lookup(row: dict, path: str, field_name: str) -> Any:
    """The value at `path`: a column, or a nested value such as answers.text.

    Raises:
        InvalidInput: The row has no such column; `field_name` is the setting that asked for it.
    """
    if path in row:
        return row[path]
    value: Any = row
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            problem = f"there is no column {path!r}; there are: {', '.join(map(str, row))}"
            raise InvalidInput(f"{field_name}: {problem}.", "Map it to one of them.", {field_name: problem})
        value = value[part]
    return value


def as_text(value: Any) -> str:
    """A cell as text; the first element of a list, as in SQuAD's answers."""
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    return "" if value is None else str(value).strip()
