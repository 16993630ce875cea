"""The events of a log again, in pieces, each with the state after it; a long log is never in memory whole."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from core.paths import SessionPaths
from core.sessions.events import EventReader, place_after
from core.sessions.kinds import Event
from core.sessions.snapshot import kept_state
from core.sessions.state import LATEST_ONLY, SessionState, fold

PLACES_KEPT = 64


class Replays:
    """Where the pieces that were given last have ended, so that whoever goes on from there need not wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: OrderedDict[tuple[Path, int], tuple[int, SessionState]] = OrderedDict()

    def events(self, paths: SessionPaths, after_seq: int) -> Iterator[tuple[SessionState, Event]]:
        """The events with seq above `after_seq`, each with the state after it, for as long as they are asked for."""
        with self._lock:
            known = self._ends.get((paths.folder, after_seq))
        offset, state = known or _before(paths, after_seq)
        reader = EventReader(paths.events, offset)
        for event in reader.follow():
            state = fold(state, event)
            self._keep(paths, reader.offset, state)
            if event["seq"] > after_seq:
                yield state, event

    def forget(self, folder: Path) -> None:
        """Drop the places in a log that is gone."""
        with self._lock:
            for key in [key for key in self._ends if key[0] == folder]:
                del self._ends[key]

    def _keep(self, paths: SessionPaths, offset: int, state: SessionState) -> None:
        """Only the last place of a piece is asked for again; it takes the place of the one before it."""
        with self._lock:
            self._ends.pop((paths.folder, state.last_seq - 1), None)
            self._ends[paths.folder, state.last_seq] = offset, state
            while len(self._ends) > PLACES_KEPT:
                self._ends.popitem(last=False)


def _before(paths: SessionPaths, after_seq: int) -> tuple[int, SessionState]:
    """Where the events after a seq begin, and the state before them."""
    kept = kept_state(paths.events)
    begin, state = 0, SessionState(paths.id)
    if kept is not None and kept.state.last_seq <= after_seq:
        begin, state = kept.mark.offset, kept.state
    end = max(begin, place_after(paths.events, after_seq)) if paths.events.is_file() else 0
    for event in EventReader(paths.events, begin, end).follow_latest(LATEST_ONLY):
        state = fold(state, event)
    return end, state
