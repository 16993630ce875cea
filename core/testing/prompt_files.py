"""Files of prompts: a prompt a line, a table, or JSON lines, to prompts with the references they may have."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from constants import MAX_PROMPT_FILE_BYTES, MAX_PROMPTS
from core.data.formats import SUFFIXES, DataFile
from core.data.guess import FORM, NAMES, Guess, cell, columns_of, guess_mapping
from core.data.json_stream import BrokenJson, decode
from core.data.mapping import as_json, as_text, split_answer
from core.data.text_stream import TextStream
from core.errors import InvalidInput

GUESS_ROWS = 50
LINES = (".jsonl", ".ndjson")
KINDS = (".txt", *SUFFIXES)
TEXT_HINT = (
    "Name the columns in the first line, such as prompt and reference; prompts alone go one a line into a .txt file."
)


@dataclass(frozen=True)
class Prompts:
    """What a file holds.

    Attributes:
        prompts: {"prompt", "reference", "extras"} each, in the file's order; reference null where there is none.
        left_out: How many rows have no prompt.
    """

    prompts: list[dict]
    left_out: int


def read_prompts(path: Path, encoding: str | None = None, columns: Mapping[str, str] | None = None) -> Prompts:
    """The prompts of a file, by its name: .txt, or any data file that core.data.formats reads.

    Columns are found by their names, as those of data sets are. A JSON line may be a text alone. Blank lines and rows
    with an empty prompt are left out.

    Args:
        path: The file; its name stands in errors.
        encoding: Of its text; None for UTF-8, or what a byte order mark says.
        columns: Further columns that are read where a row has them: the name among the extras -> the column.
    Raises:
        InvalidInput: It can't be read, has no column of prompts, none at all, or more than MAX_PROMPTS; the message
            names the file, and the line where there is one.
    """
    try:
        is_text = _kind(path) == ".txt"
        prompts = _of_lines(path, encoding) if is_text else _of_rows(_rows(path, encoding), path, columns or {})
        found = _collected(prompts, path)
    except InvalidInput as error:
        hint = error.hint.replace("set dataset.encoding to", 'name it as "encoding" in the options:')
        raise InvalidInput(error.message, hint, {"file": next(iter(error.fields.values()), error.message)}) from error
    if not found.prompts:
        raise refused(path, "holds no prompts", "Write one prompt a line.")
    return found


def _prompt(prompt: str, reference: str = "", extras: dict | None = None) -> dict:
    return {"prompt": prompt, "reference": reference or None, "extras": extras or {}}


def _collected(found: Iterable[dict], path: Path) -> Prompts:
    prompts: list[dict] = []
    left_out = characters = 0
    for one in found:
        if not one["prompt"]:
            left_out += 1
            continue
        prompts.append(one)
        characters += len(json.dumps(one, ensure_ascii=False))
        if len(prompts) > MAX_PROMPTS:
            raise refused(path, f"has more than {MAX_PROMPTS:,} prompts", "Split it into several files.")
        if characters > MAX_PROMPT_FILE_BYTES:
            limit = MAX_PROMPT_FILE_BYTES >> 20
            raise refused(path, f"holds more than {limit} million characters", "Split it into several files.")
    return Prompts(prompts, left_out)


def refused(path: Path, problem: str, hint: str) -> InvalidInput:
    """The error of a file as a whole."""
    return InvalidInput(f"{path.name} {problem}.", hint, {"file": problem})


def _kind(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    kind = Path(name).suffix
    if kind not in KINDS:
        raise refused(
            path, f"is none of {', '.join(KINDS)}", "Save it as a .txt file with one prompt a line, or as .csv."
        )
    return kind


def _of_lines(path: Path, encoding: str | None) -> Iterator[dict]:
    with io.TextIOWrapper(io.BufferedReader(TextStream(path, encoding)), encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield _prompt(_sound(line.strip()))


def _rows(path: Path, encoding: str | None) -> Iterator[dict | str]:
    file = DataFile(path, encoding)
    return _json_lines(file) if _kind(path) in LINES else file.rows()


def _json_lines(file: DataFile) -> Iterator[dict | str]:
    """The rows of JSON lines, of which some may be texts alone."""
    with io.BufferedReader(file.follow(), 1 << 20) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                value = decode(line.decode("utf-8").strip())
            except BrokenJson as error:
                raise file.refused(f"line {number}", str(error), "Write one JSON value a line.") from error
            yield value if isinstance(value, str) else file.checked(value, f"line {number}")


def _of_rows(rows: Iterator[dict | str], path: Path, columns: Mapping[str, str]) -> Iterator[dict]:
    head = list(islice(rows, GUESS_ROWS))
    tables = [row for row in head if isinstance(row, dict)]
    mapping = guess_mapping(tables)
    if tables and not _is_sure(mapping.instruction):
        names = ", ".join(columns_of(tables))[:200]
        problem = (
            f"has no column of prompts (it may be called {', '.join(NAMES['instruction'][:3])} ...), only: {names}"
        )
        raise refused(path, problem, TEXT_HINT)
    answer = mapping.response.field if _is_sure(mapping.response) else None
    for row in chain(head, rows):
        if isinstance(row, str):
            yield _prompt(_sound(row.strip()))
            continue
        if not tables:
            raise refused(path, "begins with texts and goes on with objects", "Write all of it in one form.")
        reference = split_answer(_text(row, answer, path), mapping.final_answer)[0] if answer else ""
        held = {name: value for name, column in columns.items() if (value := cell(row, column)) is not None}
        yield _prompt(_text(row, mapping.instruction.field, path), reference, as_json(held))


def _is_sure(guess: Guess) -> bool:
    """Whether a column was found by its name or by the form of a chat, not for want of another."""
    return guess.field is not None and guess.confidence >= FORM


def _text(row: dict, column: str | None, path: Path) -> str:
    value = cell(row, column)
    if isinstance(value, dict):
        problem = f"has objects with {', '.join(map(str, value))[:100]} in the column {column!r}, not texts"
        raise refused(path, problem, "Give each value a column of its own.")
    return _sound(as_text(value))


def _sound(text: str) -> str:
    """`text` without half characters, which JSON can name and nothing can write."""
    return text.encode("utf-8", "replace").decode("utf-8")
