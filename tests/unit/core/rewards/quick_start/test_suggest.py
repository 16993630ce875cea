"""Quick Start: what it proposes for data sets of different shapes."""

import json
from pathlib import Path

import pytest

from core.data.builtin import builtin_rows
from core.data.mapping import map_rows
from core.data.section import DatasetConfig
from core.errors import InvalidInput
from core.rewards.build import RewardTools
from core.rewards.quick_start.own_answers import ENOUGH, earned
from core.rewards.quick_start.prompt import size_of
from core.rewards.quick_start.suggest import Sample, suggest
from core.rewards.section import RewardConfig
from tests.support.public_shapes import SHAPES as PUBLIC
from tests.support.public_shapes import rows_of

SHAPES = {
    "GSM8K": (
        [{"question": "q", "answer": f"1 + {n}\n#### {n}"} for n in range(9)],
        "math-science",
        "grpo-default",
        {},
    ),
    "formulas": ([{"problem": "p", "answer": r"\frac{1}{2}"}] * 3, "math-science", "solution-only", {}),
    "letters": ([{"question": "q", "answer": letter} for letter in "ABCA"], "multiple-choice", "solution-only", {}),
    "MMLU": (
        [{"question": "q", "choices": ["x", "y"], "answer": 1}] * 3,
        "multiple-choice",
        "solution-only",
        {"choices": "choices"},
    ),
    "ARC": (
        [{"question": "q", "choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "B"}] * 3,
        "multiple-choice",
        "solution-only",
        {"choices": "choices"},
    ),
    "MBPP": (
        [{"task_id": 1, "text": "Write.", "code": "def f(): pass", "test_list": ["assert f() is None"]}] * 3,
        "programming",
        "code-block",
        {"tests": "test_list"},
    ),
    "asserts as answers": (
        [{"prompt": "Write f.", "answer": "assert f(1) == 2"}] * 3,
        "programming",
        "code-block",
        {"tests": "answer"},
    ),
    "code": (
        [{"instruction": "Write f.", "output": "def f(x):\n    return x"}] * 3,
        "code-generation",
        "code-block",
        {},
    ),
    "JSON": ([{"prompt": "p", "completion": '{"a": 1}'}] * 3, "json-output", "solution-only", {}),
    "SQuAD": (
        [{"context": "c", "question": "q", "answers": {"text": ["Rome", "in Rome"]}}] * 3,
        "question-answering",
        "solution-only",
        {"answers": "answers.text"},
    ),
    "yes and no": (
        [{"question": "q", "answer": "yes" if n % 2 else "no"} for n in range(30)],
        "exact-match",
        "solution-only",
        {},
    ),
    "HumanEval": (
        [{"prompt": "p", "canonical_solution": "  return 1", "test": "def check(f): assert f()", "entry_point": "f"}],
        "programming",
        "code-block",
        {"tests": "test", "entry_point": "entry_point"},
    ),
    "summaries": ([{"article": "a", "highlights": "word " * 40}] * 3, "concise-summarization", "plain", {}),
    "long texts": ([{"instruction": "i", "response": "word " * 80}] * 3, "question-answering", "plain", {}),
}


TOOLS = RewardTools(Path("no-judge.sqlite"), {})


def suggested(rows, source="uploads/x.json", kind="upload", total=10_000, **known):
    return suggest(Sample(DatasetConfig(source=source), kind, rows, total, **known), TOOLS)


def mapped(rows, found):
    return map_rows(
        rows, DatasetConfig.model_validate(found.dataset), RewardConfig.model_validate(found.reward).columns
    )


def first_preset(found):
    return found.reward.get("components", [found.reward])[0]["preset_name"]


@pytest.mark.parametrize(("rows", "preset", "template", "fields"), SHAPES.values(), ids=SHAPES.keys())
def test_the_reward_and_the_template_fit_the_answers(rows, preset, template, fields):
    found = suggested(rows)
    assert first_preset(found) == preset
    assert found.prompt["template"] == template
    assert found.reward.get("fields", {}) == fields
    assert all(reason.endswith(".") for reason in found.reasons)


@pytest.mark.parametrize("name", PUBLIC)
def test_data_in_the_shape_of_public_sets_are_used_as_they_are_meant(name):
    _, texts, reference, preset = PUBLIC[name]
    rows = rows_of(name)
    found = suggested(rows, total=len(rows))
    used = mapped(rows, found).rows
    assert len(used) == len(rows)
    place = -1
    for text in texts(1):
        place = used[0].instruction.find(text, place + 1)
        assert place >= 0, (text, used[0].instruction)
    assert used[0].reference == reference(1)
    assert preset is None or first_preset(found) == preset
    assert found.own_answers is None or earned(found.own_answers) >= ENOUGH, found.own_answers


CASES = [
    json.loads(line) for line in Path(__file__).with_name("columns.jsonl").read_text(encoding="utf-8").splitlines()
]
QUESTIONS = {
    "chat with a system turn in some rows": ("You are a calculator.\n\n3+1?", "4"),
    "TRL conversational": ("Be short.\n\n3+1?", "4"),
    "verl": ("3+1?", "4"),
    "content parts": ("3+1?", "4"),
    "OpenAI evals": ("Answer with a number.\n\n3+1?", "4"),
    "body and question": ("Ann has 3 pens and buys 5.\n\nHow many pens has she?", "8.0"),
    "preference pair": ("Is 3 even?", "no"),
    "prompt only": ("Write two lines about the number 3.", ""),
}
"""Case -> question and reference of its third row."""


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_quick_start_makes_of_the_columns_what_is_right(case):
    rows, expected = case["rows"], case["expect"]
    found = suggested(rows, total=len(rows))
    for role in ("instruction", "response", "context", "reasoning"):
        if role in expected:
            assert found.dataset[f"{role}_field"] == expected[role]
    used = mapped(rows, found)
    if "usable" in expected:
        assert len(used.rows) == expected["usable"], used.left_out
    if case["id"] in QUESTIONS:
        assert (used.rows[2].instruction, used.rows[2].reference) == QUESTIONS[case["id"]]
    if "reward" in expected:
        assert first_preset(found) == expected["reward"]
    if "tests" in expected:
        assert found.reward["fields"]["tests"] == expected["tests"]
    if "final_answer" in expected:
        assert found.dataset["final_answer"] == expected["final_answer"]
    if "own_answers" in expected:
        assert found.own_answers["full"] == 1.0


def test_few_labels_are_named_in_the_prompt_and_a_small_model_is_warmed_up():
    rows = next(case["rows"] for case in CASES if case["id"] == "few labels")
    found = suggested(rows, total=len(rows), model="someone/tiny-135M")
    assert found.prompt["system_prompt"].endswith("written exactly so: account, billing, shipping, technical")
    assert found.pre_training == {"enabled": True, "max_samples": 3}
    large = suggested(rows, total=100_000, model="unsloth/Qwen3-4B")
    assert large.pre_training == {}
    assert first_preset(large) == "exact-match"


def test_all_labels_of_the_data_are_named_not_only_those_of_the_sample():
    rows = [{"text": f"parcel {n}", "label": "AB"[n % 2] * 3} for n in range(40)]
    every = [*rows, {"text": "late", "label": "Rare One, indeed"}]
    found = suggested(rows, every=lambda: every)
    assert found.prompt["system_prompt"].endswith(":\n- AAA\n- BBB\n- Rare One, indeed")


@pytest.mark.parametrize(
    ("model", "size"),
    [("unsloth/Qwen3-0.6B", 596_049_920), ("x/Llama-3.2-1B-Instruct", 1e9), ("x/some-350m", 350e6), ("plain", None)],
)
def test_the_size_of_a_model_is_known_or_read_from_its_name(model, size):
    assert size_of(model) == size


def test_data_without_answers_get_a_reward_that_needs_none_and_hear_of_the_others():
    found = suggested([{"prompt": f"How are you on day {n}?"} for n in range(12)])
    assert found.dataset["response_field"] is None
    assert [part["preset_name"] for part in found.reward["components"]] == ["length", "no-repetition"]
    assert any("a reward that compares with a reference can't be used" in reason for reason in found.reasons)
    assert found.own_answers is None


def test_where_the_first_proposal_fails_on_the_own_answers_the_next_better_one_is_taken():
    working = "First one, then another.\nSo it is so.\n"
    rows = [{"question": f"Number {n}?", "answer": f"{working}{n} + i"} for n in range(24)]
    found = suggested([{**row, "answer": f"12 {row['answer']}"} for row in rows])
    assert found.own_answers["rows"] == 20
    assert found.enough
    weird = [{"question": f"Number {n}?", "answer": f'{{"value": NaN, "row": {n}}}'} for n in range(24)]
    other = suggested(weird)
    assert first_preset(other) == "exact-match"
    assert earned(other.own_answers) == 1.0
    assert any("gave the data's own answers too little" in reason for reason in other.reasons)


def test_a_row_that_fails_is_named_with_its_reason():
    rows = [
        {
            "text": f"Write add{n}.",
            "code": f"def add(a):\n    return a + {n + (n < 3)}",
            "test_list": [f"assert add(1) == {n + 1}"],
        }
        for n in range(1, 10)
    ]
    found = suggested(rows)
    assert not found.enough
    assert found.own_answers["failing"]["row"] == 1
    assert "test 1 of 1 failed" in found.own_answers["failing"]["reason"]
    assert any("Row 1 falls short: test 1 of 1 failed" in reason for reason in found.reasons)


def test_answers_that_stand_in_their_questions_are_said():
    found = suggested(rows_of("Countdown, verl"))
    assert any(reason.startswith("Careful: nearly every question has its answer in it") for reason in found.reasons)
    assert not any("Careful" in reason for reason in suggested(rows_of("MultiArith")).reasons)


def test_answers_of_which_none_can_be_scored_are_not_enough():
    rows = [{"question": "The same?", "answer": ""}, {"question": "Other?", "answer": ""}]
    found = suggested(rows, "openai/gsm8k", "hub")
    assert (found.dataset["response_field"], found.own_answers["rows"], found.enough) == ("answer", 0, False)
    assert found.reasons[0] == "The data have no answers of their own to score."


def test_where_no_column_can_be_the_question_that_is_said():
    with pytest.raises(InvalidInput) as refused:
        suggested([{"target": n, "nums": [n, n + 1]} for n in range(9)])
    assert "could be the question: target, nums" in refused.value.message
    assert "Give each row a text" in refused.value.hint


@pytest.mark.parametrize("name", ["arithmetic", "dates", "strings", "units", "logic"])
def test_a_built_in_set_knows_its_own_reward(name):
    found = suggested([next(builtin_rows(name, {}))], name, "builtin")
    assert found.dataset["instruction_field"] == "instruction"
    assert found.reward["components"][1]["preset_name"] == "solution-format"
    assert earned(found.own_answers) == 1.0


def test_a_curated_set_is_looked_up():
    rows = [{"question": "q", "answer": "1\n#### 2"}]
    found = suggested(rows, "openai/gsm8k", "hub")
    assert found.dataset["final_answer"] == "hash"
    assert found.reward["components"][0]["preset_name"] == "math-science"


@pytest.mark.parametrize("rows", [[], [{"only": 1}]])
def test_what_can_not_be_mapped_is_said(rows):
    with pytest.raises(InvalidInput):
        suggested(rows)


def test_a_set_with_unanswerable_questions_is_told_so_in_its_prompt():
    rows = [{"question": f"q{n}", "answers": {"text": ["Rome"] if n else []}} for n in range(3)]
    found = suggested(rows)
    assert found.prompt["template"] == "solution-only"
    assert found.prompt["system_prompt"].endswith(
        "If the question can't be answered, the solution is the word unanswerable."
    )
    assert found.prompt["system_prompt"].startswith("Answer with nothing but the solution")


def test_the_next_better_proposal_is_another_column_of_answers_but_never_a_label():
    rows = [
        {"problem": f"Add {n}.", "category": "ab"[n % 2], "answer": f"[NaN, {n}]", "solution": f"\\boxed{{{n}}}"}
        for n in range(30)
    ]
    found = suggested(rows)
    assert (found.dataset["response_field"], found.dataset["final_answer"]) == ("solution", "boxed")
    assert first_preset(found) == "math-science"
    assert found.enough


def test_boxed_answers_are_mathematics_also_where_points_and_words_are_among_them():
    forms = ["%d\\sqrt{3}", "\\frac{2}{%d}", "(3,-%d)", "(2,%d]", "x^2-%d", "%d\\pi", "%d,\\!760", "\\text{day %d}"]
    rows = [{"problem": f"Take {n}.", "solution": f"It is $\\boxed{{{forms[n % 8] % (n + 2)}}}$."} for n in range(24)]
    found = suggested(rows)
    assert (first_preset(found), found.own_answers["full"]) == ("math-science", 1.0)
