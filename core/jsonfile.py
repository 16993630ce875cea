"""JSON on disk: atomic writes, and reads that name the file and the line when it is broken."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from core.errors import InvalidInput, NotFound

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
    """Replace `path` with `text`, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    temporary.write_text(text, encoding="utf-8", newline="\n")  # ollama takes a Modelfile's line ends into the prompt
    temporary.replace(path)


def read_json(path: Path) -> Any:
    """The value stored in `path`.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is not UTF-8 JSON; the message names line and column.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path.name}.", "Check the name and try again.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidInput(f"{path.name} is not valid JSON: {error.msg} at {where}.", "Mend the file there.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8 text.", "Save the file as UTF-8.") from error
