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
    "k": "because if when while although though whether where that as so nor unless",
    "w": "which who whose what how why",
    "s": "i he she we they",
    "y": "it you there this everyone everything nothing someone something",
    "o": "me him them us hers itself themselves himself herself myself yourself",
    "b": "is are was were am",
    "e": "be been being",
    "h": "has have had having do does did",
    "m": "will would can could should may might must shall cannot",
    "q": "all both several many few some any each more most such other same much own one",
    "r": (
        "not never ever also very too only just then even still often always now here however therefore thus "
        "instead once yet well again already"
    ),
    "u": "up out down off away back",
    "z": "s t d m ll re ve don isn wasn doesn didn couldn wouldn hadn won",
}
"""Kind -> function words, "don't" read as two: articles, determiners, of (g), prepositions, to, and/or/but (c),
conjunctions that subordinate (k), question words (w), subjects, pronouns of any case (y), objects, be (b, e), have and
do (h), modals, quantities, adverbs (r), particles (u), and what an apostrophe splits off (z)."""

TENTHS_OF_BITS = """
    a   d   g   p   t   c   k   w   s   y   o   b   e   h   m   q   r   u   z   x   .
a -50 -50 -50 -44 -50 -43 -43 -50 -30 -50 -24 -50 -44 -50 -47  -2 -31 -12 -29   9 -50
d -42 -23 -25 -40  -8 -19 -38 -25 -27 -28 -11 -18 -14 -28 -28  -3 -22 -13 -19   9 -29
g  18  20 -46 -50 -44 -29 -18  -2 -36  -2  23 -47 -17 -30 -37   1 -34 -19 -19   0 -50
p  20  18 -50 -27 -25 -23 -18   1 -12   4  16 -43 -17 -37 -32  14 -19 -21 -18  -3 -28
t  11  13 -44 -34 -40 -24 -29 -12 -33  -4  11 -44  24  -1 -34  -6 -28 -14 -18   3 -40
c   2   6 -27  -7 -17 -28  -5  -4   8   0 -15  -9 -19  -6   3  11  16  -9  -7   2 -48
k  12   8 -29 -16 -20 -25 -14 -35  29  26 -16   9 -28  -2   1  10  -2 -14   1  -6 -46
w -17 -11 -28 -27  -6 -33 -21 -16  -3   3  -9  17 -16  13   4  42 -10 -10  10 -11 -34
s -47 -20 -31 -48 -22  -5 -37 -24 -21 -33 -10  13   2  35  19 -10  18 -12  19   2 -31
y -42 -27 -27 -13  -2 -13 -24 -31  -4 -21   0  26 -24  15  37 -24   6  -1  19  -3  -2
o  -7   8 -16   5  14  17   8  -9   9 -13  -1 -15   0  -1   3  -4   6   5  -6 -14  20
b   3  -2 -31  -9 -15 -41 -15 -34 -12  -5  -7 -48 -18 -37 -31 -17  26   5 -10   4 -38
e  -1 -11 -22  -6 -25 -26 -17 -16 -18 -24  -6 -28 -12 -19 -19  -9   2  -6 -12   7 -37
h   7   2 -36  -7  10 -25 -17 -24  27   7  -4 -28  16 -27 -27 -19  28   4 -18  -2 -15
m -29 -20 -37 -26 -34 -19 -38 -19  12  -4 -10 -38  50  19 -28 -16  26 -13  11  -1 -48
q -16  -7   7  -8 -34   4   4  -5 -22 -30 -16  -6 -13   5  -4  -3 -27 -16 -26   5 -17
r  -6  -7  -5  -2  -9 -17   4 -10  -2  -1 -10 -22  23   9 -23  -1   9 -12   0   2  -6
u   9  12  18  13  26  -6 -14  -2  -6  -9  -3 -15  -7 -12 -13   0  -2  -4  -7 -17   0
z -16 -18 -27 -18 -18 -15 -19 -16   5 -10  -6  -5  12   0 -19  -5  -2  -6  33   5  -7
x  -7  -6   8   6   7   8   3  -2 -10  -6  -1   4 -27   1   0 -11  -8   7   2  -2   9
.   8   2 -44   8  -7 -20  21  28  20  19 -24 -48 -28 -26 -31   1   2  -6 -35  -7 -50
"""
"""By how much a kind (row) makes the next kind (column) likelier than chance, in tenths of a bit, -50 to 50.

x is any other word, . the end of a sentence. Counted in 69,000 words: a Jules Verne story, arithmetic word problems,
a language reference, an API manual.
"""

_KIND = {word: kind for kind, words in KINDS.items() for word in words.split()} | {".": "."}
_COLUMNS, *_ROWS = (line.split() for line in TENTHS_OF_BITS.strip().splitlines())
_TENTHS = {(row, column): int(cell) for row, *cells in _ROWS for column, cell in zip(_COLUMNS, cells, strict=True)}


def order_bits(spoken: Sequence[Sequence[str]]) -> tuple[float, float]:
    """How much likelier than chance the words of the sentences stand in their order, and how much that should be.

    Args:
        spoken: The words of each sentence, in lower case.
    Returns:
        Bits a pair of neighbours, pointwise mutual information of their kinds (0.4 in prose, -0.5 in shuffled words on
        average); and the least that prose of this length has, which is lower for short texts, where chance is great.
    Source: Church and Hanks, "Word Association Norms, Mutual Information, and Lexicography" (1990), section 3.
    """
    kinds = [_KIND.get(word, "x") for word in _with_stops(spoken)]
    pairs = len(kinds) - 1
    return sum(map(_TENTHS.__getitem__, pairwise(kinds))) / 10 / pairs, min(0.0, 0.25 - 1.4 / pairs**0.5)


def oddest_pair(spoken: Sequence[Sequence[str]]) -> str:
    """The two neighbours that English is least likely to have; "." is the end of a sentence."""
    pairs = pairwise(_with_stops(spoken))
    return " ".join(min(pairs, key=lambda pair: _TENTHS[_KIND.get(pair[0], "x"), _KIND.get(pair[1], "x")]))


def _with_stops(spoken: Sequence[Sequence[str]]) -> list[str]:
    return [".", *(word for sentence in spoken for word in (*sentence, "."))]
