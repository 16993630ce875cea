"""Proxies of objects of the other side, and of its classes: what is done to one is asked of the owner."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

ROOM = 256
"""Items that an iterator is asked for at once, at most."""
COMPARING = "eq ne lt le gt ge"
COMPUTING = """
    add sub mul truediv floordiv mod pow and or xor lshift rshift matmul divmod radd rsub rmul rtruediv rfloordiv rmod
    rpow rand ror rxor rmatmul iadd isub imul ior iand ixor
"""
OPERATIONS = frozenset(f"__{name}__" for name in f"{COMPARING} {COMPUTING}".split())
"""Special methods with another operand that an owner may be asked for."""
ASKED: dict[str, Callable[..., Any]] = {
    "__len__": len, "__iter__": iter, "__str__": str, "__repr__": repr, "__format__": format, "__hash__": hash,
    "__bool__": bool, "__contains__": operator.contains, "__getitem__": operator.getitem,
    "__setitem__": operator.setitem, "__delitem__": operator.delitem, "__reversed__": reversed, "__abs__": abs,
    "__neg__": operator.neg, "__pos__": operator.pos, "__invert__": operator.invert, "__int__": int, "__float__": float,
    "__complex__": complex, "__index__": operator.index, "__round__": round, "__floor__": math.floor,
    "__ceil__": math.ceil, "__trunc__": math.trunc, "__enter__": lambda thing: type(thing).__enter__(thing),
    "__exit__": lambda thing, *error: type(thing).__exit__(thing, *error),
}  # fmt: skip
"""Special methods -> how the owner does what they ask."""


class Foreign(TypeError):
    """An object of the solution's own class meets plain data; it could call itself equal to anything."""


class Undecided(Foreign):
    """An object of a class that the tests know computes with plain data; its class may be right, and was not tried."""


class Proxy:
    """Stands for an object of the other side."""

    __slots__ = ("_lc_buffer", "_lc_number", "_lc_open", "_lc_peer", "_lc_taken")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_lc_"):
            raise AttributeError(name)
        return self._lc_peer.ask("get", self._lc_number, [name])

    def __setattr__(self, name: str, value: Any) -> None:
        self._lc_peer.ask("set", self._lc_number, [name, value])

    def __delattr__(self, name: str) -> None:
        self._lc_peer.ask("del", self._lc_number, [name])

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._lc_peer.ask("call", self._lc_number, arguments, keywords)

    def __next__(self) -> Any:
        if not self._lc_buffer:
            count = min(ROOM, max(1, self._lc_taken - 1))
            items, more = self._lc_peer.ask("take", self._lc_number, [count])
            if not items and not more:
                raise StopIteration
            object.__setattr__(self, "_lc_buffer", list(items)[::-1])
            object.__setattr__(self, "_lc_taken", self._lc_taken + len(items))
        return self._lc_buffer.pop()


def _asks(name: str) -> Callable[..., Any]:
    def method(self: Any, *arguments: Any) -> Any:
        if name == "__contains__":
            _refuse_plain(self, arguments)
        if name == "__hash__" and self._lc_peer is None:
            return 0
        return self._lc_peer.ask("do", self._lc_number, [name, *arguments])

    method.__name__ = name
    return method


def _operates(name: str, opens: bool) -> Callable[..., Any]:
    def method(self: Any, *others: Any) -> Any:
        if name in ("__eq__", "__ne__") and others[0] is None:
            return name == "__ne__"
        _refuse_plain(self, others, opens)
        return self._lc_peer.ask("operate", self._lc_number, [name, *others], opens=opens and self._lc_open)

    method.__name__ = name
    return method


def _refuse_plain(proxy: Any, others: Any, computes: bool = False) -> None:
    strict = proxy._lc_peer.strict and not proxy._lc_open
    if strict and not all(isinstance(other, (Proxy, Mirror)) for other in others):
        is_known = computes and getattr(type(proxy), "_lc_opens", False)
        kind = Undecided if is_known else Foreign
        raise kind("an object of the solution's own class is compared with a plain value")


class Mirror(type):
    """Stands for a class of the other side; its instances are proxies, so that isinstance tells them apart."""

    _lc_peer: Any
    _lc_number: int
    _lc_opens: bool

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        return cls._lc_peer.ask("call", cls._lc_number, arguments, keywords, opens=cls._lc_opens)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith(("_lc_", "__")):
            raise AttributeError(name)
        return cls._lc_peer.ask("get", cls._lc_number, [name])

    def __setattr__(cls, name: str, value: Any) -> None:
        if name.startswith("_lc_"):
            type.__setattr__(cls, name, value)
        else:
            cls._lc_peer.ask("set", cls._lc_number, [name, value])

    def __iter__(cls) -> Iterator[Any]:
        return iter(cls._lc_peer.ask("do", cls._lc_number, ["__iter__"]))

    def __len__(cls) -> int:
        return int(cls._lc_peer.ask("do", cls._lc_number, ["__len__"]))

    def __getitem__(cls, key: Any) -> Any:
        return cls._lc_peer.ask("do", cls._lc_number, ["__getitem__", key])

    def __bool__(cls) -> bool:
        return True


for _name in ASKED:
    setattr(Proxy, _name, _asks(_name))
for _name in COMPARING.split():
    setattr(Proxy, f"__{_name}__", _operates(f"__{_name}__", False))
for _name in COMPUTING.split():
    setattr(Proxy, f"__{_name}__", _operates(f"__{_name}__", True))
