"""Rows of reasoning-gym tasks, their parameters, and the entry that goes through JSON."""

import json
from itertools import islice

import pytest

from core.data.procedural import packed, procedural_names, procedural_rows, unpacked, verifier
from core.errors import InvalidInput

ODD = ("Yes", "[]", "1 2 3")
SLOW = {"arc_agi", "codeio", "figlet_font", "futoshiki", "group_anagrams", "knight_swap"}


@pytest.fixture(scope="module")
def tasks():
    """The catalogue."""
    return procedural_names()


def test_the_catalogue_is_json_and_gives_every_task_its_parameters(tasks):
    assert json.loads(json.dumps(tasks)) == tasks
    assert len(tasks) > 100
    assert all({"size", "seed"} <= {parameter["name"] for parameter in task["parameters"]} for task in tasks)
    assert {"algebra", "games", "logic"} <= {task["category"] for task in tasks}


def test_every_entry_goes_through_json_and_scores_as_the_original_does(tasks):
    for name in [task["name"] for task in tasks if task["name"] not in SLOW]:
        made = verifier(name, '{"seed": 42}')[0]
        kept = json.loads(json.dumps(packed({"answer": made["answer"], "metadata": made["metadata"]})))
        for answer in (made["answer"], *ODD):
            assert outcome(name, answer, unpacked(kept)) == outcome(name, answer, made), name


def outcome(name, answer, entry):
    """The score, or the kind of error: verifiers may raise on odd text."""
    try:
        return verifier(name, "{}").score_answer(answer, entry)
    except (KeyError, TypeError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("task", ["graph_color", "propositional_logic", "rubiks_cube"])
def test_a_task_without_a_single_answer_comes_with_a_right_one(task):
    row = next(procedural_rows(task, {}))
    entry = json.loads(row["entry"])
    restored = {"answer": None, "metadata": unpacked(entry["metadata"])}
    assert verifier(task, "{}").score_answer(row["response"], restored) == 1.0


def test_a_task_that_ships_no_answer_leaves_the_response_empty_and_says_so(tasks):
    assert next(procedural_rows("rush_hour", {}))["response"] == ""
    assert "no sample answer" in next(task["note"] for task in tasks if task["name"] == "rush_hour")


def test_rows_are_made_as_they_are_read():
    assert len(list(islice(procedural_rows("sudoku", {"size": 1_000_000}), 2))) == 2


def test_the_seed_chooses_the_rows_and_the_size_their_number():
    first, again, other = (list(procedural_rows("leg_counting", {"size": 5, "seed": seed})) for seed in (1, 1, 9))
    assert first == again != other
    assert len(first) == 5


def test_integrals_the_task_could_not_solve_are_left_out():
    kind = {"problem_types": ["polynomial_exp_trig"], "problem_type_weights": [1.0]}
    assert list(procedural_rows("intermediate_integration", {"size": 2, **kind})) == []


@pytest.mark.parametrize(
    ("task", "parameters"),
    [
        ("leg_counting", {"max_animals": 3, "min_animals": 2}),
        ("complex_arithmetic", {"operations": ["+", "-"], "operations_weights": [0.5, 0.5]}),
        ("time_intervals", {"min_date": "2000-01-01", "max_time": "12:00:00"}),
        ("word_sorting", {"transformation": "uppercase"}),
        ("aiw", {"task_types": ["friends"], "task_type_weights": [1.0]}),
        ("figlet_font", {"static_word": "apple"}),
        ("rotate_matrix", {"min_n": 2, "max_n": 2}),
    ],
)
def test_parameters_come_in_the_types_of_json_and_stay_in_the_entry(task, parameters):
    row = next(procedural_rows(task, {"size": 4, **parameters}))
    assert json.loads(row["entry"])["parameters"] == parameters


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"legs": 4}, "legs"),
        ({"max_animal": 4}, "max_animals"),
        ({"max_animals": "4"}, "max_animals of leg_counting takes a whole number"),
        ({"max_animals": True}, "max_animals"),
        ({"max_animals": 2.5}, "max_animals"),
        ({"max_animals": 1, "min_animals": 3}, "max_animals=1"),
        ({"size": 0}, "size"),
        ({"size": True}, "size"),
        ({"size": 10**9}, "size"),
        ({"seed": -1}, "seed"),
        ({"seed": None}, "seed"),
    ],
)
def test_parameters_a_task_can_not_use_are_refused_by_name(parameters, words):
    with pytest.raises(InvalidInput, match=words) as refusal:
        procedural_rows("leg_counting", parameters)
    assert words in refusal.value.fields["dataset.parameters"]


@pytest.mark.parametrize(
    ("task", "parameters"),
    [
        ("time_intervals", {"min_date": "yesterday"}),
        ("time_intervals", {"min_date": 3}),
        ("aiw", {"task_types": ["enemies"]}),
        ("aiw", {"task_types": "friends"}),
        ("word_sorting", {"transformation": "bold"}),
        ("rearc", {"board_format_opts": {}}),
        ("spell_backward", {"data_file": "../utils.py"}),
        ("puzzle24", {"operators": ["+", "**"]}),
        ("basic_arithmetic", {"operators": ["+print(1)+"]}),
    ],
)
def test_values_of_the_wrong_kind_are_refused(task, parameters):
    with pytest.raises(InvalidInput) as refusal:
        procedural_rows(task, parameters)
    assert "dataset.parameters" in refusal.value.fields


@pytest.mark.parametrize(("name", "near"), [("leg_count", "leg_counting"), ("sudokus", "sudoku"), ("composite", "")])
def test_an_unknown_task_is_refused_with_a_near_one(name, near):
    with pytest.raises(InvalidInput) as refusal:
        procedural_rows(name, {})
    assert near in refusal.value.fields["dataset.source"]


@pytest.mark.parametrize("value", [(1, (2, [3])), {1: {"a": ()}}, {"k": [(0, 1)]}, {(0, 1): None}, [], {}, "text"])
def test_what_json_would_change_is_wrapped(value):
    assert unpacked(json.loads(json.dumps(packed(value)))) == value
