"""Values of a row by path: a column, a nested value such as answers.text, a turn of a chat such as messages.user."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from core.data.options import parsed
from core.data.roles import words_of
from core.data.row import RawRow

Turn = tuple[str, str]
"""(role, text) of one turn of a chat; roles are system, user and assistant, or as the data have them."""

TURNS = ("system", "user", "assistant", "question", "reply")
"""What a path may name in a chat: the system text; the first user turn, and the assistant's turn after it; all turns
before the last one of the assistant, and that one. A turn without text, such as a call of a tool, is passed over."""
ROLES = {
    "human": "user", "prompter": "user", "gpt": "assistant", "model": "assistant", "bot": "assistant",
    "chatbot": "assistant", "developer": "system",
}  # fmt: skip
"""Roles in the chats of other programs -> ours."""
KEYS = (("role", "content"), ("from", "value"), ("role", "text"), ("role", "value"))
SYSTEM_NAMES = (["system"], ["system", "prompt"], ["system", "message"], ["system", "instruction"])
TRANSCRIPT = re.compile(r"(?:\A|\n\n+|\s*### )\s*(Human|User|Assistant|System): ?", re.IGNORECASE)
"""How a chat is written as one text, as in Anthropic's and other data of preferences."""
LIST_OF_OBJECTS = re.compile(r"\[\s*\{")
PARTED = re.compile(r"(?P<stem>.*?)[ _-]?(?P<mark>[0-9]|[A-Ha-h])")
OPTION_STEMS = ("option", "opt", "op", "choice", "sol", "ending", "alternative", "candidate", "answer", "ans", "")
MARKS = ("01234567", "12345678", "abcdefgh")


class Absent:
    """What `find` gives where a row has nothing at a path."""


ABSENT = Absent()


def value_at(row: RawRow, path: str | None) -> Any:
    """The value at `path`; None where the row has none, or has null."""
    found = ABSENT if path is None else find(row, path)
    return None if found is ABSENT else found


def find(row: RawRow, path: str) -> Any:
    """The value at `path`, or ABSENT: the longest name of a column first, then step by step through what it holds."""
    if path in row:
        return row[path]
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:length])
        if name in row:
            return _inside(row[name], parts[length:])
    return ABSENT


def _inside(value: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        value = _step(value, part)
        if value is ABSENT:
            break
    return value


def _step(value: Any, part: str) -> Any:
    if isinstance(value, str) and value.startswith(("[", "{")):
        value = parsed(value)
    if isinstance(value, Mapping):
        return value.get(part, ABSENT)
    if part.isdigit() and isinstance(value, (list, tuple)):
        return value[int(part)] if int(part) < len(value) else ABSENT
    if part not in TURNS:
        return ABSENT
    said = _said(turns_of(value), part)
    return ABSENT if said is None else said


def turns_of(value: Any) -> list[Turn]:
    """The turns of a chat: a list of OpenAI's or ShareGPT's objects, or a text such as "Human: ... Assistant: ...".

    The list may be written as text, as the cells of a CSV file have it. Empty where `value` is no chat.
    """
    if isinstance(value, str) and LIST_OF_OBJECTS.match(value):
        value = parsed(value)
    if isinstance(value, str):
        parts = TRANSCRIPT.split(value)
        return [(_role(name), text.strip()) for name, text in zip(parts[1::2], parts[2::2], strict=True)]
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(turn, Mapping) for turn in value):
        return []
    keys = next((pair for pair in KEYS if pair[0] in value[0] and pair[1] in value[0]), None)
    return [(_role(turn.get(keys[0])), parts_text(turn.get(keys[1]))) for turn in value] if keys else []


def _role(name: Any) -> str:
    plain = str(name).lower()
    return ROLES.get(plain, plain)


def _said(turns: Sequence[Turn], part: str) -> str | None:
    """The text that `part` names in a chat; None where it has no such turn."""
    last = max((place for place, (role, _) in enumerate(turns) if role == "assistant"), default=len(turns))
    ends_with_reply = last == len(turns) - 1
    if part == "question":
        before = turns[:last] if ends_with_reply else turns
        return _as_one([turn for turn in before if turn[0] != "system"])
    if part == "reply":
        return turns[last][1] if ends_with_reply and turns else None
    if part == "assistant":
        asked = next((place for place, (role, _) in enumerate(turns) if role == "user"), len(turns))
        turns = turns[asked:]
    texts = [text for role, text in turns if role == part]
    return next(filter(None, texts), texts[0] if texts else None)


def _as_one(turns: Sequence[Turn]) -> str | None:
    """Several turns as one text; a single one without its role."""
    if len(turns) < 2:
        return turns[0][1] if turns else None
    return "\n\n".join(f"{role.capitalize()}: {text}" for role, text in turns)


def is_parts(value: Any) -> bool:
    """Whether `value` is a message's content in parts, such as [{"type": "text", "text": "Hello"}]."""
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(isinstance(part, Mapping) and isinstance(part.get("type"), str) for part in value)
    )


def parts_text(value: Any) -> str:
    """The text of a message's content, which may be a list of parts; pictures and the like are passed over."""
    if is_parts(value):
        return "\n".join(str(part["text"]) for part in value if part.get("text"))
    return "" if value is None else str(value).strip()


def is_system(path: str) -> bool:
    """Whether a path names the system text, which stands before the question: messages.system, system_prompt."""
    return words_of(path.rpartition(".")[2]) in SYSTEM_NAMES


def are_options(paths: Sequence[str]) -> bool:
    """Whether columns are the options of one choice: option1, option2, or opa, opb, opc, or A, B, C."""
    found = [PARTED.fullmatch(path) for path in paths]
    parted = [match for match in found if match]
    if len(paths) < 2 or len(parted) < len(paths):
        return False
    stems = {match["stem"].lower() for match in parted}
    marks = "".join(match["mark"].lower() for match in parted)
    return len(stems) == 1 and stems <= set(OPTION_STEMS) and any(known.startswith(marks) for known in MARKS)


@lru_cache(maxsize=64)
def with_options_together(paths: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Columns in their order, those next to each other that are options of one choice together; each row asks."""
    groups: list[tuple[str, ...]] = []
    start = 0
    while start < len(paths):
        ends = range(len(paths), start, -1)
        end = next((end for end in ends if are_options(paths[start:end])), start + 1)
        groups.append(paths[start:end])
        start = end
    return groups
