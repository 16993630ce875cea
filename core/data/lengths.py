"""AnswerLengths: how long the data's perfect answers are; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from typing_extensions import TypedDict

from core.data.mapping import Row
from core.prompts.template import PromptTemplate

BYTES_A_TOKEN = 3
"""For an estimate without the model's tokenizer: rather too few bytes, which makes too many tokens."""
END_TOKENS = 1

CountTokens = Callable[[list[str]], list[int]]
"""Texts -> tokens of each."""


class AnswerLengths(TypedDict):
    """The perfect answers of `rows` rows, in tokens; `prompt` is the longest prompt, null without the tokenizer.

    `first_only` says that there may be more rows than these, the first ones, `is_estimated` that the model's tokenizer
    was not at hand, `thinks` that the model writes down thoughts before
    the answer which the rows do not bring, `context` how
    many tokens the model takes at most, null where its tokenizer does not say.
    """

    rows: int
    longest: int
    prompt: int | None
    is_estimated: bool
    thinks: bool
    first_only: bool
    context: int | None


def estimated_tokens(texts: list[str]) -> list[int]:
    """About how many tokens texts have, for any model."""
    return [math.ceil(len(text.encode("utf-8", "replace")) / BYTES_A_TOKEN) for text in texts]


def answer_lengths(
    rows: Sequence[Row], template: PromptTemplate, count: CountTokens | None, prompt: int | None, thinks: bool
) -> AnswerLengths:
    """Measure the rows' perfect answers, each with the token that ends it.

    Args:
        rows: Usable rows.
        template: Gives the form of an answer.
        count: Counts with the model's tokenizer; None where it is not on this machine.
        prompt: The longest prompt.
        thinks: Whether the model's chat template lets it think first.
    """
    answers = [template.answer(row.reference, row.reasoning) for row in rows]
    tokens = (count or estimated_tokens)(answers) if answers else []
    asks_for_thought = bool(template.markers.reasoning_start) and not any(row.reasoning for row in rows)
    return {
        "rows": len(rows),
        "longest": max(tokens, default=0) + END_TOKENS,
        "prompt": prompt,
        "is_estimated": count is None,
        "thinks": thinks or asks_for_thought,
        "first_only": False,
        "context": None,
    }


def longest_of(parts: Sequence[AnswerLengths]) -> AnswerLengths | None:
    """The lengths of all rows out of those of their parts; None without a row."""
    if not parts:
        return None
    prompts = [part["prompt"] for part in parts if part["prompt"] is not None]
    return {
        "rows": sum(part["rows"] for part in parts),
        "longest": max(part["longest"] for part in parts),
        "prompt": max(prompts, default=None),
        "is_estimated": any(part["is_estimated"] for part in parts),
        "thinks": all(part["thinks"] for part in parts),
        "first_only": any(part["first_only"] for part in parts),
        "context": parts[0]["context"],
    }
