"""The preview of a data set before a run: first rows, guessed mapping, rendered prompts."""

from __future__ import annotations

from typing import Annotated, Any

from typing_extensions import TypedDict

from core.data.columns import FileStatistics
from core.data.guess import GuessedMapping, MappingSettings
from core.data.lengths import AnswerLengths
from core.data.row import RawRow
from core.jsonfile import JsonObject
from core.prompts.template import ChatMessage


class GuessedColumns(TypedDict):
    """The columns of a data set and their guessed roles; `guesses` has the reasons."""

    columns: list[str]
    mapping: MappingSettings
    guesses: Annotated[JsonObject, GuessedMapping]


class DataPreview(GuessedColumns):
    """The first rows as a page can show them; `total_rows` is null where there are more than were read."""

    rows: list[RawRow]
    notes: list[str]
    total_rows: int | None


class MissingTokenizer(TypedDict):
    """Why prompts are shown without the model's chat template."""

    message: str
    fields: dict[str, str]


class RenderedRow(TypedDict):
    """A row as the model and the reward will see it; `tokens` is null without a tokenizer."""

    prompt: str
    tokens: int | None
    instruction: str
    reference: str
    reasoning: str
    extras: dict[str, Any]
    perfect_answer: str


class RenderedRows(TypedDict):
    """Some rows as the model will see them; `notices` say what its chat template does, and what does not fit."""

    samples: list[RenderedRow]
    problem: MissingTokenizer | None
    notices: list[str]


class MappedPreview(GuessedColumns, RenderedRows):
    """The first rows after mapping; `lengths` say how long perfect answers are."""

    lengths: AnswerLengths


class PromptPreview(TypedDict):
    """A prompt as a model sees it; `notices` say what its chat template does with it."""

    prompt: str
    tokens: int | None
    messages: list[ChatMessage]
    problem: MissingTokenizer | None
    notices: list[str]


class HashedStatistics(FileStatistics):
    """The statistics of a file and its hash."""

    sha256: str
