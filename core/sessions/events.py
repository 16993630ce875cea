"""The event log of a session: kinds of events, one appending writer, and a reader that follows the file."""

from __future__ import annotations

import json
import math
import os
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, TypeGuard

from core.sessions.kinds import Event

KINDS: dict[str, str] = {
    "queued": "waits for a device",
    "starting": "the server starts a worker: device, attempt",
    "started": "the worker runs: pid, created (seconds, the process's own start time)",
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
}
"""Every kind of event and its content; each also has seq (from 1, without gaps) and t (Unix time in seconds)."""

RESERVE_NAME, RESERVE_BYTES = ".reserve", 128 * 1024

HEAD = re.compile(rb'\{"seq": \d+, "t": [\d.e+-]+, "kind": "(\w+)"')
"""How a line begins that EventLog has written."""

FINAL_KINDS = ("completed", "stopped", "failed", "interrupted")


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
            event: Any = {"seq": self._seq + 1, "t": round(self._clock(), 3), "kind": kind, **_finite(fields)}
            line = json.dumps(event, allow_nan=False) + "\n"
            try:
                _write_whole_line(self._path, line.encode("utf-8"))
            except OSError:
                if kind not in FINAL_KINDS or not self._give_up_reserve():
                    raise
                _write_whole_line(self._path, line.encode("utf-8"))
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
    """Follows an event log: each `read` gives the whole events written since the last one."""

    def __init__(self, path: Path):
        self._path = path
        self._offset = 0

    def read(self) -> list[Event]:
        """New events in order; a line still being written is left for the next call."""
        return list(self.follow())

    def follow(self) -> Iterator[Event]:
        """New events one at a time, so that a long log is never in memory whole."""
        for _, line in self.lines():
            yield from parse_lines(line)

    def follow_latest(self, kinds: Collection[str]) -> Iterator[Event]:
        """New events; where events of the named kinds follow one another, only the last of each kind. The rest is not
        even parsed, which is nearly all of a long log."""
        held: dict[str, bytes] = {}
        for _, line in self.lines():
            head = HEAD.match(line)
            if head and (kind := head[1].decode("ascii")) in kinds and line.endswith(b"}\n"):
                held.pop(kind, None)
                held[kind] = line
                continue
            yield from parse_lines(b"".join(held.values()) + line)
            held = {}
        yield from parse_lines(b"".join(held.values()))

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """The place in the file and the bytes of each new line that is whole."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        with file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                offset, self._offset = self._offset, self._offset + len(line)
                yield offset, line


def read_events(path: Path, after_seq: int = 0) -> list[Event]:
    """All whole events of a log with seq above `after_seq`; empty when there is no log."""
    return [event for event in EventReader(path).read() if event["seq"] > after_seq]


def parse_lines(data: bytes) -> Iterator[Event]:
    """The events in some lines of a log; what is none is left out."""
    for line in data.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if _is_event(event):
            yield event


def _is_event(value: object) -> TypeGuard[Event]:
    """As far as a reader depends on it: a kind of a later version is an event, too."""
    return isinstance(value, dict) and {"seq", "t", "kind"} <= value.keys()


def _repair(path: Path) -> int:
    """Cut a half-written last line off, which a killed writer may leave; the last seq."""
    if not path.exists():
        return 0
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with path.open("r+b") as file:
            file.truncate(whole)
    return max((event["seq"] for event in parse_lines(data[:whole])), default=0)


def _write_whole_line(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        if os.write(descriptor, line) != len(line):
            os.ftruncate(descriptor, size)
            raise OSError(28, "No space left on device", str(path))
    finally:
        os.close(descriptor)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
