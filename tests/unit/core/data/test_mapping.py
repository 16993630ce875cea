"""Rows to examples."""

import json
from datetime import date

import pytest

from core.config import parse_config
from core.data.mapping import IfThere, LeftOut, map_row, map_rows, same_question, split_answer, usable_rows
from core.data.paths import is_system
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
        map_rows([{**row, "chat": []}], config, {})


def test_a_column_may_be_missing_in_some_rows_but_not_in_all():
    rows = [{"instruction": "a", "response": "1"}, {"instruction": "b", "response": "2", "input": "x"}]
    config = DatasetConfig(context_field="input")
    assert [row.instruction for row in map_rows(rows, config, {}).rows] == ["a", "b\n\nx"]
    with pytest.raises(InvalidInput, match=r"dataset\.context_field: there is no column 'input'"):
        map_rows(rows[:1], config, {})
    late = [*rows, {"instruction": "c"}]
    mapped = map_rows(late, DatasetConfig(), {})
    assert (len(mapped.rows), mapped.left_out) == (2, {"empty question or answer": 1})


def test_a_missing_further_column_is_not_handed_to_the_reward():
    rows = [{"instruction": "a", "response": "1", "tests": "assert f()"}, {"instruction": "b", "response": "2"}]
    assert [row.extras for row in map_rows(rows, CONFIG, {"tests": "tests"}).rows] == [{"tests": "assert f()"}, {}]


def test_several_columns_follow_the_question_in_their_order():
    config = DatasetConfig(context_field=["passage", "options"])
    row = {"instruction": "Which?", "response": "A", "passage": "Once.", "options": ["x", "y"]}
    assert map_row(row, config, {}).instruction == "Which?\n\nOnce.\n\nA) x\nB) y"


def test_options_in_columns_of_their_own_become_one_list():
    config = DatasetConfig(context_field=["opa", "opb", "opc"])
    row = {"instruction": "Which?", "response": "0", "opa": "x", "opb": "y", "opc": None}
    assert map_row(row, config, {}).instruction == "Which?\n\nA) x\nB) y"
    mixed = DatasetConfig(context_field=["passage", "opa", "opb", "hint"])
    row |= {"passage": "Once.", "hint": "Look."}
    assert map_row(row, mixed, {}).instruction == "Which?\n\nOnce.\n\nA) x\nB) y\n\nLook."


def test_a_context_of_lists_is_text_in_paragraphs():
    config = DatasetConfig(context_field="context.sentences")
    row = {"instruction": "Who?", "response": "I", "context": {"sentences": [["One.", "Two."], ["Three."]]}}
    assert map_row(row, config, {}).instruction == "Who?\n\nOne. Two.\nThree."


CHAT = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": [{"type": "text", "text": "Who?"}, {"type": "image", "url": "x"}]},
    {"role": "assistant", "content": "I."},
    {"role": "user", "content": "And?"},
    {"role": "assistant", "content": "You."},
]
SHAREGPT = [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "I."}]
CALL = [CHAT[1], {"role": "assistant", "content": None}, {"role": "tool", "content": "me"}, CHAT[2]]
TRANSCRIPT = "\n\nHuman: Who?\n\nAssistant: I."


@pytest.mark.parametrize(
    ("chat", "question", "answer", "expected"),
    [
        (CHAT, "chat.user", "chat.assistant", ("Who?", "I.")),
        (CHAT[1:], "chat.user", "chat.assistant", ("Who?", "I.")),
        (CHAT, "chat.question", "chat.reply", ("User: Who?\n\nAssistant: I.\n\nUser: And?", "You.")),
        (CHAT, "chat.1.content", "chat.2.content", ("Who?", "I.")),
        (SHAREGPT, "chat.user", "chat.assistant", ("Who?", "I.")),
        (SHAREGPT, "chat.question", "chat.reply", ("Who?", "I.")),
        (TRANSCRIPT, "chat.user", "chat.assistant", ("Who?", "I.")),
        (CHAT[:2], "chat.question", "chat.reply", ("Who?", "")),
        (json.dumps(CHAT), "chat.user", "chat.assistant", ("Who?", "I.")),
        (str(SHAREGPT), "chat.question", "chat.reply", ("Who?", "I.")),
        ("[INST] Who?\n\nHuman: Who?\n\nAssistant: I.", "chat.user", "chat.assistant", ("Who?", "I.")),
        (CALL, "chat.user", "chat.assistant", ("Who?", "I.")),
    ],
)
def test_turns_of_a_chat_are_found_in_each_row(chat, question, answer, expected):
    config = DatasetConfig(instruction_field=question, response_field=answer)
    row = map_row({"chat": chat}, config, {})
    assert (row.instruction, row.reference) == expected


def test_a_system_text_goes_before_the_question_where_a_row_has_one():
    config = DatasetConfig(instruction_field="chat.user", response_field="chat.assistant", context_field="chat.system")
    assert map_row({"chat": CHAT}, config, {}).instruction == "Be kind.\n\nWho?"
    assert map_row({"chat": CHAT[1:]}, config, {}).instruction == "Who?"
    assert len(map_rows([{"chat": CHAT[1:]}], config, {}).rows) == 1


@pytest.mark.parametrize(("path", "is_one"), [
    ("system", True), ("systemPrompt", True), ("messages.system", True), ("System Prompt", True),
    ("system_prmpt", False), ("system_type", False), ("Systematic review", False), ("meta.system_info", False),
])  # fmt: skip
def test_a_system_text_is_called_exactly_so(path, is_one):
    assert is_system(path) is is_one


def test_of_marks_the_place_of_the_1_is_the_answer_and_filters_look_at_the_first_as_ever():
    row = map_row({"instruction": "q", "response": [0, 0, 1]}, CONFIG, {})
    assert row.reference == "2"
    assert map_row({"instruction": "q", "response": [False, True]}, CONFIG, {}).reference == "1"
    for several in ([1, 1, 0], [1], [3, 1, 0], [0, 0]):
        assert map_row({"instruction": "q", "response": several}, CONFIG, {}).reference == str(several[0])
    filters = [{"field": "is_whole", "comparison": "equals", "value": True}]
    rows = [{"instruction": "q", "response": "r", "is_whole": [True, False]}]
    assert len(map_rows(rows, DatasetConfig(filters=filters), {}).rows) == 1


def test_a_cell_with_a_chat_says_how_to_name_a_turn():
    with pytest.raises(InvalidInput) as refused:
        map_row({"instruction": CHAT, "response": "r"}, CONFIG, {})
    assert "instruction.user" in refused.value.hint
    with pytest.raises(InvalidInput) as refused:
        map_row({"instruction": [{"id": "7", "body": "What is it?"}], "response": "r"}, CONFIG, {})
    assert "instruction.0.body" in refused.value.hint


def test_data_without_answers_are_used_when_none_is_mapped():
    rows = [{"instruction": "Write.", "response": ""}, {"instruction": ""}]
    mapped = map_rows(rows, DatasetConfig(response_field=None), {})
    assert [(row.instruction, row.reference) for row in mapped.rows] == [("Write.", "")]
    assert mapped.left_out == {"empty question or answer": 1}
    with pytest.raises(InvalidInput) as refused:
        map_rows([{"instruction": "Write."}], CONFIG, {})
    assert "set it to null" in refused.value.hint


@pytest.mark.parametrize(
    ("first", "second"),
    [("What is 3 + 5?", "what is 3 + 5?"), ("Hello, World!", "HELLO, world!"), ("a  b", "a\nb"), (" a", "a")],
)
def test_questions_that_differ_in_case_and_spaces_only_are_the_same(first, second):
    assert same_question(first) == same_question(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("3 + 5", "3 - 5"),
        ("1.5", "15"),
        ("10%", "10"),
        ("x^2", "x2"),
        ("3 < 5", "3 > 5"),
        ("not ( True ) and ( True )", "not ( True ) and True"),
        ("( [ < >", "( [ < > ]"),
        ("f(x) of x^2 at 1", "f'(x) of x^2 at 1"),
        ("Is C typed?", "Is C# typed?"),
        ("x ≤ 3?", "x ≥ 3?"),
        ("[1,2)", "(1,2]"),
        ("Hello, world!", "Hello world"),
        ("👍", "👎"),
    ],
)
def test_questions_that_differ_in_any_sign_are_different(first, second):
    rows = [{"instruction": first, "response": "r"}, {"instruction": second, "response": "r"}]
    assert same_question(first) != same_question(second)
    assert len(map_rows(rows, CONFIG, {}).rows) == 2


def test_of_each_reason_the_first_row_that_is_left_out_is_named():
    rows = [
        {"instruction": "How many?", "response": "1"},
        {"instruction": "x" * 500, "response": ""},
        {"instruction": "how  MANY?", "response": "2"},
        {"instruction": "", "response": "3"},
        {"instruction": "How many?", "response": "4"},
    ]
    left_out = map_rows(rows, CONFIG, {}).left_out
    assert left_out == {"repeated question": 2, "empty question or answer": 2}
    assert left_out.examples["repeated question"] == "Row 3 repeats row 1: how  MANY?"
    assert left_out.examples["empty question or answer"] == f"Row 2: no answer: {'x' * 120}..."


SQUAD = [
    {"question": "Where?", "answers": {"text": ["Rome", "in Rome"]}},
    {"question": "Who?", "answers": {"text": []}},
    {"question": "When?", "answers": {"text": None}},
]
OF_SQUAD = {"instruction_field": "question", "response_field": "answers.text"}


def test_a_question_without_an_accepted_answer_is_unanswerable_where_the_reward_reads_lists_of_answers():
    config = parse_config({"dataset": OF_SQUAD, "reward": {"preset_name": "question-answering"}})
    mapped = map_rows(SQUAD, config.dataset, config.columns)
    assert [row.reference for row in mapped.rows] == ["Rome", "unanswerable"]
    assert [row.extras["answers"] for row in mapped.rows] == [["Rome", "in Rome"], []]
    assert mapped.left_out == {"empty question or answer": 1}


def test_it_is_left_out_where_the_reward_needs_a_reference():
    config = parse_config({"dataset": OF_SQUAD, "reward": {"preset_name": "exact-match"}})
    mapped = map_rows(SQUAD, config.dataset, config.columns)
    assert [row.reference for row in mapped.rows] == ["Rome"]
    assert mapped.left_out.examples == {"empty question or answer": "Row 2: no answer: Who?"}


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
    left_out = LeftOut()
    used = list(usable_rows(rows, with_filter("level", comparison, value), {}, left_out))
    assert [int(row.instruction) for row in used] == kept
    assert left_out == {"filtered out": 3 - len(kept)}


def test_numbers_in_text_are_compared_as_numbers():
    rows = [{"instruction": str(n), "response": "r", "level": level} for n, level in enumerate(["2", 10, 3.0, None])]
    used = list(usable_rows(rows, with_filter("level", "at_most", 3), {}, LeftOut()))
    assert [row.instruction for row in used] == ["0", "2"]


def test_a_filter_on_a_cell_without_a_size_is_refused():
    rows = [{"instruction": "q", "response": "r", "day": date(2026, 1, 1)}]
    with pytest.raises(InvalidInput, match="a date has no size"):
        list(usable_rows(rows, with_filter("day", "at_least", 1), {}, LeftOut()))


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
        map_rows([{"instruction": "q", "response": "r"}], CONFIG, {"nums": "numbers"})
    assert list(refused.value.fields) == ["reward.fields.nums"]


def test_a_filter_on_a_missing_column_is_refused():
    with pytest.raises(InvalidInput, match=r"dataset\.filters"):
        list(usable_rows([{"instruction": "q", "response": "r"}], with_filter("x", "equals", 1), {}, LeftOut()))


def test_a_data_set_without_a_usable_row_says_why():
    with pytest.raises(InvalidInput, match="2 empty question or answer"):
        map_rows([{"instruction": "", "response": ""}] * 2, CONFIG, {})


def test_a_procedural_task_may_have_no_written_answer():
    config = DatasetConfig(kind="procedural", source="task")
    (row,) = map_rows([{"instruction": "q", "response": ""}], config, {}).rows
    assert row.reference == ""
