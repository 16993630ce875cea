"""What a GGUF file says in its header: its special tokens, and with the free memory the length of chats with it.

Source: the GGUF specification (ggml, docs/gguf.md), version 3; the keys are those of llama.cpp.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import WorkerFailed
from core.prompts.special_tokens import Control, Controls

LEAST_TOKENS = 4096
"""The least length of a chat with its answer, if the model allows it."""
MOST_SLOTS = 4
"""Chats worked on at once, where memory allows."""
CACHE_BYTES = 2
"""Bytes of one number in the cache of keys and values."""
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
TOKENS, TOKEN_TYPES = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type"
SPECIAL = (2, 3)
"""llama.cpp's types of tokens that only a template means: unknown and control (llama.h, enum llama_token_type)."""


@dataclass(frozen=True)
class Facts:
    """Facts in the header of a file.

    Attributes:
        trained_tokens: The longest text of its training; 0 if unknown.
        cache_bytes: Memory for each token of a chat, without the weights.
    """

    trained_tokens: int
    cache_bytes: int


@dataclass(frozen=True)
class Context:
    """How a file is to be loaded: `tokens` of each of `slots` chats."""

    tokens: int
    slots: int


def facts_of(file: Path) -> Facts:
    """The facts of a .gguf file, read from its header.

    Raises:
        WorkerFailed: It is no GGUF file, or is cut off.
    """
    known = _whole_header(file)
    family = known.get("general.architecture", "")

    def fact(name: str, default: int = 0) -> int:
        return int(known.get(f"{family}.{name}", default))

    heads = fact("attention.head_count")
    width = fact("embedding_length") // heads if heads else 0
    of_head = fact("attention.key_length", width) + fact("attention.value_length", width)
    cache = fact("block_count") * fact("attention.head_count_kv", heads) * of_head * CACHE_BYTES
    return Facts(fact("context_length"), cache)


def controls_of(file: Path) -> Controls:
    """The special tokens of a .gguf file.

    Raises:
        WorkerFailed: It is no GGUF file, or is cut off.
    """
    known = _whole_header(file, (TOKENS, TOKEN_TYPES))
    kinds = enumerate(zip(known.get(TOKENS, ()), known.get(TOKEN_TYPES, ()), strict=True))
    return Controls({text: Control(place) for place, (text, kind) in kinds if kind in SPECIAL})


def context_for(facts: Facts, wanted_tokens: int, free_bytes: float) -> Context:
    """The context that is wanted and possible; if memory is short, first with fewer chats at once, then shorter ones.

    Args:
        wanted_tokens: The length of the longest chat with its answer; at least LEAST_TOKENS are tried.
        free_bytes: Free memory without the weights.
    """
    wanted = max(LEAST_TOKENS, wanted_tokens)
    tokens = min(wanted, facts.trained_tokens or wanted)
    cache = max(1, facts.cache_bytes)
    slots = min(MOST_SLOTS, int(free_bytes // (tokens * cache)))
    if slots > 0:
        return Context(tokens, slots)
    return Context(min(tokens, max(LEAST_TOKENS, int(free_bytes // cache))), 1)


Header = dict[str, Any]
"""The metadata of a GGUF file: key -> a number, a truth value, a text, or the list of a key that is asked for."""


def _whole_header(file: Path, lists: Sequence[str] = ()) -> Header:
    try:
        return _header(file, lists)
    except (struct.error, KeyError, ValueError) as error:  # ValueError: empty, or text that is no UTF-8
        raise WorkerFailed(f"{file.name} is no whole GGUF file: {error}.", "Export it again.") from error


def _header(file: Path, lists: Sequence[str]) -> Header:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] != b"GGUF":
            raise struct.error("it does not begin with GGUF")
        count, place = struct.unpack_from("<Q", data, 16)[0], 24
        known = {}
        for _ in range(count):
            key, place = _string(data, place)
            kind = struct.unpack_from("<I", data, place)[0]
            if key in lists and kind == ARRAY:
                known[key], place = _list(data, place + 4)
            else:
                known[key], place = _value(data, place + 4, kind)
    return {key: value for key, value in known.items() if value is not None}


def _value(data: Any, place: int, kind: int) -> tuple[Any, int]:
    """(value, the place after it); of an array, None."""
    if kind == STRING:
        return _string(data, place)
    if kind != ARRAY:
        form = "<" + NUMBERS[kind]
        return struct.unpack_from(form, data, place)[0], place + struct.calcsize(form)
    inner, length = struct.unpack_from("<IQ", data, place)
    place += 12
    if inner in NUMBERS:
        return None, place + length * struct.calcsize("<" + NUMBERS[inner])
    for _ in range(length):
        place = _value(data, place, inner)[1] if inner == ARRAY else _end(data, place)
    return None, place


def _list(data: Any, place: int) -> tuple[list[Any], int]:
    """(the values of an array, the place after it)."""
    inner, length = struct.unpack_from("<IQ", data, place)
    place, values = place + 12, []
    for _ in range(length):
        value, place = _value(data, place, inner)
        values.append(value)
    return values, place


def _end(data: Any, place: int) -> int:
    length: int = struct.unpack_from("<Q", data, place)[0]
    return place + 8 + length


def _string(data: Any, place: int) -> tuple[str, int]:
    end = _end(data, place)
    return bytes(data[place + 8 : end]).decode("utf-8"), end
