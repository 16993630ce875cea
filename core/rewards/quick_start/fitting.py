"""Which shipped reward suits the answers of a data set, what it reads, and the next better ones if it does not."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from string import ascii_uppercase

from core.data.forms import options_in, split_options, tests_in
from core.data.mapping import Row
from core.data.options import options_of
from core.data.profile import MOSTLY, Column
from core.data.section import DatasetConfig, FinalAnswer
from core.jsonfile import JsonObject
from core.rewards.library.multiple_choice import meanings
from core.rewards.text.normal import normal_form

FEW_WORDS = 6
FEW_CHARACTERS = 60
MOST_LABELS, LABEL_WORDS, LABEL_CHARACTERS, LABEL_ROWS = 20, 5, 50, 8
LABEL_NAMES = frozenset(
    ["label", "labels", "category", "class", "sentiment", "intent", "emotion", "topic", "stars", "rating", "cop"]
)
"""Words of columns in which numbers are labels."""
ENTRY_POINT = "entry_point"
TEXT_WORDS = {"concise-summarization": ("summary", "highlights", "abstract"), "creative-writing": ("story", "poem")}
SQL_WORDS = ("select", "with", "insert", "update", "delete", "create")
WRITING_WORDS = ("write", "compose", "tell", "story", "poem", "describe")


@dataclass(frozen=True)
class Fit:
    """A reward that suits the answers.

    Attributes:
        fields: Further columns it reads.
        labels: The few answers there are, in the data's spelling; empty where there are many.
    """

    preset: str
    why: str
    fields: dict[str, str] = field(default_factory=dict)
    parameters: JsonObject = field(default_factory=dict)
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """The answers as a mapping finds them, and what stands beside them in the same rows."""

    columns: Sequence[Column]
    config: DatasetConfig
    examples: Sequence[Row]

    @property
    def references(self) -> list[str]:
        """The references that are not empty."""
        return [row.reference for row in self.examples if row.reference]

    @property
    def column(self) -> Column | None:
        """The column of the answers."""
        return next((column for column in self.columns if column.path == self.config.response_field), None)

    @property
    def are_lists(self) -> bool:
        """Whether a row has a list of accepted answers."""
        column = self.column
        return column is not None and any(isinstance(value, list) for value in column.values)


def fitting(answers: Answers) -> Fit:
    """The reward that suits best, by the columns that only one reward reads, then by what the answers look like."""
    for find in (_tests, _choices, _texts, _labels, _boxed):
        found = find(answers)
        if found is not None:
            return found
    references = answers.references
    for preset, fits, why in RULES:
        if references and sum(map(fits, references)) >= 0.9 * len(references):
            return Fit(preset, why, _fields(preset, answers), _parameters(preset, references))
    why = "the answers are long texts, which only overlap of words compares; a judge or a recipe may know better"
    return Fit("question-answering", why, _fields("question-answering", answers))


def other_fits(answers: Answers, tried: str) -> Iterator[Fit]:
    """The next better rewards for the same answers; short ones can be compared as they are written."""
    if not answers.references:
        return
    if tried != "exact-match" and median(map(len, answers.references)) <= FEW_CHARACTERS:
        yield Fit("exact-match", "the answers are short, and it takes them as they are written")
    if tried != "question-answering":
        why = "it compares the words of an answer, whatever it is about"
        yield Fit("question-answering", why, _fields("question-answering", answers))


def other_rules(answers: Answers, config: DatasetConfig) -> Iterator[FinalAnswer]:
    """Other rules for the final answer that cut most of the answers to something shorter."""
    marks: tuple[tuple[FinalAnswer, str], ...] = (("boxed", "\\boxed{"), ("hash", "####"), ("last-line", "\n"))
    texts = answers.column.texts if answers.column else []
    for rule, mark in marks:
        if rule != config.final_answer and texts and sum(mark in text for text in texts) >= 0.5 * len(texts):
            yield rule


def without_reference(examples: Sequence[Row]) -> tuple[list[str], str]:
    """(presets, why) for rows without answers: what can be judged of a text alone."""
    asked = [row.instruction.casefold() for row in examples]
    writes = sum(any(word in text for word in WRITING_WORDS) for text in asked) >= 0.5 * len(asked)
    if writes:
        return ["creative-writing"], "the questions ask for texts, and it judges a text by itself"
    return ["length", "no-repetition"], "without answers only the form of a text can be judged"


def _tests(answers: Answers) -> Fit | None:
    tests = tests_in(answers.columns)
    if tests is None:
        return None
    paths = {column.path for column in answers.columns}
    entry = {"entry_point": ENTRY_POINT} if ENTRY_POINT in paths else {}
    return Fit("programming", f"the column {tests.path!r} holds tests to run", {"tests": tests.path, **entry})


def _choices(answers: Answers) -> Fit | None:
    """Multiple choice, if the answers name options: by letter, by number or by text."""
    column, split = options_in(answers.columns), split_options(answers.columns)
    if column is not None:
        fields, where = {"choices": column.path}, f"the column {column.path!r} holds options"
        options = [options_of(value) for value in column.values]
    else:
        fields, where = dict(zip(ascii_uppercase, split, strict=False)), f"{', '.join(split)} are options"
        columns = [column for column in answers.columns if column.path in split]
        options = [options_of(list(values)) for values in zip(*(column.values for column in columns), strict=True)]
    pairs = zip((row.reference for row in answers.examples), options, strict=False)
    named = [bool(meanings(reference, given, None)) for reference, given in pairs if reference]
    if not named or sum(named) < MOSTLY * len(named):
        return None
    return Fit("multiple-choice", where, fields)


def _texts(answers: Answers) -> Fit | None:
    words = set(answers.column.words) if answers.column else set()
    preset = next((name for name, known in TEXT_WORDS.items() if words & set(known)), None)
    if preset is None or not answers.references or median(len(text.split()) for text in answers.references) < FEW_WORDS:
        return None
    return Fit(preset, f"the column {answers.config.response_field!r} is called so")


def _labels(answers: Answers) -> Fit | None:
    """Exact match, if many rows share few short answers, such as yes and no, that are not the letters of options."""
    labels = labels_of(answers.references)
    column = answers.column
    if labels is None or column is None or answers.are_lists or all(map(_is_letter, labels)):
        return None
    are_numbers = all(map(_is_mathematical, labels))
    if are_numbers and not set(column.words) & LABEL_NAMES:
        return None
    why = f"there are only {len(labels)} different answers, and hedging must not pay"
    return Fit("exact-match", why, labels=labels)


def _boxed(answers: Answers) -> Fit | None:
    """Math & Science, if the answers stand in boxes and half are numbers or formulas; the rest are points and words."""
    references = answers.references
    if answers.config.final_answer != "boxed" or sum(map(_is_mathematical, references)) < 0.5 * len(references):
        return None
    return Fit("math-science", "the answers stand in \\boxed{}, as in mathematics")


def labels_of(references: Sequence[str]) -> tuple[str, ...] | None:
    """The few short answers that all references are, sorted; None if they are many, long, or seldom repeated."""
    counts = Counter(references)
    short = all(len(text.split()) <= LABEL_WORDS and len(text) <= LABEL_CHARACTERS for text in counts)
    few = 1 < len(counts) <= MOST_LABELS and len(references) >= max(LABEL_ROWS, 3 * len(counts))
    return sorted_labels(counts) if short and few else None


def sorted_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels in the order in which a prompt names them."""
    return tuple(sorted(labels, key=lambda label: (label.casefold(), label)))


def _fields(preset: str, answers: Answers) -> dict[str, str]:
    """Further columns that the preset reads: tests may be the answers, and a row may have several right answers."""
    path = answers.config.response_field or ""
    if preset == "programming":
        return {"tests": path}
    if preset != "question-answering":
        return {}
    if answers.are_lists:
        return {"answers": path}
    beside = f"{path.rpartition('.')[0]}.aliases"
    return {"answers": beside} if any(column.path == beside for column in answers.columns) else {}


def _parameters(preset: str, references: Sequence[str]) -> JsonObject:
    """JSON may be objects, lists, or both."""
    if preset != "json-output":
        return {}
    kinds = {type(json.loads(reference)) for reference in references if _is_json(reference)}
    return {} if kinds == {dict} else {"kind": "array" if kinds == {list} else "any"}


def _is_letter(text: str) -> bool:
    return text.strip("().").upper() in "ABCDEFGH" and len(text.strip("().")) == 1


def _is_mathematical(text: str) -> bool:
    plain = normal_form(text.strip("$ "))
    return plain.replace(".", "", 1).lstrip("-").isdigit() or re.search(r"[\\^].*[{^_\d]|\d.*[\\^]", plain) is not None


def _is_quantity(text: str) -> bool:
    """A number, alone or with its unit, such as 9 (apples)."""
    words = text.replace(",", "").split()
    return 0 < len(words) <= 3 and _is_mathematical(words[0])


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except (ValueError, RecursionError):
        return False


def _is_sql(text: str) -> bool:
    return (
        len(text.split()) > 2
        and text.split()[0].casefold() in SQL_WORDS
        and (" from " in text.casefold() or ";" in text)
    )


RULES: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("multiple-choice", _is_letter, "the answers are letters; the question must show its options"),
    ("math-science", _is_mathematical, "the answers are numbers or formulas, which may be written in many ways"),
    ("math-science", _is_quantity, "the answers are numbers with their units"),
    ("json-output", _is_json, "the answers are JSON"),
    ("programming", lambda text: "assert " in text, "the answers are tests to run"),
    ("exact-match", _is_sql, "the answers are SQL, compared as it is written; a reward of your own could run it"),
    ("code-generation", lambda text: "def " in text or "```" in text, "the answers are code; without tests, only form"),
    ("question-answering", lambda text: len(text.split()) <= FEW_WORDS, "the answers are a few words"),
)
"""(preset, test of an answer, reason): a preset fits if nearly all answers pass its test; the first one is used."""
