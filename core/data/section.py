"""The dataset section: where examples come from, which columns matter, which rows are used, how many are held out."""

from __future__ import annotations

import codecs
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from core.schema import Section, knob

SourceKind = Literal["hub", "upload", "procedural", "builtin"]
FinalAnswer = Literal["auto", "none", "hash", "boxed", "last-line"]
Comparison = Literal["equals", "not_equals", "contains", "not_contains", "at_least", "at_most"]


class RowFilter(Section):
    """One condition on a column; a row must meet all of them."""

    field: str = knob("", min_length=1)
    """The column it looks at; nested values by path."""
    comparison: Comparison = knob("equals")
    """How the cell is compared with the value. Text ignores case; at_least and at_most compare numbers, and of text
    its length in characters."""
    value: str | float | bool | int = knob("")
    """What it is compared with."""

    @model_validator(mode="after")
    def bounds_are_numbers(self) -> "RowFilter":
        """Text has no order that a user would expect."""
        if self.comparison in ("at_least", "at_most") and isinstance(self.value, (str, bool)):
            raise ValueError(f"{self.comparison} needs a number")
        return self


class DatasetConfig(Section):
    """The examples of a run."""

    source: str = knob("arithmetic", tier="essential", min_length=1, max_length=512)
    """A Hugging Face dataset id, a file below uploads/, the name of a built-in set, or of a procedural task."""
    kind: SourceKind | None = knob(None)
    """What `source` names; null finds it out from its form. A procedural task needs 'procedural' said."""
    subset: str | None = knob(None)
    """The configuration of a hub dataset, such as 'main' for openai/gsm8k."""
    split: str = knob("train", min_length=1)
    """The split of a hub dataset."""
    encoding: str | None = knob(None, tier="expert")
    """How an uploaded text file is encoded, such as cp1252; null takes UTF-8, or what its byte order mark says."""
    instruction_field: str = knob("instruction", tier="essential", min_length=1)
    """The column with the question; nested values by path, such as answers.text or messages.0.content. In a chat
    messages.user is the first user turn of each row, wherever it is; messages.question all before the last answer."""
    context_field: str | tuple[str, ...] | None = knob(None)
    """A column that belongs to the question and follows it, such as Alpaca's input, SQuAD's context or the options of
    a choice, which become lines A), B) ...; or a list of such columns. A system text, such as messages.system, goes
    before the question."""
    response_field: str | None = knob("response", tier="essential", min_length=1)
    """The column with the expected answer, such as messages.assistant; null where the data have none, which rewards
    that compare with nothing can use."""
    reasoning_field: str | None = knob(None)
    """A column with the worked solution, which a warm-up teaches before the answer; null has what stands before a
    final answer."""
    final_answer: FinalAnswer = knob("auto")
    """Which part of the answer is the reference: 'hash' what follows ####, 'boxed' what stands in the last \\boxed{},
    'last-line', 'none' for all of it; 'auto' takes hash where there is a #### and all of it elsewhere. What stands
    before it becomes the reasoning that a warm-up teaches."""
    filters: tuple[RowFilter, ...] = Field(
        default=(), max_length=20, json_schema_extra={"unit": "", "typical": "", "tier": "advanced"}
    )
    """Conditions that a row must meet to be used, such as {"field": "level", "comparison": "at_most", "value": 3}."""
    max_samples: int | None = knob(None, ge=1, unit="rows", tier="essential")
    """Use at most this many rows, chosen by the seed; null uses all. Of a hub dataset they are chosen among the first
    ten times as many rows, at least 10,000, so that a huge one is not downloaded whole."""
    validation_fraction: float = knob(0.1, ge=0.0, le=0.5, unit="fraction", typical="0.05 to 0.2")
    """Share of the rows held out from training, on which the model is scored before, between and after; 0 for none."""
    validation_samples: int = knob(100, ge=1, le=100_000, unit="rows", typical="100 to 500")
    """At most this many rows are held out: each is answered once per evaluation."""
    parameters: dict[str, Any] = Field(
        default_factory=dict, json_schema_extra={"unit": "", "typical": "", "tier": "expert"}
    )
    """Parameters of a built-in or procedural generator, such as {"largest": 99}."""

    @model_validator(mode="after")
    def question_is_not_the_answer(self) -> "DatasetConfig":
        """A question that holds its answer teaches copying."""
        if self.instruction_field == self.response_field:
            raise ValueError(f"instruction_field and response_field are both {self.response_field!r}")
        return self

    @field_validator("context_field", mode="before")
    @classmethod
    def one_column_is_a_text(cls, given: Any) -> Any:
        """One way to say each: no column is null, a single one a text."""
        columns = [given] if isinstance(given, str) else [] if given is None else given
        if not isinstance(columns, (list, tuple)) or not all(isinstance(column, str) and column for column in columns):
            raise ValueError("it is a column, a list of columns, or null")
        columns = list(dict.fromkeys(columns))
        return columns if len(columns) > 1 else next(iter(columns), None)

    @property
    def contexts(self) -> tuple[str, ...]:
        """The columns that belong to the question, in order."""
        return (self.context_field,) if isinstance(self.context_field, str) else self.context_field or ()

    @field_validator("encoding")
    @classmethod
    def known_encoding(cls, name: str | None) -> str | None:
        """Python must know how to read it, as text."""
        if name is None:
            return None
        try:
            is_text = getattr(codecs.lookup(name), "_is_text_encoding", True)
            if is_text:
                "a".encode(name)  # the encoding "undefined" is one by name only
        except (LookupError, ValueError) as error:
            raise ValueError(f"there is no text encoding {name!r}; try cp1252, utf-16 or shift_jis") from error
        if not is_text:
            raise ValueError(f"{name!r} encodes no text")
        return name
