"""Rewards in TRL's signature: whole groups, columns, several functions, stand-ins for modules, pasted scripts."""

import pytest

from core.rewards.base import Example
from core.rewards.custom.python_reward import PythonReward
from core.rewards.custom.stand_ins import extract_maths, with_stand_ins
from core.rewards.custom.training_code import without_training
from tests.conftest import REPOSITORY

SCRIPT = (REPOSITORY / "tests" / "support" / "pasted_script.txt").read_text(encoding="utf-8")
RELATIVE = """
def longest(completions, **kwargs):
    lengths = [len(text) for text in completions]
    return [length - max(lengths) for length in lengths]
"""


def scored(source, texts=("a", "bb"), extras=None, reference="3", **how):
    examples = [Example("How much?", extras=extras or {})] * len(texts)
    return PythonReward("mine", source, **how).score_all(list(texts), [reference] * len(texts), examples)


def values(outcomes):
    return [outcome.score.value if outcome.score else outcome.kind for outcome in outcomes]


def test_the_completions_of_a_question_are_scored_together_and_those_of_another_apart():
    questions = [Example(question) for question in ("one", "one", "two", "two")]
    outcomes = PythonReward("mine", RELATIVE).score_all(["a", "bbb", "cc", "c"], ["x"] * 4, questions)
    assert values(outcomes) == [-2.0, 0.0, 0.0, -1.0]


def test_one_completion_that_breaks_the_code_does_not_spoil_the_others():
    source = RELATIVE.replace("len(text)", "len(text) + 0 / len(text)")
    outcomes = scored(source, ["a", "", "bbb"])
    assert values(outcomes) == [-2.0, "failed", 0.0]
    assert "ZeroDivisionError" in outcomes[1].problem


def test_code_that_only_fails_on_whole_groups_fails_on_all_of_it():
    outcomes = scored("def f(completions, **kwargs):\n    return [1.0]\n")
    assert values(outcomes) == ["failed", "failed"]
    assert outcomes[0].problem.startswith("f returned 1 scores for 2 completions; return a list")


def test_columns_arrive_as_lists_with_their_own_types_and_the_reference_stands_in_for_an_answer():
    source = "def f(completions, nums, target, level=None):\n    return [sum(n) - int(t) for n, t in zip(nums, target)]"
    assert values(scored(source, extras={"nums": [4, 5]})) == [6.0, 6.0]
    assert values(scored(source, extras={"nums": [4, 5], "target": 10})) == [-1.0, -1.0]


def test_a_row_without_a_needed_column_is_not_run_and_says_which():
    outcomes = scored("def f(completions, nums, **kwargs):\n    return [1.0] * len(completions)")
    assert values(outcomes) == ["not_run", "not_run"]
    assert "reads the column 'nums'" in outcomes[0].problem


def test_the_scores_of_several_functions_are_added_and_none_is_left_out_of_the_sum():
    source = "def a(completions, **kwargs): return [1.5, None]\ndef b(completions, **kwargs): return [-3, None]"
    both = scored(source)
    assert values(both) == [-1.5, "not_applicable"]
    assert dict(both[0].score.parts) == {"a": 1.5, "b": -3.0}
    assert values(scored(source, chosen=("a",))) == [1.5, "not_applicable"]


def test_token_ids_are_those_of_the_run_and_words_outside_one():
    source = "def f(completion_ids, **kwargs): return [len(ids) for ids in completion_ids]"
    assert values(scored(source, ["one two", "one, two"])) == [2.0, 3.0]
    example = Example("How much?", token_ids=(1, 2, 3, 4))
    assert values(PythonReward("mine", source).score_all(["one"], ["3"], [example])) == [4.0]


@pytest.mark.parametrize(
    "source",
    [
        "async def f(completions, **kwargs):\n    return [2 for _ in completions]",
        "import asyncio\nasync def f(response, reference, example):\n    await asyncio.sleep(0)\n    return 2",
        "def f(completions, trainer_state=None, log_metric=None, **kwargs):\n    log_metric('a', 1)\n    return [2, 2]",
        "class Two:\n    def tolist(self): return 2.0\ndef f(completions, **kwargs): return [Two(), Two()]",
        "class All:\n    def tolist(self): return [2.0, 2.0]\ndef f(completions, **kwargs): return All()",
        "from functools import partial\ndef f(completions, n, **kwargs): return [n, n]\nreward = partial(f, n=2)",
    ],
)
def test_what_a_function_may_be_and_return(source):
    assert values(scored(source)) == [2.0, 2.0]


def test_a_problem_is_at_the_line_of_the_users_own_source_where_stand_ins_were_put_before_it():
    source = "import logging\nlog = logging.getLogger(__name__)\ndef f(completions, **kwargs):\n    return 1 / 0"
    assert scored(source)[0].problem == "line 4: ZeroDivisionError: division by zero"


def test_imports_that_have_a_stand_in_are_replaced_on_their_own_lines():
    several = "from math_verify import (\n    parse as read,\n    verify,\n)\n"
    text, lines = with_stand_ins(f"import re, logging as log\n{several}from ast import walk\n")
    assert text.split("\n")[lines:] == [
        "import re; log = _logging",
        "read = _math_verify.parse; verify = _math_verify.verify",
        *["", "", ""],
        "from ast import walk",
        "",
    ]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("statistics.mean([1, 2, 6])", 3.0),
        ("statistics.median([4, 1, 2])", 2.0),
        ("statistics.stdev([1, 2, 3])", 1.0),
        ("len(string.punctuation)", 32.0),
        ("len(os.getenv('DEBUG', 'no')) + len(os.environ.get('LOG', 'no'))", 4.0),
        ("len(os.path.join('a', 'b'))", 3.0),
        ("len(ast.literal_eval('[1, (2, 3)]'))", 2.0),
        ("difflib.SequenceMatcher(None, 'abcd', 'bcde').ratio()", 0.75),
        ("verify(parse('$\\\\\\\\frac{1}{2}$'), parse('0.5'))", 1.0),
    ],
)
def test_stand_ins_give_what_the_modules_give(expression, value):
    imports = (
        "import ast, difflib, os, statistics, string, traceback, warnings\nfrom math_verify import parse, verify\n"
    )
    assert values(scored(f"{imports}def reward(r, f, e): return {expression}", ["x"])) == [value]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"So it is \boxed{\frac{1}{2}}.", [r"\frac{1}{2}"]),
        (r"2\sqrt{3}", [r"2\sqrt{3}"]),
        ("(3,-1)", ["(3,-1)"]),
        ("the answer is 42", ["42"]),
        ("river candle", []),
        (" ", []),
    ],
)
def test_the_answer_that_stands_for_a_parsed_one_is_found_in_prose_and_bare(text, found):
    assert extract_maths(text) == found


def test_a_whole_training_script_gives_its_rewards_and_trains_nothing():
    assert without_training(SCRIPT).count("\n") == SCRIPT.count("\n")
    outcomes = scored(SCRIPT, ["<answer>3</answer>", "<answer>4</answer>", "nothing"])
    assert values(outcomes) == [2.5, 0.5, 0.0]


def test_a_library_that_a_reward_uses_itself_is_named_as_lacking():
    source = "import wandb\ndef f(completions, **kwargs): return wandb.log(completions)"
    assert "No module named 'wandb'" in PythonReward("mine", source).problem_with_source()


def test_the_environment_is_empty_for_a_reward_that_looks_into_it():
    assert values(scored("import os\ndef f(completions, **k): return [float(os.getenv('X') is None)] * 2")) == [
        1.0,
        1.0,
    ]
