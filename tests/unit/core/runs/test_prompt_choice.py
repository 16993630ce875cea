"""Which rows a run asks: each once, then those whose answers differ."""

import json
from collections import Counter

from core.runs.prompt_choice import PromptChooser


def asked(chooser, count):
    """Rows drawn one at a time; the answers to row 0 always differ, the others' never."""
    rows = []
    for _ in range(count):
        [row] = chooser.draw(1)
        chooser.record(row, [0.0, 1.0] if row == 0 else [1.0, 1.0])
        rows.append(row)
    return rows


def test_every_row_is_asked_before_any_is_asked_again():
    assert sorted(asked(PromptChooser(20, seed=1), 20)) == list(range(20))


def test_a_row_whose_answers_differ_is_asked_much_more_often_and_the_others_now_and_then():
    counts = Counter(asked(PromptChooser(5, seed=1), 505)[5:])
    assert counts[0] > 350
    assert all(counts[row] > 5 for row in range(1, 5))


def test_rows_of_one_draw_are_different_and_some_can_be_left_out():
    chooser = PromptChooser(6, seed=3)
    asked(chooser, 6)
    assert sorted(chooser.draw(6)) == list(range(6))
    assert sorted(chooser.draw(9, without=[0, 5])) == [1, 2, 3, 4]


def test_a_row_without_any_score_counts_as_one_that_teaches_nothing():
    chooser = PromptChooser(2, seed=1)
    asked(chooser, 2)
    chooser.record(1, [])
    assert Counter(row for _ in range(200) for row in chooser.draw(1))[0] > 150


def test_the_seed_decides_and_a_kept_state_goes_on_the_same_way():
    first, second = PromptChooser(30, seed=7), PromptChooser(30, seed=7)
    assert asked(first, 50) == asked(second, 50)
    resumed = PromptChooser(30, seed=99)
    resumed.restore(json.loads(json.dumps(first.state())))
    assert asked(resumed, 40) == asked(second, 40)
    assert asked(PromptChooser(30, seed=8), 10) != asked(PromptChooser(30, seed=7), 10)
