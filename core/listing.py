"""Listing: what a store holds, and what in it can't be read; the one way to read all entries of a store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Generic, TypeVar

from typing_extensions import TypedDict

from core.errors import Broken, LoraCraftError, NotFound
from core.paths import PLAIN_NAME, is_plain

LOG = logging.getLogger(__name__)
Entry = TypeVar("Entry")


class BrokenEntry(TypedDict):
    """An entry of a store that can't be read: its name, what is wrong with which file, and what to do."""

    name: str
    problem: str
    cure: str


@dataclass(frozen=True)
class Listing(Generic[Entry]):
    """The entries of a store, in its order, and those that can't be read."""

    entries: list[Entry]
    broken: list[BrokenEntry]


def read_all(
    places: Iterable[Path], read: Callable[[Path], Entry], name_of: Callable[[Path], str] = attrgetter("name")
) -> Listing[Entry]:
    """Read each place of a store; one that can't be read is listed as broken, and hides no other.

    Args:
        places: The file or the folder of each entry, of which the name tells which entry it is.
        read: Gives the entry of a place. Its NotFound, of a place that is gone, means that the entry was just deleted.
        name_of: Gives the name of an entry; by default that of its place.
    """
    found: Listing[Entry] = Listing([], [])
    for place in places:
        try:
            _require_plain(name_of(place))
            found.entries.append(read(place))
        except FileNotFoundError:
            continue
        except LoraCraftError as error:
            if isinstance(error, NotFound) and not place.exists():
                continue
            found.broken.append(_noted(place, name_of(place), error.message, error.hint))
        except OSError as error:
            problem = f"{place.name} can't be read: {error.strerror}."
            found.broken.append(_noted(place, name_of(place), problem, "Look at its permissions."))
    return found


def _require_plain(name: str) -> None:
    if not is_plain(name):
        raise Broken(f"{shown(name)!r} is not a name that is used here.", f"Rename it; {PLAIN_NAME}")


def _noted(place: Path, name: str, problem: str, cure: str) -> BrokenEntry:
    LOG.warning("%s is left out: %s", place, problem)
    return {"name": shown(name), "problem": problem, "cure": cure}


def shown(name: str) -> str:
    """A name of the disk as text: some have bytes that are no characters."""
    return name.encode("utf-8", "replace").decode("utf-8")
