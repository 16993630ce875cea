"""PromptChooser: which rows a run asks next, by how much the answers to each differed before."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from typing_extensions import TypedDict

RARELY = 0.05
"""The weight of a row whose answers were all equal, beside 1 for the row whose answers differed most."""


class ChooserState(TypedDict):
    """What a checkpoint keeps: rows still to be seen, the spread of those seen, and the generator's state."""

    unseen: list[int]
    spreads: dict[str, float]
    generator: list[object]


class PromptChooser:
    """Rows never asked come first, in an order of the seed; then rows are drawn in proportion to their latest spread.

    Args:
        rows: The number of training rows.
        seed: Decides everything, together with the spreads.
    """

    def __init__(self, rows: int, seed: int):
        self._random = random.Random(seed)
        self._unseen = self._random.sample(range(rows), rows)
        self._spreads: dict[int, float] = {}

    def draw(self, count: int, without: Collection[int] = ()) -> list[int]:
        """Different rows; fewer than `count` where there are no more.

        Args:
            without: Rows that are not drawn.
        """
        fresh = [row for row in self._unseen if row not in without][:count]
        known = [row for row in self._spreads if row not in without and row not in fresh]
        return fresh + self._drawn(known, count - len(fresh))

    def record(self, row: int, rewards: Sequence[float]) -> None:
        """Remember how far the known rewards of a row's answers lie apart."""
        self._spreads[row] = max(rewards) - min(rewards) if rewards else 0.0
        if row in self._unseen:
            self._unseen.remove(row)

    def _drawn(self, rows: list[int], count: int) -> list[int]:
        """Without replacement, each in proportion to its weight: the largest keys win (Efraimidis, Spirakis 2006)."""
        most = max((self._spreads[row] for row in rows), default=0.0) or 1.0
        keys = {row: self._random.random() ** (1 / max(RARELY, self._spreads[row] / most)) for row in rows}
        return sorted(keys, key=lambda row: keys[row], reverse=True)[: max(0, count)]

    def state(self) -> ChooserState:
        """As JSON keeps it."""
        spreads = {str(row): spread for row, spread in self._spreads.items()}
        version, internal, gauss = self._random.getstate()
        return {"unseen": list(self._unseen), "spreads": spreads, "generator": [version, list(internal), gauss]}

    def restore(self, state: ChooserState) -> None:
        """Go on where `state` was taken."""
        version, internal, gauss = state["generator"]
        self._random.setstate((version, tuple(internal), gauss))  # type: ignore[arg-type]
        self._unseen = list(state["unseen"])
        self._spreads = {int(row): spread for row, spread in state["spreads"].items()}
