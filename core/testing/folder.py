"""ResultFolder: the files of one test; answers are appended as they come, so that a dead server costs none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from core.jsonfile import read_json, write_json, write_text
from core.testing.record import ModelTest, stored_test

CARDS = ("card.md", "card.html")


class ResultFolder:
    """outputs/<session_id>/tests/<test_id>/, or outputs/.tests/<test_id>/.

    Args:
        path: The folder, which need not exist yet.
    """

    def __init__(self, path: Path):
        self.path = path

    @property
    def results(self) -> Path:
        """A JSON line per row; while a test runs a row may come again with more in it, and the last line counts."""
        return self.path / "results.jsonl"

    @property
    def exists(self) -> bool:
        """Whether there is a test in it."""
        return (self.path / "test.json").is_file()

    @property
    def last_written(self) -> float | None:
        """When the latest row was written, in Unix seconds; None without rows."""
        return self.results.stat().st_mtime if self.results.is_file() else None

    def save(self, test: ModelTest) -> None:
        """Write test.json, whole or not at all."""
        write_json(self.path / "test.json", test.as_dict())

    def load(self) -> ModelTest:
        """What test.json holds.

        Raises:
            NotFound: There is none.
            InvalidInput: It is broken.
        """
        return stored_test(read_json(self.path / "test.json"))

    def append(self, rows: Sequence[dict]) -> None:
        """Add rows, or more of them, each with its `index`."""
        if rows:
            with self.results.open("a", encoding="utf-8") as file:
                file.write("".join(json.dumps(row) + "\n" for row in rows))

    def rows(self) -> list[dict]:
        """The rows so far, in the original order; a line that a kill has cut in two is passed over."""
        found: dict[int, dict] = {}
        if self.results.is_file():
            with self.results.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    try:
                        row = json.loads(line)
                    except ValueError:
                        continue
                    if isinstance(row, dict) and isinstance(row.get("index"), int):
                        found[row["index"]] = row
        return [found[index] for index in sorted(found)]

    def tidy(self, rows: Sequence[dict]) -> None:
        """Write every row once, in the original order."""
        if self.results.is_file():
            write_text(self.results, "".join(json.dumps(row) + "\n" for row in rows))

    def write_cards(self, markdown: str, html: str) -> None:
        """Keep both cards of an evaluation."""
        write_text(self.path / "card.md", markdown)
        write_text(self.path / "card.html", html)
