"""HeldOut: the held-out rows of a run, read again, with the adapter's score on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.config import RunConfig
from core.data.mapping import Row
from core.errors import LoraCraftError
from core.paths import Workspace
from core.prompts.template import PromptTemplate
from core.runs.split import load_split
from core.sessions.kinds import HeldOutScore
from core.workers.corpus import fitting

MOST_ROWS = 40
GENERAL_QUESTIONS = (
    Row("What is 12 + 34?", "46"),
    Row("Name the capital of France.", "Paris"),
    Row("Write one sentence about the sea.", "The sea is wide, and it is never quite still."),
)
"""Used when the data set can no longer be read."""


@dataclass(frozen=True)
class HeldOut:
    """The rows that an export is checked with.

    Attributes:
        rows: The rows for the proof, held-out ones if the run has any.
        to_score: The held-out rows to score, in the order of the run.
        adapter: The held-out score of the run on the same rows, if there is one.
        problem: Why no row is scored, or why the adapter's score is not known.
    """

    rows: Sequence[Row]
    to_score: Sequence[Row]
    adapter: HeldOutScore | None
    problem: str = ""


def held_out(
    config: RunConfig, workspace: Workspace, template: PromptTemplate, tokenizer: Any, trained: HeldOutScore | None
) -> HeldOut:
    """Read the rows of a run again; an export does not need the data set, so general questions replace a missing one.

    Args:
        config, template, tokenizer: Those of the run.
        workspace: Where the data set is.
        trained: The held-out score after training, if there is one.
    """
    try:
        split = fitting(load_split(config, workspace), config, template, tokenizer)
    except LoraCraftError as error:
        return HeldOut(GENERAL_QUESTIONS, (), None, f"The data set can't be read: {error.message}")
    if not split.held_out:
        return HeldOut(split.train[:MOST_ROWS], (), None, "The run held no rows out.")
    scored = split.held_out[:MOST_ROWS]
    if trained is None:
        return HeldOut(scored, scored, None, "The adapter was not scored by the run.")
    if not are_those_of(trained, split.held_out):
        return HeldOut(scored, scored, None, "The data set has changed since the run.")
    return HeldOut(scored, scored, trained)


def are_those_of(score: HeldOutScore, rows: Sequence[Row]) -> bool:
    """Whether a run was scored on `rows`, as far as the samples of its score show."""
    shown = [(sample["instruction"], sample["reference"]) for sample in score.get("samples", [])]
    asked = [(row.instruction, row.reference) for row in rows[: len(shown)]]
    return score["total"] == len(rows) and shown == asked
