"""Measures of text that any reward may use: words, sentences, repetition, variety, overlap."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_IDEOGRAPHS = r"\u3040-\u30ff\u3400-\u9fff"
_MARKS = (
    r"\s!-/:-@\[-`{-~\x80-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u060c\u061b\u061f\u06d4\u0964\u0965"
    r"\u2000-\u200b\u200e-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
# Not \w: it leaves out the vowel signs of Devanagari and joins Chinese characters to one long word.
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^{_MARKS}{_IDEOGRAPHS}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")  # the same where text is ASCII, in half the time
_IDEOGRAPH = re.compile(rf"[{_IDEOGRAPHS}]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Every repeat is bounded, so that no text is slow to judge.
_SENTENCE_END = re.compile(r"""[.!?…।؟]{1,5}["'”’»)\]*_]{0,4}(?=\s|$)|[。！？]{1,5}[」』”’）]{0,4}""")
_ASCII_SENTENCE_END = re.compile(r"""[.!?]{1,5}["')\]*_]{0,4}(?=\s|$)""")
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")


def words(text: str) -> list[str]:
    """The words of `text` in lower case, in order; a Chinese or Japanese character is a word; "don't" is two."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text.lower())


def word_count(text: str) -> int:
    """How many words people see in `text`: "don't" and 3.5 are one, and so is a Chinese or Japanese character."""
    if not text.isascii() and _IDEOGRAPH.search(text):
        return sum(map(str.isalnum, text))
    return len(text.split())


def numbers(text: str) -> set[str]:
    """The numbers in `text`, thousands separators removed, so that 1,000 and 1000 are one."""
    return {number.replace(",", "") for number in _NUMBER.findall(text)}


def sentences(text: str) -> tuple[list[str], list[str]]:
    """The sentences of `text`, and the rest: pieces with no end mark or no capital at the start.

    A piece that starts in lower case continues the one before it ('"Stop!" he said.'), and a blank line ends a piece.
    """
    sentence_end = _ASCII_SENTENCE_END if text.isascii() else _SENTENCE_END
    whole: list[str] = []
    rest: list[str] = []
    for paragraph in _PARAGRAPH_END.split(text):
        start = 0
        fresh = True
        for end in sentence_end.finditer(paragraph):
            piece = paragraph[start : end.end()].strip()
            start = end.end()
            if _starts_a_sentence(piece):
                whole.append(piece)
            elif whole and not fresh:
                whole[-1] += " " + piece
            else:
                rest.append(piece)
                continue
            fresh = False
        if paragraph[start:].strip():
            rest.append(paragraph[start:].strip())
    return whole, rest


def _starts_a_sentence(piece: str) -> bool:
    """Whether the first letter or digit is no small letter; scripts without case always start one."""
    first = piece[:1]
    if not first.isalnum():
        first = next((character for character in piece if character.isalnum()), "")
    return bool(first) and not first.islower()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A rough stem that joins plural and singular, and most forms of one verb: no plural s, y as i, six letters."""
    bare = word[:-1] if len(word) > 3 and word.endswith("s") else word
    if len(bare) > 3 and bare.endswith("y"):
        bare = bare[:-1] + "i"
    elif len(bare) > 4 and bare.endswith("ie"):
        bare = bare[:-1]
    return bare[:6]


def ramp(value: float, zero: float, full: float) -> float:
    """0 at `zero` and beyond, 1 at `full` and beyond, a straight line between; `zero` may be the greater one."""
    return min(1.0, max(0.0, (value - zero) / (full - zero)))


def ngrams(items: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """The runs of `n` neighbours, in order; empty when there are fewer than `n` items."""
    return list(zip(*(items[start:] for start in range(n)), strict=False))


def repeated_share(items: Sequence[str], n: int = 4) -> float:
    """The share of n-grams that stood there before, 0 to 1; a text shorter than `n` repeats nothing."""
    runs = ngrams(items, n)
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def copied_share(items: Sequence[str], source: Sequence[str], n: int = 4) -> float:
    """The share of the n-grams of `items` that `source` has, 0 to 1; short texts are compared as a whole."""
    length = min(n, len(items), len(source))
    if not length:
        return 0.0
    runs = ngrams(items, length)
    known = set(ngrams(source, length))
    return sum(map(known.__contains__, runs)) / len(runs)


def variety(items: Sequence[str], window: int = 50) -> float:
    """Different words per word, averaged over every window of that many words; above 0, at most 1; 0 when empty.

    Unlike the plain type-token ratio it does not fall with length.
    Source: Covington and McFall, "Cutting the Gordian Knot: The Moving-Average Type-Token Ratio" (2010).
    """
    size = min(window, len(items))
    if not size:
        return 0.0
    counts = Counter(items[:size])
    total = different = len(counts)
    for leaving, entering in zip(items, items[size:], strict=False):
        counts[entering] += 1
        different += counts[entering] == 1
        counts[leaving] -= 1
        different -= counts[leaving] == 0
        total += different
    return total / (len(items) - size + 1) / size
