"""Objects that stay where they are: a test of a solution works with proxies of the solution's objects.

Test and solution are two processes that do not share memory, so that a solution can neither see the tests nor replace
what they call. Plain data is copied; a function, a class, an instance or a generator stays with its owner, and what is
done to its proxy is asked of the owner. Both sides may own objects: a test may pass a lambda.
"""

from __future__ import annotations

import builtins
import json
import random
from collections import namedtuple
from collections.abc import Callable, MutableMapping
from typing import Any

from core.rewards.sandbox.inside import algebra
from core.rewards.sandbox.inside.proxies import ASKED, OPERATIONS, Mirror, Proxy
from core.rewards.sandbox.inside.values import Build, Packed, Packer, unpacked

MODULE = "solution"
"""The module that the code is in."""


def forget_ours(modules: MutableMapping[str, Any]) -> None:
    """Let the code import nothing of ours."""
    for name in [name for name in modules if name.split(".")[0] == "core"]:
        del modules[name]


class Peer:
    """One side of a conversation about objects.

    Args:
        channel: Where messages go and come from.
        rest: What packs objects where none may be shared; None shares them.
        strict: Whether the other side's own objects may not be compared with plain data.
        stops: Whether a call may raise StopIteration, at which a `map` of the tests would end as if all were done.
    """

    def __init__(
        self, channel: Any, rest: Callable[[Any], Packed] | None = None, strict: bool = False, stops: bool = True
    ):
        self.strict, self._stops = strict, stops
        self._channel = channel
        self._rest = rest or self._export
        self._shares = rest is None
        self._kept: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._mirrors: dict[int, Any] = {}
        self._late: dict[int, BaseException] = {}
        self._opens = False
        self._builds: dict[str, Build] = {
            "ref": self._proxy,
            "back": lambda number: self._kept[number],
            "class": self._mirror,
            "builtin": lambda name: getattr(builtins, name),
            "named": self._named,
            "array": _array,
            "flag": lambda parts: int(parts[0], 16),
            "sympy": lambda parts: algebra.built(parts, self.unpack),
        }

    def pack(self, value: Any) -> Packed:
        """The value as data, with numbers for objects that stay here."""
        return Packer(self._rest, self._is_own if self._shares else lambda kind: False).pack(value)

    def unpack(self, data: Packed) -> Any:
        """The value of data, with proxies for objects of the other side."""
        return unpacked(data, self._builds)

    def function(self, name: str) -> Callable[..., Any]:
        """A function of the host."""
        return lambda *arguments, **keywords: self.ask("host", name, arguments, keywords)

    def named(self, expression: str, opens: bool) -> Any:
        """What an expression is on the other side; instances of a class that opens may be compared with plain data."""
        found = self.ask("name", expression)
        if isinstance(found, Mirror) and opens:
            found._lc_opens = True
        return found

    def ask(self, what: str, of: Any, arguments: Any = (), keywords: Any = None, opens: bool = False) -> Any:
        """Ask the other side to do something, and serve what it asks meanwhile."""
        packed = [self.pack(argument) for argument in arguments]
        named = {name: self.pack(value) for name, value in (keywords or {}).items()}
        self._channel.say({"ask": [what, of, packed, named]})
        while True:
            message = self._channel.read()
            if "ask" not in message:
                break
            self.serve(message, None)
        if "raise" in message:
            error = self._error(message["raise"])
            if what == "call" and not self._stops and isinstance(error, (StopIteration, StopAsyncIteration)):
                error = self._error({**message["raise"], "class": {"builtin": "RuntimeError"}})
            raise error
        for old, new in zip(arguments, message.get("after", ()), strict=False):
            _renew(old, self.unpack(new))
        self._opens = opens
        try:
            return self.unpack(message["value"])
        finally:
            self._opens = False

    def serve(self, message: Any, scope: dict[str, Any] | None) -> None:
        """Do what the other side asks; `scope` has the names that it may ask for."""
        what, of, packed, named = message["ask"]
        try:
            arguments = [self.unpack(argument) for argument in packed]
            keywords = {name: self.unpack(value) for name, value in named.items()}
            before = json.dumps(packed)
            value = self._do(what, of, arguments, keywords, scope)
            answer = {"value": self.pack(value)}
            if (
                what == "call"
                and (after := [self.pack(argument) for argument in arguments])
                and json.dumps(after) != before
            ):
                answer["after"] = after
        except BaseException as error:  # noqa: BLE001 - it is the code's, and the other side gets it
            answer = {"raise": self._raised(error)}
        self._channel.say(answer)

    def _do(self, what: str, of: Any, arguments: Any, keywords: Any, scope: dict[str, Any] | None) -> Any:
        if what == "name" and scope is not None:
            return eval(of, scope)
        thing = self._kept[of]
        if what in ("get", "set", "del"):
            self._check_attribute(thing, arguments[0])
        if what == "call":
            random.seed(0)
            return thing(*arguments, **keywords)
        if what == "get":
            return getattr(thing, arguments[0])
        if what == "set":
            return setattr(thing, arguments[0], arguments[1])
        if what == "del":
            return delattr(thing, arguments[0])
        if what == "take":
            return self._take(of, thing, arguments[0])
        name, *others = arguments
        if what == "do":
            return ASKED[name](thing, *others)
        operation = getattr(type(thing), name, None) if name in OPERATIONS else None
        return NotImplemented if operation is None else operation(thing, *others)

    def _check_attribute(self, thing: Any, name: str) -> None:
        """Tests hand out the attributes of their own objects, but no way from a function of theirs to all they know."""
        if self.strict and (name.startswith("_") or not self._is_own(type(thing))):
            raise AttributeError(name)

    def _take(self, number: int, iterator: Any, count: int) -> tuple[list[Any], bool]:
        """Up to `count` items, and whether there may be more; an exception after some comes with the next call."""
        if number in self._late:
            raise self._late.pop(number)
        items: list[Any] = []
        for _ in range(count):
            try:
                items.append(next(iterator))
            except StopIteration:
                return items, False
            except BaseException as error:
                if not items:
                    raise
                self._late[number] = error
                break
        return items, True

    def _keep(self, thing: Any) -> int:
        number = self._numbers.get(id(thing))
        if number is None:
            number = self._numbers[id(thing)] = len(self._kept)
            self._kept.append(thing)
        return number

    def _is_own(self, kind: type) -> bool:
        return getattr(kind, "__module__", None) == MODULE or isinstance(kind, Mirror)

    def _export(self, value: Any) -> Packed:
        if isinstance(value, (Proxy, Mirror)):
            return {"back": value._lc_number}
        if isinstance(value, type):
            return self._class(value)
        name = getattr(value, "__name__", None)
        if isinstance(name, str) and getattr(builtins, name, None) is value:
            return {"builtin": name}
        if (parts := algebra.parts(value, self.pack)) is not None:
            return {"sympy": parts}
        kind = type(value)
        return {"ref": [self._keep(value), self._class(kind) if self._is_own(kind) else None]}

    def _class(self, kind: type) -> Packed:
        if isinstance(kind, Mirror):
            return {"back": kind._lc_number}
        if getattr(builtins, kind.__name__, None) is kind:
            return {"builtin": kind.__name__}
        parents = [self._class(base) for base in kind.__bases__ if self._is_own(base)]
        error = next((base.__name__ for base in kind.__mro__ if _is_builtin_error(base)), "")
        return {"class": [self._keep(kind), kind.__name__, parents, error]}

    def _mirror(self, parts: Any) -> Any:
        number, name, parents, error = parts
        if number not in self._mirrors:
            bases = tuple(self.unpack(parent) for parent in parents)
            if not all(
                isinstance(base, type) and issubclass(base, BaseException if error else Proxy) for base in bases
            ):
                raise TypeError("a class has bases of another kind")
            if error:
                text = {"__str__": lambda self: getattr(self, "_lc_text", None) or Exception.__str__(self)}
                self._mirrors[number] = type(name, bases or (getattr(builtins, error),), text)
            else:
                own = {"_lc_peer": self, "_lc_number": number, "_lc_opens": False}
                self._mirrors[number] = type.__call__(Mirror, name, bases or (Proxy,), own)
        return self._mirrors[number]

    def _proxy(self, parts: Any) -> Any:
        number, kind = parts[0], Proxy if parts[1] is None else self.unpack(parts[1])
        if not isinstance(kind, type) or not issubclass(kind, Proxy):
            raise TypeError("a proxy has a class of another kind")
        found = object.__new__(kind)
        mine = {"_lc_peer": self, "_lc_number": number, "_lc_open": self._opens, "_lc_buffer": [], "_lc_taken": 0}
        for name, value in mine.items():
            object.__setattr__(found, name, value)
        return found

    def _named(self, parts: Any) -> Any:
        name, fields, items = parts
        values = [self.unpack(item) for item in items]
        return namedtuple(name, fields)(*values) if self._shares else tuple(values)

    def _raised(self, error: BaseException) -> Packed:
        kind = type(error)
        plain = Packer(lambda value: str(value)[:200])
        state = {name: plain.pack(value) for name, value in vars(error).items() if not name.startswith("_")}
        try:
            text, given = str(error), [plain.pack(argument) for argument in error.args]
        except BaseException:  # noqa: BLE001 - its __str__ is the code's own
            text, given = "", []
        base = next(b.__name__ for b in kind.__mro__ if _is_builtin_error(b))
        own = self._class(kind) if self._shares and not _is_builtin_error(kind) else {"builtin": base}
        return {"class": own, "base": base, "name": kind.__name__, "args": given, "text": text, "state": state}

    def _error(self, parts: Any) -> Any:
        """The exception of the other side, as one of the same class here."""
        kind = self.unpack(parts["class"])
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            kind = RuntimeError
        given = [self.unpack(argument) for argument in parts["args"]]
        try:
            error = kind(*given)
        except TypeError:  # such as UnicodeDecodeError, which wants five
            error = builtins.ValueError(parts["text"])
        for name, value in parts["state"].items():
            if not name.startswith("_") and not hasattr(BaseException, name):
                setattr(error, name, self.unpack(value))
        error.lc_is_far = True
        if not _is_builtin_error(type(error)):
            error._lc_text = str(parts["text"])
        return error


def _is_builtin_error(kind: type) -> bool:
    return issubclass(kind, BaseException) and getattr(builtins, kind.__name__, None) is kind


def _array(parts: Any) -> Any:
    import base64

    import numpy

    kind, shape, data = parts
    return numpy.frombuffer(base64.b64decode(data), numpy.dtype(kind)).reshape(shape).copy()


def _renew(old: Any, new: Any) -> None:
    """Make a list, dict or set what it became on the other side, keeping the objects inside that are still there."""
    if isinstance(old, list) and isinstance(new, list):
        for was, now in zip(old, new, strict=False):
            _renew(was, now)
        same = len(old) == len(new)
        old[:] = (
            [was if same and _is_renewed(was, now) else now for was, now in zip(old, new, strict=True)] if same else new
        )
    elif (isinstance(old, dict) and isinstance(new, dict)) or (isinstance(old, set) and isinstance(new, set)):
        old.clear()
        old.update(new)
    elif isinstance(old, bytearray) and isinstance(new, bytearray):
        old[:] = new
    elif type(old).__module__ == "numpy" and type(new) is type(old) and old.shape == new.shape:
        old[...] = new


def _is_renewed(was: Any, now: Any) -> bool:
    return type(was) is type(now) and isinstance(was, (list, dict, set, bytearray))
