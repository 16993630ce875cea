"""TextStream: the bytes of a plain or gzipped text file as clean UTF-8, with line numbers in errors."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import Any

from core.errors import InvalidInput

MAX_ROW_BYTES = 16 * 1024 * 1024
"""The largest single row of a data file; more is no row but a broken file."""

GZIP_MAGIC = b"\x1f\x8b"
FOREIGN_MAGIC = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF file",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"SQLite format 3": "an SQLite database",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
}
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
LINE_HINT = "Mend the file there, or convert it, and upload it again."


class TextStream(io.RawIOBase):
    """A readable binary stream of UTF-8 without byte order mark; raises InvalidInput naming the line.

    Args:
        path: The file; gzip is recognised by its first bytes.
        encoding: The encoding of its text; None for UTF-8, or the one of its byte order mark.
        by_line: Whether a row is a line, of at most MAX_ROW_BYTES; otherwise `row_done` marks the end of a row.

    Attributes:
        line: Line breaks read so far, plus one.
        notes: Facts on the file, in words.
    """

    def __init__(self, path: Path, encoding: str | None = None, by_line: bool = True):
        super().__init__()
        self._path = path
        self._by_line = by_line
        self._raw = path.open("rb")
        self._size = path.stat().st_size
        self._end = 1.0
        is_gzip = self._raw.read(2) == GZIP_MAGIC
        self._raw.seek(0)
        self._data = gzip.GzipFile(fileobj=self._raw) if is_gzip else self._raw
        self.line = 1
        self.notes: list[str] = ["gzip"] if is_gzip else []
        self._since_row = 0
        self._pending = b""
        self._begin(encoding)

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._end = self.fraction
        self._raw.close()
        super().close()

    @property
    def fraction(self) -> float:
        """Fraction of the file that is read, of the compressed bytes if it is compressed."""
        if self._raw.closed:
            return self._end
        return self._raw.tell() / self._size if self._size else 1.0

    def row_done(self) -> None:
        """The reader has finished a row that is no line."""
        self._since_row = 0

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer`, a memoryview, with UTF-8; 0 at the end."""
        while not self._pending and not self.closed:
            chunk = self._next(len(buffer))
            if not chunk:
                self._pending = self._decoded(b"", final=True)
                break
            self._pending = self._decoded(chunk, final=False)
        given, self._pending = self._pending[: len(buffer)], self._pending[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def _begin(self, encoding: str | None) -> None:
        head = self._next(1 << 16)
        for magic, name in FOREIGN_MAGIC.items():
            if head.startswith(magic):
                raise self._refused(f"is {name}, not text", "Convert it to JSON, JSONL, CSV or Parquet.")
        mark = next((mark for mark in BYTE_ORDER_MARKS if head.startswith(mark)), b"")
        self.encoding = encoding or BYTE_ORDER_MARKS.get(mark, "utf-8")
        if mark:
            self.notes.append(f"{BYTE_ORDER_MARKS[mark].upper()} with a byte order mark")
        elif encoding:
            self.notes.append(f"read as {encoding}")
        self._decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        self._pending = self._decoded(head[len(mark) :], final=False)

    def _next(self, size: int) -> bytes:
        try:
            return self._data.read1(size)
        except EOFError as error:
            raise self._refused(f"is cut off after line {self.line}: the gzip stream ends early") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self._refused(f"is not readable gzip after line {self.line}: {error}") from error

    def _decoded(self, chunk: bytes, final: bool) -> bytes:
        try:
            text = self._decoder.decode(chunk, final)
            data = text.encode("utf-8")
        except UnicodeDecodeError as error:
            raise self._undecodable(error) from error
        except UnicodeEncodeError as error:
            line = self.line + error.object.count("\n", 0, error.start)
            raise self._refused(f"holds half a character in line {line}, which no text can") from error
        self._check(data)
        self.line += data.count(b"\n")
        return data

    def _check(self, data: bytes) -> None:
        nul = data.find(b"\0")
        if nul >= 0:
            line = self.line + data.count(b"\n", 0, nul)
            raise self._refused(f"holds a NUL byte in line {line}: it is binary, or in another encoding than the text")
        last = data.rfind(b"\n") if self._by_line else -1
        self._since_row = len(data) - last - 1 if last >= 0 else self._since_row + len(data)
        if self._since_row > MAX_ROW_BYTES:
            line = self.line + data.count(b"\n")
            problem = f"has a row of more than {MAX_ROW_BYTES >> 20} MiB at line {line}, which is no sensible row"
            raise self._refused(problem)

    def _undecodable(self, error: UnicodeDecodeError) -> InvalidInput:
        line = self.line + error.object.count(b"\n", 0, error.start)
        byte = f"byte 0x{error.object[error.start]:02X}"
        likely = likely_encoding(error.object[: 1 << 16]) or "another encoding"
        hint = (
            f"It looks like {likely}: save it as UTF-8, or set dataset.encoding to {likely}." if likely else LINE_HINT
        )
        return self._refused(f"is not {self.encoding} in line {line} ({byte})", hint)

    def _refused(self, problem: str, hint: str = LINE_HINT) -> InvalidInput:
        return InvalidInput(f"{self._path.name} {problem}.", hint, {"dataset.source": problem})


def likely_encoding(sample: bytes) -> str | None:
    """A guess at the encoding of `sample`, for a message only; nothing is decoded by it unasked.

    Few high bytes among many letters are a Western text, which Excel saves as cp1252; statistics are only good at
    telling encodings apart where most letters are high bytes, as in Cyrillic or Japanese.
    """
    from charset_normalizer import from_bytes

    if b"\0" in sample:
        return "utf-16-le" if sample.find(b"\0") % 2 else "utf-16-be"
    high = sum(byte > 0x7F for byte in sample)
    if high < 0.2 * len(sample):
        return "cp1252"
    best = from_bytes(sample).best()
    return best.encoding.replace("_", "-") if best else None
