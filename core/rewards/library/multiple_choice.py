"""Multiple Choice: the solution names the right option and no other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_letters, ascii_uppercase
from typing import Any

from core.data.options import Option, labelled_in, options_of
from core.rewards.base import Example, NotRun, Parameter, Preset, Score, excerpt, right, wrong
from core.rewards.library.answering_samples import BAD, GOOD
from core.rewards.library.answers import LONGEST_ANSWER, MOST_MENTIONS, NO_SOLUTION, is_same
from core.rewards.text.answer_form import plain, units
from core.rewards.text.answer_words import NEGATIONS

FROM_THE_DATA = -1
"""The value of `first_index` that leaves the numbering to the data."""
LETTER = re.compile(r"(?<![\w'’])(?:\(([A-Za-z])\)|([A-Z])(?![\w'’]))")
ARTICLE_OR_I = re.compile(r"[AI]\s+(?!(?:is|was|because|since|as|or|and|but|not|nor)\b)[a-z]")
LABEL = re.compile(r"^(?:option|answer|choice)?\s*\(?([A-Za-z])[).:]\s*", re.IGNORECASE)
CALLED = re.compile(r"^(?:the\s+)?(?:correct\s+)?(?:option|answer|choice)\s*(?:is)?\s*:?\s*", re.IGNORECASE)


def multiple_choice(response: str, reference: str, example: Example, *, first_index: int = FROM_THE_DATA) -> Score:
    """1 when the solution names the right option and no other, by letter or by its text; else 0.

    The reference is a letter, the label that the data has for an option, its number, or its text. Numbers are counted
    from `first_index`; -1 takes what all rows say together (extras["first_index"]), and judges only what is certain.
    The options are extras["choices"] in any form, further columns called A, B, C ..., or those in the question itself.
    Raises:
        NotRun: The reference is no option, or could be two.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    if len(solution.split()) > LONGEST_ANSWER:
        return wrong(f"the solution has {len(solution.split())} words; a choice has at most {LONGEST_ANSWER}")
    numbering = numbering_of(example, first_index)
    options = options_in(example)
    if options and not has_column(example) and not meanings(reference, options, numbering):
        options = []  # what looked like options in the question were none
    wanted = wanted_option(reference, options, numbering)
    if solution == reference.strip():
        return right(f"{excerpt(solution)} is the reference")
    if lists_letters(solution, options):
        return wrong(f"{excerpt(solution)} names {len(letters_in(solution, options))} options instead of one")
    named = named_in(solution, options)
    if named == {wanted}:
        return right(f"{excerpt(solution)} names option {wanted}")
    if len(named) > 1:
        return wrong(f"{excerpt(solution)} names several options: {', '.join(sorted(named))}")
    return wrong(f"{excerpt(solution)} names {'option ' + named.pop() if named else 'no option'}, not {wanted}")


def options_in(example: Example) -> list[Option]:
    """The options of a row, in order; empty when neither its columns nor its question have any."""
    given = example.extras.get("choices")
    if given is None and not has_column(example):
        shown = labelled_in(example.instruction, has_letters=True)
        return [Option(label.upper(), text, label) for label, text in shown]
    return options_of({name: example.extras[name] for name in _letters(example)} if given is None else given)


def has_column(example: Example) -> bool:
    """Whether columns of the data give the options of a row."""
    return example.extras.get("choices") is not None or bool(_letters(example))


def _letters(example: Example) -> list[str]:
    return [name for name in example.extras if len(name) == 1 and name in ascii_letters]


def numbering_of(example: Example, first_index: int = FROM_THE_DATA) -> Any:
    """What a number as reference means: 0 or 1 for what counting starts at, "text" for a text, None if unknown."""
    return example.extras.get("first_index") if first_index == FROM_THE_DATA else first_index


def wanted_option(reference: str, options: Sequence[Option], numbering: Any) -> str:
    """The letter of the option that `reference` means.

    Raises:
        NotRun: It is no option, or could be two.
    """
    found = meanings(reference, options, numbering)
    if len(found) == 1:
        return found.pop()
    if found:
        hint = "set first_index to 0 or 1" if reference.strip().isdecimal() else "its letter and its text disagree"
        raise NotRun(f"the reference {excerpt(reference)} could be option {' or '.join(sorted(found))}; {hint}")
    raise NotRun(f"the reference {excerpt(reference)} is no letter, number or text of an option")


def meanings(reference: str, options: Sequence[Option], numbering: Any) -> set[str]:
    """The letters of all options that `reference` may mean."""
    by_text = _called(reference, options)
    short = CALLED.sub("", reference.strip()).strip("().: ")
    if short.isdecimal() and len(short) < 3:
        return _numbered(int(short), short, options, numbering, by_text)
    letters = {option.letter for option in options} or set(ascii_uppercase)
    by_name = {option.letter for option in options if option.name == short} or {short.upper()} & letters
    if by_name or by_text:
        return by_name | by_text
    label = LABEL.match(reference.strip())
    bare = reference.strip()[label.end() :] if label else ""
    return {o.letter for o in options if label and o.letter == label[1].upper() and is_same(bare, o.text)}


def _numbered(number: int, short: str, options: Sequence[Option], numbering: Any, by_text: set[str]) -> set[str]:
    """The options that a number may mean: the label of one, the text of one, or a place."""
    by_name = {option.letter for option in options if option.name == short}
    if by_name:
        return by_name
    letters = [option.letter for option in options] or list(ascii_uppercase)
    places = {first: letters[number - first] for first in (0, 1) if 0 <= number - first < len(letters)}
    if numbering == "text" and by_text:
        return by_text
    if numbering in (0, 1):
        return {places[numbering]} if numbering in places else by_text
    return by_text | set(places.values())


def named_in(solution: str, options: Sequence[Option]) -> set[str]:
    """The letters of the options that a solution names, by letter, by text, or by both."""
    exact = texts_in(solution, options)
    return exact or set(letters_in(solution, options)) or _mentioned(solution, options)


def texts_in(solution: str, options: Sequence[Option]) -> set[str]:
    """The letters of the options whose text is all that a solution says, and the letter that it gives with a text."""
    label = LABEL.match(solution)
    bare = solution[label.end() :] if label else solution
    if exact := _called(solution, options):
        return exact
    whole = _called(bare, options) | _called(bare.rstrip("."), options)
    return whole | {label[1].upper()} if whole and label else whole


def lists_letters(solution: str, options: Sequence[Option]) -> bool:
    """Whether a solution that is no option's text has more letters of options than one choice needs."""
    return len(letters_in(solution, options)) > MOST_MENTIONS and not texts_in(solution, options)


def _called(text: str, options: Sequence[Option]) -> set[str]:
    """The letters of the options with this text."""
    return {option.letter for option in options if is_same(text, option.text)}


def letters_in(solution: str, options: Sequence[Option]) -> list[str]:
    """The letters of `options` that `solution` names: B, (b), "b", "B) Paris"; the words A and I are none.

    Without options every letter counts.
    """
    known = {option.letter for option in options} or set(ascii_uppercase)
    return [letter for letter in _letters_of(solution) if letter in known]


def _letters_of(solution: str) -> list[str]:
    alone = solution.strip("().:*\"' ")
    if len(alone) == 1:
        return [alone.upper()] if alone in ascii_letters else []
    if solution[1:2] == ")" and solution[0].isascii() and solution[0].isalpha():
        solution = solution[0].upper() + solution[1:]
    found = (match for match in LETTER.finditer(solution) if not ARTICLE_OR_I.match(solution, match.start()))
    return [(match[1] or match[2]).upper() for match in found]


def _mentioned(solution: str, options: Sequence[Option]) -> set[str]:
    """The options whose text is among the words of a solution, as in "It is Paris"; none where it denies."""
    said = units(plain(solution))
    texts = {option.letter: units(plain(option.text)) for option in options}
    here = {letter for letter, text in texts.items() if 0 < _times(said, text) <= MOST_MENTIONS}
    if set(said) & NEGATIONS - {unit for letter in here for unit in texts[letter]}:
        return set()
    inside = {a for a in here for b in here if a != b and texts[a] != texts[b] and _times(texts[b], texts[a])}
    return here - inside


def _times(said: Sequence[str], text: Sequence[str]) -> int:
    """How often a text stands among the words said; an empty one never does."""
    starts = range(len(said) - len(text) + 1) if text else ()
    return sum(tuple(said[start : start + len(text)]) == tuple(text) for start in starts)


PRESETS: dict[str, Preset] = {
    "multiple-choice": Preset(
        title="Multiple Choice",
        function=multiple_choice,
        category="answers",
        level="beginner",
        summary="The solution names the right option, by letter or text, and no other.",
        judges_truth=True,
        good=GOOD["multiple-choice"],
        bad=BAD["multiple-choice"],
        tags=("mmlu", "arc", "options", "letter", "correctness"),
        parameters=(
            Parameter(
                "first_index",
                FROM_THE_DATA,
                "What a reference that is a number is counted from; -1 finds out from all rows.",
                minimum=-1,
                maximum=1,
            ),
        ),
        optional={"choices": "The options: a list, an object, labels with texts, or one string A) ... B) ..."},
    ),
}
