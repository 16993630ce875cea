"""The curated Hugging Face data sets: their content, their columns, and the reward that suits each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Category = Literal["Math", "Coding", "General", "Q&A"]
FinalAnswer = Literal["auto", "none", "hash", "boxed", "last-line"]


@dataclass(frozen=True)
class ColumnMapping:
    """The columns of a data set, under the names of the dataset section.

    Attributes:
        response_field: The column with the expected answer; nested values by path.
        context_field: A column that is added to the question, or None.
        final_answer: The form of the final answer: the whole response ("none"), after ####, boxed, in the last line.
    """

    instruction_field: str
    response_field: str
    context_field: str | None = None
    final_answer: FinalAnswer = "none"


@dataclass(frozen=True)
class CuratedDataset:
    """One tested data set.

    Attributes:
        summary: Its rows in one sentence.
        split: The split to train on.
        rows: Rows of that split by the card.
        size_bytes: Approximate download size of that split, or of all splits if the card gives no more.
        subset: The configuration to load, or None if there is only one.
        extras: Further columns a reward can read: the reward's name for it -> the column.
        note: A remark for the choice.
    """

    id: str
    title: str
    category: Category
    summary: str
    licence: str
    split: str
    rows: int
    size_bytes: int
    mapping: ColumnMapping
    preset: str
    subset: str | None = None
    extras: dict[str, str] = field(default_factory=dict)
    note: str = ""


CURATED: tuple[CuratedDataset, ...] = (
    CuratedDataset(
        id="openai/gsm8k",
        title="GSM8K",
        category="Math",
        summary="Grade-school word problems with worked solutions that end in a number.",
        licence="mit",
        subset="main",
        split="train",
        rows=7_473,
        size_bytes=2_700_000,
        mapping=ColumnMapping("question", "answer", final_answer="hash"),
        preset="math-science",
        note="A test split of 1,319 problems comes with it.",
    ),
    CuratedDataset(
        id="nvidia/OpenMathReasoning",
        title="OpenMathReasoning",
        category="Math",
        summary="Competition problems from the Art of Problem Solving forum, with long chains of thought.",
        licence="cc-by-4.0",
        split="cot",
        rows=3_200_000,
        size_bytes=31_000_000_000,
        mapping=ColumnMapping("problem", "expected_answer"),
        preset="math-science",
        note="Very large, about 3.2 million solutions of far fewer problems: set max_samples. "
        "Other splits: tir, genselect, additional_problems.",
    ),
    CuratedDataset(
        id="microsoft/orca-math-word-problems-200k",
        title="Orca-Math",
        category="Math",
        summary="Grade-school word problems with answers in prose, written by GPT-4 Turbo.",
        licence="mit",
        split="train",
        rows=200_035,
        size_bytes=84_200_000,
        mapping=ColumnMapping("question", "answer", final_answer="last-line"),
        preset="math-science",
        note="The answers are a model's and carry no mark: some are wrong, and some end without the number.",
    ),
    CuratedDataset(
        id="sahil2801/CodeAlpaca-20k",
        title="Code Alpaca",
        category="Coding",
        summary="Short programming tasks with code as the answer, in the manner of Alpaca.",
        licence="cc-by-4.0",
        split="train",
        rows=20_022,
        size_bytes=8_000_000,
        mapping=ColumnMapping("instruction", "output", context_field="input"),
        preset="code-generation",
        note="There are no tests, so the reward judges form and likeness, not whether the code works.",
    ),
    CuratedDataset(
        id="tatsu-lab/alpaca",
        title="Alpaca",
        category="General",
        summary="Instructions of every kind with answers by text-davinci-003.",
        licence="cc-by-nc-4.0",
        split="train",
        rows=52_002,
        size_bytes=24_000_000,
        mapping=ColumnMapping("instruction", "output", context_field="input"),
        preset="question-answering",
        note="Not for commercial use.",
    ),
    CuratedDataset(
        id="databricks/databricks-dolly-15k",
        title="Dolly 15k",
        category="General",
        summary="Instructions and answers written by people, in eight categories.",
        licence="cc-by-sa-3.0",
        split="train",
        rows=15_011,
        size_bytes=13_000_000,
        mapping=ColumnMapping("instruction", "response", context_field="context"),
        preset="question-answering",
        note="The column category tells the kind of task.",
    ),
    CuratedDataset(
        id="rajpurkar/squad_v2",
        title="SQuAD 2.0",
        category="Q&A",
        summary="Questions about Wikipedia paragraphs, answered by words of the paragraph.",
        licence="cc-by-sa-4.0",
        split="train",
        rows=130_319,
        size_bytes=17_700_000,
        mapping=ColumnMapping("question", "answers.text", context_field="context"),
        preset="question-answering",
        note="A third of the questions have no answer; right is then to say unanswerable. A validation split of 11,873 "
        "comes with it.",
    ),
)
"""In the order in which the wizard shows them."""


def curated(source: str) -> CuratedDataset | None:
    """The curated data set with the id `source`, or None; upper and lower case are one, as on the hub."""
    return next((dataset for dataset in CURATED if dataset.id.lower() == source.lower()), None)
