"""Fifteen rewards written the way people publish them, each pasted without a change."""

from pathlib import Path

import pytest

from core.rewards.base import Example
from core.rewards.custom.definition import read, scorer
from core.rewards.custom.signature import columns_of

PASTED = Path(__file__).parents[3] / "support" / "public_rewards"
TAGGED = "<reasoning>\n{}\n</reasoning>\n<answer>\n{}\n</answer>\n"
ADDED = TAGGED.format("I add both.", "3")
OTHER = TAGGED.format("I add both.", "17")
BARE = "river candle method"
SQL = "```sql\nselect name FROM users where age>30;\n```"

CASES = {
    "exact_format": ("3", {}, [(ADDED, 0.5), (f" {ADDED}", 0.0), (BARE, 0.0)]),
    "soft_format": ("3", {}, [(f"Well: {ADDED}", 0.5), (BARE, 0.0)]),
    "tag_counts": ("3", {}, [(ADDED, 2.0), (f"{ADDED}</answer>", 0.5), (BARE, -4.0)]),
    "answer_ladder": (
        "30",
        {},
        [
            ("<answer>30</answer>", 3.0),
            ("<answer> 30 </answer>", 1.5),
            ("<answer>31</answer>", 0.5),
            ("<answer>35</answer>", 0.25),
            ("<answer>3</answer>", -1.0),
            ("<answer>many</answer>", -1.5),
            (BARE, -2.0),
        ],
    ),
    "number_match": ("1200", {}, [("<answer>It is 1,200</answer>", 3.5), (OTHER, -1.5), (BARE, -2.5)]),
    "countdown": (
        "20",
        {"nums": [4, 6, 2]},
        [
            ("<answer>(4 + 6) * 2</answer>", 1.0),
            ("<answer>4 + 6 * 2</answer>", 0.0),
            ("<answer>20</answer>", 0.0),
            ("<answer>(4 + 6) * 2 +</answer>", 0.0),
            (BARE, 0.0),
        ],
    ),
    "step_words": ("3", {}, [("Step 1: add.\nNext, look.\nFinally, say 3.", 1.0), ("First, add.", 1 / 3), (BARE, 0.0)]),
    "cosine_length": ("3", {}, [("3", 0.9999987663), ("3" + "a" * 999, 0.5), ("a", -0.9999987663), ("a" * 2000, -0.5)]),
    "repetition_penalty": ("3", {}, [("one two three four", 0.0), ("a b c a b c a b c", -4 / 7), ("", 0.0)]),
    "json_keys": (
        "{}",
        {"keys": ["name", "age"]},
        [
            ('```json\n{"name": "Ada", "age": 36}\n```', 1.0),
            ('So: {"name": "Ada"}', 0.5),
            ("{broken", -1.0),
            (BARE, -1.0),
        ],
    ),
    "sql_equality": (
        "SELECT name FROM users WHERE age > 30",
        {},
        [(SQL, 2.0), ("SELECT name FROM users WHERE 30 > age", 1.0), ("SELECT name FROM dogs", 0.1875), (BARE, 0.0)],
    ),
    "math_accuracy": (
        "1/2",
        {},
        [(r"So it is \boxed{\frac{1}{2}}.", 1.0), (r"So it is \boxed{\frac{1}{3}}.", 0.0), (BARE, 0.0)],
    ),
    "xml_count": ("3", {}, [(ADDED, 0.5), (f"{ADDED}more", 0.492), (BARE, 0.0)]),
    "length_penalty": ("3", {}, [("one two", 1.0), ("one two three", 0.0), ("one two three four", -1.0)]),
    "code_format": (
        "def f(): pass",
        {"language": "python"},
        [("```python\ndef f(): pass\n```", 1.0), ("```python\ndef f(\n```", 0.25), (BARE, 0.0)],
    ),
}
"""Name -> (the reference, further columns, responses with the score that the code gives them in CPython)."""


def source_of(name):
    return (PASTED / f"{name}.txt").read_text(encoding="utf-8")


def test_there_is_a_case_for_each_of_them():
    assert sorted(CASES) == sorted(file.stem for file in PASTED.glob("*.txt"))
    assert len(CASES) == 15


@pytest.mark.parametrize("name", CASES)
def test_a_typical_public_reward_saves_and_scores_as_it_was_pasted(name):
    reference, extras, answers = CASES[name]
    reward = scorer(name, read({"source": source_of(name)}))
    example = Example("What is it?", extras=extras)
    count = len(answers)
    outcomes = reward.score_all([text for text, _ in answers], [reference] * count, [example] * count)
    assert [(outcome.kind, outcome.problem) for outcome in outcomes] == [("scored", "")] * count
    assert [outcome.score.value for outcome in outcomes] == pytest.approx([score for _, score in answers], abs=1e-9)


def test_the_columns_that_they_name_are_known_before_they_run():
    assert columns_of(source_of("countdown")) == {"target": False, "nums": True}
    assert columns_of(source_of("json_keys")) == {"keys": True}
    assert columns_of(source_of("code_format")) == {"language": False}


def test_a_gold_answer_that_can_not_be_read_makes_the_reward_not_apply():
    reward = scorer("maths", read({"source": source_of("math_accuracy")}))
    (outcome,) = reward.score_all(["4"], [""], [Example("How much?")])
    assert outcome.kind == "not_applicable"
    assert "Failed to parse gold solution" in outcome.prints
