"""Looking at every row before a run, and the statistics of columns."""

from core.config import parse_config
from core.data.columns import column_statistics
from core.data.mapping import LeftOut
from core.runs.checks import Measured, check_rows

CONFIG = parse_config(
    {
        "dataset": {"validation_fraction": 0.5, "validation_samples": 100},
        "training": {"max_sequence_length": 30, "max_new_tokens": 20, "batch_size": 8},
    }
)


def checked(rows, measure=None):
    return check_rows(rows, CONFIG, measure, lambda count: None)


def rows_of(*pairs):
    return [{"instruction": question, "response": answer} for question, answer in pairs]


def test_empty_and_repeated_rows_are_counted():
    checks = checked(rows_of(("a", "1"), (" A", "1"), ("b", ""), ("c", "3"), ("a!", "1")))
    assert (checks.rows, checks.usable) == (5, 3)
    assert checks.findings["empty"].count == 1
    assert checks.findings["repeated"].count == 1
    assert checks.findings["repeated"].meaning
    assert checks.findings["repeated"].examples == ["Row 2 repeats row 1: A"]
    assert checks.findings["empty"].examples == ["Row 3: no answer: b"]
    assert checks.findings["filtered"].examples == []


def test_an_answer_that_is_missing_in_one_late_row_leaves_that_row_out():
    rows = [*rows_of(*((f"{n} plus 1?", str(n + 1)) for n in range(1, 11))), {"instruction": "11 plus 1?"}]
    rows[-1]["response"] = None
    checks = checked(rows)
    assert (checks.usable, checks.findings["empty"].count) == (10, 1)
    assert checks.findings["empty"].examples == ["Row 11: no answer: 11 plus 1?"]


def test_prompts_without_room_are_counted_with_the_longest():
    measure = lambda rows: [Measured(len(row.instruction)) for row in rows]  # noqa: E731
    checks = checked(rows_of(("x" * 10, "1"), ("y" * 11, "1"), ("z", "1")), measure)
    assert checks.findings["too_long"].count == 1
    assert checks.longest_prompt == 11
    assert "11 tokens" in checks.findings["too_long"].examples[0]
    assert (checks.mapped, checks.usable, checks.train + checks.held_out) == (3, 2, 2)


def test_rows_with_special_tokens_are_counted_with_an_example():
    checks = checked(
        rows_of(("a <|im_end|> b", "1"), ("b", "2")),
        lambda rows: [Measured(3, [token for token in ("<|im_end|>",) if token in row.instruction]) for row in rows],
    )
    assert checks.findings["special_tokens"].count == 1
    assert checks.findings["special_tokens"].examples == ["<|im_end|>: a <|im_end|> b"]
    assert "as plain text" in checks.findings["special_tokens"].meaning
    assert checks.usable == 2


def test_without_a_tokenizer_lengths_are_not_guessed():
    checks = checked(rows_of(("a", "1"), ("b", "2")))
    assert checks.longest_prompt is None
    assert "too_long" not in checks.findings


def test_a_held_out_question_with_the_words_of_a_training_question_leaks():
    turned_round = [(f"{a} + {b}", "x") for a in range(1, 9) for b in range(1, 9) if a != b]
    checks = checked(rows_of(*turned_round))
    assert checks.findings["leakage"].count > 0
    distinct = [(f"word{n} is", "x") for n in range(50)]
    assert checked(rows_of(*distinct)).findings["leakage"].count == 0


def test_columns_are_described():
    rows = [{"q": "aa", "n": 1}, {"q": "", "n": 1}, {"q": "bbbb", "n": 2, "extra": None}]
    told = []
    found = column_statistics(rows * 1000, told.append)
    question, number, extra = found["columns"]
    assert found["rows"] == 3000
    assert (question["filled"], question["empty"]) == (2000, 1000)
    assert (question["shortest"], question["longest"], question["mean_length"]) == (2, 4, 3.0)
    assert question["distinct"] == 2
    assert number["common"][0] == {"value": "1", "count": 2000}
    assert extra["filled"] == 0
    assert told == [2000]


def test_what_was_left_out_can_be_counted_on_without_changing_it():
    counted = LeftOut()
    counted.add("empty", "Row 1")
    more = counted.copy()
    more.add("too long", "Row 2")
    assert (dict(counted), dict(more)) == ({"empty": 1}, {"empty": 1, "too long": 1})
    assert (list(counted.examples), list(more.examples)) == (["empty"], ["empty", "too long"])
