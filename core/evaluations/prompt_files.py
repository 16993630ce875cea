"""Files of prompts: reads prompts, and references where there are any, from lines, tables and JSON lines."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict

from constants import MAX_PROMPT_FILE_BYTES, MAX_PROMPTS
from core.data.formats import SUFFIXES, DataFile
from core.data.guess import columns_of, guess_mapping
from core.data.json_stream import BrokenJson, decode
from core.data.mapping import Extras, as_json, as_text, split_answer, with_context
from core.data.paths import is_parts, is_system, value_at
from core.data.roles import FORM, NAMES, Guess
from core.data.row import RawRow
from core.data.section import DatasetConfig, FinalAnswer
from core.data.text_stream import TextStream
from core.errors import InvalidInput

GUESS_ROWS = 50
LINES = (".jsonl", ".ndjson")
KINDS = (".txt", *SUFFIXES)
ROLES = {"human": "user", "gpt": "assistant", "model": "assistant"}
"""Roles in the chats of other programs -> ours."""
NAMED_CHARACTERS = 200
Unused = Counter[str]
"""Parts of chats that are not used -> the number of rows that have them."""
TEXT_HINT = (
    "Name the columns in the first line, such as prompt and reference; prompts alone go one a line into a .txt file."
)


class FilePrompt(TypedDict):
    """One prompt, the expected answer if there is one, and further columns that the run's rewards read."""

    prompt: str
    reference: str | None
    extras: Extras


@dataclass(frozen=True)
class Prompts:
    """The prompts of a file, in its order.

    Attributes:
        left_out: The number of rows without a prompt.
        notes: How a prompt was put together, and which columns or turns are not used.
    """

    prompts: list[FilePrompt]
    left_out: int
    notes: list[str]


@dataclass(frozen=True)
class Roles:
    """The columns of a table; None where it has none.

    Attributes:
        instruction: The column of prompts.
        contexts: The columns that are added to the prompt, as in training.
        answer: The column of expected answers; `rule` finds the reference in an answer.
        chat: A column of chats instead; the first question and the first answer are used.
    """

    instruction: str | None
    contexts: tuple[str, ...] = ()
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

    The file's columns are those of the run's data set if it has all of them; else their names are matched. A context is
    added to the prompt as in training. A JSON line may be a text alone. Blank lines and rows without a prompt are left
    out.

    Args:
        encoding: The encoding of its text; None for UTF-8, or the one that a byte order mark names.
        columns: Further columns to read where a row has them: the name among the extras -> the column.
        data: The data set of the run whose model is asked; None without a run.
    Raises:
        InvalidInput: It can't be read, has no column of prompts, no prompts, or more than MAX_PROMPTS; the message
            names the file, and the line if known.
    """
    try:
        if _kind(path) == ".txt":
            with closing(_of_lines(path, encoding)) as lines:
                found = _collected(lines, path)
        else:
            found = _of_table(_rows(path, encoding), path, columns or {}, data)
    except InvalidInput as error:
        hint = error.hint.replace("set dataset.encoding to", 'name it as "encoding" in the options:')
        raise InvalidInput(error.message, hint, {"file": next(iter(error.fields.values()), error.message)}) from error
    if not found.prompts:
        raise refused(path, "holds no prompts", "Write one prompt a line.")
    return found


def _prompt(prompt: str, reference: str = "", extras: Extras | None = None) -> FilePrompt:
    return {"prompt": prompt, "reference": reference or None, "extras": extras or {}}


def _collected(found: Iterable[FilePrompt], path: Path) -> Prompts:
    prompts: list[FilePrompt] = []
    left_out = characters = 0
    for prompt in found:
        if not prompt["prompt"]:
            left_out += 1
            continue
        prompts.append(prompt)
        characters += len(json.dumps(prompt, ensure_ascii=False))
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


def _of_lines(path: Path, encoding: str | None) -> Generator[FilePrompt, None, None]:
    with io.TextIOWrapper(io.BufferedReader(TextStream(path, encoding)), encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield _prompt(line.strip())


def _rows(path: Path, encoding: str | None) -> Iterator[RawRow | str]:
    file = DataFile(path, encoding)
    return _json_lines(file) if _kind(path) in LINES else file.rows()


def _json_lines(file: DataFile) -> Iterator[RawRow | str]:
    """The rows of JSON lines; a row may be a text alone."""
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
    rows: Iterator[RawRow | str], path: Path, columns: Mapping[str, str], data: DatasetConfig | None
) -> Prompts:
    head = list(islice(rows, GUESS_ROWS))
    tables = [row for row in head if isinstance(row, dict)]
    roles = _roles(tables, path, data) if tables else None
    passed_over: Unused = Counter()
    found = _collected(_of_rows(chain(head, rows), path, columns, roles, passed_over), path)
    return replace(found, notes=_notes(tables, roles, columns.values(), passed_over) if roles else [])


def _roles(tables: Sequence[RawRow], path: Path, data: DatasetConfig | None) -> Roles:
    if data is not None:
        needed = [path for path in data.contexts if not is_system(path)]
        trained = (data.instruction_field, *filter(None, [data.response_field]), *needed)
        if all(any(value_at(row, column) is not None for row in tables) for column in trained):
            return Roles(data.instruction_field, data.contexts, data.response_field, data.final_answer)
    mapping, chat = guess_mapping(tables), _chat_column(tables[0])
    found = [guess.field for guess in (mapping.instruction, mapping.response) if _is_sure(guess)]
    if chat and all(str(path).startswith(f"{chat}.") for path in found):
        return Roles(None, rule=mapping.final_answer, chat=chat)
    if not _is_sure(mapping.instruction):
        names = ", ".join(columns_of(tables))[:NAMED_CHARACTERS]
        problem = (
            f"has no column of prompts (it may be called {', '.join(NAMES['instruction'][:3])} ...), only: {names}"
        )
        raise refused(path, problem, TEXT_HINT)
    answer = mapping.response.field if _is_sure(mapping.response) else None
    return Roles(mapping.instruction.field, mapping.context.paths, answer, mapping.final_answer)


def _chat_column(row: RawRow) -> str | None:
    """The column that holds a chat in the form of OpenAI or ShareGPT."""
    for name, value in row.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and value[0].keys() & {"role", "from"}:
            return name
    return None


def _of_rows(
    rows: Iterable[RawRow | str], path: Path, columns: Mapping[str, str], roles: Roles | None, passed_over: Unused
) -> Iterator[FilePrompt]:
    for row in rows:
        if isinstance(row, str):
            yield _prompt(row.strip())
            continue
        if roles is None:
            raise refused(path, "begins with texts and goes on with objects", "Write all of it in one form.")
        if roles.chat:
            prompt, answer = _of_chat(value_at(row, roles.chat), path, passed_over)
        else:
            prompt, answer = _text(row, roles.instruction, path), _text(row, roles.answer, path)
        held = {name: value for name, column in columns.items() if (value := value_at(row, column)) is not None}
        reference = split_answer(answer, roles.rule)[0]
        yield _prompt(with_context(row, prompt, roles.contexts), reference, as_json(held))


def _of_chat(turns: Any, path: Path, passed_over: Unused) -> tuple[str, str]:
    """The first question of a chat and its answer; rows with further turns are counted."""
    first: dict[str, str] = {}
    has_more = False
    for turn in turns if isinstance(turns, list) else ():
        role = str(value_at(turn, "role") or value_at(turn, "from"))
        role = ROLES.get(role, role)
        if role in first or (role == "assistant" and "user" not in first):
            has_more = True
        else:
            first[role] = _text(turn, "value" if value_at(turn, "content") is None else "content", path)
    passed_over["a system message"] += "system" in first
    passed_over["further turns"] += has_more or bool(first.keys() - {"system", "user", "assistant"})
    return first.get("user", ""), first.get("assistant", "")


def _notes(tables: Sequence[RawRow], roles: Roles, extras: Iterable[str], passed_over: Unused) -> list[str]:
    notes = []
    before = [repr(path) for path in roles.contexts if is_system(path)]
    after = [repr(path) for path in roles.contexts if not is_system(path)]
    if roles.contexts:
        parts = [*before, repr(roles.instruction), *after]
        notes.append(f"Each prompt is {' followed by '.join(parts)}.")
    more = [f"{part} in {count} row{'' if count == 1 else 's'}" for part, count in passed_over.items() if count]
    if more:
        notes.append(f"Only the first question of each chat is asked; not used: {', '.join(more)}.")
    used = [*filter(None, (roles.instruction, *roles.contexts, roles.answer, roles.chat)), *extras]
    unused = [name for name in columns_of(tables) if not any(f"{column}.".startswith(f"{name}.") for column in used)]
    if unused:
        notes.append(f"Columns that are not used: {', '.join(unused)[:NAMED_CHARACTERS]}.")
    return notes


def _is_sure(guess: Guess) -> bool:
    """Whether a column was found by its name or by the form of a chat, and not because there was no other."""
    return guess.field is not None and guess.confidence >= FORM


def _text(row: RawRow, column: str | None, path: Path) -> str:
    value = value_at(row, column) if column else None
    inner = value[0] if isinstance(value, list) and value else value
    if isinstance(inner, dict) and not is_parts(value):
        problem = f"has objects with {', '.join(map(str, inner))[:100]} in the column {column!r}, not texts"
        raise refused(path, problem, "Give each value a column of its own.")
    return as_text(value)
