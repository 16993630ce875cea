"""Read JSON, JSONL, CSV and Parquet files into rows, lazily where the format allows."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from core.errors import InvalidInput
from core.jsonfile import read_json

MAX_CELL_CHARACTERS = 10_000_000


def read_rows(path: Path) -> Iterator[dict]:
    """The rows of a data file, in order.

    Raises:
        InvalidInput: Not one of the formats, or broken; the message names the file and, where there is one, the line.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InvalidInput(f"{path.name} is none of {', '.join(READERS)}.", "Convert it to one of them.")
    if not path.is_file():
        raise InvalidInput(
            f"There is no data file {path.name}.", "Check dataset.source.", {"dataset.source": "no such file"}
        )
    yield from reader(path)


def _read_json(path: Path) -> Iterator[dict]:
    value = read_json(path)
    rows = value.get("data") if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise InvalidInput(f"{path.name} is neither a list nor an object with a data list.", "Wrap the rows in [...].")
    for number, row in enumerate(rows, 1):
        yield _checked(row, path, f"element {number}")


def _read_jsonl(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(_decoded(lines, path), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise InvalidInput(f"{path.name}, line {number}: {error.msg}.", "Mend that line.") from error
            yield _checked(row, path, f"line {number}")


def _read_csv(path: Path) -> Iterator[dict]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        try:
            for row in csv.DictReader(_decoded(lines, path), strict=True):
                yield {key: value for key, value in row.items() if key is not None}
        except csv.Error as error:
            raise InvalidInput(f"{path.name} is not valid CSV: {error}.", "Check its quotes.") from error


def _read_parquet(path: Path) -> Iterator[dict]:
    import pyarrow
    import pyarrow.parquet

    try:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=1024):
            yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        raise InvalidInput(f"{path.name} is not a readable Parquet file: {error}.", "Write it again.") from error


def _decoded(lines: Iterator[str], path: Path) -> Iterator[str]:
    try:
        yield from lines
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error


def _checked(row: object, path: Path, where: str) -> dict:
    if isinstance(row, dict):
        return row
    raise InvalidInput(f"{path.name}, {where}: a row is an object, not {type(row).__name__}.", "Mend that row.")


READERS: dict[str, Callable[[Path], Iterator[dict]]] = {
    ".json": _read_json,
    ".jsonl": _read_jsonl,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}
