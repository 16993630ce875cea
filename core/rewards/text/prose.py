"""Prose: a text as words and sentences, and how far it is real prose rather than a pile of words, with the reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from core.rewards.base import Component, Score
from core.rewards.text.english import oddest_pair, order_bits
from core.rewards.text.languages import LANGUAGES, hits_by_language, likeliest
from core.rewards.text.words import copied_share, ramp, repeated_share, sentences, stem, words

LONGEST_SENTENCE = 100
WORDS_TO_JUDGE = 12
"""In shorter texts chance alone can cause an unusual share of function words or of different words."""
LEAST_WORDS = 8
"""Below this a sentence and a list of words look the same; judge such short texts by their content."""
LEAST_QUALITY = 0.25
LEAST_RICHNESS, ENOUGH_RICHNESS = 1.5, 2.0
MOST_COPIED_SHARE = 0.75
_GREEK_TWINS = "αεηικνορτυχ"
_CYRILLIC_TWINS = "авекмнорстухіјѕԁԛԝһӏ"
_STRANGER = rf"[\u0400-\u052f{_GREEK_TWINS}]"
_MIXED = re.compile(
    rf"[a-z\xdf-\u024f]{_STRANGER}|{_STRANGER}[a-z\xdf-\u024f]|[\uff21-\uff5a]{{2}}|[\U0001d400-\U0001d7ff\u200b\u2060\ufeff]",
    re.IGNORECASE,
)
_TWIN = re.compile(rf"(?<!\w)(?:[{_CYRILLIC_TWINS}]+|[{_GREEK_TWINS}]{{2,}})(?!\w)", re.IGNORECASE)
_LATIN = re.compile(r"[a-zA-Z]")


@dataclass(frozen=True)
class Prose:
    """The analysis of a text.

    Attributes:
        words: Its words in lower case, in order.
        sentences: The words of each whole sentence.
        language: The code of the language whose function words it uses most; "" when it uses none.
        quality: 1 for prose, 0 for other text; the product of all checks below.
        problem: The worst finding, in words; "" when there is none.
    """

    words: list[str]
    sentences: list[list[str]]
    language: str
    quality: float
    problem: str


def read_prose(text: str, prompt: str = "") -> Prose:
    """Read `text`, and judge whether it is prose in one of `LANGUAGES`.

    It multiplies these checks, each 0 to 1: no letters that only look Latin, words in whole sentences, not too many
    numbers, a share of function words as running text has it, words in an order that the language has, no run of words
    said twice, no run of words copied from `prompt`. Each is 1 for nearly all real text and 0 for the fault that it
    looks for. Well-formed nonsense passes. Of 20 English words shuffled one text in thirty passes, of 50
    one in 200; in other languages only neighbours that grammar forbids are found, and hardly any in Chinese, Japanese
    and Korean.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    whole, rest = sentences(text)
    spoken = [words(sentence) for sentence in whole]
    every = [word for sentence in spoken for word in sentence]
    grammatical = [word for sentence in spoken if 1 < len(sentence) <= LONGEST_SENTENCE for word in sentence]
    loose = sum(len(words(piece)) for piece in rest)
    hits = hits_by_language(every if text.isascii() else grammar_keys(every))
    language = likeliest(text.lower(), hits)
    findings = (
        _disguise(text),
        _in_sentences(len(grammatical), len(every) + loose),
        _numbers(every),
        _function_words(hits.get(language, 0), len(every), language),
        _order(spoken, language),
        _repetition(every),
        _copying(every, prompt),
    )
    quality = 1.0
    for value, _ in findings:
        quality *= value
    worst = min(findings)
    return Prose(every, spoken, language, quality, worst[1] if worst[0] < 1 else "")


def prose_problem(text: str, prompt: str = "") -> str:
    """Why `text` is not prose, or nothing but the prompt again; "" when it is prose.

    For rewards that want a yes or a no: the quality of `read_prose` is a quarter or more, in 8 words or more.
    """
    prose = read_prose(text)
    if prose.quality < LEAST_QUALITY:
        return prose.problem
    if len(prose.words) < LEAST_WORDS:
        return f"{len(prose.words)} words are too few to tell a sentence from a list (it takes {LEAST_WORDS})"
    return _copied(prose.words, prompt)


def copy_problem(text: str, prompt: str) -> str:
    """Why `text`, prose or not, only repeats the prompt; "" if it does not.

    Then the prompt has three in four of its word triples; a shorter text must be the whole prompt.
    """
    return _copied(words(text), prompt)


def _copied(spoken: Sequence[str], prompt: str) -> str:
    given = words(prompt)
    if min(len(spoken), len(given)) < 3:
        return "it is the instruction" if spoken and spoken == given else ""
    share = copied_share(spoken, given, 3)
    return f"{share:.0%} of it is copied from the instruction" if share >= MOST_COPIED_SHARE else ""


def grammar_keys(spoken: Sequence[str]) -> list[str]:
    """The part of each word that shows its grammar: the word, but for Korean its last syllable."""
    return [word[-1] if "가" <= word[0] <= "힣" else word for word in spoken]


def _disguise(text: str) -> tuple[float, str]:
    """Look-alike letters inside a Latin word, as a whole word of a Latin text, or hidden between letters."""
    if text.isascii():
        return 1.0, ""
    found = _MIXED.search(text)
    if not found and len(_LATIN.findall(text)) > len(text) / 4:
        found = _TWIN.search(text)
    if not found:
        return 1.0, ""
    around = text[max(0, found.start() - 10) : found.end() + 10]
    return 0.0, f"{around!r} holds letters that only look Latin, or hidden ones"


def _in_sentences(inside: int, total: int) -> tuple[float, str]:
    share = inside / total if total else 0.0
    return ramp(share, 0.4, 0.7), f"{share:.0%} of the words stand in whole sentences"


def _numbers(spoken: Sequence[str]) -> tuple[float, str]:
    share = sum(map(str.isdigit, spoken)) / len(spoken) if spoken else 0.0
    return ramp(share, 0.5, 0.4), f"{share:.0%} of the words are numbers"


def _function_words(hits: int, total: int, language: str) -> tuple[float, str]:
    if not hits:
        return 0.0, "no function words of a known language"
    share = hits / total
    least = LANGUAGES[language].least_share
    value = ramp(share, least * 0.75, least)
    if total >= WORDS_TO_JUDGE:
        value *= ramp(share, 0.95, 0.85)
    return value, f"{share:.0%} of the words are function words, which is no running {LANGUAGES[language].name}"


def _order(spoken: Sequence[Sequence[str]], language: str) -> tuple[float, str]:
    """Whether the order of the words is possible in the language; English has a measure of its own."""
    if language != "en":
        return _clashes(spoken, language)
    bits, least = order_bits(spoken)
    if bits >= least + 0.05:
        return 1.0, ""
    return ramp(bits, least - 0.05, least + 0.05), f"words in an order that can't be, such as {oddest_pair(spoken)!r}"


def _clashes(spoken: Sequence[Sequence[str]], language: str) -> tuple[float, str]:
    clashes = LANGUAGES[language].clashes if language else {}
    chances = 0
    found = []
    for sentence in spoken:
        for word, follower in zip(sentence, [*sentence[1:], "."], strict=True):
            forbidden = clashes.get(word)
            if forbidden:
                chances += 1
                if follower in forbidden:
                    found.append(f"{word} {follower}")
    if not found:
        return 1.0, ""
    least = 0.5 if len(found) == 1 else 0.0  # one may be a name or an odd turn of phrase
    value = max(least, ramp(len(found) / chances, 0.1, 0.04))
    return value, f"words in an order that can't be, such as {found[0]!r}"


def _repetition(spoken: Sequence[str]) -> tuple[float, str]:
    """Whether runs of words come again, and whether there are enough different words for the length.

    Source: Guiraud, "Les caractères statistiques du vocabulaire" (1954): different words by the root of all; prose has
    4 to 8.
    """
    different = len(set(spoken))
    if len(spoken) >= WORDS_TO_JUDGE and different < ENOUGH_RICHNESS * len(spoken) ** 0.5:
        value = ramp(different / len(spoken) ** 0.5, LEAST_RICHNESS, ENOUGH_RICHNESS)
        return value, f"it has only {different} different words in {len(spoken)}"
    share = repeated_share(spoken)
    return ramp(share, 0.35, 0.15), f"{share:.0%} of the runs of four words are repeated"


def _copying(spoken: Sequence[str], prompt: str) -> tuple[float, str]:
    share = copied_share(spoken, words(prompt)) if prompt else 0.0
    return ramp(share, 0.6, 0.3), f"{share:.0%} of the text is copied from the prompt"


def content_stems(spoken: Sequence[str], language: str) -> set[str]:
    """The stems of the words that carry content: no function words of `language`, no numbers, more than two letters.

    A single character counts where it is a word (Chinese, Japanese).
    """
    grammar = LANGUAGES[language].function_words if language else frozenset()
    return {
        stem(word) for word in spoken if word not in grammar and (len(word) > 2 or word > "⺀") and not word.isdigit()
    }


def no_text(components: tuple[Component, ...]) -> Score:
    """The score of a completion that has no solution text: 0 in every part."""
    parts = dict.fromkeys((component.name for component in components), 0.0)
    return Score(0.0, "there is no solution text to judge", parts)
