"""The prose gate: whether a text is real sentences, so that no reward for form or length pays for word salad."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from core.rewards.function_words import CHINESE_AND_JAPANESE, ENGLISH_KINDS, ENGLISH_PAIRS, OTHER_LANGUAGES

LEAST_WORDS = 8
"""Below it, a sentence can't be told from a list of words; judge so short a text by its content instead."""
WORDS_A_SENTENCE = (3, 60)
MOST_NUMBERS_SHARE = 0.5
LEAST_FRESH_SHARE = 0.6
LEAST_ROOT_TYPE_TOKEN_RATIO = 2.0
"""Distinct words by the root of all words (Guiraud 1954): prose has 4 to 8."""
MOST_COPIED_SHARE = 0.75
ENGLISH_SHARE = (0.18, 0.72)
OTHER_SHARE = (0.16, 0.75)
LEAST_ORDER_BITS = 0.0
"""Real English of 50 words has 0.34 bits a pair on average (1 window in 40 is below 0); shuffled it has -0.5."""

TOKEN = re.compile(r"[^\W\d_][\w'-]*|[,;:]|[.!?](?=\s|[\"')\]*_”»]|$)|\d+(?:[.,]\d+)*|[。！？؟，、；：]")
ASCII_TOKEN = re.compile(TOKEN.pattern, re.ASCII)
"""The same on ASCII text, in half the time."""
MIXED = re.compile(r"[A-Za-z][\u0370-\u058f]|[\u0370-\u058f][A-Za-z]")
"""A Latin letter beside a Greek, Cyrillic or Armenian one."""
UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

KIND = {form: kind for kind, words in ENGLISH_KINDS.items() for form in (words + " " + words.title()).split()}
KIND |= {"I": "s", "I'm": "v"} | dict.fromkeys(".!?。！？؟", ".") | dict.fromkeys(",;:，、；：", ",")
COLUMNS, *ROWS = [line.split() for line in ENGLISH_PAIRS.strip().splitlines()]
BITS = {(row, column): float(bits) for row, *cells in ROWS for column, bits in zip(COLUMNS, cells, strict=True)}
FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in OTHER_LANGUAGES.items()}


def prose_problem(text: str) -> str | None:
    """Why `text` is not real prose (a clause in English), or None when it is.

    Prose is 8 words or more in sentences that begin with a capital and end with a full stop, of words that do not
    repeat themselves, a fifth or more of them function words of one language, and in English in an order that
    English has. It knows English and twelve more languages, Chinese and Japanese; others are refused, and so are texts
    under 8 words. What it does not stop: grammatical sentences without meaning, shuffled words of other languages, and
    one in twenty shuffles of 20 English words (none in a thousand of 100 words).
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("’", "'")
        if mixed := MIXED.search(text):
            return f"two alphabets are mixed in one word at {text[max(0, mixed.start() - 8) : mixed.end() + 8]!r}"
        if UNSPACED.search(text):
            return _unspaced_problem(text)
    tokens = (ASCII_TOKEN if text.isascii() else TOKEN).findall(text)
    words = [token for token in tokens if token[0].isalpha()]
    kinds = [KIND.get(token, "x") for token in tokens]
    if len(words) + kinds.count(".") + kinds.count(",") < len(tokens):
        kinds = ["#" if token[0].isdigit() else kind for token, kind in zip(tokens, kinds, strict=True)]
    return _sentence_problem(tokens, words, kinds) or _repetition_problem(words) or _language_problem(words, kinds)


def copy_problem(text: str, instruction: str) -> str | None:
    """Why `text` is nothing but the instruction again, or None: three in four of its word triples stand there."""
    words, given = text.lower().split(), instruction.lower().split()
    if len(words) < 3 or len(given) < 3:
        return "it is the instruction" if words and words == given else None
    triples = list(zip(words, words[1:], words[2:], strict=False))
    known = set(zip(given, given[1:], given[2:], strict=False))
    share = sum(map(known.__contains__, triples)) / len(triples)
    return f"{share:.0%} of it is copied from the instruction" if share >= MOST_COPIED_SHARE else None


def word_count(text: str) -> int:
    """How many words `text` has, numbers included; a Chinese or Japanese character is one."""
    if not text.isascii() and UNSPACED.search(text):
        return sum(map(str.isalnum, text))
    return len(text.split())


def _sentence_problem(tokens: Sequence[str], words: Sequence[str], kinds: Sequence[str]) -> str | None:
    """Whether there are words enough, in sentences that begin and end as sentences do."""
    if len(words) < LEAST_WORDS:
        return f"{len(words)} words are too few to tell a sentence from a list (it takes {LEAST_WORDS})"
    numbers = kinds.count("#")
    if numbers > MOST_NUMBERS_SHARE * (numbers + len(words)):
        return f"{numbers} of {numbers + len(words)} words are numbers"
    ends = kinds.count(".")
    if not ends:
        return "no sentence ends"
    least, most = WORDS_A_SENTENCE
    if not least <= len(words) / ends <= most:
        return f"the sentences have {len(words) / ends:.0f} words on average"
    starts = [token for kind, token in zip([".", *kinds], tokens, strict=False) if kind == "."]
    small = sum(token[0].islower() for token in starts)
    return f"{small} of {len(starts)} sentences begin with a small letter" if small > len(starts) / 2 else None


def _repetition_problem(words: Sequence[str]) -> str | None:
    """Whether the words are always the same, or taken by three keep coming back."""
    distinct = len(set(words))
    if distinct < LEAST_ROOT_TYPE_TOKEN_RATIO * len(words) ** 0.5:
        return f"it has only {distinct} different words in {len(words)}"
    if len(words) - distinct <= (1 - LEAST_FRESH_SHARE) * (len(words) - 2):
        return None  # a triple that came before ends in a word that came before, and there are too few of them
    fresh = len(set(zip(words, words[1:], words[2:], strict=False))) / (len(words) - 2)
    return f"it repeats itself: {fresh:.0%} of its word triples are new" if fresh < LEAST_FRESH_SHARE else None


def _language_problem(words: Sequence[str], kinds: Sequence[str]) -> str | None:
    """Whether the words are a language's, by the share of its function words, and in English by their order."""
    english = 1 - kinds.count("x") / len(words)
    one = 1 / len(words)  # a short text may lack one by chance
    if ENGLISH_SHARE[0] - one <= english <= ENGLISH_SHARE[1]:
        bits = sum(map(BITS.__getitem__, pairwise(kinds))) / (len(kinds) - 1)
        return None if bits >= LEAST_ORDER_BITS else f"the words stand in no order that English has ({bits:.2f} bits)"
    parts = " ".join(words).lower().replace("'", " ").split()
    other = max(sum(map(known.__contains__, parts)) / len(parts) for known in FUNCTION_WORDS.values())
    if english < other and OTHER_SHARE[0] <= other <= OTHER_SHARE[1]:
        return None
    return f"{english:.0%} of the words are English function words, and no other language fits"


def _unspaced_problem(text: str) -> str | None:
    """Whether a Chinese or Japanese text has sentences, their little words, and no repetition."""
    letters = [letter for letter in text if letter.isalpha()]
    ends = sum(map(text.count, "。！？"))
    if len(letters) < 2 * LEAST_WORDS or not ends or len(letters) / ends > 2 * WORDS_A_SENTENCE[1]:
        return "there are too few characters, or no sentence ends"
    share = sum(map(CHINESE_AND_JAPANESE.__contains__, letters)) / len(letters)
    if not 0.08 <= share <= 0.8:
        return f"{share:.0%} of the characters do a function word's work"
    return _repetition_problem(letters)
