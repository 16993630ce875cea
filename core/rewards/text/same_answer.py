"""Whether a short answer says what a reference says, in any language: 1 for the same, less for nearly, 0 for another.

One answer counts as one guess, so that listing or hedging never pays: the guess is the first clause, after its lead-in
("The capital is ..."), and what follows it may explain it but not offer others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import regex

from core.rewards.text.answer_form import is_date_part, is_letter, is_number, is_unspaced, plain, units
from core.rewards.text.answer_words import (
    ANDS,
    ARTICLES,
    CHARACTER_HEDGES,
    CHARACTER_NEGATIONS,
    CONTRASTS,
    COPULAS,
    DOUBTS,
    HEDGES,
    NEGATIONS,
    NOT_AN_END,
    PREPOSITIONS,
    PRONOUNS,
    REASONS,
    VERDICTS,
)

SAID_AT_LENGTH = 0.75
"""The likeness of a right guess in a longer answer."""
HALF_BESIDE_IT = 0.625
"""The most where only half of the guess is the reference: "Paris Lyon" must not earn more than a guess between two."""
LONG = 40
"""Units; longer texts are compared by the words they share, since in them one word does not change the answer."""
FEW = 8
"""Words, or twice as many characters; in so few, one that is replaced makes another answer."""
LISTED = 3
"""Words at most of each clause of a list; longer ones explain."""
SIGNS = frozenset(("<=", ">=", "==", "->", "&&", *"♭♯%<>=≤≥≠+*/^|~±÷√∞∈∪∩\\("))

_CLAUSE = regex.compile(r"\s*(?:[;；、，،؛]|,(?=\s)|(?<=\s)[(\-]+(?=\s|\p{L})|[。．！？।॥؟!?]+|\.+(?=\s|$)|\n)\s*")
_CAUSE = regex.compile(
    r"\s*(?:,\s*(?:since|as|car|da)\s|因为|因為|なぜなら|왜냐하면).*", regex.DOTALL | regex.IGNORECASE
)
_COLON = regex.compile(r"^[^:]*\p{L}:\s+")
_FRAMES = tuple(
    regex.compile(pattern)
    for pattern in (
        r".+?(?:是|为|為)(?P<answer>[^是]+)",
        r"(?:.+は)?(?P<answer>.+?)(?:です|でした|である|だ)",
        r"(?:.+[은는이가]\s+)?(?P<answer>.+?)(?:입니다|이다|이에요|예요)",
        r"(?P<answer>.+?)\s+(?:है|हैं|था|थे|थी)",
    )
)
"""Sentences of Chinese, Japanese, Korean and Hindi that state an answer."""


@dataclass(frozen=True)
class _Said:
    """A text in its parts.

    Attributes:
        whole: All its units.
        clauses: Those of each clause, without the reasons given.
        guess: Those of the first clause after what leads to them.
        is_led_in: Whether anything did.
        text: The text in plain form.
    """

    whole: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]
    guess: tuple[str, ...]
    is_led_in: bool
    text: str

    @property
    def rest(self) -> tuple[tuple[str, ...], ...]:
        """The clauses after the first."""
        return self.clauses[1:]


def likeness(given: str, reference: str, question: str = "") -> float:
    """How far `given` says what `reference` says: 1 for the same, 0 for another answer.

    Words of the `question` that an answer repeats ("Paris is the capital of France") say nothing more.
    """
    wanted = _said(reference)
    answer = _said(given)
    if not wanted.whole or not answer.whole:
        return float(given.split() == reference.split() and bool(given.split()))
    if answer.whole == wanted.whole or _same_items(answer, wanted):
        return 1.0
    if set(wanted.whole) <= ARTICLES:
        return 0.0
    if len(wanted.whole) > LONG:
        return shared(answer.whole, wanted.whole)
    if len(answer.whole) > 2 * LONG or _contradicts(answer, wanted):
        return 0.0
    return SAID_AT_LENGTH if _repeats(answer, wanted, question) else _of_guess(answer, wanted)


@lru_cache(maxsize=256)
def _said(text: str) -> _Said:
    flat = plain(text) if "\n" not in text else "\n".join(map(plain, text.splitlines()))
    whole = units(flat)
    if len(whole) > LONG * 3:
        return _Said(whole, (whole,), whole, False, flat)
    clauses = _clauses(_CAUSE.sub("", flat)) or [flat]
    guess, is_led_in = _guess(clauses[0])
    return _Said(whole, tuple(map(units, clauses)), guess, is_led_in, flat)


def _clauses(text: str) -> list[str]:
    """The clauses of a text without those that give a reason; the full stop of "Dr." ends none."""
    found, start = [], 0
    for mark in _CLAUSE.finditer(text):
        before = text[start : mark.start()].rpartition(" ")[2].casefold()
        if mark[0].strip().startswith(".") and (before in NOT_AN_END or len(before) < 2) and mark.end() < len(text):
            continue
        found.append(text[start : mark.start()])
        start = mark.end()
    found.append(text[start:])
    kept = []
    for clause in found:
        words = clause.split()
        cut = next((place for place, word in enumerate(words) if place and word.casefold() in REASONS), None)
        kept.append(clause if cut is None else " ".join(words[:cut]))
        if cut is not None:
            break
    return [clause.strip() for clause in kept if units(clause)]


def _guess(clause: str) -> tuple[tuple[str, ...], bool]:
    """The units of what a clause states, and whether something led to it."""
    stated = _COLON.sub("", clause)
    frame = next((found for form in _FRAMES if (found := form.fullmatch(stated))), None)
    stated = frame["answer"] if frame else stated
    parts = units(stated)
    if len(parts) > 1 and parts[0] in REASONS:
        return parts[1:], True
    last = max((place for place, unit in enumerate(parts) if unit in COPULAS), default=-1)
    led_in = last >= 0 and last + 1 < len(parts)
    return (parts[last + 1 :] if led_in else parts), led_in or stated != clause


def _same_items(answer: _Said, wanted: _Said) -> bool:
    """Whether both list the same things, or one is a name turned round: "Obama, Barack"."""
    given, listed = _items(answer), _items(wanted)
    if len(given) > 1 and sorted(given) == sorted(listed):
        return True
    turned = (answer, wanted), (wanted, answer)
    return any(len(one.rest) == 1 and one.rest[0] + one.guess == other.whole for one, other in turned)


def _items(said: _Said) -> list[tuple[str, ...]]:
    """The things that a text lists with commas and "and"."""
    items: list[tuple[str, ...]] = []
    for clause in (said.guess, *said.rest):
        start = 0
        for place, unit in enumerate(clause):
            if unit in ANDS:
                items.append(clause[start:place])
                start = place + 1
        items.append(clause[start:])
    return [item for item in items if item]


def _contradicts(answer: _Said, wanted: _Said) -> bool:
    """Whether the answer hedges, denies, or says both yes and no, where the reference does not."""
    said = [unit for clause in answer.clauses for unit in clause]
    if _signs(answer.text, CHARACTER_HEDGES) > _signs(wanted.text, CHARACTER_HEDGES):
        return True
    if any(unit in HEDGES and unit not in wanted.whole for unit in said) or sum(unit in DOUBTS for unit in said) > 1:
        return True
    if any(unit in CONTRASTS and unit not in wanted.whole for unit in answer.clauses[0]):
        return True
    verdict = _verdict(wanted.whole)
    if verdict is not None:
        words = {*said, *map("".join, answer.clauses)}
        return {VERDICTS[word] for word in words if word in VERDICTS} != {verdict}
    if _listed(answer.rest) and not wanted.rest:
        return True
    denied = sum(unit in NEGATIONS for unit in said) - sum(unit in NEGATIONS for unit in wanted.whole)
    return bool(denied) or _signs(answer.text, CHARACTER_NEGATIONS) != _signs(wanted.text, CHARACTER_NEGATIONS)


def _signs(text: str, parts: Sequence[str]) -> int:
    return sum(text.count(part) for part in parts)


def _verdict(parts: tuple[str, ...]) -> bool | None:
    """True for yes, False for no, None for anything else."""
    return VERDICTS.get("".join(parts))


def _listed(rest: Sequence[Sequence[str]]) -> bool:
    """Whether what follows the first clause lists further answers: two or more, each in a few words."""
    count = sum(1 + sum(unit in ANDS for unit in clause) for clause in rest)
    return count > 1 and all(len(clause) <= LISTED for clause in rest)


def _repeats(answer: _Said, wanted: _Said, question: str) -> bool:
    """Whether an answer is the reference, "is", and words of the question."""
    first, count = answer.clauses[0], len(wanted.whole)
    if not question or first[:count] != wanted.whole or len(first) < count + 2 or first[count] not in COPULAS:
        return False
    return set(first[count + 1 :]) <= set(units(plain(question))) | PREPOSITIONS


def _of_guess(answer: _Said, wanted: _Said) -> float:
    """The likeness of the one guess that an answer makes."""
    cut = not wanted.rest and not wanted.is_led_in
    guess = answer.guess if cut else answer.whole
    if not guess:
        return 0.0
    if len(guess) > 1 and guess[0] in PREPOSITIONS and guess[0] != wanted.whole[0]:
        guess = guess[1:]
    if guess == wanted.whole:
        return SAID_AT_LENGTH
    if _verdict(wanted.whole) is not None:
        count = len(wanted.whole)
        return SAID_AT_LENGTH if guess[:count] == wanted.whole and guess[count] in PRONOUNS | COPULAS else 0.0
    if len(wanted.whole) <= FEW and any(unit in ANDS and unit not in wanted.whole for unit in guess):
        return 0.0
    if _is_part_of_date(wanted.whole, guess) or (answer.is_led_in and cut and _ends_with(guess, wanted.whole)):
        return SAID_AT_LENGTH
    if answer.is_led_in and cut and not _is_wider(guess, wanted.whole):
        return 0.0
    if not _has_numbers_and_signs(guess, wanted.whole):
        return 0.0
    value = in_order(guess, wanted.whole)
    return value if len(guess) == len(answer.whole) else min(value, SAID_AT_LENGTH)


def _ends_with(guess: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the reference closes the guess: "the city of Paris"."""
    before = len(guess) - len(wanted)
    return 0 < before <= FEW and tuple(guess[before:]) == tuple(wanted)


def _is_wider(guess: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a guess that follows "is" has more around the reference than another guess: units, a middle name."""
    has_number, is_middle = any(map(is_number, wanted)), guess[0] == wanted[0] and guess[-1] == wanted[-1]
    return len(guess) <= len(wanted) or has_number or (is_middle and not any(map(is_unspaced, wanted)))


def _is_part_of_date(wanted: Sequence[str], guess: Sequence[str]) -> bool:
    """Whether the guess is one date that the reference gives less exactly: July 4, 1776 for 1776."""
    is_one = len(guess) == len({unit.partition(" ")[0] if " " in unit else "year" for unit in guess})
    return is_one and all(map(is_date_part, (*wanted, *guess))) and set(wanted) < set(guess)


def _has_numbers_and_signs(guess: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the guess has exactly the numbers and signs of the reference, and its single letters."""
    if Counter(unit for unit in guess if unit in SIGNS) != Counter(unit for unit in wanted if unit in SIGNS):
        return False
    if any(is_letter(unit) and unit not in guess for unit in (wanted[0], wanted[-1])):
        return False
    numbers = Counter(filter(is_number, wanted))
    return not numbers or numbers == Counter(filter(is_number, guess))


def in_order(guess: Sequence[str], wanted: Sequence[str]) -> float:
    """F1 of the units that both have in the same order; 0 where one of a few is replaced by another."""
    common = _longest_common(guess, wanted)
    few = FEW * (2 if all(map(is_unspaced, wanted)) else 1)
    if not common or (len(wanted) <= few and common < min(len(guess), len(wanted))):
        return 0.0
    value = 2 * common / (len(guess) + len(wanted))
    return min(value, HALF_BESIDE_IT) if 2 * common <= len(guess) else value


def _longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(second) + 1)
    for one in first:
        above = row
        row = [0]
        for place, other in enumerate(second):
            row.append(above[place] + 1 if one == other else max(row[place], above[place + 1]))
    return row[-1]


def shared(given: Sequence[str], wanted: Sequence[str]) -> float:
    """F1 of the units that two long texts share in any order; of pairs, where units are characters."""
    if sum(map(is_unspaced, wanted)) * 2 > len(wanted):
        given, wanted = list(map("".join, pairwise(given))), list(map("".join, pairwise(wanted)))
    same = sum((Counter(given) & Counter(wanted)).values())
    return 2 * same / (len(given) + len(wanted)) if same else 0.0
