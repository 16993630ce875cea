"""From rows to examples: mapped columns, nested values, final answers, filters, and counts of unused rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.data.options import as_lines, has_short_labels, is_labelled, options_of
from core.data.paths import ABSENT, find, is_parts, is_system, parts_text, turns_of, value_at, with_options_together
from core.data.row import RawRow
from core.data.section import DatasetConfig, FinalAnswer, RowFilter
from core.errors import InvalidInput

FINAL_ANSWER_MARK = "####"
BOXED = "\\boxed{"
EMPTY = "empty question or answer"
REPEATED = "repeated question"
FILTERED = "filtered out"
NO_ANSWER = "unanswerable"
"""The reference of a question with an empty list of answers, as in SQuAD 2.0, where the reward reads such lists."""
CONTEXT_GAP = "\n\n"
SHOWN_CHARACTERS = 120


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


class LeftOut(Counter[str]):
    """Why rows were left out -> how many; `examples` has the first row of each reason, in words."""

    def __init__(self) -> None:
        super().__init__()
        self.examples: dict[str, str] = {}

    def add(self, why: str, example: str) -> None:
        """Count one row."""
        self[why] += 1
        self.examples.setdefault(why, example)

    def copy(self) -> LeftOut:
        """The same counts and examples, to go on counting; Counter's own would call __init__ with the counts."""
        same = LeftOut()
        same.update(self)
        same.examples = dict(self.examples)
        return same


@dataclass
class Mapped:
    """The usable rows, and why others were left out: reason -> count."""

    rows: list[Row]
    left_out: LeftOut


def map_rows(rows: Iterable[RawRow], config: DatasetConfig, extras: dict[str, str], most: int | None = None) -> Mapped:
    """Turn raw rows into examples; empty, repeated and filtered ones are counted and left out.

    Args:
        rows: Raw rows.
        config: Which columns hold question and answer.
        extras: Further columns a reward reads: its name -> the column.
        most: So many are enough; further rows are read only for a mapped column that none has had so far.
    Raises:
        InvalidInput: A mapped column is missing in every row, or no row is left.
    """
    mapped = Mapped([], LeftOut())
    mapped.rows = list(usable_rows(rows, config, extras, mapped.left_out, most))
    if not mapped.rows:
        left_out = ", ".join(f"{count} {why}" for why, count in mapped.left_out.items()) or "it is empty"
        problem = f"the data set has no usable row: {left_out}"
        raise InvalidInput(f"T{problem[1:]}.", "Check the mapping and the filters.", {"dataset.source": problem})
    return mapped


def usable_rows(
    rows: Iterable[RawRow],
    config: DatasetConfig,
    extras: dict[str, str],
    left_out: LeftOut,
    most: int | None = None,
) -> Iterator[Row]:
    """The examples among `rows`, lazily; `left_out` counts the others meanwhile. See `map_rows`.

    Questions that differ only in case and spaces are the same, so that no held-out question is a training question.
    What differs in any sign is different. A column may be missing in some rows, but not in all.

    Raises:
        InvalidInput: A mapped column is in no row; raised after the last one.
    """
    seen: dict[int, int] = {}
    wanted = _paths(config, extras)
    raw: RawRow = {}
    found = 0
    for number, raw in enumerate(rows, 1):
        wanted = [(name, path) for name, path in wanted if find(raw, path) is ABSENT]
        if found == most:
            if not wanted:
                return
            continue
        row = map_row(raw, config, extras)
        why = None if passes(raw, config.filters) else FILTERED
        if why is None:
            why = _reason_against(row, config, seen, number)
        if why is None:
            found += 1
            yield row
        else:
            left_out.add(why, _example(row, number, seen if why == REPEATED else {}))
    if raw:
        _refuse_absent(wanted, raw)


def _example(row: Row, number: int, seen: dict[int, int]) -> str:
    """One row that is left out, in words: its number, the row that it repeats, and its text."""
    first = seen.get(hash(same_question(row.instruction)))
    repeats = f" repeats row {first}" if first else ""
    missing = "no question" if not row.instruction else "" if row.reference else "no answer: "
    shown = row.instruction if len(row.instruction) <= SHOWN_CHARACTERS else f"{row.instruction[:SHOWN_CHARACTERS]}..."
    return f"Row {number}{repeats}: {missing}{shown}"


def _paths(config: DatasetConfig, extras: Mapping[str, str]) -> list[tuple[str, str]]:
    """(setting, path) of every column that is read; a system turn of a chat is in few rows, and may be in none."""
    single = ("instruction_field", "response_field", "reasoning_field")
    paths = [(f"dataset.{name}", path) for name in single if (path := getattr(config, name))]
    paths += [("dataset.context_field", path) for path in config.contexts if "." not in path or not is_system(path)]
    paths += [("dataset.filters", condition.field) for condition in config.filters]
    needed = {name: column for name, column in extras.items() if not isinstance(column, IfThere)}
    return paths + [(f"reward.fields.{name}", column) for name, column in needed.items()]


def _refuse_absent(absent: Sequence[tuple[str, str]], row: RawRow) -> None:
    for name, path in absent:
        problem = f"there is no column {path!r}; there are: {', '.join(map(str, row))[:300]}"
        hint = "Map it to one of them."
        if name == "dataset.response_field":
            hint += " For data without answers set it to null; the reward must then need no reference."
        raise InvalidInput(f"{name}: {problem}.", hint, {name: problem})


def map_row(raw: RawRow, config: DatasetConfig, extras: Mapping[str, str]) -> Row:
    """One raw row as an example; a column that it lacks gives no text.

    Raises:
        InvalidInput: A mapped column holds objects, not text.
    """
    answer = _cell_text(raw, config.response_field, "dataset.response_field") if config.response_field else ""
    reference, before = split_answer(answer, config.final_answer)
    worked = as_text(value_at(raw, config.reasoning_field))
    columns = {name: column for name, column in extras.items() if not _is_answer(column, config)}
    further = as_json({name: value for name, column in columns.items() if (value := find(raw, column)) is not ABSENT})
    if extras.get("answers") == config.response_field and isinstance(further.get("answers"), str):
        del further["answers"]  # one text is the reference
    return Row(
        instruction=_question(raw, config),
        reference=reference or (NO_ANSWER if has_no_answer(further) else ""),
        reasoning=worked or before,
        extras=further,
    )


def _is_answer(column: str, config: DatasetConfig) -> bool:
    """Whether a column that is read where it is there is the one whose final answer is the reference."""
    return isinstance(column, IfThere) and column == config.response_field


def _question(raw: RawRow, config: DatasetConfig) -> str:
    """The question with what belongs to it: system texts before it, all else after it; empty without a question."""
    instruction = _cell_text(raw, config.instruction_field, "dataset.instruction_field")
    return with_context(raw, instruction, config.contexts)


def with_context(raw: RawRow, instruction: str, contexts: Sequence[str]) -> str:
    """`instruction` with the columns that belong to it; an empty one stays empty."""
    before = [as_text(value_at(raw, path)) for path in contexts if is_system(path)]
    groups = with_options_together(tuple(path for path in contexts if not is_system(path)))
    values = [[value_at(raw, path) for path in group] for group in groups]
    after = [context_text(found if len(found) > 1 else found[0]) for found in values]
    return CONTEXT_GAP.join(filter(None, [*before, instruction, *after])) if instruction else ""


def has_no_answer(extras: Extras) -> bool:
    """Whether a row has a list of accepted answers, and it is empty; a missing or blank answer is a gap instead."""
    accepted = extras.get("answers")
    return (accepted.get("text") if isinstance(accepted, dict) else accepted) == []


def as_json(values: Extras) -> Extras:
    """Values as JSON has them, dates and the like as text, so that every reward sees the same everywhere."""
    same: Extras = json.loads(json.dumps(values, default=str)) if values else {}
    return same


def same_question(instruction: str) -> str:
    """What two questions share when they are the same but for case and spaces."""
    return " ".join(instruction.casefold().split())


def _reason_against(row: Row, config: DatasetConfig, seen: dict[int, int], number: int) -> str | None:
    # a procedural task's own verifier judges, with or without a written answer
    needs_answer = config.kind != "procedural" and config.response_field is not None
    if not row.instruction or (needs_answer and not row.reference):
        return EMPTY
    return REPEATED if seen.setdefault(hash(same_question(row.instruction)), number) != number else None


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


def _cell_text(raw: RawRow, path: str, field_name: str) -> str:
    """The cell as text; an object, or a list of them, is no text but holds some."""
    value = value_at(raw, path)
    inner = value[0] if isinstance(value, (list, tuple)) and value else value
    if isinstance(inner, dict) and not is_parts(value):
        problem = f"{path!r} holds objects with {', '.join(map(str, inner))[:100]}, not text"
        hint = f"Map a value inside, such as {_inner_path(path, value, inner)}."
        raise InvalidInput(f"{field_name}: {problem}.", hint, {field_name: problem})
    return answer_text(value)


def _inner_path(path: str, value: Any, inner: Mapping[str, Any]) -> str:
    """A path to a text in `value`: the user's turn of a chat, or the longest text of an object."""
    if turns_of(value):
        return f"{path}.user"
    texts = {key: len(text) for key, text in inner.items() if isinstance(text, str)}
    key = max(texts, key=lambda name: texts[name]) if texts else next(iter(inner), "text")
    return f"{path}.{key}" if inner is value else f"{path}.0.{key}"


def as_text(value: Any) -> str:
    """A cell as text: the first element of a list, as in SQuAD's answers; all of a message that is in parts."""
    if is_parts(value):
        return parts_text(value)
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    return "" if value is None else str(value).strip()


def answer_text(value: Any) -> str:
    """As `as_text`; of marks such as [0, 1, 0] the place of the 1, from 0: the right one of as many options."""
    return str(list(value).index(True)) if are_marks(value) and sum(value) == 1 else as_text(value)


def are_marks(value: Any) -> bool:
    """Whether a list says of each of several things whether it is right: 0 and 1, or false and true."""
    is_list = isinstance(value, (list, tuple)) and len(value) > 1
    return is_list and all(isinstance(mark, int) and mark in (0, 1) for mark in value)


def context_text(value: Any) -> str:
    """The context of a question: a text unchanged, the options of a choice, in whatever form, as lines A) to Z).

    A list of lists is text in paragraphs.
    """
    is_list = isinstance(value, (list, tuple)) and not is_parts(value)
    if is_list and value and all(isinstance(item, (list, tuple)) for item in value):
        return "\n".join(" ".join(str(part).strip() for part in item) for item in value)
    if is_list or isinstance(value, dict) or (isinstance(value, str) and is_labelled(value)):
        options = options_of(value)
        if is_list or (len(options) > 1 and has_short_labels(options)):
            return as_lines(options)
    return as_text(value)


def passes(raw: RawRow, filters: Iterable[RowFilter]) -> bool:
    """Whether a row meets all conditions."""
    return all(_meets(value_at(raw, condition.field), condition) for condition in filters)


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
