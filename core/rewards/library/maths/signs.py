"""The signs of a plain text: numbers, letters, commands, and the words between them."""

from __future__ import annotations

import re
from typing import NamedTuple

from core.rewards.library.maths.units import is_unit

SIGN = re.compile(
    r"""(?P<space>\s+)|(?P<number>(?:\d+\.(?=\\overline|\\bar)|\d+(?:\.\d+)?|\.\d+)(?:[eE](?:-?\d+|\+\d\d+))?)"""
    r"""|(?P<words>"[^"]*")|(?P<command>\\[A-Za-z]+|\\[{}|\\])|(?P<word>[^\W\d_]+)|(?P<other>\*\*|.)""",
    re.DOTALL,
)
_FUNCTIONS = (
    "sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan asin acos atan ln log lg exp sqrt abs gcd lcm "
    "max min"
)
FUNCTIONS = frozenset(_FUNCTIONS.split())
CONSTANTS = {"pi": "pi", "infinity": "infinity", "inf": "infinity", "infty": "infinity", "oo": "infinity"}
_SHORT_WORDS = (
    "is of an at in it he we to by on no or so as be do if my up us go me am pm and the yes not for are was has had "
    "per she his her you all any but can did get how its let man new now old one our out own say see too two use way "
    "who six ten big day odd few him may off men put red set sum try box car cat dog age dne nan"
)
SHORT_WORDS = frozenset(_SHORT_WORDS.split())
"""Words of two and three letters that are no products of letters."""


class Sign(NamedTuple):
    """One sign of a text: what it is, its letters, and whether a space comes before it."""

    kind: str
    text: str
    spaced: bool


def signs_of(text: str) -> list[Sign]:
    """The signs of a plain text in order; words of prose are of kind "words", letters of a formula of kind "letter"."""
    is_prose = not re.search(r"[\\^_+=<>|!]", text)
    found: list[Sign] = []
    spaced = False
    for match in SIGN.finditer(text):
        kind, piece = str(match.lastgroup), match[0]
        if kind == "space":
            spaced = True
            continue
        glued = bool(found) and found[-1].kind in ("number", "letter") and not spaced
        made = _of_word(piece, glued, is_prose) if kind == "word" else [(kind, piece.strip('"'))]
        found += [Sign(*sign, spaced and not place) for place, sign in enumerate(made)]
        spaced = False
    return _prose_letters(found) if is_prose else found


def _of_word(word: str, glued: bool, is_prose: bool) -> list[tuple[str, str]]:
    """A word of letters: a function, a unit or prose, or one letter after another."""
    small = word.lower()
    if len(word) == 1 and word.isascii():
        return [("letter", word)]
    if word in FUNCTIONS or small in CONSTANTS:
        return [("command", "\\" + (word if word in FUNCTIONS else CONSTANTS[small]))]
    if word[:-1] in FUNCTIONS:
        return [("command", "\\" + word[:-1]), ("letter", word[-1])]
    if not word.isascii() or small in SHORT_WORDS or is_unit(word):
        return [("words", word)]
    is_word = len(word) > 3 and (not glued or len(word) > 4) and set(small) & set("aeiouy")
    if is_word or (is_prose and not glued and len(word) > 2 and set(small) & set("aeiou")):
        return [("words", word)]
    return [("letter", letter) for letter in word]


def _prose_letters(signs: list[Sign]) -> list[Sign]:
    """Letters that stand alone next to words are words, too, as in "I have 5 apples"."""
    made = list(signs)
    for place, sign in enumerate(made):
        before = made[place - 1] if place else None
        after = made[place + 1] if place + 1 < len(made) else None
        follows = before is not None and before.kind == "words" and sign.spaced
        precedes = after is not None and after.kind == "words" and after.spaced
        if sign.kind == "letter" and (follows or precedes) and not (before and before.kind == "number"):
            made[place] = Sign("words", sign.text, sign.spaced)
    return made
