"""Rows to examples."""

from collections import Counter
from datetime import date

import pytest

from core.data.mapping import IfThere, map_row, map_rows, same_question, split_answer, usable_rows
from core.data.section import DatasetConfig
from core.errors import InvalidInput

CONFIG = DatasetConfig()


def with_filter(field, comparison, value):
    return DatasetConfig(filters=({"field": field, "comparison": comparison, "value": value},))


@pytest.mark.parametrize(
    ("rule", "answer", "expected"),
    [
        ("auto", "9 x 8\n#### 72", ("72", "9 x 8")),
        ("auto", "just text", ("just text", "")),
        ("none", "9 x 8\n#### 72", ("9 x 8\n#### 72", "")),
        ("hash", "a #### 1 #### 2", ("2", "a #### 1")),
        ("boxed", r"so \boxed{\frac{1}{2}}.", (r"\frac{1}{2}", "so")),
        ("boxed", r"first \boxed{1}, then \boxed{2}", ("2", r"first \boxed{1}, then")),
        ("boxed", "no box", ("no box", "")),
        ("last-line", "because\nof this\n42\n", ("42", "because\nof this")),
        ("last-line", "42", ("42", "")),
    ],
)
def test_the_final_answer_is_cut_from_the_working_out(rule, answer, expected):
    assert split_answer(answer, rule) == expected


def test_context_follows_the_question_and_an_empty_one_leaves_no_gap():
    config = DatasetConfig(context_field="input")
    row = {"instruction": "Add.", "response": "3", "input": "1, 2"}
    assert map_row(row, config, {}).instruction == "Add.\n\n1, 2"
    assert map_row({**row, "input": ""}, config, {}).instruction == "Add."


@pytest.mark.parametrize("options", [["Rome", "Milan"], {"text": ["Rome", "Milan"], "label": ["A", "B"]}])
def test_options_become_lettered_lines(options):
    config = DatasetConfig(context_field="choices")
    row = {"instruction": "Capital of Italy?", "response": "A", "choices": options}
    assert map_row(row, config, {}).instruction == "Capital of Italy?\n\nA) Rome\nB) Milan"


def test_a_worked_solution_may_have_its_own_column():
    config = DatasetConfig(reasoning_field="why")
    assert map_row({"instruction": "q", "response": "2", "why": "1 + 1"}, config, {}).reasoning == "1 + 1"


def test_paths_go_through_lists_and_objects():
    config = DatasetConfig(instruction_field="chat.0.text", response_field="answers.text")
    row = {"chat": [{"text": "q"}], "answers": {"text": ["first", "second"]}}
    assert map_row(row, config, {}).reference == "first"
    with pytest.raises(InvalidInput, match=r"no column 'chat\.0\.text'"):
        map_row({**row, "chat": []}, config, {})


@pytest.mark.parametrize(
    ("first", "second"),
    [("What is 3 + 5?", "what is 3 + 5 ?"), ("Hello, world!", "hello world"), ("a  b", "a\nb")],
)
def test_questions_that_differ_in_dress_only_are_the_same(first, second):
    assert same_question(first) == same_question(second)


@pytest.mark.parametrize(
    ("first", "second"), [("3 + 5", "3 - 5"), ("1.5", "15"), ("10%", "10"), ("x^2", "x2"), ("3 < 5", "3 > 5")]
)
def test_what_changes_the_answer_is_no_dress(first, second):
    assert same_question(first) != same_question(second)


@pytest.mark.parametrize(
    ("comparison", "value", "kept"),
    [
        ("equals", "EASY", [1]),
        ("not_equals", "easy", [2, 3]),
        ("contains", "ar", [2, 3]),
        ("not_contains", "ar", [1]),
        ("at_least", 5, [3]),
        ("at_most", 4, [1, 2]),
    ],
)
def test_filters_leave_rows_out_and_count_them(comparison, value, kept):
    rows = [
        {"instruction": str(n), "response": "r", "level": level} for n, level in enumerate(["easy", "hard", "carry"], 1)
    ]
    left_out = Counter()
    used = list(usable_rows(rows, with_filter("level", comparison, value), {}, left_out))
    assert [int(row.instruction) for row in used] == kept
    assert left_out == {"filtered out": 3 - len(kept)}


def test_numbers_in_text_are_compared_as_numbers():
    rows = [{"instruction": str(n), "response": "r", "level": level} for n, level in enumerate(["2", 10, 3.0, None])]
    used = list(usable_rows(rows, with_filter("level", "at_most", 3), {}, Counter()))
    assert [row.instruction for row in used] == ["0", "2"]


def test_a_filter_on_a_cell_without_a_size_is_refused():
    rows = [{"instruction": "q", "response": "r", "day": date(2026, 1, 1)}]
    with pytest.raises(InvalidInput, match="a date has no size"):
        list(usable_rows(rows, with_filter("day", "at_least", 1), {}, Counter()))


def test_further_columns_are_what_json_makes_of_them():
    row = map_row(
        {"instruction": "q", "response": "r", "day": date(2026, 1, 1), "n": (1, 2)}, CONFIG, {"d": "day", "n": "n"}
    )
    assert row.extras == {"d": "2026-01-01", "n": [1, 2]}


def test_a_column_that_is_read_where_it_is_there_may_be_missing_and_is_not_the_answer_itself():
    raw = {"instruction": "q", "response": "so #### 4", "unit": "kg"}
    wanted = {name: IfThere(name) for name in ("unit", "level", "response")}
    row = map_row(raw, CONFIG, wanted)
    assert (row.reference, row.extras) == ("4", {"unit": "kg"})


def test_a_column_that_a_reward_needs_is_named_where_it_is_missing():
    with pytest.raises(InvalidInput, match="there is no column 'numbers'") as refused:
        map_row({"instruction": "q", "response": "r"}, CONFIG, {"nums": "numbers"})
    assert list(refused.value.fields) == ["reward.fields.nums"]


def test_a_filter_on_a_missing_column_is_refused():
    with pytest.raises(InvalidInput, match=r"dataset\.filters"):
        list(usable_rows([{"instruction": "q", "response": "r"}], with_filter("x", "equals", 1), {}, Counter()))


def test_a_data_set_without_a_usable_row_says_why():
    with pytest.raises(InvalidInput, match="2 empty question or answer"):
        map_rows([{"instruction": "", "response": ""}] * 2, CONFIG, {})


def test_a_procedural_task_may_have_no_written_answer():
    config = DatasetConfig(kind="procedural", source="task")
    (row,) = map_rows([{"instruction": "q", "response": ""}], config, {}).rows
    assert row.reference == ""
