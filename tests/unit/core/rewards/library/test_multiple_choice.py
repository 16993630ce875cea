"""Multiple Choice: what is named, what is meant, and the forms in which data has options."""

import pytest

from core.config import parse_config
from core.data.mapping import Row, map_row
from core.data.options import LETTERS
from core.data.section import DatasetConfig
from core.prompts.builtin import PLAIN, SOLUTION_ONLY
from core.rewards.base import Example, NotRun
from core.rewards.library.multiple_choice import multiple_choice
from core.rewards.numbering import lettered

CITIES = {"choices": ["Lyon", "Paris", "Nice", "Lille"]}
FORMS = {
    "list": ["Lyon", "Paris", "Nice", "Lille"],
    "list with labels": ["A)Lyon", "B)Paris", "C)Nice", "D)Lille"],
    "list with dots": ["A. Lyon", "B. Paris", "C. Nice", "D. Lille"],
    "list with nulls": ["Lyon", "Paris", "Nice", "Lille", None],
    "object": {"A": "Lyon", "B": "Paris", "C": "Nice", "D": "Lille"},
    "object with nulls": {"A": "Lyon", "B": "Paris", "C": "Nice", "D": "Lille", "E": None, "F": None},
    "object of small letters": {"a": "Lyon", "b": "Paris", "c": "Nice", "d": "Lille"},
    "object of columns": {"opa": "Lyon", "opb": "Paris", "opc": "Nice", "opd": "Lille"},
    "labels with texts": {"label": ["A", "B", "C", "D"], "text": ["Lyon", "Paris", "Nice", "Lille"]},
    "numbers with texts": {"label": ["1", "2", "3", "4"], "text": ["Lyon", "Paris", "Nice", "Lille"]},
    "objects": [{"key": "A", "value": "Lyon"}, {"key": "B", "value": "Paris"}, {"key": "C", "value": "Nice"}],
    "string": "A) Lyon B) Paris C) Nice D) Lille",
    "string with brackets": "(a) Lyon (b) Paris (c) Nice (d) Lille",
    "string with spaces": "a ) lyon , b ) paris , c ) nice , d ) lille",
    "string with dots": "A. Lyon\nB. Paris\nC. Nice\nD. Lille",
    "lines": "Lyon\nParis\nNice\nLille",
    "JSON": '["Lyon", "Paris", "Nice", "Lille"]',
    "Python": "['Lyon', 'Paris', 'Nice', 'Lille']",
    "bars": "Lyon | Paris | Nice | Lille",
}
each_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())


def score(solution, reference, extras=None, question="", **parameters):
    example = Example(question, SOLUTION_ONLY.markers, extras or {})
    return multiple_choice(f"<SOLUTION>{solution}</SOLUTION>", reference, example, **parameters)


@each_form
def test_options_are_read_in_every_form(form):
    for solution, right in (
        ("B", 1),
        ("Paris", 1),
        ("b) Paris", 1),
        ("It is Paris.", 1),
        ("C", 0),
        ("Nice", 0),
        ("E", 0),
    ):
        assert score(solution, "B", {"choices": form}).value == right, solution
        assert score(solution, "Paris", {"choices": form}).value == right, solution


def test_options_may_have_columns_of_their_own():
    columns = {"A": "Lyon", "B": "Paris", "C": "Nice", "D": None}
    assert [score(said, "B", columns).value for said in ("Paris", "B", "Nice", "Lyon")] == [1, 1, 0, 0]


def test_options_in_the_question_are_read_where_no_column_has_them():
    question = "What is the capital of France?\n\nA) Lyon\nB) Paris\nC) Nice"
    assert [score(said, "Paris", None, question).value for said in ("B", "Paris", "C")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        (["Rome", "Milan"], "A) Rome\nB) Milan"),
        (["A)Rome", "B)Milan"], "A) Rome\nB) Milan"),
        ({"A": "Rome", "B": "Milan", "E": None}, "A) Rome\nB) Milan"),
        ({"label": ["1", "2"], "text": ["Rome", "Milan"]}, "A) Rome\nB) Milan"),
        ("(a) Rome (b) Milan", "A) Rome\nB) Milan"),
        ("a ) rome , b ) milan", "A) rome\nB) milan"),
        ("F) Rome G) Milan", "F) Rome G) Milan"),
        ("A passage: it has a) one and b) two.", "A passage: it has a) one and b) two."),
        ("[1, 2, 3]", "[1, 2, 3]"),
        ("two\nlines", "two\nlines"),
        ({"title": "T", "body": "b"}, "{'title': 'T', 'body': 'b'}"),
        ("1. Boil it. 2. Drain it.", "1. Boil it. 2. Drain it."),
        (
            list("abc") * 9 + ["x"],
            "\n".join(f"{n}) {t}" for n, t in zip([*LETTERS, "27", "28"], [*"abc"] * 9 + ["x"], strict=True)),
        ),
    ],
)
def test_a_question_shows_its_options_as_lines_and_other_context_as_it_is(form, lines):
    config = DatasetConfig(context_field="choices")
    row = {"instruction": "Capital of Italy?", "response": "A", "choices": form}
    assert map_row(row, config, {}).instruction == f"Capital of Italy?\n\n{lines}"


@pytest.mark.parametrize(
    ("solution", "named"),
    [
        ("B", True),
        ("b", True),
        ("(b)", True),
        ("B) Paris", True),
        ("b) Paris", True),
        ("The answer is B.", True),
        ("**B**", True),
        ("Paris", True),
        ("The answer is Paris.", True),
        ("A city in France: B", True),
        ("I think B", True),
        ("A", False),
        ("A or B", False),
        ("A, B, C, D", False),
        ("Paris or Lyon", False),
        ("not Paris", False),
        ("B) Lyon", False),
        ("B B B B", False),
        ("В", False),
        ("Ｂ", False),
        ("a river", False),
        ("It is not known.", False),
        ("B, " + "because of what it says in the text " * 5, False),
    ],
)
def test_one_option_is_wanted(solution, named):
    assert score(solution, "B", CITIES).value == float(named)


def test_a_letter_in_the_text_of_an_option_names_no_other():
    vitamins = {"choices": ["vitamin B", "vitamin C", "vitamin A"]}
    assert score("vitamin C", "B", vitamins).value == 1.0
    assert score("vitamin B", "B", vitamins).value == 0.0


LINES = {"choices": ["Line A B", "Line B C", "A, B and C", "None of these"]}
BLOOD = {"choices": ["type A", "type B", "type AB", "type O"]}


@pytest.mark.parametrize(
    ("options", "solution", "letter"),
    [
        (LINES, "A, B and C", "C"),
        (LINES, "C) A, B and C", "C"),
        (LINES, "A) Line A B", "A"),
        (LINES, "B) Line B C.", "B"),
        (BLOOD, "The blood is type O", "D"),
        (BLOOD, "type AB", "C"),
        (BLOOD, "A) type B", ""),
        (BLOOD, "A, B, C", ""),
        (LINES, "A, B, C and D", ""),
    ],
)
def test_letters_in_the_texts_of_options_are_no_guesses(options, solution, letter):
    for reference in "ABCD":
        assert score(solution, reference, options).value == float(reference == letter)


@pytest.mark.parametrize(
    ("reference", "first"),
    [("B", -1), ("(b)", 0), ("1", 0), ("2", 1), ("paris", -1), ("B) Paris", -1), ("option B", -1)],
)
def test_the_right_option_may_be_a_letter_a_number_or_a_text(reference, first):
    assert score("B", reference, CITIES, first_index=first).value == 1.0
    assert score("C", reference, CITIES, first_index=first).value == 0.0


@pytest.mark.parametrize("reference", ["Berlin", "E", "7", "2"])
def test_a_reference_that_is_no_option_or_could_be_two_is_not_judged(reference):
    with pytest.raises(NotRun, match=reference):
        score("B", reference, CITIES)


def test_a_label_of_the_data_is_no_place():
    options = {"choices": {"label": ["1", "2", "3"], "text": ["Lyon", "Paris", "Nice"]}}
    assert score("B", "2", options).value == 1.0


def numbered(references, choices, question="q", **parameters):
    rows = [Row(question, reference, "", {"choices": choices}) for reference in references]
    reward = {"preset_name": "multiple-choice", "fields": {"choices": "choices"}, "parameters": parameters}
    return lettered(rows, parse_config({"reward": reward}).reward)


@pytest.mark.parametrize(
    ("references", "choices", "right"),
    [
        (["0", "1", "3"], ["w", "x", "y", "z"], ["A", "B", "D"]),
        (["1", "2", "4"], ["w", "x", "y", "z"], ["A", "B", "D"]),
        (["1", "2"] * 10, ["w", "x", "y", "z"], ["A", "B"] * 10),
        (["12", "15", "12"], ["9", "12", "15", "20"], ["B", "C", "B"]),
        (["12", "3", "9"], ["9", "12", "3", "20"], ["B", "C", "A"]),
    ],
    ids=["a 0", "the count", "never a 0", "texts", "texts that are places, too"],
)
def test_all_rows_together_say_what_numbers_mean(references, choices, right):
    for row, letter in zip(numbered(references, choices), right, strict=True):
        for said in "ABCD":
            assert score(said, row.reference, row.extras).value == float(said == letter), row


def test_a_number_becomes_the_letter_that_the_question_shows():
    shown = "Which?\n\nA) w\nB) x\nC) y"
    assert [row.reference for row in numbered(["0", "2", "B", "w"], ["w", "x", "y"], shown)] == ["A", "C", "B", "w"]
    assert [row.reference for row in numbered(["1", "2"], ["w", "x", "y"], shown, first_index=1)] == ["A", "B"]
    assert [row.reference for row in numbered(["1", "2"], ["w", "x", "y"], shown)] == ["1", "2"]
    labels = {"label": ["1", "2", "3"], "text": ["w", "x", "y"]}
    assert [row.reference for row in numbered(["1", "2"], labels, shown)] == ["A", "B"]


def test_numbers_stay_numbers_for_rewards_without_options():
    rows = [Row("What is 1 + 1?\n\nA) 2\nB) 3", "1", "", {"choices": ["2", "3"]})] * 30
    assert lettered(rows, parse_config({"reward": {"preset_name": "math"}}).reward) == rows


def test_rows_that_leave_the_numbering_open_are_not_judged_but_the_certain_ones_are():
    for row in numbered(["1", "2"], ["w", "x", "y", "z"]):
        with pytest.raises(NotRun, match="set first_index to 0 or 1"):
            score("A", row.reference, row.extras)
    both = numbered(["0", "4"], ["w", "x", "y", "z"])
    assert [score(said, row.reference, row.extras).value for said, row in zip("AD", both, strict=True)] == [1, 1]


def test_without_markers_the_whole_text_is_judged():
    assert multiple_choice("B", "B", Example("", PLAIN.markers)).value == 1.0
