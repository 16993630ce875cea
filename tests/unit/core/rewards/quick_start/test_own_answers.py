"""What a reward gives the data's own answers."""

import pytest

from core.data.mapping import Row
from core.prompts.builtin import GRPO_DEFAULT, SOLUTION_ONLY
from core.rewards.base import NotRun, Score
from core.rewards.custom.python_reward import PythonReward
from core.rewards.presets import PRESETS
from core.rewards.quick_start.own_answers import PATIENCE_S, earned, in_words, own_answers
from core.rewards.scoring import EachAlone

ROWS = [Row(f"{n} + {n}?", str(2 * n)) for n in range(1, 5)]


def scorer(name):
    return EachAlone(name, PRESETS[name].function, PRESETS[name].judges_truth)


def test_right_answers_in_perfect_format_earn_all_there_is():
    used = [scorer("math-science"), scorer("solution-format")]
    found = own_answers(used, {"math-science": 1.0, "solution-format": 0.1}, ROWS, GRPO_DEFAULT)
    assert found == {"rows": 4, "scored": 4, "mean": 1.0, "full": 1.0, "failing": None}
    assert in_words(found) == "The data's own answers earn 100% of this reward: 4 of 4 rows get all of it."


def test_the_first_row_that_fails_is_shown_with_its_reason():
    rows = [ROWS[0], Row("Which?", "no number here"), ROWS[1]]
    found = own_answers([EachAlone("is-number", is_number, True)], {"is-number": 2.0}, rows, SOLUTION_ONLY)
    assert (found["rows"], found["scored"], found["full"]) == (3, 3, pytest.approx(2 / 3))
    assert found["failing"] == {
        "row": 2,
        "instruction": "Which?",
        "answer": "<SOLUTION>no number here</SOLUTION>",
        "score": 0.0,
        "reason": "it is no number",
    }


def test_a_row_without_a_score_earns_nothing_and_does_not_count_as_zero():
    def refuses(response, reference, example):
        if reference == "4":
            raise NotRun("four can't be judged")
        return Score(1.0, "fine")

    found = own_answers([EachAlone("refuses", refuses, True)], {"refuses": 1.0}, ROWS, SOLUTION_ONLY)
    assert (found["rows"], found["scored"], found["mean"], found["full"]) == (4, 3, 1.0, 0.75)
    assert found["failing"]["score"] is None
    assert found["failing"]["reason"] == "not run: four can't be judged"
    assert earned(found) == 0.75
    assert "1 of them could not be scored" in in_words(found)


def test_rows_without_an_answer_are_passed_over():
    found = own_answers([scorer("exact-match")], {"exact-match": 1.0}, [Row("q", "")], SOLUTION_ONLY)
    assert (found["rows"], found["mean"], found["full"]) == (0, None, 0.0)


def test_a_slow_reward_is_tried_on_fewer_rows():
    ticks = iter([0.0, PATIENCE_S, PATIENCE_S + 1])
    found = own_answers([scorer("exact-match")], {"exact-match": 1.0}, ROWS, SOLUTION_ONLY, clock=lambda: next(ticks))
    assert found["rows"] == 2


def is_number(response, reference, example):
    return Score(float(reference.isdecimal()), "it is one" if reference.isdecimal() else "it is no number")


@pytest.mark.parametrize("bounds", [(-2.0, 3.0), None])
def test_full_marks_are_those_of_a_ladder_that_goes_beyond_1(bounds):
    source = (
        "def f(completions, answer, **kwargs): return [3.0 if a in c else -2.0 for c, a in zip(completions, answer)]"
    )
    found = own_answers([PythonReward("ladder", source, bounds=bounds)], {"ladder": 0.5}, ROWS, SOLUTION_ONLY)
    assert (found["mean"], found["full"], found["failing"]) == (1.0, 1.0, None)


def test_a_penalty_has_its_full_score_where_nothing_is_lost_and_what_does_not_apply_is_left_out():
    penalty = "def f(completions, **kwargs): return [0.0 if c.count('SOLUTION') == 2 else -1.0 for c in completions]"
    absent = "def f(completions, **kwargs): return [None for c in completions]"
    used = [PythonReward("penalty", penalty, bounds=(-1.0, 0.0)), PythonReward("absent", absent, bounds=(-1.0, 0.0))]
    found = own_answers(used, {"penalty": 1.0, "absent": 1.0}, ROWS, SOLUTION_ONLY)
    assert (found["rows"], found["scored"], found["mean"]) == (len(ROWS), len(ROWS), 1.0)


@pytest.mark.parametrize(("weight", "mean"), [(1.0, 1.0), (-1.0, 0.0)])
def test_a_share_counts_from_the_least_that_can_be_earned_also_where_a_weight_is_negative(weight, mean):
    found = own_answers([scorer("math-science")], {"math-science": weight}, ROWS, SOLUTION_ONLY)
    assert (found["mean"], found["full"]) == (mean, mean)
    reasons = [] if found["failing"] is None else [found["failing"]["reason"]]
    assert reasons == ([] if weight > 0 else ["'2' is the reference"])
