"""The lock of a folder that a worker works on: held for its life, let go by the system however it ends.

It alone tells whether a worker lives: a process id may be another's by now, and a process's start time moves with the
clock.
"""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import Conflict

LOCK_NAME = ".worker.lock"
TAKE_S, LOOK_S = 5.0, 0.2
"""How long a new worker tries, and who looks whether one is at work: another who looks has the lock for a moment."""


def take_lock(folder: Path) -> FileLock:
    """Take the lock of a folder, for as long as the result is kept.

    Raises:
        Conflict: Another worker has it.
    """
    lock = FileLock(folder / LOCK_NAME, timeout=TAKE_S)
    try:
        lock.acquire()
    except Timeout as error:
        raise at_work(folder) from error
    return lock


def is_locked(folder: Path) -> bool:
    """Whether a worker is at work in a folder."""
    path = folder / LOCK_NAME
    if not path.is_file():
        return False
    try:
        with FileLock(path, timeout=LOOK_S):
            return False
    except Timeout:
        return True
    except OSError:  # where nothing can be written, nobody works
        return False


def at_work(folder: Path) -> Conflict:
    """The refusal to work in a folder in which a worker is at work."""
    hint = "Wait until it has ended, or end that process; it has the folder's name in its command line."
    return Conflict(f"A worker is still at work in {folder.parent.name}/{folder.name}.", hint)
