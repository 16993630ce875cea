"""The Concise Summarization preset and its ROUGE."""

import random

import pytest

from core.rewards.base import Example, NotRun
from core.rewards.library.summarization import (
    LIBRARY,
    LIBRARY_SUMMARY,
    STORM,
    STORM_SUMMARY,
    common_subsequence,
    concise_summarization,
    rouge_f1,
)

ROW = Example("Summarize the article.", extras={"document": LIBRARY})
WORSE = {
    "the document": LIBRARY,
    "the document but its last sentence": LIBRARY.rsplit(". ", 1)[0] + ".",
    "keywords": "Redford library, 10 p.m., weekdays, May, petition, 1,200 students.",
    "the prompt": "Summarize the article.",
    "twenty paddings": LIBRARY_SUMMARY + " It is good that the people of the town can read more books there." * 20,
    "varied padding": LIBRARY_SUMMARY + " " + STORM,
}


@pytest.mark.parametrize("text", WORSE.values(), ids=WORSE.keys())
def test_a_right_summary_beats(text):
    right = concise_summarization(LIBRARY_SUMMARY, LIBRARY_SUMMARY, ROW).value
    assert right == 1.0
    assert concise_summarization(text, LIBRARY_SUMMARY, ROW).value <= 0.3


def test_the_instruction_is_the_document_when_there_is_none():
    assert concise_summarization(STORM, STORM_SUMMARY, Example(STORM)).parts["brevity"] == 0.0
    assert concise_summarization(STORM_SUMMARY, STORM_SUMMARY, Example(STORM)).value == 1.0


def test_an_invented_number_is_named_and_costs_its_share():
    score = concise_summarization(LIBRARY_SUMMARY.replace("10", "11"), LIBRARY_SUMMARY, ROW)
    assert score.parts["faithful"] == 0.5
    assert score.reason == "11 stands neither in the document nor in the reference"


def test_max_words_is_a_limit_with_a_slope():
    values = [
        concise_summarization(LIBRARY_SUMMARY, LIBRARY_SUMMARY, ROW, max_words=limit).parts["brevity"]
        for limit in (30, 16, 12)
    ]
    assert values[0] == 1.0 > values[1] > values[2] == 0.0


def test_without_a_reference_it_is_not_judged():
    with pytest.raises(NotRun, match="no reference summary"):
        concise_summarization("A summary.", " ", ROW)


def test_rouge_gives_the_figures_of_a_count_by_hand():
    wanted = ["police", "killed", "the", "gunman"]
    rouge = rouge_f1(["police", "kill", "the", "gunman"], wanted)
    assert rouge == {"rouge1": 0.75, "rouge2": pytest.approx(1 / 3), "rougeL": 0.75}
    assert rouge_f1(["the", "gunman", "kill", "police"], wanted)["rougeL"] == 0.5
    assert set(rouge_f1([], ["a"]).values()) == {0.0}


@pytest.mark.parametrize("seed", range(20))
def test_the_common_subsequence_is_the_one_of_the_textbook_table(seed):
    chance = random.Random(seed)
    first, second = (chance.choices("abcde", k=chance.randint(0, 80)) for _ in range(2))
    row = [0] * (len(second) + 1)
    for item in first:
        above = row[:]
        for i, other in enumerate(second):
            row[i + 1] = above[i] + 1 if item == other else max(above[i + 1], row[i])
    assert common_subsequence(first, second) == row[-1]
