"""The built-in arithmetic questions."""

import re

import pytest

from core.data.builtin import arithmetic, builtin_rows
from core.errors import InvalidInput


def test_every_answer_is_right():
    for row in arithmetic("+-x", 1, 12):
        a, symbol, b = re.fullmatch(r"What is (\d+) ([-+x]) (\d+)\?", row["instruction"]).groups()
        assert eval(f"{a}{symbol.replace('x', '*')}{b}") == int(row["response"])


def test_no_question_appears_twice_even_turned_round():
    pairs = [frozenset(re.findall(r"\d+", row["instruction"])) for row in arithmetic("+", 1, 30)]
    assert len(set(pairs)) == len(pairs)


def test_the_second_number_can_be_kept_small():
    rows = list(arithmetic("+", 1, 99, 9))
    assert len(rows) > 800
    assert all(min(map(int, re.findall(r"\d+", row["instruction"]))) <= 9 for row in rows)


def test_the_same_call_gives_the_same_questions():
    assert list(arithmetic()) == list(arithmetic())


@pytest.mark.parametrize(
    "parameters",
    [{"operations": "/"}, {"operations": ""}, {"largest": 0}, {"largest": 10**9}, {"smallest": -1}, {"size": 3}],
)
def test_parameters_it_can_not_use_are_refused(parameters):
    with pytest.raises(InvalidInput) as refusal:
        builtin_rows("arithmetic", parameters)
    assert "dataset.parameters" in refusal.value.fields


def test_an_unknown_set_is_refused_with_those_there_are():
    with pytest.raises(InvalidInput, match="arithmetic"):
        builtin_rows("chess", {})
