"""DataFile: the rows of a JSON, JSONL, CSV or Parquet file, plain or gzipped, read lazily and in order."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from core.data.json_stream import BrokenJson, decode, elements
from core.data.row import RawRow
from core.data.text_stream import MAX_ROW_BYTES, TextStream
from core.errors import InvalidInput, NotFound

MAX_COLUMNS = 1000
"""The most columns a data file may have."""
MAX_NESTING = 32
"""How deeply a value in a row may be nested."""

SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
DATA_KEYS = ("data", "rows", "examples", "items")
"""Under which key an object may hold its list of rows."""
HEAD_LINES = 30
FIELD = "dataset.source"


class DataFile:
    """One data file.

    Args:
        encoding: The encoding of its text; None for UTF-8, or the one of its byte order mark.

    Attributes:
        notes: Facts on its form, in words; complete once the first row is read.

    Raises:
        NotFound: There is no such file.
        InvalidInput: Its name has none of SUFFIXES.
    """

    def __init__(self, path: Path, encoding: str | None = None):
        self.path = path
        self.notes: list[str] = []
        self._encoding = encoding
        self._columns: set[str] = set()
        self._fraction: Callable[[], float] = lambda: 0.0
        self._reader = READERS[suffix_of(path)]
        if not path.is_file():
            problem = f"there is no data file {path.name}"
            raise NotFound(f"{problem[0].upper()}{problem[1:]}.", "Check dataset.source.", {FIELD: problem})

    @property
    def fraction(self) -> float:
        """Share of the file read by the latest `rows`, 0 to 1."""
        return self._fraction()

    def rows(self) -> Iterator[RawRow]:
        """The rows, as the file has them: CSV cells are text, JSON and Parquet values keep their types.

        Raises:
            InvalidInput: The file is broken or hostile; the message names the line, or the row, and the cause.
        """
        self.notes, self._columns = [], set()
        return self._reader(self)

    def first(self, count: int) -> list[RawRow]:
        """At most `count` rows from the start; the rest of the file is not read."""
        return list(islice(self.rows(), count))

    def follow(self, by_line: bool = True) -> TextStream:
        """Its text from the start, watched for `fraction` and `notes`."""
        stream = TextStream(self.path, self._encoding, by_line)
        self._fraction = lambda: stream.fraction
        self.notes += [note for note in stream.notes if note not in self.notes]
        return stream

    def refused(self, where: str, problem: str, hint: str = "Mend it there and upload it again.") -> InvalidInput:
        """The error of a broken place."""
        return InvalidInput(f"{self.path.name}, {where}: {problem}.", hint, {FIELD: f"{where}: {problem}"})

    def checked(self, row: Any, where: str) -> RawRow:
        """`row` if it can be one.

        Raises:
            InvalidInput: It is no object, too wide, or nested too deeply.
        """
        if not isinstance(row, dict):
            raise self.refused(where, f"a row is an object, not {type(row).__name__}")
        if len(row) > MAX_COLUMNS:
            raise self.refused(where, f"a row has at most {MAX_COLUMNS:,} columns, not {len(row):,}")
        if _is_too_deep(row, MAX_NESTING):
            raise self.refused(where, f"its values are nested more than {MAX_NESTING} deep")
        if not self._columns.issuperset(row):
            self._columns.update(row)
            if len(self._columns) > MAX_COLUMNS:
                raise self.refused(where, f"with it the rows have more than {MAX_COLUMNS:,} columns between them")
        return row


def suffix_of(path: Path) -> str:
    """The format of a file by its name, such as .csv for data.csv.gz.

    Raises:
        InvalidInput: It is none of SUFFIXES.
    """
    name = path.name.lower().removesuffix(".gz")
    suffix = Path(name).suffix
    if suffix not in SUFFIXES:
        problem = f"{path.name} is none of {', '.join(SUFFIXES)}, nor one of them with .gz"
        raise InvalidInput(f"{problem}.", "Convert it to one of them.", {FIELD: problem})
    return suffix


def _read_lines(file: DataFile) -> Iterator[RawRow]:
    with io.BufferedReader(file.follow(), 1 << 20) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield file.checked(_parsed(line, file, number), f"line {number}")


def _parsed(line: bytes, file: DataFile, number: int) -> Any:
    try:
        return decode(line.decode("utf-8").strip())
    except BrokenJson as error:
        raise file.refused(f"line {number}", str(error)) from error


def _read_json(file: DataFile) -> Iterator[RawRow]:
    """A list of rows, an object that holds one, SQuAD's nesting, or JSON lines in disguise."""
    if _is_json_lines(file):
        file.notes.append("one object a line")
        yield from _read_lines(file)
        return
    stream = file.follow(by_line=False)
    try:
        for number, (line, element) in enumerate(elements(stream, DATA_KEYS), 1):
            for row in _flattened(element):
                yield file.checked(row, f"element {number} (line {line})")
    except BrokenJson as error:
        raise file.refused(f"line {error.line}", str(error)) from error
    finally:
        stream.close()


def _is_json_lines(file: DataFile) -> bool:
    """Whether a .json file is JSON lines: its first two lines are whole objects."""
    with io.BufferedReader(file.follow(by_line=False)) as lines:
        heads = [lines.readline(1 << 20) for _ in range(2)]
    try:
        return all(isinstance(decode(head.decode("utf-8").strip()), dict) for head in heads)
    except (BrokenJson, UnicodeDecodeError):
        return False


def _flattened(element: Any) -> Iterator[Any]:
    """SQuAD's articles as one row per question; other rows do not change. Source: the SQuAD 2.0 file format."""
    paragraphs = element.get("paragraphs") if isinstance(element, dict) else None
    if not (isinstance(paragraphs, list) and paragraphs and all(map(_is_squad, paragraphs))):
        yield element
        return
    for paragraph in paragraphs:
        for question in paragraph["qas"]:
            answers = [answer.get("text", "") for answer in question.get("answers", ())]
            rest = {key: value for key, value in question.items() if key not in ("answers", "plausible_answers")}
            shared = {"title": element.get("title", ""), "context": paragraph.get("context", "")}
            yield {**shared, **rest, "answers": {"text": answers}}


def _is_squad(paragraph: Any) -> bool:
    """Whether a paragraph holds questions as SQuAD writes them."""
    questions = paragraph.get("qas") if isinstance(paragraph, dict) else None
    return isinstance(questions, list) and all(
        isinstance(question, dict) and all(isinstance(answer, dict) for answer in question.get("answers", ()))
        for question in questions
    )


def _read_csv(file: DataFile) -> Iterator[RawRow]:
    csv.field_size_limit(MAX_ROW_BYTES)
    delimiter = _delimiter(file)
    with io.TextIOWrapper(io.BufferedReader(file.follow(), 1 << 20), encoding="utf-8", newline="") as lines:
        file.notes.append(f"{DELIMITERS[delimiter]} separate the columns")
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        begun = 1
        try:
            columns = _columns(file, next(reader, None))
            begun = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield _csv_row(file, columns, cells, begun)
                begun = reader.line_num + 1
        except csv.Error as error:
            problem = str(error).replace("unexpected end of data", "a quotation mark is opened and never closed")
            raise file.refused(f"line {begun}", problem, "Check the quotes of that row.") from error


def _delimiter(file: DataFile) -> str:
    """The separator that cuts the first lines into the most columns, the same number in each; a comma otherwise."""
    with io.TextIOWrapper(io.BufferedReader(file.follow()), encoding="utf-8", newline="") as lines:
        head = list(islice(lines, HEAD_LINES))
    best, most = ",", 1
    for delimiter in DELIMITERS:
        try:
            widths = [len(cells) for cells in csv.reader(head, delimiter=delimiter) if cells]
        except csv.Error:
            continue
        if len(head) == HEAD_LINES:  # the last row may go on
            del widths[-1:]
        if widths and widths[0] > most and widths.count(widths[0]) >= 0.9 * len(widths):
            best, most = delimiter, widths[0]
    return best


def _columns(file: DataFile, cells: list[str] | None) -> list[str]:
    if not cells or not any(cell.strip() for cell in cells):
        raise file.refused("line 1", "there are no column headers", "Name the columns in the first line.")
    if len(cells) > MAX_COLUMNS:
        raise file.refused("line 1", f"a file has at most {MAX_COLUMNS:,} columns, not {len(cells):,}")
    names = [cell.strip() or f"column_{number}" for number, cell in enumerate(cells, 1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise file.refused("line 1", f"two columns are called {twice!r}", "Give each column its own name.")
    return names


def _csv_row(file: DataFile, columns: list[str], cells: list[str], line: int) -> RawRow:
    if len(cells) != len(columns):
        problem = f"it has {len(cells)} values where the header names {len(columns)} columns"
        raise file.refused(f"line {line}", problem, "Put values that hold the separator or a line break in quotes.")
    return dict(zip(columns, cells, strict=True))


def _read_parquet(file: DataFile) -> Iterator[RawRow]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(file.path, memory_map=True, pre_buffer=False) as table:
            if table.metadata.num_columns > MAX_COLUMNS:
                raise file.refused("schema", f"a file has at most {MAX_COLUMNS:,} columns")
            total, read = table.metadata.num_rows, 0
            file.notes = [f"{total:,} rows"]
            for batch in table.iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    read += 1
                    file._fraction = partial(float, read / total)
                    yield file.checked(row, f"row {read}")
    except (pyarrow.ArrowException, OSError) as error:
        raise file.refused("file", f"it is not readable Parquet: {_first_line(error)}", "Write it again.") from error


def _is_too_deep(value: Any, room: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return room == 0 or any(_is_too_deep(item, room - 1) for item in inner if isinstance(item, (dict, list)))


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0][:200]


READERS: dict[str, Callable[[DataFile], Iterator[RawRow]]] = {
    ".json": _read_json,
    ".jsonl": _read_lines,
    ".ndjson": _read_lines,
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".parquet": _read_parquet,
}
