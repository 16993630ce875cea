"""Frames: how bytes are told apart on a pipe: one letter, the length, the contents."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

HEAD = struct.Struct("!cI")
LARGEST, TRUSTED = 4 << 20, 1 << 31
"""Bytes of the largest frame of a run, whose value is refused if it is larger, and of one from outside."""
PIECE = 1 << 16


class Closed(Exception):
    """The other end of the pipe is gone."""


class TooLarge(Exception):
    """The other end announces a larger frame than may be."""


class Reader:
    """Cuts what arrives into frames; it never waits for the rest of one unless asked to.

    Args:
        most: Bytes of the largest frame that is taken.
    """

    def __init__(self, file: int, most: int = LARGEST):
        self.file = file
        self._most = most
        self._waiting = bytearray()

    def fill(self) -> None:
        """Take what is there.

        Raises:
            Closed: Nothing more will come.
        """
        piece = os.read(self.file, PIECE)
        if not piece:
            raise Closed
        self._waiting += piece

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """(letter, contents) of each frame that is complete.

        Raises:
            TooLarge: One is announced that may not be.
        """
        while len(self._waiting) >= HEAD.size:
            letter, size = HEAD.unpack_from(self._waiting)
            if size > self._most:
                raise TooLarge
            end = HEAD.size + size
            if len(self._waiting) < end:
                return
            contents = bytes(self._waiting[HEAD.size : end])
            del self._waiting[:end]
            yield letter, contents

    def next(self) -> tuple[bytes, bytes]:
        """Wait for one frame."""
        while (frame := next(self.frames(), None)) is None:
            self.fill()
        return frame


def framed(letter: bytes, contents: bytes = b"") -> bytes:
    """A frame as bytes."""
    return HEAD.pack(letter, len(contents)) + contents


def send(file: int, letter: bytes, contents: bytes = b"") -> None:
    """Write a frame, all of it."""
    left = memoryview(framed(letter, contents))
    while left:
        left = left[os.write(file, left) :]
