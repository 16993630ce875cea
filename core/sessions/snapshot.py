"""What was read of a long log, kept beside it, so that a new server need not read it all again.

A snapshot is never needed: one that is missing, broken or of another log is left out, and any can be thrown away.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from core.errors import Broken, NotFound
from core.jsonfile import checker, read_stored, write_bytes, write_json
from core.sessions.state import SessionState

EVERY_BYTES = 4 * 1024 * 1024
"""A snapshot is made when so much has been read since the last one; less is read in a few milliseconds."""
SIGN_BYTES = 256
STATE_NAME, INDEX_NAME = ".state.json", ".metrics.index"


@dataclass(frozen=True)
class Mark:
    """How far a log was read: a place in bytes, and the checksum of what stands before it and of the code that read it,
    which tells another log and another version."""

    offset: int
    sign: int

    def fits(self, log: Path) -> bool:
        """Whether the log still says the same before the mark."""
        return mark(log, self.offset) == self


def mark(log: Path, offset: int) -> Mark | None:
    """The mark of a place in a log; None where the log does not reach it."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, offset - SIGN_BYTES))
            before = file.read(min(offset, SIGN_BYTES))
    except OSError:
        return None
    return Mark(offset, zlib.crc32(before, _sign_of_code())) if len(before) == min(offset, SIGN_BYTES) else None


@cache
def _sign_of_code() -> int:
    """The checksum of the modules that read logs: what another version has made of one is not taken over."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return zlib.crc32(b"".join(module.read_bytes() for module in modules))


@dataclass(frozen=True)
class KeptState:
    """A state, and the part of the log that it was folded from."""

    mark: Mark
    state: SessionState


def kept_state(log: Path) -> KeptState | None:
    """The snapshot of a session's state; None where there is none that fits its log."""
    with suppress(NotFound, Broken):
        kept = read_stored(log.with_name(STATE_NAME), KeptState)
        if kept.mark.fits(log):
            return kept
    return None


def keep_state(log: Path, offset: int, state: SessionState) -> None:
    """Make the snapshot of a state; a full disk costs nothing but that."""
    place = mark(log, offset)
    if place is not None:
        with suppress(OSError):
            write_json(log.with_name(STATE_NAME), asdict(KeptState(place, state)))


@dataclass(frozen=True)
class IndexHead:
    """The first line of an index: its mark, the checksum of what follows, and the number of rows of each phase."""

    mark: Mark
    sum: int
    rows: dict[str, int]


Index = dict[str, tuple["array[int]", "array[int]"]]
"""Phase -> its steps, and the places of their lines."""


def kept_index(log: Path) -> tuple[int, Index] | None:
    """How far the metrics of a log are indexed, and the index; None where there is none that fits the log."""
    try:
        line, _, body = log.with_name(INDEX_NAME).read_bytes().partition(b"\n")
        head: IndexHead = checker(IndexHead).validate_json(line, strict=True)
        if zlib.crc32(body) != head.sum or not head.mark.fits(log):
            return None
        return head.mark.offset, dict(_phases(head.rows, body))
    except (OSError, ValueError):
        return None


def keep_index(log: Path, offset: int, index: Index) -> None:
    """Make the snapshot of an index; a full disk costs nothing but that."""
    place, body = mark(log, offset), b"".join(column.tobytes() for pair in index.values() for column in pair)
    if place is None:
        return
    head = IndexHead(place, zlib.crc32(body), {phase: len(steps) for phase, (steps, _) in index.items()})
    with suppress(OSError):
        write_bytes(log.with_name(INDEX_NAME), json.dumps(asdict(head)).encode("ascii") + b"\n" + body)


def _phases(rows: Mapping[str, int], body: bytes) -> Iterator[tuple[str, tuple["array[int]", "array[int]"]]]:
    at = 0
    for phase, count in rows.items():
        columns = array("q"), array("q")
        for column in columns:
            column.frombytes(body[at : at + 8 * count])
            at += 8 * count
        yield phase, columns
