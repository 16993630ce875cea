"""From rows to examples: mapped columns, nested values, final answers, filters, and counts of unused rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from core.data.row import RawRow
from core.data.section import DatasetConfig, FinalAnswer, RowFilter
from core.errors import InvalidInput

FINAL_ANSWER_MARK = "####"
BOXED = "\\boxed{"
EMPTY = "empty question or answer"
REPEATED = "repeated question"
FILTERED = "filtered out"
CONTEXT_GAP = "\n\n"


Extras = dict[str, Any]
"""Further columns of a row: the reward's name of each -> its value."""


class IfThere(str):
    """A column that is read where the data has it, unless it is the one that holds the answer."""


@dataclass(frozen=True)
class Row:
    """One example as training uses it: `reference` is the final answer, `reasoning` what stood before it."""

    instruction: str
    reference: str
    reasoning: str = ""
    extras: Extras = field(default_factory=dict)


LeftOut = Counter[str]
"""Why rows were left out -> how many."""


@dataclass
class Mapped:
    """The usable rows, and why others were left out: reason -> count."""

    rows: list[Row]
    left_out: LeftOut


def map_rows(rows: Iterable[RawRow], config: DatasetConfig, extras: dict[str, str]) -> Mapped:
    """Turn raw rows into examples; empty, repeated and filtered ones are counted and left out.

    Args:
        rows: Raw rows.
        config: Which columns hold question and answer.
        extras: Further columns a reward reads: its name -> the column.
    Raises:
        InvalidInput: A mapped column is missing in a row, or no row is left.
    """
    mapped = Mapped([], Counter())
    mapped.rows = list(usable_rows(rows, config, extras, mapped.left_out))
    if not mapped.rows:
        left_out = ", ".join(f"{count} {why}" for why, count in mapped.left_out.items()) or "it is empty"
        problem = f"the data set has no usable row: {left_out}"
        raise InvalidInput(f"T{problem[1:]}.", "Check the mapping and the filters.", {"dataset.source": problem})
    return mapped


def usable_rows(
    rows: Iterable[RawRow], config: DatasetConfig, extras: dict[str, str], left_out: LeftOut
) -> Iterator[Row]:
    """The examples among `rows`, lazily; `left_out` counts the others meanwhile. See `map_rows`.

    Questions that differ only in case, spacing or punctuation are the same, so that no held-out question is a reworded
    training question.
    """
    seen: set[int] = set()
    for raw in rows:
        row = map_row(raw, config, extras)
        why = None if _passes(raw, config.filters) else FILTERED
        if why is None:
            why = _reason_against(row, config, seen)
        if why is None:
            yield row
        else:
            left_out[why] += 1


def map_row(raw: RawRow, config: DatasetConfig, extras: dict[str, str]) -> Row:
    """One raw row as an example.

    Raises:
        InvalidInput: It lacks a mapped column.
    """
    answer = _cell_text(raw, config.response_field, "dataset.response_field")
    reference, before = split_answer(answer, config.final_answer)
    worked = config.reasoning_field and as_text(lookup(raw, config.reasoning_field, "dataset.reasoning_field"))
    instruction = _cell_text(raw, config.instruction_field, "dataset.instruction_field")
    context = context_text(lookup(raw, config.context_field, "dataset.context_field")) if config.context_field else ""
    return Row(
        instruction=f"{instruction}{CONTEXT_GAP}{context}" if context and instruction else instruction,
        reference=reference,
        reasoning=worked or before,
        extras=as_json(_further(raw, config, extras)),
    )


def _further(raw: RawRow, config: DatasetConfig, extras: dict[str, str]) -> Extras:
    """What a reward reads beside question and answer; an answer column that it names is the final answer to it."""
    passed_over = [
        name
        for name, column in extras.items()
        if isinstance(column, IfThere) and (column not in raw or column == config.response_field)
    ]
    wanted = {name: column for name, column in extras.items() if name not in passed_over}
    return {name: lookup(raw, column, f"reward.fields.{name}") for name, column in wanted.items()}


def as_json(values: Extras) -> Extras:
    """Values as JSON has them, dates and the like as text, so that every reward sees the same everywhere."""
    same: Extras = json.loads(json.dumps(values, default=str)) if values else {}
    return same


def same_question(instruction: str) -> str:
    """What two questions share when they are the same but for case, spacing and punctuation around words."""
    return " ".join(re.sub(r"[^\w+\-*/^=<>%.]+|\.(?!\d)", " ", instruction.casefold()).split())


def _reason_against(row: Row, config: DatasetConfig, seen: set[int]) -> str | None:
    needs_answer = config.kind != "procedural"  # whose own verifier judges, with or without a written answer
    if not row.instruction or (needs_answer and not row.reference):
        return EMPTY
    key = hash(same_question(row.instruction) or row.instruction)
    if key in seen:
        return REPEATED
    seen.add(key)
    return None


def split_answer(answer: str, rule: FinalAnswer) -> tuple[str, str]:
    """(final answer, what stood before it) of an answer; all of it where the rule finds nothing.

    Args:
        answer: The cell.
        rule: As dataset.final_answer; GSM8K writes "#### 72" (arXiv:2110.14168), MATH writes \\boxed{72}.
    """
    if rule in ("auto", "hash") and FINAL_ANSWER_MARK in answer:
        reasoning, _, final = answer.rpartition(FINAL_ANSWER_MARK)
        return final.strip(), reasoning.strip()
    if rule == "boxed" and BOXED in answer:
        reasoning, _, rest = answer.rpartition(BOXED)
        return _inside_braces(rest).strip(), reasoning.strip()
    if rule == "last-line" and "\n" in answer.strip():
        reasoning, _, final = answer.strip().rpartition("\n")
        return final.strip(), reasoning.strip()
    return answer.strip(), ""


def _inside_braces(text: str) -> str:
    """`text` up to the brace that closes the one before it."""
    depth = 1
    for place, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return text[:place]
    return text


def lookup(row: RawRow, path: str, field_name: str) -> Any:
    """The value at `path`: a column, or a nested value such as answers.text or messages.0.content.

    Raises:
        InvalidInput: The row has no such column; `field_name` is the setting that names it.
    """
    if path in row:
        return row[path]
    value: Any = row
    for part in path.split("."):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            problem = f"there is no column {path!r}; there are: {', '.join(map(str, row))[:300]}"
            raise InvalidInput(f"{field_name}: {problem}.", "Map it to one of them.", {field_name: problem})
    return value


def _cell_text(raw: RawRow, path: str, field_name: str) -> str:
    """The cell as text; an object, or a list of them, is no text but holds some."""
    value = lookup(raw, path, field_name)
    inner = value[0] if isinstance(value, (list, tuple)) and value else value
    if isinstance(inner, dict):
        problem = f"{path!r} holds objects with {', '.join(map(str, inner))[:100]}, not text"
        step = f"{path}.0" if inner is not value else path
        hint = f"Map a value inside, such as {step}.{next(iter(inner), 'text')}."
        raise InvalidInput(f"{field_name}: {problem}.", hint, {field_name: problem})
    return as_text(value)


def as_text(value: Any) -> str:
    """A cell as text; the first element of a list, as in SQuAD's answers."""
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    return "" if value is None else str(value).strip()


def context_text(value: Any) -> str:
    """The context of a question: a text unchanged, a list (the options of a choice) as lines A) to Z)."""
    if isinstance(value, dict) and isinstance(value.get("text"), list):
        value = value["text"]
    if isinstance(value, (list, tuple)):
        names = [*ascii_uppercase, *map(str, range(len(ascii_uppercase) + 1, len(value) + 1))]
        return "\n".join(f"{name}) {as_text(option)}" for name, option in zip(names, value, strict=False))
    return as_text(value)


def _passes(raw: RawRow, filters: Iterable[RowFilter]) -> bool:
    return all(_meets(lookup(raw, f.field, "dataset.filters"), f) for f in filters)


def _meets(cell: Any, wanted: RowFilter) -> bool:
    if wanted.comparison in ("at_least", "at_most"):
        size = _size(cell)
        bound = float(wanted.value)
        return size is not None and (size >= bound if wanted.comparison == "at_least" else size <= bound)
    text, value = _plain(cell), _plain(wanted.value)
    found = text == value if wanted.comparison.endswith("equals") else value in text
    return found != wanted.comparison.startswith("not_")


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return as_text(value).casefold()


def _size(cell: Any) -> float | None:
    """A cell as a number: its value, or the length of a text that is no number."""
    if isinstance(cell, (list, tuple, dict)):
        return float(len(cell))
    try:
        return None if cell is None else float(cell)
    except ValueError:
        return float(len(str(cell)))
    except TypeError as error:
        problem = f"a {type(cell).__name__} has no size to compare"
        hint = "Filter on another column."
        raise InvalidInput(f"dataset.filters: {problem}.", hint, {"dataset.filters": problem}) from error
