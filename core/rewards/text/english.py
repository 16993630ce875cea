"""English word order: the kinds of function words, and how often each kind follows each other one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

KINDS = {
    "a": "a an the",
    "d": "my your his her its our their every no another these those",
    "g": "of",
    "p": (
        "in on at by for with from into onto over under above below between through about against during "
        "without within across after before since until till near among along like per via upon toward "
        "towards around behind beside beyond than despite"
    ),
    "t": "to",
    "c": "and or but",
    "k": "because if when while although though whether where that as nor unless",
    "w": "which who whose what how why",
    "s": "i he she we they",
    "y": "it you there this everyone everything nothing someone something",
    "o": "me him them us hers itself themselves himself herself myself yourself",
    "b": "is are was were am",
    "e": "be been being",
    "h": "has have had having do does did",
    "m": "will would can could should might must shall cannot",
    "q": "all both several many few some any each more most such other same much own one",
    "r": (
        "not never ever also very too only just then even still often always now here however therefore thus "
        "instead once yet well again already so"
    ),
    "u": "up out down off away back",
    "z": "s t d ll re ve don isn wasn doesn didn couldn wouldn hadn won",
}
"""Kind -> function words, "don't" read as two: articles, determiners, of (g), prepositions, to, and/or/but (c),
conjunctions that subordinate (k), question words (w), subjects, pronouns of any case (y), objects, be (b, e), have and
do (h), modals, quantities, adverbs (r), particles (u), and what an apostrophe splits off (z)."""

TENTHS_OF_BITS = """
    a   d   g   p   t   c   k   w   s   y   o   b   e   h   m   q   r   u   z   x   .
a -40 -40 -40 -40 -40 -40 -40 -40 -30 -40 -24 -40 -40 -40 -40  -2 -30 -12 -30   9 -40
d -40 -23 -25 -40  -8 -19 -37 -25 -27 -28 -11 -18 -14 -28 -27  -3 -23 -13 -19   9 -29
g  10  10 -40 -40 -40 -29 -18  -2 -36  -2  10 -40 -17 -30 -35   1 -35 -19 -19   0 -40
p  10  10 -40 -27 -25 -23 -18   1 -12   4  10 -40 -17 -37 -35  10 -20 -21 -20  -3 -28
t  10  10 -40 -34 -40 -24 -29 -12 -33  -4  10 -40  10  -1 -33  -6 -29 -14 -22   3 -40
c   2   6 -27  -7 -17 -28  -7  -4   8   0 -15  -9 -19  -6   0  10  10  -9  -8   2 -40
k  10   8 -28 -18 -19 -25 -19 -34  10  10 -16  10 -28  -1   2  10  -3 -20   1  -6 -40
w -17 -11 -28 -27  -6 -33 -21 -16  -3   3  -9  10 -16  10   2  10 -11 -10  10 -11 -34
s -40 -20 -31 -40 -22  -5 -37 -24 -21 -33 -10  10   2  10  10 -10  10 -12  10   2 -31
y -40 -27 -27 -13  -2 -13 -23 -31  -4 -21   0  10 -24  10  10 -24   5  -1  10  -3  -2
o  -7   8 -16   5  10  10   7  -9   9 -13  -1 -15   0  -1   4  -4   7   5  -5 -14  10
b   3  -2 -31  -9 -15 -40 -14 -34 -12  -5  -7 -40 -18 -37 -29 -17  10   5  -9   4 -38
e  -1 -11 -22  -6 -25 -26 -20 -16 -18 -24  -6 -28 -12 -19 -18  -9   3  -6 -11   7 -37
h   7   2 -36  -7  10 -25 -21 -24  10   7  -4 -28  10 -27 -26 -19  10   4 -18  -2 -15
m -27 -18 -35 -26 -33 -19 -36 -18  10  -2 -10 -36  10  10 -25 -14  10 -12  10  -1 -40
q -16  -7   7  -8 -34   4   5  -5 -22 -30 -16  -6 -13   5  -3  -3 -28 -16 -26   5 -17
r  -7  -8  -6  -2 -10 -18   6 -11  10   0 -11 -21  10   9 -18  -1   8  -7  -1   2  -7
u   9  10  10  10  10  -6 -14  -2  -6  -9  -3 -15  -7 -12 -12   0  -3  -4  -7 -17   0
z -17 -18 -26 -17 -18 -15 -18 -16   5 -10  -5  -5  10  -2 -17  -4  -3  -6  10   4  -6
x  -7  -6   8   6   7   8   3  -2 -10  -6  -1   4 -18   1   0 -11  -6   6   2  -2   9
.   8   2 -40   8  -7 -20  10  10  10  10 -24 -40 -28 -26 -29   1   3  -6 -35  -7 -40
"""
"""How much more likely than chance a kind (column) is after another (row), in tenths of a bit.

x is any other word, . the end of a sentence. Counted in 69,000 words: a Jules Verne story, arithmetic word problems,
a language reference, an API manual. Cut off at -40 and 10, so that no pair makes up for one that can't be. May and m
are left out, since a month and "p.m." stand elsewhere than the verbs.
"""

_KIND = {word: kind for kind, words in KINDS.items() for word in words.split()} | {".": "."}
_COLUMNS, *_ROWS = (line.split() for line in TENTHS_OF_BITS.strip().splitlines())
_TENTHS = {(row, column): int(cell) for row, *cells in _ROWS for column, cell in zip(_COLUMNS, cells, strict=True)}


def order_bits(spoken: Sequence[Sequence[str]]) -> tuple[float, float]:
    """How much more likely than chance the order of the words is, and how much that is in prose.

    Args:
        spoken: The words of each sentence, in lower case.
    Returns:
        Bits per pair of neighbours, the mean mutual information of their kinds (on average 0.25 in prose, -0.5 in
        shuffled words); and the least value of prose of this length, lower for short texts, which vary more.
    Source: Church and Hanks, "Word Association Norms, Mutual Information, and Lexicography" (1990), section 3.
    """
    kinds = ["."]
    for sentence in spoken:
        kinds += [_KIND.get(word, "x") for word in sentence]
        kinds.append(".")
    pairs = len(kinds) - 1
    return sum(map(_TENTHS.__getitem__, pairwise(kinds))) / 10 / pairs, min(0.0, 0.15 - 1.0 / pairs**0.5)


def oddest_pair(spoken: Sequence[Sequence[str]]) -> str:
    """The two neighbours that English is least likely to have; "." is the end of a sentence."""
    words = [".", *(word for sentence in spoken for word in (*sentence, "."))]

    def likely(place: int) -> int:
        return _TENTHS[_KIND.get(words[place], "x"), _KIND.get(words[place + 1], "x")]

    place = min(range(len(words) - 1), key=likely)
    return f"{words[place]} {words[place + 1]}"
