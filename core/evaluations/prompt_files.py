"""Files of prompts: a prompt a line, a table, or JSON lines, to prompts with the references they may have."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from constants import MAX_PROMPT_FILE_BYTES, MAX_PROMPTS
from core.data.formats import SUFFIXES, DataFile
from core.data.guess import FORM, NAMES, Guess, by_name, cell, columns_of, guess_mapping
from core.data.json_stream import BrokenJson, decode
from core.data.mapping import CONTEXT_GAP, as_json, as_text, context_text, split_answer
from core.data.section import DatasetConfig, FinalAnswer
from core.data.text_stream import TextStream
from core.errors import InvalidInput

GUESS_ROWS = 50
LINES = (".jsonl", ".ndjson")
KINDS = (".txt", *SUFFIXES)
ROLES = {"human": "user", "gpt": "assistant", "model": "assistant"}
"""What chats call the user and the model elsewhere."""
NAMED_CHARACTERS = 200
TEXT_HINT = (
    "Name the columns in the first line, such as prompt and reference; prompts alone go one a line into a .txt file."
)


@dataclass(frozen=True)
class Prompts:
    """What a file holds.

    Attributes:
        prompts: {"prompt", "reference", "extras"} each, in the file's order; reference null where there is none.
        left_out: How many rows have no prompt.
        notes: What a prompt is made of, and which columns or turns are not used.
    """

    prompts: list[dict]
    left_out: int
    notes: list[str]


@dataclass(frozen=True)
class Roles:
    """Which columns of a table are what; None for none.

    Attributes:
        instruction: The prompt.
        context: What follows it, as in training.
        answer: What is expected; `rule` finds the reference in it.
        chat: A column of chats instead, whose first question and first answer are taken.
    """

    instruction: str | None
    context: str | None = None
    answer: str | None = None
    rule: FinalAnswer = "auto"
    chat: str | None = None


def read_prompts(
    path: Path,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    data: DatasetConfig | None = None,
) -> Prompts:
    """The prompts of a file, by its name: .txt, or any data file that core.data.formats reads.

    Columns are those of the run's data set where the file has all of them; else they are found by their names. A
    context is put after the prompt as in training. A JSON line may be a text alone. Blank lines and rows with an empty
    prompt are left out.

    Args:
        path: The file; its name stands in errors.
        encoding: Of its text; None for UTF-8, or what a byte order mark says.
        columns: Further columns that are read where a row has them: the name among the extras -> the column.
        data: The data set of the run whose model is asked; None without a run.
    Raises:
        InvalidInput: It can't be read, has no column of prompts, none at all, or more than MAX_PROMPTS; the message
            names the file, and the line where there is one.
    """
    try:
        if _kind(path) == ".txt":
            found = _collected(_of_lines(path, encoding), path)
        else:
            found = _of_table(_rows(path, encoding), path, columns or {}, data)
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
    return Prompts(prompts, left_out, [])


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


def _of_table(
    rows: Iterator[dict | str], path: Path, columns: Mapping[str, str], data: DatasetConfig | None
) -> Prompts:
    head = list(islice(rows, GUESS_ROWS))
    tables = [row for row in head if isinstance(row, dict)]
    roles = _roles(tables, path, data) if tables else None
    passed_over: Counter = Counter()
    found = _collected(_of_rows(chain(head, rows), path, columns, roles, passed_over), path)
    return replace(found, notes=_notes(tables, roles, columns.values(), passed_over) if roles else [])


def _roles(tables: Sequence[dict], path: Path, data: DatasetConfig | None) -> Roles:
    if data is not None:
        trained = (data.instruction_field, data.response_field, *filter(None, [data.context_field]))
        if all(any(cell(row, column) is not None for row in tables) for column in trained):
            return Roles(data.instruction_field, data.context_field, data.response_field, data.final_answer)
    mapping, chat = guess_mapping(tables), _chat_column(tables[0])
    if chat and (not _is_sure(mapping.instruction) or str(mapping.instruction.field).startswith(f"{chat}.")):
        return Roles(None, rule=mapping.final_answer, chat=chat)
    if not _is_sure(mapping.instruction):
        names = ", ".join(columns_of(tables))[:NAMED_CHARACTERS]
        problem = (
            f"has no column of prompts (it may be called {', '.join(NAMES['instruction'][:3])} ...), only: {names}"
        )
        raise refused(path, problem, TEXT_HINT)
    answer = mapping.response.field if _is_sure(mapping.response) else None
    context = by_name("context", columns_of(tables), (mapping.instruction.field, answer))
    return Roles(mapping.instruction.field, context.field if context else None, answer, mapping.final_answer)


def _chat_column(row: Mapping) -> str | None:
    """The column that holds a chat, in OpenAI's or ShareGPT's form."""
    for name, value in row.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and value[0].keys() & {"role", "from"}:
            return name
    return None


def _of_rows(
    rows: Iterable[dict | str], path: Path, columns: Mapping[str, str], roles: Roles | None, passed_over: Counter
) -> Iterator[dict]:
    for row in rows:
        if isinstance(row, str):
            yield _prompt(_sound(row.strip()))
            continue
        if roles is None:
            raise refused(path, "begins with texts and goes on with objects", "Write all of it in one form.")
        if roles.chat:
            prompt, answer = _of_chat(cell(row, roles.chat), path, passed_over)
        else:
            prompt, answer = _text(row, roles.instruction, path), _text(row, roles.answer, path)
        context = _sound(context_text(cell(row, roles.context))) if prompt and roles.context else ""
        held = {name: value for name, column in columns.items() if (value := cell(row, column)) is not None}
        reference = split_answer(answer, roles.rule)[0]
        yield _prompt(f"{prompt}{CONTEXT_GAP}{context}" if context else prompt, reference, as_json(held))


def _of_chat(turns: Any, path: Path, passed_over: Counter) -> tuple[str, str]:
    """The first question of a chat and the answer to it; rows in which more stands are counted."""
    first: dict[str, str] = {}
    has_more = False
    for turn in turns if isinstance(turns, list) else ():
        role = str(cell(turn, "role") or cell(turn, "from"))
        role = ROLES.get(role, role)
        if role in first or (role == "assistant" and "user" not in first):
            has_more = True
        else:
            first[role] = _text(turn, "value" if cell(turn, "content") is None else "content", path)
    passed_over["a system message"] += "system" in first
    passed_over["further turns"] += has_more or bool(first.keys() - {"system", "user", "assistant"})
    return first.get("user", ""), first.get("assistant", "")


def _notes(tables: Sequence[dict], roles: Roles, extras: Iterable[str], passed_over: Counter) -> list[str]:
    notes = []
    if roles.context:
        notes.append(f"Each prompt is {roles.instruction!r} followed by {roles.context!r}.")
    more = [f"{what} in {count} row{'' if count == 1 else 's'}" for what, count in passed_over.items() if count]
    if more:
        notes.append(f"Only the first question of each chat is asked; not used: {', '.join(more)}.")
    used = [*filter(None, (roles.instruction, roles.context, roles.answer, roles.chat)), *extras]
    unused = [name for name in columns_of(tables) if not any(f"{one}.".startswith(f"{name}.") for one in used)]
    if unused:
        notes.append(f"Columns that are not used: {', '.join(unused)[:NAMED_CHARACTERS]}.")
    return notes


def _is_sure(guess: Guess) -> bool:
    """Whether a column was found by its name or by the form of a chat, not for want of another."""
    return guess.field is not None and guess.confidence >= FORM


def _text(row: dict, column: str | None, path: Path) -> str:
    value = cell(row, column) if column else None
    inner = value[0] if isinstance(value, list) and value else value
    if isinstance(inner, dict):
        problem = f"has objects with {', '.join(map(str, inner))[:100]} in the column {column!r}, not texts"
        raise refused(path, problem, "Give each value a column of its own.")
    return _sound(as_text(value))


def _sound(text: str) -> str:
    """`text` without half characters, which JSON can name and nothing can write."""
    return text.encode("utf-8", "replace").decode("utf-8")
