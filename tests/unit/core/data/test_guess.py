"""Guessing which column is what."""

import pytest

from core.data.guess import guess_final_answer, guess_mapping
from core.data.roles import words_of

CASES = {
    "GSM8K": ([{"question": "q", "answer": "b #### 3"}], "question", "answer", None, "hash"),
    "Alpaca": ([{"instruction": "a", "input": "", "output": "b"}], "instruction", "output", "input", "auto"),
    "Dolly": (
        [{"instruction": "a", "context": "", "response": "b", "category": "x"}],
        "instruction",
        "response",
        "context",
        "auto",
    ),
    "SQuAD": (
        [{"id": "1", "title": "t", "context": "c", "question": "q", "answers": {"text": ["a"], "answer_start": [1]}}],
        "question",
        "answers.text",
        "context",
        "auto",
    ),
    "MATH": ([{"problem": "p", "solution": "so \\boxed{3}"}], "problem", "solution", None, "boxed"),
    "the final answer before the long one": (
        [{"problem": "p", "generated_solution": "s", "expected_answer": "3"}],
        "problem",
        "expected_answer",
        None,
        "auto",
    ),
    "camel case": ([{"userQuestion": "c", "finalAnswer": "t"}], "userQuestion", "finalAnswer", None, "auto"),
    "a chat": (
        [{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"},
                       {"role": "assistant", "content": "a"}]}],
        "messages.user",
        "messages.assistant",
        "messages.system",
        "auto",
    ),
    "ShareGPT": (
        [{"conversations": [{"from": "human", "value": "u"}, {"from": "gpt", "value": "a"}]}],
        "conversations.user",
        "conversations.assistant",
        None,
        "auto",
    ),
    "words inside other words": (
        [{"context": "c", "query": "t", "prelabelled": 1, "label": 1}], "query", "label", "context", "auto",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "instruction", "response", "context", "rule"), CASES.values(), ids=CASES.keys())
def test_columns_are_told_by_whole_words(rows, instruction, response, context, rule):
    mapping = guess_mapping(rows)
    assert mapping.instruction.field == instruction
    assert mapping.response.field == response
    assert mapping.context.field == context
    assert mapping.final_answer == rule
    assert mapping.instruction.confidence >= 0.6
    assert mapping.response.reason


def test_without_a_telling_name_the_guess_says_that_it_is_one():
    mapping = guess_mapping([{"Frage": "Was ist das hier für eine Frage?", "Antwort": "b"}])
    assert (mapping.instruction.field, mapping.response.field) == ("Frage", "Antwort")
    assert mapping.response.confidence < 0.5
    assert "no column is called a response" in mapping.response.reason


def rows(make):
    return [make(n) for n in range(24)]


def test_marks_of_several_right_options_are_no_answer():
    targets = {"choices": ["a", "b", "c"], "labels": [1, 1, 0]}
    assert guess_mapping(rows(lambda n: {"question": f"{n}?", "targets": targets})).response.field is None


def test_a_column_that_is_the_same_in_every_row_is_no_answer_and_that_is_said():
    mapping = guess_mapping(rows(lambda n: {"text": f"A review of {n} words.", "category": "Books"}))
    assert mapping.response.field is None
    assert mapping.response.reason == "'category' is the same in every row, so there is nothing to learn from it"


def test_answers_that_are_called_good_or_bad_are_no_references_and_that_is_said():
    made = {"prompt": "Who?", "completion": "I."}
    for verdicts in ([True, False], ["True", "False"], [0, 1]):
        mapping = guess_mapping(rows(lambda n, verdicts=verdicts: {**made, "label": verdicts[n % 2]}))
        assert mapping.response.reason == "'completion' has good answers and bad ones, as 'label' says"
    assert guess_mapping(rows(lambda n: {**made, "completion": f"I, {n}.", "label": True})).response.field is not None
    mapping = guess_mapping(rows(lambda n: {"prompt": "Who?", "output_1": "I.", "output_2": "You.", "preference": n}))
    assert "which of 'output_1', 'output_2' is better" in mapping.response.reason


def test_the_place_of_an_answer_is_one_and_the_number_of_a_row_is_none():
    assert guess_mapping(rows(lambda n: {"question": f"{n}?", "answer_idx": n % 3})).response.field == "answer_idx"
    assert guess_mapping(rows(lambda n: {"question": f"{n}?", "answer_id": n % 3})).response.field is None
    assert guess_mapping(rows(lambda n: {"question": f"{n}?", "row_idx": n % 3})).response.field is None


def test_a_score_is_the_answer_of_two_texts_but_not_of_a_question():
    assert guess_mapping(rows(lambda n: {"question": f"{n}?", "score": n})).response.field is None
    pair = rows(lambda n: {"text1": f"Day {n} is here.", "text2": "It is day.", "similarity": n / 24})
    assert guess_mapping(pair).response.field == "similarity"


def test_one_column_alone_has_no_answer():
    mapping = guess_mapping([{"question": "q"}])
    assert mapping.response.field is None
    assert mapping.response.confidence == 0.0


@pytest.mark.parametrize(("name", "words"), [("expectedAnswer", ["expected", "answer"]), ("QA_pair", ["qa", "pair"])])
def test_a_name_is_cut_into_words(name, words):
    assert words_of(name) == words


def test_a_final_answer_rule_needs_nearly_all_answers():
    assert guess_final_answer(["#### 1", "2", "3"])[0] == "auto"
    assert guess_final_answer(["#### 1"] * 9 + ["2"])[0] == "hash"
