"""Where a plain text can be cut: outside of all brackets and quotes."""

from __future__ import annotations

import re

OPENING = {"(": ")", "[": "]", "{": "}", "\\{": "\\}", "⟨": "⟩"}


def depths(text: str) -> list[int]:
    """How many brackets are open before each character; a quoted text counts as one."""
    found, depth, quoted = [], 0, False
    for sign in text:
        if sign in ")]}⟩" and not quoted:
            depth -= 1
        found.append(depth + quoted)
        if sign == '"':
            quoted = not quoted
        elif sign in "([{⟨" and not quoted:
            depth += 1
    return found


def split(text: str, separator: re.Pattern[str]) -> list[str]:
    """The parts of `text` between the separators outside of brackets; empty ones are left out."""
    parts = sides(text, separator)[::2]
    return [part for part in parts if part]


def sides(text: str, separator: re.Pattern[str]) -> list[str]:
    """The parts of `text`, each followed by the separator behind it."""
    levels, start, made = depths(text), 0, []
    if "\\begin" in text:
        return [text]
    for found in separator.finditer(text):
        place = found.start() + len(found[0]) - len(found[0].lstrip())
        if levels[place] == 0:
            made += [text[start : found.start()].strip(), found[0].strip()]
            start = found.end()
    return [*made, text[start:].strip()]


def enclosed(text: str) -> tuple[str, str, str] | None:
    """The bracket that opens a text, what is inside, and the one that closes it; None if they are no pair."""
    opening = next((name for name in ("⟨", "\\{", "(", "[", "{") if text.startswith(name)), "")
    closing = next((name for name in ("⟩", "\\}", ")", "]", "}") if text.endswith(name)), "")
    if not opening or not closing or len(text) < len(opening) + len(closing):
        return None
    if (opening in "([") != (closing in ")]") or (opening not in "([" and OPENING[opening] != closing):
        return None
    inside = text[len(opening) : -len(closing)]
    # A bracket that closes inside belongs to another pair, as in (a)(b).
    return (opening, inside.strip(), closing) if min(depths(inside), default=0) >= 0 else None
