"""The options of a choice, in every form that data has them: a list, an object, labels with texts, or one string."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

TEXT_KEYS = ("text", "texts", "value", "content", "choice", "option")
LABEL_KEYS = ("label", "labels", "key", "id", "letter", "name")
LETTERS = tuple(ascii_uppercase)
LETTERS_SMALL = tuple(ascii_uppercase.lower())
NUMBERS = tuple(str(number) for number in range(1, len(LETTERS) + 1))
LONGEST_OPTION = 500
"""Characters; what is longer in a string is prose with a bracket in it."""

_STYLES = (r"\(\s*{}\s*\)", r"(?<![\w(]){}\s?\)", r"(?<![\w.]){}\.(?=\s|$)", r"(?<!\w){}\s?:")
_PREFIX = re.compile(r"\(?\s*([A-Za-z]|\d{1,2})\s?[).:]\s*(?=\S)")


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        letter: The letter that it is shown under.
        text: Its text, without a label in front.
        name: The label that the data has for it, such as 1; the letter where it has none.
    """

    letter: str
    text: str
    name: str


def options_of(value: Any) -> list[Option]:
    """The options in a cell, in order; empty where it holds none. What is null is no option."""
    pairs = _pairs(value)
    if all(label is None for label, _ in pairs):
        pairs = _without_prefixes([text for _, text in pairs])
    letters = [str(label).strip("().: ").upper() for label, _ in pairs]
    has_own = len(set(letters)) == len(letters) and all(letter in LETTERS for letter in letters)
    by_place = [*LETTERS, *map(str, range(len(LETTERS) + 1, len(pairs) + 1))]
    shown = letters if has_own else by_place
    return [
        Option(letter, text, letter if label is None else str(label).strip("().: "))
        for letter, (label, text) in zip(shown, pairs, strict=False)
        if text
    ]


def has_short_labels(options: Sequence[Option]) -> bool:
    """Whether what an object holds can be options: they have labels such as A or 1, not the names of fields."""
    return bool(options) and all(len(option.name) < 3 for option in options)


def as_lines(options: Sequence[Option]) -> str:
    """Options as a question shows them: A) ..., B) ..., one a line."""
    return "\n".join(f"{option.letter}) {option.text}" for option in options)


Pairs = list[tuple[Any, str]]
"""(label or None, text) of each option; the text of a null is empty."""


def _pairs(value: Any) -> Pairs:
    if isinstance(value, str):
        return _in_string(value.strip())
    if isinstance(value, Mapping):
        return _in_object(value)
    if not isinstance(value, (list, tuple)):
        return []
    if value and all(isinstance(item, Mapping) for item in value):
        return [(_first(item, LABEL_KEYS), _text(_first(item, TEXT_KEYS))) for item in value]
    return [(None, _text(item)) for item in value]


def _in_object(value: Mapping[Any, Any]) -> Pairs:
    texts = _first(value, TEXT_KEYS)
    if isinstance(texts, (list, tuple)):
        labels = _first(value, LABEL_KEYS)
        has_labels = isinstance(labels, (list, tuple)) and len(labels) == len(texts)
        return [
            (label, _text(text))
            for label, text in zip(labels if has_labels else [None] * len(texts), texts, strict=True)
        ]
    if any(isinstance(item, (list, tuple, Mapping)) for item in value.values()):
        return []
    return [(_letter(str(key)), _text(item)) for key, item in value.items()]


def _letter(key: str) -> str:
    """The label in a key: A of "A", "option_a" and "opa"; the whole key where it holds none."""
    found = re.fullmatch(r"(?:(?:opt?|option|choice|answer|ans)[_\s-]?)?([A-Za-z]|\d{1,2})", key.strip(), re.IGNORECASE)
    return found[1] if found else key


def _in_string(text: str) -> Pairs:
    """Options in one string: a written list or object, labels in order, or lines."""
    if text[:1] in ("[", "{"):
        written = parsed(text)
        return [] if isinstance(written, str) else _pairs(written)
    if _PREFIX.match(text) and (labelled := labelled_in(text)):
        return list(labelled)
    parts = [part.strip() for part in (text.split("\n") if "\n" in text else text.split("|"))]
    return [(None, part) for part in parts if part] if len(parts) > 1 else []


def parsed(text: str) -> Any:
    """The value that a string writes as JSON or as Python does; the string itself where it is neither."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return text


def labelled_in(text: str, has_letters: bool = False) -> list[tuple[str, str]]:
    """(label, text) of options such as "A) Lyon B) Paris" or "(a) Lyon (b) Paris" at the end of a text, or [].

    Args:
        has_letters: Whether only letters count as labels, since numbers may count anything.
    """
    best: list[tuple[str, str]] = []
    for labels in (LETTERS, LETTERS_SMALL) if has_letters else (LETTERS, LETTERS_SMALL, NUMBERS):
        for style in _STYLES:
            found = _in_style(text, labels, style)
            if len(found) > len(best):
                best = found
    return best


def is_labelled(text: str) -> bool:
    """Whether a text is nothing but options with letters, such as "a ) 38 , b ) 27"."""
    starts = _PREFIX.match(text.strip())
    return starts is not None and starts[1].isalpha() and len(labelled_in(text, has_letters=True)) > 1


def _in_style(text: str, labels: Sequence[str], style: str) -> list[tuple[str, str]]:
    starts = []
    place = 0
    for label in labels:
        mark = re.compile(style.format(label)).search(text, place)
        if mark is None:
            break
        starts.append((label, mark.start(), mark.end()))
        place = mark.end()
    if len(starts) < 2:
        return []
    ends = [start for _, start, _ in starts[1:]] + [len(text)]
    found = [(label, text[after:end].strip(" \t\n,;|")) for (label, _, after), end in zip(starts, ends, strict=True)]
    return found if all(0 < len(option) <= LONGEST_OPTION for _, option in found) else []


def _without_prefixes(texts: Sequence[str]) -> Pairs:
    """Texts that all begin with their own label, as in ["A) 1", "B) 2"], in two parts."""
    found = [_PREFIX.match(text) for text in texts]
    labels = [match[1].upper() if match else "" for match in found]
    count = len(texts)
    if count > 1 and tuple(labels) in (LETTERS[:count], NUMBERS[:count]):
        return [(label, text[match.end() :]) for label, text, match in zip(labels, texts, found, strict=True) if match]
    return [(None, text) for text in texts]


def _first(item: Mapping[Any, Any], keys: Sequence[str]) -> Any:
    return next((item[key] for key in keys if key in item), None)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
