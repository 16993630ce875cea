"""How many chats are answered together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST_CHATS = 50
"""Chats answered together at most; they are sorted by length first, so that little is spent on padding."""
MOST_TOKENS = 1 << 16
"""Tokens of one batch at most, prompts and longest answers together, since keys and values of all stay in memory."""


def batches(lengths: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """(start, end) of each batch.

    Args:
        lengths: Tokens that each chat may grow to, rising; every chat of a batch takes as much as its longest.
        most: Chats of one batch at most; it has at least one, however long.
    """
    start = 0
    while start < len(lengths):
        end = start + 1
        while end < min(len(lengths), start + most) and (end + 1 - start) * lengths[end] <= MOST_TOKENS:
            end += 1
        yield start, end
        start = end
