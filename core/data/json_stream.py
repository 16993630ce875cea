"""Read the elements of a large JSON document one by one, with exact line numbers and no risk from deep nesting."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from constants import UPLOAD_CHUNK_BYTES
from core.data.text_stream import TextStream

WHITESPACE = " \t\n\r"
LONGEST_WORD = 12
ESCAPE, SURROGATE = "\\u", re.compile("[\ud800-\udfff]")
HALF = "half a character (\\u{:04x}) stands without its other half"


class BrokenJson(Exception):
    """The document is not JSON, or not of the wanted shape."""

    def __init__(self, problem: str, line: int = 1):
        super().__init__(problem)
        self.line = line


def elements(stream: TextStream, keys: Sequence[str]) -> Iterator[tuple[int, Any]]:
    """(line, value) of each element of a list, or of the list that an object holds under one of `keys`.

    The standard library's scanner decodes each element; this function reads only the text between them. The scanner
    refuses deep nesting, which event parsers build (16 MB of "[" took one of them 23 s and 3.8 GB).

    Raises:
        BrokenJson: Malformed, cut off, or neither a list nor such an object.
    """
    text = _Text(stream)
    opening = text.peek()
    if opening == "{":
        _enter(text, keys)
    elif opening != "[":
        text.fail("a data file is a list or an object" if opening else "the file is empty")
    text.take("[")
    if text.peek() == "]":
        return
    while True:
        text.peek()
        line = text.line
        value = text.value()
        stream.row_done()
        yield line, value
        if text.take(",]") == "]":
            break
    if opening == "[" and text.peek():
        text.fail("text follows the end of the list")


def decode(text: str, line: int = 1) -> Any:
    """The value of a whole JSON text.

    Raises:
        BrokenJson: It is none, is nested more deeply than the scanner goes, or holds half a character.
    """
    try:
        value = DECODER.decode(text)
    except ValueError as error:
        raise BrokenJson(_words(error), line) from error
    except RecursionError as error:
        raise BrokenJson("its values are nested too deeply", line) from error
    if ESCAPE in text and (half := _half_character(value)):
        raise BrokenJson(HALF.format(ord(half)), line)
    return value


def _enter(text: "_Text", keys: Sequence[str]) -> None:
    """Go forward to the list under one of `keys`."""
    text.take("{")
    while text.peek() == '"':
        key = text.value()
        text.take(":")
        if text.peek() == "[" and key in keys:
            return
        text.value()
        if text.take(",}") == "}":
            break
    text.fail(f"the object holds no list under one of {', '.join(keys)}; wrap the rows in [...]")


class _Text:
    """A window on the document: it reads more when needed, and drops the text before the current place."""

    def __init__(self, stream: TextStream):
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._window = ""
        self._at = 0
        self.line = 1

    def peek(self) -> str:
        """The next character that is no whitespace, not taken; empty at the end."""
        while True:
            rest = self._window[self._at :].lstrip(WHITESPACE) if self._at < len(self._window) else ""
            if rest:
                self._advance(len(self._window) - len(rest))
                return rest[0]
            self._advance(len(self._window))
            if not self._read():
                return ""

    def take(self, allowed: str) -> str:
        """The next character, which must be one of `allowed`."""
        character = self.peek()
        if not character or character not in allowed:
            found = repr(character) if character else "the end of the file"
            self.fail(f"{' or '.join(map(repr, allowed))} is expected, not {found}")
        self._advance(self._at + 1)
        return character

    def value(self) -> Any:
        """The next value. A number at the window's end may go on, so more is read before it is believed."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._window, self._at)
            except RecursionError:
                self.fail("its values are nested too deeply")
            except json.JSONDecodeError as error:
                line = self.line + self._window.count("\n", self._at, error.pos)
                is_cut = error.msg.startswith("Unterminated") or error.pos >= len(self._window.rstrip())
                if self._may_go_on(error) and self._read():
                    continue
                self.line = line
                self.fail("the file ends in mid-value" if is_cut else _words(error))
            except ValueError as error:
                self.fail(_words(error))
            if end < len(self._window) or not self._read():
                if self._window.find(ESCAPE, self._at, end) >= 0 and (half := _half_character(value)):
                    self.fail(HALF.format(ord(half)))
                self._advance(end)
                return value

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether the window may end inside the value; an escape or a literal is at most that long."""
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._window.rstrip()) - LONGEST_WORD

    def fail(self, problem: str) -> NoReturn:
        """Refuse the document."""
        raise BrokenJson(problem, self.line)

    def _advance(self, to: int) -> None:
        self.line += self._window.count("\n", self._at, to)
        self._at = to

    def _read(self) -> bool:
        """Read on, twice as far each time a value does not end, so that a long one is not scanned over and over."""
        self._window = self._window[self._at :]
        self._at = 0
        chunk = self._stream.read(max(UPLOAD_CHUNK_BYTES // 4, len(self._window)))
        self._window += self._decoder.decode(chunk)
        return bool(chunk)


def _half_character(value: Any) -> str | None:
    """A surrogate without its partner in a value, which JSON can write and no encoding of a text can."""
    if isinstance(value, str):
        found = None if value.isascii() else SURROGATE.search(value)
        return found[0] if found else None
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    try:
        return next((half for item in inner if (half := _half_character(item))), None)
    except RecursionError:  # too deep for a row in any case
        return None


def _words(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return "a number has too many digits" if "digits" in str(error) else str(error)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


DECODER = json.JSONDecoder(parse_constant=_no_constant)
