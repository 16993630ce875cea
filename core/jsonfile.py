"""JSON on disk: atomic writes, and reads that name the file, the place and the value when it is broken."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from core.errors import Broken, NotFound

MAX_JSON_FILE_BYTES = 64 * 1024 * 1024
"""A larger file is none of ours, and to read it could take all memory."""

Stored = TypeVar("Stored")

JsonObject = dict[str, Any]
"""A JSON object whose keys somebody else decides: a file of another program, a row, a part of a configuration."""


def write_json(path: Path, value: Any) -> None:
    """Replace `path` with `value` as JSON; a reader sees the old file or the new one, never half of it.

    Raises:
        ValueError: It holds NaN or infinity, which no browser reads.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace `path` with `text`, whole or not at all; its line ends stay, which ollama takes into a prompt."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` with `content`, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def plain(value: Any) -> Any:
    """`value` as JSON that everybody reads: null for NaN and infinities, a question mark for half of a character."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def read_json(path: Path) -> Any:
    """The value stored in `path`.

    Raises:
        NotFound: There is no such file.
        Broken: It can't be read, or is no JSON; the message names line and column.
    """
    return _parsed(path, _content(path))


def read_stored(path: Path, shape: type[Stored]) -> Stored:
    """The value stored in `path`, as `shape`: a TypedDict, a dataclass or any other type that pydantic knows.

    Keys that the shape does not have are left out; nothing is converted.

    Raises:
        NotFound: There is no such file.
        Broken: It can't be read, is no JSON, or not of this shape; the message names the value.
    """
    content = _content(path)
    _parsed(path, content)  # refuses NaN, which no browser reads, also where any value may be
    try:
        value: Stored = checker(shape).validate_json(content, strict=True)  # type: ignore[arg-type]  # types are hashable
    except ValidationError as error:
        raise broken(path, first_problem(error)) from error
    return value


def broken(path: Path, problem: str, hint: str = "Mend the file, or delete it.") -> Broken:
    """The error about a stored file."""
    return Broken(f"{path.parent.name}/{path.name}: {problem}.", hint)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what keeps a stored file from being read into NotFound, or into Broken."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"There is no file {path.name}.", "Check the name and try again.") from error
    except IsADirectoryError as error:
        raise broken(path, "a folder has this name") from error
    except OSError as error:
        raise broken(path, f"it can't be read ({error.strerror})") from error


@cache
def checker(shape: Any) -> TypeAdapter[Any]:
    """What checks values against `shape`; it takes milliseconds to make."""
    return TypeAdapter(shape)


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong with a value, in words, with its place in the value."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))
    problem = first["msg"][:1].lower() + first["msg"][1:]
    return f"{place}: {problem}" if place else problem


def _content(path: Path) -> bytes:
    with reading(path):
        size = path.stat().st_size
        if size > MAX_JSON_FILE_BYTES:
            raise broken(path, f"it has {size:,} bytes, more than any file of this kind")
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf")


def _parsed(path: Path, content: bytes) -> Any:
    try:
        return from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise broken(path, f"it is not valid JSON: {error}") from error
