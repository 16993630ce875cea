"""Guesses the columns of question and answer by whole words, with confidence and reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from core.data.mapping import BOXED, FINAL_ANSWER_MARK, as_text
from core.data.row import RawRow
from core.data.section import FinalAnswer

NAMES: dict[str, tuple[str, ...]] = {
    "instruction": (
        "question", "instruction", "prompt", "problem", "query", "task", "input", "user", "document", "article", "text",
    ),
    "response": (
        "answer", "answers", "response", "output", "completion", "solution", "target", "expected", "label", "reply",
        "assistant", "summary", "result", "reference", "highlights", "story", "poem", "code",
    ),
    "context": ("input", "choices", "options", "context", "passage", "document", "article", "background"),
    "reasoning": ("reasoning", "rationale", "explanation", "working", "cot", "steps"),
}  # fmt: skip
"""Words that name a column's role, the surest first."""

FINAL_WORDS = ("final", "expected", "correct", "gold", "short")
SURE, PART, FORM, NOTHING = 0.95, 0.75, 0.6, 0.3
MOST = 0.8


@dataclass(frozen=True)
class Guess:
    """One guessed column: its path, how sure, from 0 to 1, and why."""

    field: str | None
    confidence: float
    reason: str


class MappingSettings(TypedDict):
    """A mapping as values of the dataset section; null for no column."""

    instruction_field: str | None
    response_field: str | None
    context_field: str | None
    reasoning_field: str | None
    final_answer: FinalAnswer


@dataclass(frozen=True)
class GuessedMapping:
    """A guessed mapping; `final_answer` is the rule that finds the reference in an answer, and why."""

    instruction: Guess
    response: Guess
    context: Guess
    reasoning: Guess
    final_answer: FinalAnswer
    final_answer_reason: str

    @property
    def settings(self) -> MappingSettings:
        """It as values of the dataset section."""
        return {
            "instruction_field": self.instruction.field,
            "response_field": self.response.field,
            "context_field": self.context.field,
            "reasoning_field": self.reasoning.field,
            "final_answer": self.final_answer,
        }


def guess_mapping(rows: Sequence[RawRow]) -> GuessedMapping:
    """Guess from the first rows. Names are compared by whole words: the text in "context" is no "text"."""
    columns = columns_of(rows)
    conversation = _conversation(rows)
    if conversation:
        instruction, response = conversation
    else:
        instruction = by_name("instruction", columns, ()) or _by_form(rows, columns, "instruction", ())
        taken: tuple[str | None, ...] = (instruction.field,)
        response = by_name("response", columns, taken) or _by_form(rows, columns, "response", taken)
    taken = (instruction.field, response.field)
    missing = Guess(None, 0.0, "no column is called so")
    context = by_name("context", columns, taken) or missing
    reasoning = by_name("reasoning", columns, (*taken, context.field)) or missing
    rule, why = guess_final_answer([as_text(cell(row, response.field)) for row in rows if response.field])
    return GuessedMapping(instruction, response, context, reasoning, rule, why)


def columns_of(rows: Sequence[RawRow]) -> list[str]:
    """The columns of the rows in order of appearance; a nested object as the paths to its values."""
    paths: dict[str, None] = {}
    for row in rows:
        for name, value in row.items():
            inner = [f"{name}.{key}" for key in value] if isinstance(value, dict) else []
            paths.update(dict.fromkeys(inner or [name]))
    return list(paths)


def cell(row: RawRow, path: str | None) -> Any:
    """The value at `path`, None where the row has none."""
    value: Any = row
    for part in () if path is None else ((path,) if path in row else path.split(".")):
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def words_of(name: str) -> list[str]:
    """The words in a column's name: "expectedAnswer", "expected_answer" and "Expected answer" have the same two."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]


def guess_final_answer(answers: Sequence[str]) -> tuple[FinalAnswer, str]:
    """The rule that finds the final answers, and why it fits."""
    filled = [answer for answer in answers if answer]
    marks: tuple[tuple[FinalAnswer, str], ...] = (("hash", FINAL_ANSWER_MARK), ("boxed", BOXED))
    for rule, mark in marks:
        share = sum(mark in answer for answer in filled) / len(filled) if filled else 0.0
        if share >= MOST:
            return rule, f"{share:.0%} of the first answers hold {mark!r}"
    return "auto", "the whole answer is the reference, but for what follows a ####"


def by_name(role: str, columns: Sequence[str], taken: Sequence[str | None]) -> Guess | None:
    """The column whose name fits the role best: the whole name first, then one word of it, in the order of NAMES."""
    ranked = []
    for place, column in enumerate(columns):
        words = words_of(column)
        for rank, name in enumerate(NAMES[role]):
            if name in words and column not in taken:
                is_whole = all(word in (name, "text", *FINAL_WORDS) for word in words)
                ranked.append((not is_whole, rank - len(set(words) & set(FINAL_WORDS)), place, column, name))
    if not ranked:
        return None
    not_whole, _, _, column, name = min(ranked)
    if not_whole:
        return Guess(column, PART, f"{column!r} has the word {name!r}")
    return Guess(column, SURE, f"{column!r} is called {name!r}")


def _by_form(rows: Sequence[RawRow], columns: Sequence[str], role: str, taken: Sequence[str | None]) -> Guess:
    """No name helps: the longest text is taken for the question, the column after it for the answer."""
    free = [column for column in columns if column not in taken]
    texts = [column for column in free if any(isinstance(cell(row, column), str) for row in rows)]
    if role == "response":
        later = columns[columns.index(taken[0]) + 1 :] if taken[0] in columns else columns
        chosen = [column for column in later if column in free][:1] or free[:1]
    else:
        lengths = {c: sum(len(as_text(cell(row, c))) for row in rows) for c in texts}
        chosen = sorted(texts, key=lambda column: -lengths[column])[:1]
    if not chosen:
        return Guess(None, 0.0, "there is no column left to be one")
    why = "it has the longest text" if role == "instruction" else "it stands after the question"
    return Guess(chosen[0], NOTHING, f"no column is called a {role}; {chosen[0]!r} is taken, since {why}")


def _conversation(rows: Sequence[RawRow]) -> tuple[Guess, Guess] | None:
    """The first user and assistant turns of a column that holds chats, in OpenAI's or ShareGPT's form."""
    for column, turns in rows[0].items() if rows else ():
        if not (isinstance(turns, list) and len(turns) > 1 and all(isinstance(turn, dict) for turn in turns)):
            continue
        role, text = ("role", "content") if "role" in turns[0] else ("from", "value")
        places = {str(turn.get(role)): number for number, turn in reversed(list(enumerate(turns)))}
        user = next((places[name] for name in ("user", "human") if name in places), None)
        reply = next((places[name] for name in ("assistant", "gpt", "model") if name in places), None)
        if user is not None and reply is not None:
            why = f"{column!r} holds a chat; its first {{}} turn"
            return (
                Guess(f"{column}.{user}.{text}", FORM, why.format("user")),
                Guess(f"{column}.{reply}.{text}", FORM, why.format("assistant")),
            )
    return None
