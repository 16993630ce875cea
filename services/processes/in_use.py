"""InUse: the one ledger of who works on which session, so that nothing is deleted or replaced under anybody's hands."""

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
"""What must not be under way for a use to begin. An evaluation may ask a run that trains: it loads a checkpoint."""

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
    """One use of a session; `is_ending` says whether it will be over in a moment, which is worth a wait."""

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
        """Note that a use begins.

        Args:
            session_id: Of what.
            use: What for.
            is_ending: Tells later whether the use is over but for a worker that is leaving.
        Raises:
            Conflict: It is used for what does not go together with this.
        """
        with self._changed:  # held from the look to the note, so that of two claims at once one is refused
            self.require_free(session_id, use)
            self.note(session_id, use, is_ending)

    def note(self, session_id: str, use: Use, is_ending: Callable[[], bool] = _never) -> None:
        """Note a use that has begun already, as one found at boot."""
        with self._changed:
            self._entries.append(_Entry(session_id, use, is_ending))

    def release(self, session_id: str, use: Use) -> None:
        """Note that a use is over; one of several of the same kind."""
        with self._changed:
            entry = next((e for e in self._entries if (e.session_id, e.use) == (session_id, use)), None)
            if entry is not None:
                self._entries.remove(entry)
            self._changed.notify_all()

    @contextmanager
    def during(self, session_id: str, use: Use) -> Iterator[None]:
        """Claim a session for as long as the block takes."""
        self.claim(session_id, use)
        try:
            yield
        finally:
            self.release(session_id, use)

    @contextmanager
    def from_here(self, session_id: str, use: Use, is_ending: Callable[[], bool] = _never) -> Iterator[None]:
        """Claim a session until `release`; a block that fails gives it back."""
        self.claim(session_id, use, is_ending)
        with ExitStack() as stack:
            stack.callback(self.release, session_id, use)
            yield
            stack.pop_all()

    def require_free(self, session_id: str, use: Use) -> None:
        """See that a session can be put to a use; what is just ending is waited for.

        Raises:
            Conflict: It can't; the message says who works on it.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._is_only_ending(session_id, use), self._grace_s)
            blocking = self._blocking(session_id, use)
        if blocking:
            message, hint = REFUSALS[blocking[0].use]
            raise Conflict(message.format(session_id), hint)

    def is_used(self, session_id: str, use: Use) -> bool:
        """Whether a session is put to a use at the moment."""
        with self._changed:
            return any((entry.session_id, entry.use) == (session_id, use) for entry in self._entries)

    def when_deleted(self, leave: Callable[[str], None]) -> None:
        """Have `leave(session_id)` called before a session is deleted, by who need not be waited for."""
        self._leavers.append(leave)

    @contextmanager
    def deleting(self, session_id: str) -> Iterator[None]:
        """Claim a session for its deletion, and have those leave who need not be waited for.

        Raises:
            Conflict: Somebody works on it.
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
