"""The built-in sets: arithmetic, different questions, and parameters."""

import hashlib
import json
import re
from itertools import islice

import pytest

from core.data.builtin import BUILTIN, arithmetic, builtin_rows, builtin_sets
from core.errors import InvalidInput

QUESTIONS = ("dates", "strings", "units", "logic")
each_set = pytest.mark.parametrize("name", QUESTIONS)


def test_every_answer_is_right():
    for row in arithmetic("+-x", 1, 12):
        a, symbol, b = re.fullmatch(r"What is (\d+) ([-+x]) (\d+)\?", row["instruction"]).groups()
        assert eval(f"{a}{symbol.replace('x', '*')}{b}") == int(row["response"])


def test_of_two_different_numbers_the_larger_is_asked_for_at_either_place():
    rows = list(arithmetic(">", 10, 40))
    asked = [tuple(map(int, re.findall(r"\d+", row["instruction"]))) for row in rows]
    assert rows[0]["instruction"].startswith("Which is larger, 1")
    assert all(a != b and row["response"] == str(max(a, b)) for (a, b), row in zip(asked, rows, strict=True))
    assert len({frozenset(pair) for pair in asked}) == len(rows) == BUILTIN["arithmetic"].count(">", 10, 40) == 465
    assert 0.4 < sum(a > b for a, b in asked) / len(rows) < 0.6


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


def test_the_arithmetic_questions_and_their_order_never_change():
    rows = list(builtin_rows("arithmetic", {}))
    assert hashlib.sha256(json.dumps(rows).encode()).hexdigest().startswith("d1cee322c949001c")


def test_an_unknown_set_is_refused_with_those_there_are():
    with pytest.raises(InvalidInput, match="arithmetic"):
        builtin_rows("chess", {})


@each_set
def test_a_few_thousand_questions_are_all_different(name):
    rows = list(builtin_rows(name, {}))
    assert len({row["instruction"] for row in rows}) == len(rows) == 3000
    assert all(row["response"] and row["reasoning"] for row in rows)


@each_set
def test_a_seed_gives_the_same_questions_again_and_another_seed_others(name):
    first, again, other = (list(builtin_rows(name, {"size": 50, "seed": seed})) for seed in (1, 1, 2))
    assert first == again
    assert len({row["instruction"] for row in first + other}) > 95


@each_set
def test_rows_are_made_as_they_are_read(name):
    rows = builtin_rows(name, {"size": 10_000})
    assert len(list(islice(rows, 3))) == 3
    assert next(rows)["instruction"]


@each_set
def test_no_kind_has_only_one_phrasing(name):
    for kind in BUILTIN[name].parameters[2].summary.split(": ")[1].rstrip(".").split(", "):
        starts = {row["instruction"].split()[0] for row in builtin_rows(name, {"kinds": kind, "size": 60})}
        assert len(starts) > 1, kind


@each_set
def test_the_hardest_level_can_be_set(name):
    assert {row["level"] for row in builtin_rows(name, {"size": 60})} == {1, 2, 3}
    assert {row["level"] for row in builtin_rows(name, {"size": 60, "hardest": 1})} == {1}


@pytest.mark.parametrize(("name", "kind"), [("strings", "word"), ("units", "temperature"), ("logic", "order")])
def test_the_smallest_kinds_fill_the_largest_size(name, kind):
    rows = builtin_rows(name, {"kinds": kind, "hardest": 1, "size": 10_000})
    assert sum(1 for _ in rows) == 10_000


@each_set
@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"size": 0}, "size takes a whole number from 1 to 10000"),
        ({"size": 10_001}, "size takes a whole number from 1 to 10000"),
        ({"size": True}, "size takes"),
        ({"size": 3.0}, "size takes"),
        ({"seed": "1"}, "seed takes"),
        ({"hardest": 4}, "hardest takes a whole number from 1 to 3"),
        ({"kinds": "chess"}, "kinds takes all, or some of"),
        ({"kinds": " "}, "kinds takes"),
        ({"kinds": 3}, "kinds takes text"),
        ({"length": 3}, "takes no 'length'"),
    ],
)
def test_parameters_out_of_bounds_are_refused_by_name(name, parameters, words):
    with pytest.raises(InvalidInput, match=words) as refusal:
        builtin_rows(name, parameters)
    assert words in refusal.value.fields["dataset.parameters"]


@pytest.mark.parametrize(
    "parameters",
    [{"largest": "9"}, {"largest": True}, {"operations": 3}, {"smallest": 9, "largest": 5}, {"second_largest": -1}],
)
def test_arithmetic_refuses_the_wrong_type_too(parameters):
    with pytest.raises(InvalidInput):
        builtin_rows("arithmetic", parameters)


def test_the_catalogue_is_json_and_names_every_parameter():
    sets = builtin_sets()
    assert json.loads(json.dumps(sets)) == sets
    assert [entry["name"] for entry in sets] == list(BUILTIN)
    for entry in sets:
        defaults = {parameter["name"]: parameter["default"] for parameter in entry["parameters"]}
        assert next(builtin_rows(entry["name"], defaults)) == next(builtin_rows(entry["name"], {}))
        assert all(parameter["summary"] for parameter in entry["parameters"])
