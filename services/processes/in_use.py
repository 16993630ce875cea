"""InUse: notes which work uses which session, so that files in use are neither deleted nor replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal

from core.errors import Conflict

LEAVE_GRACE_S = 15.0
"""How long a worker that has told its end may take to leave before a resume or delete is refused."""

Use = Literal["training", "export", "push", "evaluation", "deletion", "export deletion"]

BLOCKED_BY: dict[Use, tuple[Use, ...]] = {
    "training": ("training", "export", "deletion"),
    "export": ("training", "export", "push", "deletion", "export deletion"),
    "push": ("export", "push", "deletion", "export deletion"),
    "evaluation": ("deletion", "export deletion"),
    "deletion": ("training", "export", "push", "evaluation", "deletion", "export deletion"),
    "export deletion": ("export", "push", "evaluation", "deletion", "export deletion"),
}
"""Use -> the uses that block it. Training does not block an evaluation, which loads a checkpoint."""

REFUSALS: dict[Use, tuple[str, str]] = {
    "training": ("The worker of {0!r} is still leaving.", "Try again in a moment."),
    "export": ("The session {0!r} is being exported.", "Wait for it, or cancel it."),
    "push": ("The exports of {0!r} are being pushed.", "Wait for it, or cancel the push."),
    "evaluation": ("A test of {0!r} is under way.", "Wait for it, or cancel it."),
    "deletion": ("The session {0!r} is being deleted.", "There is nothing to do."),
    "export deletion": ("Exports of {0!r} are being deleted.", "Try again in a moment."),
}


def _never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class _Entry:
    """One use of a session; `is_ending` tells whether it will be over in a moment, so that a claim may wait for it."""

    session_id: str
    use: Use
    is_ending: Callable[[], bool]


class InUse:
    """The uses of all sessions.

    Args:
        grace_s: How long a claim waits for a use that is ending.
    """

    def __init__(self, grace_s: float = LEAVE_GRACE_S):
        self._grace_s = grace_s
        self._entries: list[_Entry] = []
        self._changed = threading.Condition()
        self._leavers: list[Callable[[str], None]] = []

    def claim(self, session_id: str, use: Use, is_ending: Callable[[], bool] = _never) -> None:
        """Note a use that begins.

        Args:
            session_id: The session.
            use: The use.
            is_ending: Tells later whether only a worker that is leaving is left of the use.
        Raises:
            Conflict: Another use of the session blocks it.
        """
        with self._changed:  # held from the look to the note, so that of two claims at once one is refused
            self.require_free(session_id, use)
            self.note(session_id, use, is_ending)

    def note(self, session_id: str, use: Use, is_ending: Callable[[], bool] = _never) -> None:
        """Note a use that has begun already, such as a run of an earlier server."""
        with self._changed:
            self._entries.append(_Entry(session_id, use, is_ending))

    def release(self, session_id: str, use: Use) -> None:
        """Remove a use; one of them when there are several of the same kind."""
        with self._changed:
            entry = next((e for e in self._entries if (e.session_id, e.use) == (session_id, use)), None)
            if entry is not None:
                self._entries.remove(entry)
            self._changed.notify_all()

    @contextmanager
    def during(self, session_id: str, use: Use) -> Iterator[None]:
        """Claim a session for the length of the `with` block."""
        self.claim(session_id, use)
        try:
            yield
        finally:
            self.release(session_id, use)

    @contextmanager
    def from_here(self, session_id: str, use: Use, is_ending: Callable[[], bool] = _never) -> Iterator[None]:
        """Claim a session until `release`; an error in the `with` block releases it at once."""
        self.claim(session_id, use, is_ending)
        with ExitStack() as stack:
            stack.callback(self.release, session_id, use)
            yield
            stack.pop_all()

    def require_free(self, session_id: str, use: Use) -> None:
        """Check that nothing blocks a use of a session; wait for uses that are ending.

        Raises:
            Conflict: Another use blocks it; the message names that use.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._is_only_ending(session_id, use), self._grace_s)
            blocking = self._blocking(session_id, use)
        if blocking:
            message, hint = REFUSALS[blocking[0].use]
            raise Conflict(message.format(session_id), hint)

    def when_deleted(self, leave: Callable[[str], None]) -> None:
        """Register `leave(session_id)`, which gives up a session; it is called before the session is deleted."""
        self._leavers.append(leave)

    @contextmanager
    def deleting(self, session_id: str) -> Iterator[None]:
        """Claim a session for its deletion, and call the registered functions that give it up.

        Raises:
            Conflict: Another use blocks the deletion.
        """
        with self.during(session_id, "deletion"):
            for leave in self._leavers:
                leave(session_id)
            yield

    def _blocking(self, session_id: str, use: Use) -> list[_Entry]:
        return [e for e in self._entries if e.session_id == session_id and e.use in BLOCKED_BY[use]]

    def _is_only_ending(self, session_id: str, use: Use) -> bool:
        blocking = self._blocking(session_id, use)
        return bool(blocking) and all(entry.is_ending() for entry in blocking)
