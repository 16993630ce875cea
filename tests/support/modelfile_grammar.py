"""The grammar of Ollama's Modelfile, as far as this application writes it; what `ollama create` refuses raises."""

from __future__ import annotations

import re

COMMANDS = ("from", "license", "template", "system", "adapter", "parameter", "message")
PARAMETERS = ("num_ctx", "num_predict", "temperature", "top_k", "top_p", "min_p", "seed", "repeat_penalty", "stop")
BLANK, COMMENT = re.compile(r"[ \t\r\n]+"), re.compile(r"#[^\r\n]*")
WORD, BARE = re.compile(r"([A-Za-z_]+)[ \t]+"), re.compile(r"[^\r\n]*")


def parse(text: str) -> dict[str, list[str]]:
    """Command, or name of a parameter -> its values in order.

    Raises:
        ValueError: The text is no Modelfile.
    """
    found: dict[str, list[str]] = {}
    place = 0
    while place < len(text):
        skipped = BLANK.match(text, place) or COMMENT.match(text, place)
        if skipped:
            place = skipped.end()
            continue
        name, place = _word(text, place, COMMANDS)
        if name == "parameter":
            name, place = _word(text, place, PARAMETERS)
        value, place = _value(text, place)
        found.setdefault(name, []).append(value)
    if "from" not in found:
        raise ValueError("no FROM line")
    return found


def _word(text: str, place: int, known: tuple[str, ...]) -> tuple[str, int]:
    word = WORD.match(text, place)
    if word is None or word[1].lower() not in known:
        raise ValueError(f"unknown word at {text[place : place + 30]!r}")
    return word[1].lower(), word.end()


def _value(text: str, place: int) -> tuple[str, int]:
    """A value: bare up to the end of the line, or between one or three double quotes; there are no escapes."""
    for quote in ('"""', '"'):
        if text.startswith(quote, place):
            end = text.find(quote, place + len(quote))
            if end < 0:
                raise ValueError("a quote is not closed")
            return text[place + len(quote) : end], end + len(quote)
    bare = BARE.match(text, place)
    return (bare[0].strip(), bare.end()) if bare else ("", place)
