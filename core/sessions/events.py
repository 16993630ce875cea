"""The event log of a session: kinds of events, one appending writer, and a reader that follows the file."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from pydantic import Field, ValidationError
from pydantic_core import from_json

from core.errors import NotFound
from core.files import append_whole
from core.jsonfile import checker, first_problem, plain, reading
from core.sessions.kinds import Event, LaterEvent, UnreadEvent

KINDS: dict[str, str] = {
    "queued": "waits for a device",
    "starting": "the server starts a worker: device, attempt",
    "started": "the worker runs: pid",
    "phase": "a phase begins: phase, detail",
    "notice": "something the user should know: level, field, message",
    "loaded": "the model is in memory: engine, device, dtype, parameters, trainable_parameters, adapted_layers, "
    "seconds",
    "data": "the rows are split: warm_up, train, held_out, left_out, samples",
    "metrics": "one logged step: step, total_steps, phase and TRL's numbers under the documented names",
    "completions": "the groups of a step are stored: step, file, groups",
    "evaluation": "held-out score: stage, step, correct or null, scored, total, marks, reward, rewards, row_rewards",
    "checkpoint": "a checkpoint is on disk: step, path",
    "resumed": "training goes on from a checkpoint: from_step; later steps of the earlier attempt no longer count",
    "heartbeat": "the worker is alive",
    "stopping": "a stop request was seen: mode",
    "progress": "how far a phase is: phase, fraction, text",
    "saved": "the adapter is on disk: path",
    "completed": "the work is done",
    "stopped": "stopped on request: mode, step, saved",
    "failed": "it could not be done: cause, cure, code, exit_code, log_tail",
    "interrupted": "the worker is gone and left no word",
    "unread": "in place of a line that can't be read; a reader makes it, with seq 0 and t 0: problem",
}
"""Every kind of event and its content; each also has seq (from 1, without gaps) and t (Unix time in seconds)."""

RESERVE_NAME, RESERVE_BYTES = ".reserve", 128 * 1024

HEAD = re.compile(rb'\{"seq": (?P<seq>\d{1,15}), "t": [\d.e+-]+, "kind": "(?P<kind>\w+)"')
"""How a line begins that EventLog has written."""

KNOWN = Annotated[Event, Field(discriminator="kind")]

FINAL_KINDS = ("completed", "stopped", "failed", "interrupted")

SHORTEST_LINE_BYTES = 30
"""No event has fewer, so the place of a line bounds its `seq`: a false one would hide all events after it."""


class EventLog:
    """The one writer of an event log at a time; safe to use from several threads of its process."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time):
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._seq = _repair(path)
        self.last_t = clock()

    def append(self, kind: str, **fields: Any) -> Event:
        """Write one event and return it; NaN and infinities become null, since JSON has none.

        Raises:
            OSError: The disk is full or the folder is gone; nothing is then written by halves.
        """
        if kind not in KINDS:
            raise ValueError(f"unknown event kind {kind!r}")
        with self._lock:
            event: Any = {"seq": self._seq + 1, "t": round(self._clock(), 3), "kind": kind, **plain(fields)}
            line = json.dumps(event, allow_nan=False) + "\n"
            try:
                append_whole(self._path, line.encode("utf-8"))
            except OSError:
                if kind not in FINAL_KINDS or not self._give_up_reserve():
                    raise
                append_whole(self._path, line.encode("utf-8"))
            self._seq += 1
            self.last_t = event["t"]
            written: Event = event
            return written

    def _give_up_reserve(self) -> bool:
        """Free the disk space that is reserved for the last events; whether there was any."""
        reserve = self._path.with_name(RESERVE_NAME)
        if not reserve.exists():
            return False
        reserve.unlink()
        return True


def keep_reserve(folder: Path) -> None:
    """Keep a little disk back in `folder` for the last event of a run that fills the disk."""
    (folder / RESERVE_NAME).write_bytes(os.urandom(RESERVE_BYTES))


class EventReader:
    """Follows an event log: each `read` gives the whole events written since the last one.

    Args:
        path: The log.
        offset: Where to begin, in bytes.
        end: Where to stop, in bytes; None for the end of the file.

    Attributes:
        offset: How much of the file has been read, in bytes.
    """

    def __init__(self, path: Path, offset: int = 0, end: int | None = None):
        self._path = path
        self._end = end
        self.offset = offset

    def read(self) -> list[Event]:
        """New events in order; a line still being written is left for the next call."""
        return list(self.follow())

    def follow(self) -> Iterator[Event]:
        """New events one at a time, so that a long log is never in memory whole."""
        for place, line in self.lines():
            yield event_in(place, line)

    def follow_latest(self, kinds: Collection[str]) -> Iterator[Event]:
        """New events; where events of the named kinds follow one another, only the last of each kind. The rest is not
        even parsed, which is nearly all of a long log."""
        held: dict[str, tuple[int, bytes]] = {}
        for place, line in self.lines():
            head = HEAD.match(line)
            if head and (kind := head["kind"].decode("ascii")) in kinds and line.endswith(b"}\n"):
                held.pop(kind, None)
                held[kind] = place, line
                continue
            yield from (event_in(*latest) for latest in held.values())
            yield event_in(place, line)
            held = {}
        yield from (event_in(*latest) for latest in held.values())

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """The place in the file and the bytes of each new line that is whole.

        Raises:
            Broken: The file is there and can't be opened.
        """
        try:
            with reading(self._path):
                file = self._path.open("rb")
        except NotFound:
            return
        with file:
            file.seek(self.offset)
            for line in file:
                if not line.endswith(b"\n") or (self._end is not None and self.offset >= self._end):
                    return
                offset, self.offset = self.offset, self.offset + len(line)
                yield offset, line


def read_events(path: Path, after_seq: int = 0) -> list[Event]:
    """All whole events of a log with seq above `after_seq`; empty when there is no log."""
    return [event for event in EventReader(path).read() if event["seq"] > after_seq or not after_seq]


def place_after(path: Path, seq: int) -> int:
    """Where in a log the events above `seq` begin, in bytes; found by halving, since their numbers rise."""
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            place, number = _numbered_line(file, middle)
            if number is not None and number <= seq:
                low = place
            else:
                high = middle
        return low


def _numbered_line(file: BinaryIO, start: int) -> tuple[int, int | None]:
    """The end of the first line at or after `start` that has a number, and the number; (end of file, None) for none."""
    file.seek(max(0, start - 1))
    if start:
        file.readline()  # the rest of the line before; nothing where `start` is the beginning of one
    for line in file:
        head = HEAD.match(line)
        if head:
            return file.tell(), int(head["seq"])
    return file.tell(), None


def event_in(place: int, line: bytes) -> Event:
    """The event in a line of a log; an UnreadEvent where it can't be read, so that it hides no other.

    Args:
        place: Where the line begins in the file, in bytes.
        line: The line. An event of a later version, whose kind is not known here, is an event, too.
    """
    try:
        event: Any = from_json(line, allow_inf_nan=False)
        checker(KNOWN if _kind(event) in KINDS else LaterEvent).validate_python(event, strict=True)
    except ValidationError as error:
        return _unread(place, first_problem(error))
    except ValueError as error:
        return _unread(place, str(error))
    known: Event = event
    problem = _contradiction(known, place)
    return _unread(place, problem) if problem else known


def _seq_in(place: int, line: bytes) -> int:
    """The seq of a line, nearly always without parsing it; 0 for one that can't be true."""
    head = HEAD.match(line)
    seq = int(head["seq"]) if head else event_in(place, line)["seq"]
    return seq if _is_likely(seq, place) else 0


def _is_likely(seq: int, place: int) -> bool:
    return seq <= place // SHORTEST_LINE_BYTES + 1


def _contradiction(event: Event, place: int) -> str:
    """What in an event can't be true though each value has its type; empty for nothing."""
    if not _is_likely(event["seq"], place):
        return f"seq: {event['seq']} is more than there are lines before it"
    if event["kind"] != "evaluation":
        return ""
    scored, correct = event.get("scored", event["total"]), event["correct"]
    if correct is not None and not 0 <= correct <= scored > 0:
        return f"correct: {correct} of {scored} is no share"
    counts = {len(event["marks"]), len(event.get("row_rewards", []))} - {0}
    return "" if counts <= {event["total"]} else f"marks: {counts} are not {event['total']}, a mark for each row"


def _kind(event: Any) -> str:
    kind = event.get("kind") if isinstance(event, dict) else None
    return kind if isinstance(kind, str) else ""


def _unread(place: int, problem: str) -> UnreadEvent:
    return {"seq": 0, "t": 0.0, "kind": "unread", "problem": f"The line at byte {place:,} can't be read: {problem}."}


def _repair(path: Path) -> int:
    """Cut a half-written last line off, which a killed writer may leave; the last seq."""
    if not path.exists():
        return 0
    reader = EventReader(path)
    last = max((_seq_in(place, line) for place, line in reader.lines()), default=0)
    if reader.offset < path.stat().st_size:
        with path.open("r+b") as file:
            file.truncate(reader.offset)
    return last
