"""Plain data as JSON and back: all that crosses the border of the sandbox, so that nothing of it can run.

JSON's own values stand for themselves; everything else is an object of one tag, such as {"tuple": [1, 2]}.
"""

from __future__ import annotations

import base64
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

DEPTH = 200
"""Levels of nesting; reading the text again must not reach the limit of recursion."""
PIECES = 1_000_000
"""Values inside of values: a list that holds itself twice, thirty levels deep, would have a thousand million."""
SMALL = 1 << 53
SAFE_KEYS = 1000
"""Keys of a dict or set that may all have the same hash; so many take no time."""

Packed = Any
"""None, bool, int, float, str, a list, or a dict of one tag."""
Rest = Callable[[Any], Packed]
Build = Callable[[Any], Any]


class Unfit(ValueError):
    """The value can't cross: too deep, too large, or not plain."""


class Packer:
    """Packs one message.

    Args:
        rest: Packs what is no plain data.
        is_own: Whether a class belongs to the code: an instance of one is left to `rest` even when it is, say, a list.
    """

    def __init__(self, rest: Rest, is_own: Callable[[type], bool] = lambda kind: False):
        self._rest = rest
        self._is_own = is_own
        self._left = PIECES

    def pack(self, value: Any, depth: int = 0) -> Packed:
        """The value as JSON data.

        Raises:
            Unfit: It is nested too deeply, or too large.
        """
        self._left -= 1
        if depth > DEPTH or self._left < 0:
            raise Unfit("a value nested too deeply" if depth > DEPTH else "a value that is too large")
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            return value if -SMALL < value < SMALL else {"int": hex(value)}
        if kind is list:
            return [self.pack(item, depth + 1) for item in value]
        if kind in SIMPLE:
            return {SIMPLE[kind][0]: SIMPLE[kind][1](value)}
        if kind in SEQUENCES:
            return {SEQUENCES[kind]: [self.pack(item, depth + 1) for item in value]}
        if kind in MAPPINGS:
            return {MAPPINGS[kind]: [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in value.items()]}
        if self._is_own(kind) and not _is_plain_tuple(kind):
            return self._rest(value)
        return self._inherited(value, kind, depth)

    def _inherited(self, value: Any, kind: type, depth: int) -> Packed:
        """The base's own contents, whatever methods the class has: an `__eq__` of the code's own stays behind."""
        if is_named_tuple(kind):
            fields = [name for name in kind._fields if isinstance(name, str)]  # type: ignore[attr-defined]
            items = [self.pack(item, depth + 1) for item in tuple.__iter__(value)]
            return {"named": [kind.__name__, fields, items]}
        if (plain := _of_numpy(value)) is not value:
            return self.pack(plain, depth) if not isinstance(plain, dict) else plain
        if isinstance(value, Enum) and isinstance(value, int):
            return {"flag": [hex(int.__index__(value)), repr(value)]}
        for base, contents in BASES.items():
            if isinstance(value, base) and issubclass(kind, base):
                return self.pack(contents(value), depth)
        return self._rest(value)


def is_named_tuple(kind: type) -> bool:
    """Whether a class was made by namedtuple, or looks like one."""
    return issubclass(kind, tuple) and isinstance(getattr(kind, "_fields", None), tuple)


def _is_plain_tuple(kind: type) -> bool:
    """Whether a class is a named tuple with nothing of its own besides its fields."""
    return is_named_tuple(kind) and all(name.startswith("_") or name in kind._fields for name in vars(kind))  # type: ignore[attr-defined]


def _of_numpy(value: Any) -> Any:
    """A number or an array of numpy as plain data; the value itself when it is neither."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return value
    if isinstance(value, numpy.generic):
        plain = value.item()
        return value if isinstance(plain, numpy.generic) else plain
    if type(value) is numpy.ndarray and value.dtype.kind in "biufcUS":
        data = base64.b64encode(numpy.ascontiguousarray(value).tobytes()).decode("ascii")
        return {"array": [value.dtype.str, list(value.shape), data]}
    return value


SIMPLE: dict[type, tuple[str, Callable[[Any], Packed]]] = {
    bytes: ("bytes", lambda value: base64.b64encode(value).decode("ascii")),
    bytearray: ("bytearray", lambda value: base64.b64encode(value).decode("ascii")),
    complex: ("complex", lambda value: [value.real, value.imag]),
    range: ("range", lambda value: [hex(value.start), hex(value.stop), hex(value.step)]),
    Decimal: ("Decimal", str),
    Fraction: ("Fraction", lambda value: [hex(value.numerator), hex(value.denominator)]),
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    type(Ellipsis): ("Ellipsis", lambda value: 0),
    type(NotImplemented): ("NotImplemented", lambda value: 0),
}
SEQUENCES: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset", deque: "deque"}
SEQUENCES |= {type({}.keys()): "set"}
MAPPINGS: dict[type, str] = {dict: "dict", defaultdict: "dict", OrderedDict: "OrderedDict", Counter: "Counter"}
BASES: dict[type, Callable[[Any], Any]] = {
    int: int.__index__,
    float: float.__float__,
    str: lambda value: str.__str__(value),
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    list: lambda value: list(list.__iter__(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    dict: lambda value: dict(dict.items(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    set: lambda value: set(set.__iter__(value)),
}


def unpacked(data: Packed, more: dict[str, Build]) -> Any:
    """The value of packed data.

    Args:
        more: Tag -> what makes a value of its contents, for the tags that are no plain data.
    Raises:
        ValueError, TypeError, LookupError, ArithmeticError, RecursionError: The data is malformed; it may be hostile.
    """
    if isinstance(data, list):
        return [unpacked(item, more) for item in data]
    if not isinstance(data, dict):
        return data
    ((tag, contents),) = data.items()
    if tag in PLAIN:
        return PLAIN[tag](contents)
    if tag in COLLECTIONS:
        return COLLECTIONS[tag]([unpacked(item, more) for item in contents])
    if tag in PAIRED:
        pairs = [(unpacked(key, more), unpacked(value, more)) for key, value in contents]
        return PAIRED[tag](dict(zip(_spread([k for k, _ in pairs]), [v for _, v in pairs], strict=True)))
    return more[tag](contents)


def _spread(keys: list[Any]) -> list[Any]:
    """The keys; a ValueError where they were chosen to have the same hash, which would take for ever."""
    if len(keys) > SAFE_KEYS and len({hash(key) for key in keys}) < len(keys) // 2:
        raise ValueError("the keys of the value have the same hash")
    return keys


def _ints(numbers: Iterable[str]) -> list[int]:
    return [int(number, 16) for number in numbers]


PLAIN: dict[str, Build] = {
    "int": lambda text: int(text, 16),
    "bytes": base64.b64decode,
    "bytearray": lambda text: bytearray(base64.b64decode(text)),
    "complex": lambda parts: complex(*parts),
    "range": lambda parts: range(*_ints(parts)),
    "Decimal": Decimal,
    "Fraction": lambda parts: Fraction(*_ints(parts)),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda parts: timedelta(*parts),
    "Ellipsis": lambda _: Ellipsis,
    "NotImplemented": lambda _: NotImplemented,
}
COLLECTIONS: dict[str, Build] = {
    "tuple": tuple,
    "set": lambda items: set(_spread(items)),
    "frozenset": lambda items: frozenset(_spread(items)),
    "deque": deque,
}
PAIRED: dict[str, Build] = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
