"""Column: what the values at one path are, over all rows looked at; and the paths that rows have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.data.mapping import answer_text, are_marks, as_text
from core.data.options import has_short_labels, options_of
from core.data.paths import TURNS, is_parts, turns_of, value_at
from core.data.roles import (
    ANSWER_WORDS,
    FACT_WORDS,
    ID_WORDS,
    MADE_WORDS,
    OPTION_WORDS,
    PLACE_WORDS,
    QUESTION_WORDS,
    SEVERAL_WORDS,
    TEST_WORDS,
    TOKEN_WORDS,
    WRAPPER_WORDS,
    WRONG_WORDS,
    Guess,
    best_named,
    words_of,
)
from core.data.row import RawRow

MOST_PATHS, MOST_STEPS = 400, 8
MOSTLY = 0.8
MANY_ROWS = 8
NUMBER = re.compile(r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?%?")


@dataclass(frozen=True)
class Column:
    """The values at one path, None where a row has none.

    Attributes:
        place: Where it comes among all paths.
    """

    path: str
    place: int
    values: Sequence[Any] = field(repr=False)

    @cached_property
    def steps(self) -> list[str]:
        """The names in its path, without places in lists."""
        return [part for part in self.path.split(".") if not part.isdigit()] or [self.path]

    @cached_property
    def words(self) -> list[str]:
        """The words of its own name; of a value that is called text or value, or of a turn of a chat, its parent's."""
        general = ("text", "value", "values", "content", "spans", "sentences", *TURNS)
        steps = self.steps
        while len(steps) > 1 and steps[-1].lower() in general and not set(words_of(steps[-2])) <= WRAPPER_WORDS:
            steps = steps[:-1]
        if self.is_chosen_option:
            return ["label"]
        return words_of(steps[-1])

    @property
    def is_chosen_option(self) -> bool:
        """Whether it is the option that somebody chose, as exports of labelling programs have it."""
        return self.path.endswith(".choices.0")

    @cached_property
    def all_words(self) -> set[str]:
        """The words of all names in its path."""
        return set(words_of(self.path))

    @cached_property
    def texts(self) -> list[str]:
        """The filled values as text."""
        return [text for value in self.values if (text := answer_text(value))]

    @property
    def is_null(self) -> bool:
        """Whether no row has anything in it, not even an empty text."""
        return all(value is None for value in self.values)

    @property
    def share(self) -> float:
        """The share of the rows that fill it."""
        return len(self.texts) / max(1, len(self.values))

    @cached_property
    def is_text(self) -> bool:
        """Whether nearly all filled values are texts."""
        filled = [value for value in self.values if as_text(value)]
        texts = sum(isinstance(value, str) or is_parts(value) for value in filled)
        return bool(filled) and texts >= 0.9 * len(filled)

    @property
    def is_prose(self) -> bool:
        """Whether its texts can be questions: not numbers alone."""
        return self.is_text and sum(NUMBER.fullmatch(text) is None for text in self.texts) >= 0.5 * len(self.texts)

    @property
    def is_number(self) -> bool:
        """Whether all filled values are numbers, and not all the same."""
        return self.distinct > 1 and all(NUMBER.fullmatch(text) for text in self.texts)

    @cached_property
    def has_objects(self) -> bool:
        """Whether a row holds an object in it, which is no text."""
        firsts = [value[0] if isinstance(value, list) and value else value for value in self.values]
        return any(isinstance(first, Mapping) and not is_parts([first]) for first in firsts)

    @property
    def mean_length(self) -> float:
        """Characters of a filled value."""
        return sum(map(len, self.texts)) / max(1, len(self.texts))

    @cached_property
    def distinct(self) -> int:
        """How many values differ."""
        return len(set(self.texts))

    @property
    def is_constant(self) -> bool:
        """Whether many rows all have the same in it, so that there is nothing to learn; an answer may be so."""
        is_answer = bool(set(self.words) & ANSWER_WORDS - {"label"})
        return len(self.texts) >= MANY_ROWS and self.distinct == 1 and not is_answer

    @property
    def is_id(self) -> bool:
        """Whether it names the row: by its own name, or because it counts the rows."""
        if self.words and (self.words[-1] in ID_WORDS or self.words in (["no"], ["number"], ["nr"])):
            return self.words[-1] not in PLACE_WORDS or not set(self.words) & ANSWER_WORDS
        numbers = [value for value in self.values if isinstance(value, int) and not isinstance(value, bool)]
        counts_rows = len(numbers) > 3 and numbers == list(range(numbers[0], numbers[0] + len(self.values)))
        return counts_rows and not set(self.words) & ANSWER_WORDS

    @property
    def is_tokens(self) -> bool:
        """Whether it holds the tokens of another column."""
        return bool(set(self.words) & TOKEN_WORDS)

    @property
    def is_wrong(self) -> bool:
        """Whether it holds wrong answers."""
        return bool(self.all_words & WRONG_WORDS)

    @property
    def is_made(self) -> bool:
        """Whether it holds what a model wrote."""
        return bool(set(self.words) & MADE_WORDS)

    @property
    def is_fact(self) -> bool:
        """Whether it says something about the row."""
        return bool(self.words) and (self.words[-1] in FACT_WORDS or self.words[0] in ("num", "is", "has", "n"))

    @cached_property
    def is_options(self) -> bool:
        """Whether it lists the options of a choice."""
        filled = [value for value in self.values if value is not None and value != "" and value != []]
        several = sum(not isinstance(value, str) and len(options_of(value)) > 1 for value in filled)
        as_text_alone = all(isinstance(value, str) for value in filled)
        return bool(filled) and bool(set(self.words) & OPTION_WORDS) and (as_text_alone or several >= 0.8 * len(filled))

    @property
    def is_turn(self) -> bool:
        """Whether it is a turn of a chat."""
        return "." in self.path and self.steps[-1] in TURNS

    @property
    def is_test(self) -> bool:
        """Whether it has to do with tests."""
        return bool(set(self.words) & TEST_WORDS)

    @property
    def can_ask(self) -> bool:
        """Whether nothing speaks against its being the question."""
        is_other = self.is_id or self.is_fact or self.is_tokens or self.is_wrong or self.is_options or self.is_made
        is_text = not self.has_objects and (self.is_prose or bool(set(self.words) & QUESTION_WORDS))
        is_filled = self.share >= 0.5 and self.words[:1] != ["system"]
        return is_text and is_filled and not (is_other or self.is_test)

    @property
    def can_answer(self) -> bool:
        """Whether nothing speaks against its being the answer."""
        is_other = self.is_id or self.is_tokens or self.is_wrong or self.is_options or self.is_test
        is_vector = any(isinstance(v, list) and any(isinstance(x, float) for x in v) for v in self.values)
        has_several_marks = any(are_marks(v) and sum(v) != 1 for v in self.values)
        return bool(self.texts) and not (
            is_other or is_vector or has_several_marks or self.has_objects or self.is_constant
        )


def is_labelled(value: Any) -> bool:
    """Whether `value` holds options with labels, as in ARC: {"text": [...], "label": [...]}."""
    return isinstance(value, Mapping) and isinstance(value.get("text"), list) and "label" in value


def named(role: str, columns: Iterable[Column]) -> Guess | None:
    """The column whose name fits the role best; see `best_named`."""
    return best_named(role, ((column.path, column.words) for column in columns))


def profile(rows: Sequence[RawRow]) -> list[Column]:
    """Every path that the rows have, in order of appearance, with its values."""
    paths: dict[str, None] = {}
    for row in rows:
        for name, value in row.items():
            paths.update(dict.fromkeys(_paths(value, name, 0)))
        if len(paths) > MOST_PATHS:
            break
    for base in {path.rpartition(".")[0] for path in paths if path.rpartition(".")[2] in TURNS} & paths.keys():
        values = [value for row in rows if (value := value_at(row, base)) not in (None, "", [])]
        chats = sum(bool(turns_of(value)) for value in values)
        unused = {base} if chats >= MOSTLY * len(values) else {f"{base}.{turn}" for turn in TURNS}
        paths = {path: None for path in paths if path not in unused}
    return [
        Column(path, place, [value_at(row, path) for row in rows]) for place, path in enumerate([*paths][:MOST_PATHS])
    ]


def _paths(value: Any, path: str, steps: int) -> Iterator[str]:
    """The paths to the texts and numbers in `value`."""
    if steps > MOST_STEPS:
        return
    if _are_options(value, path):
        yield path
    elif isinstance(value, Mapping) and not is_labelled(value):
        for name, inner in ((name, inner) for name, inner in value.items() if "." not in name):
            yield from _paths(inner, f"{path}.{name}", steps + 1)
    elif turns := _chat(value):
        yield from (f"{path}.{turn}" for turn in _turns(turns))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping) and not is_parts(value):
        yield from _paths(value[0], f"{path}.0", steps + 1)
    elif (isinstance(value, list) and value and ".0." in path) or _is_list_in_json(value, path):
        yield f"{path}.0"
    else:
        yield path


def _are_options(value: Any, path: str) -> bool:
    """Whether an object, or a list of them, is the options of a choice: {"A": ..., "B": ...}."""
    items = value if isinstance(value, list) else [value]
    is_called_so = bool(set(words_of(path.rpartition(".")[2])) & OPTION_WORDS)
    return is_called_so and all(isinstance(item, Mapping) for item in items) and has_short_labels(options_of(value))


def _chat(value: Any) -> list[tuple[str, str]]:
    """The turns of `value`; a transcript is a chat if somebody asks and the assistant answers."""
    turns = turns_of(value)
    roles = {role for role, _ in turns}
    is_list = not isinstance(value, str) or value.startswith("[")
    return turns if is_list or {"user", "assistant"} <= roles else []


def _is_list_in_json(value: Any, path: str) -> bool:
    """Whether a text is a list of right answers as JSON, of which the first one counts."""
    if not isinstance(value, str) or not value.startswith('["') or not set(words_of(path)) & SEVERAL_WORDS:
        return False
    try:
        return all(isinstance(item, str) for item in json.loads(value))
    except (ValueError, RecursionError):
        return False


def _turns(turns: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The turns of a chat that a path can name."""
    roles = [role for role, _ in turns]
    if "system" in roles:
        yield "system"
    if "user" in roles:
        yield from ("user", "question")
    if "assistant" in roles:
        yield from ("assistant", "reply")
