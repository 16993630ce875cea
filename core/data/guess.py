"""Guesses the columns of question and answer by their names and by what they hold, with confidence and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import TypedDict

from core.data.forms import (
    Pair,
    alternating,
    answered_chat,
    chats_in,
    essay,
    judged,
    plain,
    preference,
    question_of,
    split_options,
    system_of,
    translation,
    two_parts,
)
from core.data.mapping import BOXED, FINAL_ANSWER_MARK
from core.data.paths import is_system
from core.data.profile import MOSTLY, Column, named, profile
from core.data.roles import FACT_WORDS, LANGUAGE_WORDS, NAMES, NOTHING, PART, SURE, Guess
from core.data.row import RawRow
from core.data.section import FinalAnswer


@dataclass(frozen=True)
class ContextGuess:
    """The guessed columns that belong to the question: one path or several, how sure, and why."""

    field: str | tuple[str, ...] | None
    confidence: float
    reason: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The columns."""
        return (self.field,) if isinstance(self.field, str) else self.field or ()


class MappingSettings(TypedDict):
    """A mapping as values of the dataset section; null for no column."""

    instruction_field: str | None
    response_field: str | None
    context_field: str | list[str] | None
    reasoning_field: str | None
    final_answer: FinalAnswer


@dataclass(frozen=True)
class GuessedMapping:
    """A guessed mapping; `final_answer` is the rule that finds the reference in an answer, and why.

    Attributes:
        hints: What a user should know of data of this form.
    """

    instruction: Guess
    response: Guess
    context: ContextGuess
    reasoning: Guess
    final_answer: FinalAnswer
    final_answer_reason: str
    hints: tuple[str, ...] = ()

    @property
    def settings(self) -> MappingSettings:
        """It as values of the dataset section."""
        context = self.context.field
        return {
            "instruction_field": self.instruction.field,
            "response_field": self.response.field,
            "context_field": list(context) if isinstance(context, tuple) else context,
            "reasoning_field": self.reasoning.field,
            "final_answer": self.final_answer,
        }


def guess_mapping(rows: Sequence[RawRow]) -> GuessedMapping:
    """Guess from rows, by whole words of the names and by what all rows hold: "context" has no word "text".

    Where nothing fits, a role stays empty, and its reason says why.
    """
    columns = profile(rows)
    forms = (preference, translation, judged, essay, two_parts)
    pair = next((pair for form in forms if (pair := form(columns))), None) or _named_or_chat(columns)
    answer = next((column for column in columns if column.path == pair.response.field), None)
    taken = {pair.instruction.field, pair.response.field, *pair.contexts}
    reasoning = _reasoning(columns, answer, taken)
    context = _context(columns, pair, taken | {reasoning.field})
    rule, why = guess_final_answer(answer.texts) if answer else ("auto", "there are no answers")
    return GuessedMapping(pair.instruction, pair.response, context, reasoning, rule, why, pair.hints)


def columns_of(rows: Sequence[RawRow]) -> list[str]:
    """The columns of the rows in order of appearance; a nested object as the paths to its values."""
    paths: dict[str, None] = {}
    for row in rows:
        for name, value in row.items():
            inner = [f"{name}.{key}" for key in value] if isinstance(value, dict) else []
            paths.update(dict.fromkeys(inner or [name]))
    return list(paths)


def guess_final_answer(answers: Sequence[str]) -> tuple[FinalAnswer, str]:
    """The rule that finds the final answers, and why it fits."""
    filled = [answer for answer in answers if answer]
    marks: tuple[tuple[FinalAnswer, str], ...] = (("hash", FINAL_ANSWER_MARK), ("boxed", BOXED))
    for rule, mark in marks:
        share = sum(mark in answer for answer in filled) / len(filled) if filled else 0.0
        if share >= MOSTLY:
            return rule, f"{share:.0%} of the first answers hold '{mark}'"
    return "auto", "the whole answer is the reference, but for what follows a ####"


def _named_or_chat(columns: Sequence[Column]) -> Pair:
    """Columns by their names; else a chat; else by what they hold."""
    chats = chats_in(columns)
    others = plain(columns, chats)
    asks = named("instruction", [column for column in others if column.can_ask])
    able = [column for column in others if asks is None or column.path != asks.field]
    options = split_options(columns)  # answer0, answer1 ... are options where another column names the right one
    answers = _answer_by_name([column for column in able if column.path not in options]) or _answer_by_name(able)
    if asks is None or answers is None:
        chat = answered_chat(chats, answers) or alternating(columns)
        if chat is not None:
            return chat
    free = [column for column in others if column.can_ask and (answers is None or column.path != answers.field)]
    asks = asks or _longest(free)
    systems = [system_of(chat) for base, chat in chats.items() if asks.field == question_of(base, chat)]
    return Pair(asks, answers or _left_over(others, asks), next(iter(systems), ()))


def _answer_by_name(columns: Sequence[Column]) -> Guess | None:
    """The answer by name; what a model wrote, or what only describes the row, where there is nothing better."""
    able = [column for column in columns if column.can_answer]
    best = [column for column in able if not (column.is_made or column.is_fact)]
    rest = [column for column in able if not column.is_fact or column.words[-1] in NAMES["response"]]
    return named("response", best) or named("response", rest)


def _longest(columns: Sequence[Column]) -> Guess:
    """No name helps: the longest text is taken for the question."""
    if not columns:
        return Guess(None, 0.0, "no column holds texts that could be questions")
    path = max(columns, key=lambda column: column.mean_length * column.share).path
    return Guess(path, NOTHING, f"no column is called a question; {path!r} is taken, since it has the longest text")


def _left_over(columns: Sequence[Column], asks: Guess) -> Guess:
    """No name helps: the column after the question is taken for the answer, if no other could be meant."""
    if asks.field is None:
        return Guess(None, 0.0, "there is no column left to be one")
    unlike = set(NAMES["context"]) | FACT_WORDS
    free = [
        column
        for column in columns
        if column.path != asks.field and column.can_answer and not set(column.words) & unlike
        if column.share >= 0.5 and (column.distinct > 1 or len(column.values) < 3)
    ]
    question = next(column for column in columns if column.path == asks.field)
    later = [column for column in free if column.place > question.place] or free
    if not later or (len(free) > 1 and asks.confidence > NOTHING):
        return _language(columns, question) or Guess(None, 0.0, _why_no_answer(columns))
    path = later[0].path
    why = f"no column is called a response; {path!r} is taken, since it stands after the question"
    return Guess(path, NOTHING, why)


def _language(columns: Sequence[Column], question: Column) -> Guess | None:
    """The language of a text, where nothing else differs among the rows."""
    others = [column for column in columns if column.path != question.path and column.distinct > 1 and not column.is_id]
    if len(others) != 1 or not set(others[0].words) & LANGUAGE_WORDS:
        return None
    return Guess(others[0].path, NOTHING, f"{others[0].path!r} is all that is said of the texts")


def _why_no_answer(columns: Sequence[Column]) -> str:
    constant = named("response", [column for column in columns if column.is_constant])
    if constant is not None:
        return f"{constant.field!r} is the same in every row, so there is nothing to learn from it"
    return "no column looks like an answer to the question"


def _reasoning(columns: Sequence[Column], answer: Column | None, taken: set[str | None]) -> Guess:
    """The worked solution, where the answer is another column and shorter."""
    free = [
        column
        for column in columns
        if answer is not None and column.path not in taken and column.mean_length > answer.mean_length
        if column.is_text and not (column.is_turn or column.is_wrong or column.is_made or column.is_tokens)
    ]
    return named("reasoning", free) or Guess(None, 0.0, "no column is called so")


def _context(columns: Sequence[Column], pair: Pair, taken: set[str | None]) -> ContextGuess:
    """Everything that belongs to the question: its second part, options, passages, system texts."""
    question = next((column for column in columns if column.path == pair.instruction.field), None)
    found = dict.fromkeys(pair.contexts, "")
    free = [column for column in columns if question is not None and column.path not in taken]
    for column in free:
        is_second = column.is_options and any(other.is_options for other in columns if other.path in found)
        if question is not None and not is_second and (why := _why_context(column, question)):
            found[column.path] = why
    options = split_options(free)
    if not set(options) & found.keys():
        found |= dict.fromkeys(options, "")
    if not found:
        return ContextGuess(None, 0.0, "no column is called so")
    said = [why or f"{path!r} belongs to the question" for path, why in found.items()]
    field = next(iter(found)) if len(found) == 1 else tuple(found)
    return ContextGuess(field, SURE if any(found.values()) else PART, "; ".join(said))


def _why_context(column: Column, question: Column) -> str | None:
    """Why a column belongs to the question; None if it does not."""
    if column.is_tokens or column.is_wrong or column.is_id or column.is_turn or column.is_null:
        return None
    if is_system(column.path):
        return f"{column.path!r} is a system text, which goes before the question" if column.is_prose else None
    if column.is_options:
        return f"{column.path!r} lists the options of a choice"
    words = {*column.words, "".join(column.words)}
    name = next((name for name in NAMES["context"] if name in words), None)
    others = set(column.words) - {name, "text", "body", "content"} if name in column.words else set()
    return None if name is None or others or _repeats(column, question) else f"{column.path!r} is called {name!r}"


def _repeats(column: Column, question: Column) -> bool:
    """Whether a column has the question in it, as a finished prompt has."""
    pairs = zip(column.values, question.values, strict=True)
    filled = [(str(text), str(asked)) for text, asked in pairs if text and asked]
    return bool(filled) and sum(asked in text for text, asked in filled) > 0.5 * len(filled)
