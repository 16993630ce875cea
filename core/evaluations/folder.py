"""ResultFolder: the files of one record; rows are appended at once, so that none is lost when the server dies."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, BinaryIO

from pydantic_core import from_json

from core.evaluations.record import EvaluationRecord
from core.evaluations.results import ResultRow
from core.files import append_whole
from core.jsonfile import checker, plain, read_json, read_stored, write_json, write_text

CARDS = ("card.md", "card.html")


class ResultFolder:
    """outputs/<session_id>/tests/<test_id>/, or outputs/.tests/<test_id>/."""

    def __init__(self, path: Path):
        self.path = path

    @property
    def results(self) -> Path:
        """The file of rows, one JSON line each; a row may come again, completed, and the last one counts."""
        return self.path / "results.jsonl"

    @property
    def last_written(self) -> float | None:
        """When the latest row was written, in Unix seconds; None without rows."""
        return self.results.stat().st_mtime if self.results.is_file() else None

    def save(self, record: EvaluationRecord) -> None:
        """Write test.json, whole or not at all."""
        write_json(self.path / "test.json", record.as_dict())

    def load(self) -> EvaluationRecord:
        """The record in test.json.

        Raises:
            NotFound: There is no such file.
            Broken: It can't be read.
        """
        file = self.path / "test.json"
        read_stored(file, EvaluationRecord)  # refuses what is none; below, its inner values stay as they are in JSON
        known = {field.name for field in fields(EvaluationRecord)}
        return EvaluationRecord(**{name: held for name, held in read_json(file).items() if name in known})

    def append(self, rows: Sequence[ResultRow]) -> None:
        """Add lines to the file of rows."""
        if rows:
            append_whole(self.results, "".join(json.dumps(plain(row)) + "\n" for row in rows).encode("ascii"))

    def rows(self) -> list[Any]:
        """The rows so far in the original order: BatchRow of a batch, EvaluationRow of an evaluation.

        A line that a kill has cut short is left out.
        """
        found: dict[int, ResultRow] = {}
        if self.results.is_file():
            with self.results.open("rb") as lines:
                found = {row["index"]: row for row in map(_row, lines) if row is not None}
        return [found[index] for index in sorted(found)]

    def tidy(self, rows: Sequence[ResultRow]) -> None:
        """Write every row once, in the original order."""
        if self.results.is_file():
            write_text(self.results, "".join(json.dumps(plain(row)) + "\n" for row in rows))

    def write_cards(self, markdown: str, html: str) -> None:
        """Write both cards of an evaluation."""
        write_text(self.path / "card.md", markdown)
        write_text(self.path / "card.html", html)


class RowPlaces:
    """The offset of each row in a file of results, so that one page of rows can be read without the others.

    The file grows while its record runs and is replaced at the end; each call reads only the new lines.

    Args:
        file: See ResultFolder.results; it need not exist yet.
    """

    def __init__(self, file: Path):
        self._file = file
        self._places: dict[int, int] = {}
        self._inode: int | None = None
        self._end = 0

    def page(self, offset: int, limit: int) -> tuple[list[ResultRow], int]:
        """At most `limit` rows from `offset` on in the original order, and the number of all rows."""
        if not self._file.is_file():
            return [], 0
        with self._file.open("rb") as file:
            self._read_new_lines(file)
            rows = []
            for index in sorted(self._places)[offset : offset + limit]:
                file.seek(self._places[index])
                rows.append(json.loads(file.readline()))
        return rows, len(self._places)

    def _read_new_lines(self, file: BinaryIO) -> None:
        stat = os.fstat(file.fileno())
        if stat.st_ino != self._inode or stat.st_size < self._end:
            self._places, self._inode, self._end = {}, stat.st_ino, 0
        file.seek(self._end)
        for line in file:
            if not line.endswith(b"\n"):  # it is still being written
                break
            row = _row(line)
            if row is not None:
                self._places[row["index"]] = self._end
            self._end += len(line)


def _row(line: bytes) -> Any:
    """The row in a line; None where a kill has cut the line short, or it is none."""
    try:
        row = from_json(line, allow_inf_nan=False)
        checker(ResultRow).validate_json(line, strict=True)
    except ValueError:
        return None
    return row
