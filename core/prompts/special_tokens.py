"""Special tokens inside questions and answers are text: a rendered chat is cut so that none is mistaken; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from core.prompts.template import ChatMessage

Chat = Sequence[ChatMessage]
Written = str | tuple[str | int, ...]
"""A rendered chat: a text whose special tokens are meant, or, where a message holds some, plain texts between ids."""
STAND_INS = range(0xF0000, 0xFFFFE)
"""Private characters, which stand for special tokens while a template is rendered."""


@dataclass(frozen=True)
class Control:
    """A special token; it may swallow the space before it or after it."""

    id: int
    takes_left: bool = False
    takes_right: bool = False


class Controls(dict[str, Control]):
    """The text of each special token of a tokenizer -> the token."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds any of them; the longest where one begins another."""
        return _any_of(self)


def written(chat: Chat, controls: Controls, render: Callable[[list[ChatMessage]], str]) -> Written:
    """A chat as `render` writes it, with the special tokens of the template, and of it alone.

    Args:
        chat: The messages.
        controls: The tokenizer's special tokens.
        render: Called once, with the special tokens inside messages replaced.
    """
    inside = found_in((message["content"] for message in chat), controls)
    if not inside:
        return render(list(chat))
    whole = "".join(message["content"] for message in chat)
    unused = (chr(code) for code in STAND_INS if chr(code) not in whole)
    stand_ins = dict(zip(inside, islice(unused, len(inside)), strict=True))
    hidden: list[ChatMessage] = [{**turn, "content": _replaced(turn["content"], stand_ins)} for turn in chat]
    back = {stand_in: token for token, stand_in in stand_ins.items()}
    return tuple(_cut(render(hidden), controls, back))


def found_in(texts: Iterable[str], controls: Controls) -> list[str]:
    """The special tokens that stand in some texts, the longest first."""
    if not controls:
        return []
    found = {token for text in texts for token in controls.pattern.findall(text)}
    return sorted(found, key=lambda token: (-len(token), token))


def _cut(text: str, controls: Controls, back: Mapping[str, str]) -> Iterator[str | int]:
    """Ids of the special tokens in `text`, and the texts between them with what their messages held."""
    pieces = re.split(f"({controls.pattern.pattern})", text)
    for place in range(0, len(pieces), 2):
        plain = pieces[place]
        if place and controls[pieces[place - 1]].takes_right:
            plain = plain.lstrip()
        if place + 1 < len(pieces) and controls[pieces[place + 1]].takes_left:
            plain = plain.rstrip()
        if plain:
            yield _replaced(plain, back)
        if place + 1 < len(pieces):
            yield controls[pieces[place + 1]].id


def _any_of(texts: Mapping[str, object]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True)))


def _replaced(text: str, by: Mapping[str, str]) -> str:
    return _any_of(by).sub(lambda found: by[found[0]], text)
