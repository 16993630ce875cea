"""Verdict: the marks that a judge gives, read from its reply, and the file that keeps them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from core.jsonfile import JsonObject
from core.rewards.base import excerpt

TOP_MARK = 10.0
REASON_CHARACTERS = 200
PARSED_CHARACTERS = 8_000
CACHE_WAIT_S = 10.0


class NoVerdict(Exception):
    """The judge gave no verdict; the text says why."""


@dataclass(frozen=True)
class Verdict:
    """Marks from 0 to 10, one per answer in the order shown, and the judge's reason."""

    marks: tuple[float, ...]
    reason: str


def chat_text(content: bytes) -> str:
    """The text of the model, from the body of a chat completion in the OpenAI format.

    Raises:
        NoVerdict: The body is something else.
    """
    try:
        text = json.loads(content)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str):
        raise NoVerdict(f"the judge's reply is no chat completion: {excerpt(content.decode(errors='replace'), 200)}")
    return text


def read_verdict(text: str, answers: int) -> Verdict:
    """The marks and the reason in a judge's reply: a JSON object, alone, fenced, or among other text.

    Thinking between <think> and </think> is ignored, and numbers may be given as text.

    Raises:
        NoVerdict: It holds no marks, another number of them, marks outside 0 to 10, or two different verdicts.
    """
    said = text.rpartition("</think>")[2].partition("<think>")[0][-PARSED_CHARACTERS:]
    found = [value for value in _objects(said) if "scores" in value]
    if not found:
        raise NoVerdict(f"the judge's reply holds no scores: {excerpt(said.strip())}")
    scores = found[0]["scores"]
    if any(other["scores"] != scores for other in found):
        raise NoVerdict("the judge's reply holds two different verdicts")
    marks = [_mark(score) for score in (scores if isinstance(scores, list) else [scores])]
    if len(marks) != answers:
        raise NoVerdict(f"the judge gave {len(marks)} marks for {answers} answers")
    return Verdict(tuple(marks), str(found[0].get("reason", ""))[:REASON_CHARACTERS])


def _objects(text: str) -> Iterator[JsonObject]:
    """Every JSON object in `text`, left to right, none from inside another."""
    decoder = json.JSONDecoder(strict=False)
    place = text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            yield value
        place = text.find("{", end)


def _mark(value: Any) -> float:
    try:
        mark = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        mark = -1.0
    if not 0 <= mark <= TOP_MARK:
        raise NoVerdict(f"the judge gave {excerpt(str(value))} where a mark from 0 to 10 was asked")
    return mark


class VerdictCache:
    """Verdicts in a SQLite file; each use opens it again, so that threads, processes and pickles can share it.

    Raises:
        Unavailable: It can't be made or is no SQLite file. Later uses raise sqlite3.Error.
    """

    def __init__(self, path: Path):
        self._path = path
        try:
            with closing(self._open()) as file, file:
                file.execute("CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, verdict TEXT NOT NULL)")
        except sqlite3.Error as error:
            raise Unavailable(f"The cache of verdicts {path} can't be used: {error}.", "Delete or move it.") from None

    def get(self, key: str) -> Verdict | None:
        """The verdict kept under `key`; None without one."""
        with closing(self._open()) as file:
            row = file.execute("SELECT verdict FROM verdicts WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        marks, reason = json.loads(row[0])
        return Verdict(tuple(marks), reason)

    def put(self, key: str, verdict: Verdict) -> None:
        """Keep `verdict` under `key`."""
        text = json.dumps([verdict.marks, verdict.reason])
        with closing(self._open()) as file, file:
            file.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", (key, text))

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self._path, timeout=CACHE_WAIT_S)
        # Waiting for the disk takes 20 ms a verdict; a power cut may then cost the cache, which is all that is in it.
        file.execute("PRAGMA synchronous = OFF")
        return file


def digest(value: Any) -> str:
    """SHA-256 of a JSON value, in hexadecimal."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
