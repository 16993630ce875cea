"""HeldOut: the questions of a run that it never trained on, with the adapter's marks on them."""

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
"""Asked where the data set can't be read any more."""


@dataclass(frozen=True)
class HeldOut:
    """The questions of an export.

    Attributes:
        rows: To prove with; held-out ones where the run has any.
        to_score: The held-out rows that are scored, in the order of the run; empty for none.
        adapter: The run's last evaluation of the same rows, if there is one.
        problem: Why nothing is scored, or why the adapter's score is not known; empty for neither.
    """

    rows: Sequence[Row]
    to_score: Sequence[Row]
    adapter: HeldOutScore | None
    problem: str = ""


def held_out(
    config: RunConfig, workspace: Workspace, template: PromptTemplate, tokenizer: Any, trained: HeldOutScore | None
) -> HeldOut:
    """Read the rows of a run again; a data set that is gone is no reason to refuse an export.

    Args:
        config: The run's.
        workspace: Where the data set lies.
        template: The run's prompts.
        tokenizer: The training's.
        trained: The evaluation event after training, if there was one.
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


def are_those_of(evaluation: HeldOutScore, rows: Sequence[Row]) -> bool:
    """Whether `rows` are the held-out rows that a run was scored on, as far as its evaluation event shows them."""
    shown = [(sample["instruction"], sample["reference"]) for sample in evaluation.get("samples", [])]
    asked = [(row.instruction, row.reference) for row in rows[: len(shown)]]
    return evaluation["total"] == len(rows) and shown == asked
