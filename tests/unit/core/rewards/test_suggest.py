"""Quick Start: what it proposes for data sets of different shapes."""

import pytest

from core.data.builtin import builtin_rows
from core.data.section import DatasetConfig
from core.errors import InvalidInput
from core.rewards.suggest import suggest

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
        {"choices": "choices.text"},
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


@pytest.mark.parametrize(("rows", "preset", "template", "fields"), SHAPES.values(), ids=SHAPES.keys())
def test_the_reward_and_the_template_fit_the_answers(rows, preset, template, fields):
    found = suggest(DatasetConfig(source="uploads/x.json"), "upload", rows)
    parts = found.reward.get("components", [found.reward])
    assert parts[0]["preset_name"] == preset
    assert found.prompt == {"template": template}
    assert found.reward.get("fields", {}) == fields
    assert all(reason.endswith(".") for reason in found.reasons)


@pytest.mark.parametrize("name", ["arithmetic", "dates", "strings", "units", "logic"])
def test_a_built_in_set_knows_its_own_reward(name):
    found = suggest(DatasetConfig(source=name), "builtin", [next(builtin_rows(name, {}))])
    assert found.dataset["instruction_field"] == "instruction"
    assert found.reward["components"][1]["preset_name"] == "solution-format"


def test_a_curated_set_is_looked_up():
    rows = [{"question": "q", "answer": "1\n#### 2"}]
    found = suggest(DatasetConfig(source="openai/gsm8k"), "hub", rows)
    assert found.dataset["final_answer"] == "hash"
    assert found.reward["components"][0]["preset_name"] == "math-science"


@pytest.mark.parametrize("rows", [[], [{"only": "one"}]])
def test_what_can_not_be_mapped_is_said(rows):
    with pytest.raises(InvalidInput):
        suggest(DatasetConfig(source="uploads/x.json"), "upload", rows)


def test_a_set_with_unanswerable_questions_is_told_so_in_its_prompt():
    rows = [{"question": f"q{n}", "answers": {"text": ["Rome"] if n else []}} for n in range(3)]
    found = suggest(DatasetConfig(source="uploads/x.json"), "upload", rows)
    assert found.prompt["template"] == "solution-only"
    assert found.prompt["system_prompt"].endswith(
        "If the question can't be answered, the solution is the word unanswerable."
    )
    assert found.prompt["system_prompt"].startswith("Answer with nothing but the solution")
